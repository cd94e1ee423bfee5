package provider

import (
	"bytes"
	"context"
	"fmt"
	"math/big"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

const executionSource, executionID = "coc_execution", "EX2025062314121800000001"

func TestExecutionSchema(t *testing.T) {
	var resp datasource.SchemaResponse
	newExecutionDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &resp)
	if diags := resp.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Error(diags)
	}
	for _, field := range coc.Executions.Table.Fields {
		if a := resp.Schema.Attributes[field.Name]; a == nil || a.IsRequired() != (field.Name == "execution_id") || a.IsComputed() == a.IsRequired() {
			t.Errorf("%s: %+v", field.Name, a)
		}
	}
}

// askEmulator returns a provider server that asks an emulator, and its schema of the data source.
func askEmulator(t *testing.T, e *coctest.Emulator) (tfprotov6.ProviderServer, *tfprotov6.Schema) {
	t.Helper()
	server, schemas := newServer(t)
	credentials := map[string]any{"endpoint": serveURL(t, e), "access_key": testKeys.AccessKey, "secret_key": testKeys.SecretKey}
	if diags := configure(t, server, schemas, credentials); len(diags) > 0 {
		t.Fatal(diags[0].Detail)
	}
	return server, schemas.DataSourceSchemas[executionSource]
}

// readExecution validates a configuration of the data source and, if that is fine, reads it.
func readExecution(ctx context.Context, t *testing.T, server tfprotov6.ProviderServer, schema *tfprotov6.Schema, attributes map[string]any) (map[string]any, []*tfprotov6.Diagnostic) {
	t.Helper()
	config := block(t, schema, attributes)
	validated, err := server.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{TypeName: executionSource, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	if len(validated.Diagnostics) > 0 {
		return nil, validated.Diagnostics
	}
	resp, err := server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: executionSource, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	state, err := resp.State.Unmarshal(schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	values, _ := plain(t, state).(map[string]any)
	return values, resp.Diagnostics
}

// plain is a value as Go has it: nil, a string, a bool, an int64, a []any or a map[string]any.
func plain(t *testing.T, value tftypes.Value) any {
	t.Helper()
	as := func(target any) {
		if err := value.As(target); err != nil {
			t.Fatal(err)
		}
	}
	if !value.IsKnown() {
		t.Fatal("an unknown value in a state")
	}
	if value.IsNull() {
		return nil
	}
	switch typ := value.Type(); {
	case typ.Is(tftypes.String):
		var s string
		as(&s)
		return s
	case typ.Is(tftypes.Bool):
		var b bool
		as(&b)
		return b
	case typ.Is(tftypes.Number):
		var f big.Float
		as(&f)
		n, accuracy := f.Int64()
		if accuracy != big.Exact {
			t.Fatalf("%s is no integer of 64 bits", f.String())
		}
		return n
	case typ.Is(tftypes.List{}):
		var elements []tftypes.Value
		as(&elements)
		list := []any{}
		for _, element := range elements {
			list = append(list, plain(t, element))
		}
		return list
	}
	var attributes map[string]tftypes.Value
	as(&attributes)
	object := map[string]any{}
	for name, attribute := range attributes {
		object[name] = plain(t, attribute)
	}
	return object
}

// The state is the ticket's, value for value, beside the arguments as they were given.
func TestExecutionState(t *testing.T) {
	none := func(of map[string]any) map[string]any {
		for _, field := range coc.Executions.Table.Fields {
			if _, ok := of[field.Name]; !ok {
				of[field.Name] = nil
			}
		}
		for _, name := range []string{"wait_for_completion", "timeouts"} {
			if _, ok := of[name]; !ok {
				of[name] = nil
			}
		}
		return of
	}
	pair := func(key, value any) map[string]any { return map[string]any{"key": key, "value": value} }
	for name, tc := range map[string]struct {
		answer    string // of the emulator if empty
		arguments map[string]any
		want      map[string]any
	}{
		"every field": {
			arguments: map[string]any{"execution_id": coctest.SampleExecutionID},
			want: none(map[string]any{
				"id": "1904", "execution_id": "EX202506231412xxxxxxx", "finished": true,
				"document_name": "patch-kernel", "document_id": "DOC20250601080000xxxxxxx",
				"document_version_id": "DOCV20250601080000xxxxxxx", "document_version": "v3",
				"description": "Security patches of June", "creator": "ops-automation", "target_parameter_name": "target_instances",
				"start_time": int64(1750659138000), "end_time": int64(1750659211000), "update_time": int64(1750659211500),
				"status": "Failed", "type": "BATCH",
				"parameters": []any{pair("timeout", "300"), pair("reboot", "false")},
				"tags":       []any{pair("team", "platform"), pair("stage", "prod")},
				"sys_tags":   []any{pair("_sys_enterprise_project_id", "b022c6d1-4af5-46dd-8exxxxxxx")},
				"targets": []any{map[string]any{"key": "InstanceValues", "values": []any{
					`{"resource_id":"a4594206-05ee-41fd-84xxxxxxx","region_id":"cn-north-7","provider":"ecs","type":"cloudservers"}`,
					`{"resource_id":"adfbb61d-bdcd-46bb-9b32-edxxxxxxx","region_id":"cn-north-x","provider":"ecs","type":"cloudservers"}`,
				}}},
			}),
		},
		"every argument, and a ticket that is waited for": {
			arguments: map[string]any{"execution_id": coctest.SampleExecutionID, "wait_for_completion": true, "timeouts": timeout("90s")},
			answer:    `{"data":{"status":"Canceled","execution_id":"EX202506231412xxxxxxx"}}`,
			want: none(map[string]any{
				"execution_id": "EX202506231412xxxxxxx", "wait_for_completion": true, "timeouts": map[string]any{"read": "90s"},
				"status": "Canceled", "finished": true,
			}),
		},
		"no field, not even its ID": {
			arguments: map[string]any{"execution_id": coctest.SampleExecutionID, "wait_for_completion": false},
			answer:    `{"data":{}}`,
			want:      none(map[string]any{"execution_id": "EX202506231412xxxxxxx", "wait_for_completion": false, "finished": false}),
		},
		"odd values": {
			arguments: map[string]any{"execution_id": coctest.SampleExecutionID},
			answer: `{"data":{"start_time":9007199254740993,"end_time":"-9223372036854775808","status":"Skipped","description":"",
				"tags":["a",null,{"key":"k","value":{"a":[1, 2.50]}}],"sys_tags":[],"targets":[{"key":"k","values":["a",1,null]},{}]}}`,
			want: none(map[string]any{
				"execution_id": "EX202506231412xxxxxxx", "finished": false, "status": "Skipped", "description": "",
				"start_time": int64(9007199254740993), "end_time": int64(-9223372036854775808),
				"tags":     []any{pair(nil, "a"), pair(nil, nil), pair("k", `{"a":[1,2.50]}`)},
				"sys_tags": []any{},
				"targets":  []any{map[string]any{"key": "k", "values": []any{"a", "1", nil}}, map[string]any{"key": nil, "values": nil}},
			}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys)
			e.AddExecution(coctest.SampleExecutions()...)
			if tc.answer != "" {
				e.Fault(coctest.Always, coctest.JSON(tc.answer))
			}
			server, schema := askEmulator(t, e)
			got, diags := readExecution(t.Context(), t, server, schema, tc.arguments)
			if len(diags) > 0 {
				t.Fatal(diags[0].Detail)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if n := len(e.Requests()); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// A wrong argument is one diagnostic on the attribute, which quotes it, and no request.
func TestExecutionArguments(t *testing.T) {
	for name, tc := range map[string]struct {
		arguments     map[string]any
		attribute     string
		want          string // empty if it is right
		beforeReading bool
	}{
		"an ID":               {arguments: map[string]any{"execution_id": executionID}},
		"an ID of all kinds":  {arguments: map[string]any{"execution_id": "ex_20-A"}},
		"a wait":              {arguments: map[string]any{"execution_id": executionID, "wait_for_completion": true, "timeouts": timeout("1m")}},
		"not known yet":       {arguments: map[string]any{"execution_id": unknown}, beforeReading: true},
		"an empty ID":         {arguments: map[string]any{"execution_id": ""}, attribute: "execution_id", want: `execution_id must be an ID, got "": it names the ticket to read`},
		"blanks":              {arguments: map[string]any{"execution_id": " \t"}, attribute: "execution_id", want: `must be an ID, got " \t": it names`},
		"a line end":          {arguments: map[string]any{"execution_id": "EX1\n"}, attribute: "execution_id", want: `got "EX1\n" with blanks or line ends around it, which trimspace() removes`},
		"a blank in it":       {arguments: map[string]any{"execution_id": "EX 1"}, attribute: "execution_id", want: `got "EX 1" with blanks or line ends in it`},
		"a path":              {arguments: map[string]any{"execution_id": "EX1/steps"}, attribute: "execution_id", want: `execution_id must be an ID of letters, digits, _ and - only, got "EX1/steps"`},
		"a step up":           {arguments: map[string]any{"execution_id": ".."}, attribute: "execution_id", want: `only, got ".."`},
		"an escape":           {arguments: map[string]any{"execution_id": "EX%2F1"}, attribute: "execution_id", want: `only, got "EX%2F1"`},
		"a query":             {arguments: map[string]any{"execution_id": "EX1?a=b"}, attribute: "execution_id", want: `only, got "EX1?a=b"`},
		"another alphabet":    {arguments: map[string]any{"execution_id": "ЕХ1"}, attribute: "execution_id", want: `only, got "ЕХ1"`},
		"no time":             {arguments: map[string]any{"execution_id": executionID, "timeouts": timeout("0s")}, attribute: "timeouts", want: `must be a duration above zero, such as 90s, 20m or 1h, got "0s"`},
		"a time without unit": {arguments: map[string]any{"execution_id": executionID, "timeouts": timeout("90")}, attribute: "timeouts", want: `"90"`},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys)
			for _, id := range []string{executionID, "ex_20-A"} {
				e.AddExecution(coctest.Execution{ExecutionID: id})
			}
			server, schema := askEmulator(t, e)
			if tc.beforeReading {
				validated, err := server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
					TypeName: executionSource, Config: block(t, schema, tc.arguments),
				})
				if err != nil || len(validated.Diagnostics) > 0 {
					t.Errorf("%v, %v", validated, err)
				}
				return
			}
			_, diags := readExecution(t.Context(), t, server, schema, tc.arguments)
			if tc.want != "" {
				wantDiagnostic(t, diags, tc.attribute, tc.want)
			} else if len(diags) > 0 {
				t.Error(diags[0].Detail)
			}
			if sent := len(e.Requests()); sent != map[bool]int{true: 1, false: 0}[tc.want == ""] {
				t.Errorf("%d requests", sent)
			}
		})
	}
}

// What the user reads when a ticket cannot be read.
func TestDiagnoseExecution(t *testing.T) {
	late := &timeoutError{20 * time.Minute}
	wait := func(status string) error {
		return &coc.WaitError{Progress: coc.Progress{ExecutionID: "EX1", Status: status, Reads: 3, Waited: 20 * time.Minute}, Err: late}
	}
	for name, tc := range map[string]struct {
		id   string // EX1 if empty
		err  error
		want []string // what to do next; empty if there is nothing
	}{
		"forbidden":                 {err: &rest.Error{Status: 403}, want: []string{"Grant the IAM action coc:execution:get"}},
		"no such path":              {err: &rest.Error{Status: 404}, want: []string{"There is no ticket EX1.", "begins with EX.", "coc_executions", "site or endpoint", "Asked was https://coc.example.com, which COC_ENDPOINT names."}},
		"no such ticket":            {err: &rest.Error{Status: 400, Code: "COC.00067003"}, want: []string{"There is no ticket EX1.", "coc_executions"}},
		"no such ticket, in a 200":  {err: &rest.Error{Status: 200, Code: "COC.00067003"}, want: []string{"There is no ticket EX1."}},
		"a malformed request":       {err: &rest.Error{Status: 400}, want: []string{"Check execution_id. The ID of a ticket begins with EX."}},
		"keys":                      {err: &rest.Error{Status: 401}, want: []string{"this machine's clock"}},
		"throttled":                 {err: &rest.Error{Status: 429}, want: []string{"max_retries"}},
		"broken":                    {err: &rest.Error{Status: 500, RequestID: "id"}, want: []string{"give the request id to the vendor's support"}},
		"no JSON":                   {err: &rest.Error{Status: 200, Err: fmt.Errorf("%w: x", rest.ErrMalformed)}, want: []string{"Something else than COC may have answered"}},
		"too large":                 {err: &rest.Error{Status: 200, Err: rest.ErrTooLarge}, want: []string{"vendor's support: this is one ticket"}},
		"another ticket":            {err: &coc.OtherExecutionError{ExecutionID: "EX1", Got: "EX2"}, want: []string{"Nothing was taken from that answer"}},
		"a wait that took too long": {err: wait("Running"), want: []string{`To wait longer, give the read more time (timeouts = { read = "2h" })`}},
		"a wait for a paused one":   {err: wait("Pending"), want: []string{"Look the ticket up in the COC console", `timeouts = { read = "2h" }`}},
		"a read that took too long": {err: fmt.Errorf("%w; before that: %w", late, &rest.Error{Status: 403}), want: []string{`give the read more time (timeouts = { read = "2h" })`}},
		"an interrupt":              {err: &coc.WaitError{Err: context.Canceled}},
	} {
		t.Run(name, func(t *testing.T) {
			id := tc.id
			if id == "" {
				id = "EX1"
			}
			d := diagnoseExecution(id, origin{endpoint: "https://coc.example.com", choice: "COC_ENDPOINT"}, tc.err)
			what, next, _ := strings.Cut(d.Detail(), "\n\n")
			if d.Summary() != "Cannot read COC execution" || what != tc.err.Error()+"." || (next == "") != (len(tc.want) == 0) || strings.Contains(next, "  ") {
				t.Errorf("%s: %s", d.Summary(), d.Detail())
			}
			for _, part := range tc.want {
				if !strings.Contains(next, part) {
					t.Errorf("want %q in %s", part, next)
				}
			}
		})
	}
}

// What keeps a ticket from being read is one diagnostic, and a message beside a ticket is a warning.
func TestExecutionDiagnostics(t *testing.T) {
	for name, tc := range map[string]struct {
		fault   coctest.Fault
		warning bool
		want    string
	}{
		"an error":                {fault: coctest.Error(403, "APIGW.0302", "no"), want: "Cannot read COC execution: reading execution " + executionID + " from"},
		"null":                    {fault: coctest.JSON(`{"data":null}`), want: "data: want an object, got nothing or null"},
		"another ticket":          {fault: coctest.JSON(`{"data":{"execution_id":"EX2"}}`), want: `the service answered with "EX2"`},
		"a message beside":        {fault: coctest.JSON(`{"error_msg":"partly\n","data":{}}`), warning: true, want: `COC sent a message beside the ticket: "partly" came without a code`},
		"a wait that is too long": {fault: coctest.JSON(`{"data":{"status":"Running"}}`), want: `read once; its status is "Running": the read did not end within 1s.`},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys)
			e.AddExecution(coctest.Execution{ExecutionID: executionID})
			e.Fault(coctest.Always, tc.fault)
			arguments := map[string]any{"execution_id": executionID}
			if strings.HasPrefix(name, "a wait") {
				arguments["wait_for_completion"], arguments["timeouts"] = true, timeout("1s")
			}
			server, schema := askEmulator(t, e)
			state, diags := readExecution(t.Context(), t, server, schema, arguments)
			wantDiagnostic(t, diags, "", tc.want)
			if len(diags) == 1 && (diags[0].Severity == tfprotov6.DiagnosticSeverityWarning) != tc.warning {
				t.Errorf("severity %s", diags[0].Severity)
			}
			if !tc.warning && (state["finished"] != nil || state["status"] != nil) {
				t.Errorf("a failed read has a state: %v", state)
			}
		})
	}
}

// A wait that Terraform cancels ends within a second.
func TestExecutionInterrupt(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddExecution(coctest.Execution{ExecutionID: executionID, Phases: []coctest.Phase{{Status: "Running"}}})
	asked := make(chan struct{}, 10)
	e.Fault(coctest.Always, func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
		answer(w, r)
		asked <- struct{}{}
	})
	server, schema := askEmulator(t, e)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var ended time.Time
	go func() {
		<-asked
		time.Sleep(50 * time.Millisecond) // until the wait is between two requests
		ended = time.Now()
		cancel()
	}()
	_, diags := readExecution(ctx, t, server, schema, map[string]any{"execution_id": executionID, "wait_for_completion": true})
	if took := time.Since(ended); took > time.Second {
		t.Errorf("ended %s later", took)
	}
	wantDiagnostic(t, diags, "", "context canceled")
}

// What a wait logs, at INFO.
func TestExecutionLog(t *testing.T) {
	for name, tc := range map[string]struct {
		progress coc.Progress
		want     string
	}{
		"a change": {coc.Progress{Status: "Run\nning", Changed: true, Waited: time.Minute}, "A COC execution has a new status"},
		"a pause":  {coc.Progress{Status: "pending", Changed: true}, "A COC execution is paused, and may wait for somebody"},
		"a minute": {coc.Progress{Status: "Pending"}, "Still waiting for a COC execution"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			tc.progress.ExecutionID, tc.progress.Reads = executionID, 7
			logProgress(tflogtest.RootLogger(t.Context(), &log), tc.progress)
			lines, err := tflogtest.MultilineJSONDecode(&log)
			if err != nil {
				t.Fatal(err)
			}
			want := []map[string]any{{
				"@level": "info", "@module": "provider", "@message": tc.want, "execution_id": executionID,
				"status": strings.ReplaceAll(tc.progress.Status, "\n", " "), "reads": 7.0, "waited": tc.progress.Waited.String(),
			}}
			if diff := cmp.Diff(want, lines); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A ticket that still runs when Terraform asks for it first, and fails a second later: what comes out is the failed ticket.
func TestAccExecutionWait(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddExecution(coctest.Execution{ExecutionID: executionID})
	e.Fault(coctest.Number(1), func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
		// The clock of this copy, which counts from now on, begins with the first request, however slow the machine is.
		e.AddExecution(coctest.Execution{ExecutionID: executionID, Phases: []coctest.Phase{{Status: "Running"}, {After: time.Second, Status: "Failed"}}})
		answer(w, r)
	})
	const address = "data.coc_execution.test"
	acceptance(t, resource.TestStep{
		Config: serve(t, e) + `
data "coc_execution" "test" {
  execution_id        = "` + executionID + `"
  wait_for_completion = true
}

output "seconds" {
  value = (data.coc_execution.test.end_time - data.coc_execution.test.start_time) / 1000
}`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, attribute("execution_id"), knownvalue.StringExact(executionID)),
			statecheck.ExpectKnownValue(address, attribute("status"), knownvalue.StringExact("Failed")),
			statecheck.ExpectKnownValue(address, attribute("finished"), knownvalue.Bool(true)),
			statecheck.ExpectKnownValue(address, attribute("document_name"), knownvalue.StringExact("patch-kernel")),
			statecheck.ExpectKnownOutputValue("seconds", knownvalue.Int64Exact(1)),
		},
	})
	requests := e.Requests()
	if len(requests) < 2 {
		t.Fatal("nothing was waited for")
	}
	if wait := requests[1].At.Sub(requests[0].At); wait < 1600*time.Millisecond {
		t.Errorf("the second request came %s after the first", wait)
	}
	if paths := slices.Compact(pathsOf(requests)); len(paths) != 1 {
		t.Errorf("asked for %q", paths)
	}
}

func pathsOf(requests []coctest.Request) []string {
	paths := make([]string, len(requests))
	for i, r := range requests {
		paths[i] = r.Path
	}
	return paths
}

// A postcondition makes a failed ticket hard, and a ticket that is not there is an error that says where IDs are from.
func TestAccExecutionRefused(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddExecution(coctest.Execution{ExecutionID: executionID, Phases: []coctest.Phase{{Status: "Failed"}}})
	provider := serve(t, e)
	config := func(id string) string {
		return provider + `
data "coc_execution" "test" {
  execution_id        = "` + id + `"
  wait_for_completion = true

  lifecycle {
    postcondition {
      condition     = self.status == "Succeed"
      error_message = "Ticket ${self.execution_id} has the status ${self.status}."
    }
  }
}`
	}
	acceptance(t,
		resource.TestStep{Config: config(executionID), ExpectError: message("Ticket " + executionID + " has the status Failed.")},
		resource.TestStep{Config: config("EX1"), ExpectError: message("Cannot read COC execution", "400 Bad Request: COC.00067003:", "There is no ticket EX1.")},
	)
}

// When Terraform reads a ticket, by command, as the documentation says it.
func TestAccExecutionRequests(t *testing.T) {
	newHome(t)
	e := coctest.New(testKeys)
	e.AddExecution(coctest.Execution{ExecutionID: executionID, Phases: []coctest.Phase{{Status: "Failed"}}})
	t.Setenv(envEndpoint, serveURL(t, e))
	t.Setenv(envAccessKey, testKeys.AccessKey)
	t.Setenv(envSecretKey, testKeys.SecretKey)
	t.Setenv("TF_REATTACH_PROVIDERS", reattach(t))
	const source = `
terraform {
  required_providers {
    coc = { source = "cocops/coc" }
  }
}
`
	const known = `
data "coc_execution" "test" {
  execution_id        = "` + executionID + `"
  wait_for_completion = true
}

resource "terraform_data" "after" {
  input = data.coc_execution.test.status
}`
	const knownInTheApply = `
resource "terraform_data" "before" {
  input = "` + executionID + `"
}

data "coc_execution" "test" {
  execution_id        = terraform_data.before.output
  wait_for_completion = true
}`
	for name, tc := range map[string]struct {
		config   string
		commands [][]string
		want     []int // requests of each command
	}{
		"an ID that is known": {
			config: known,
			commands: [][]string{
				{"plan", "-out=plan"}, {"apply", "plan"}, {"plan"}, {"plan", "-refresh=false"}, {"apply", "-auto-approve"},
				{"destroy", "-auto-approve", "-refresh=false"},
			},
			want: []int{1, 0, 1, 1, 1, 0},
		},
		"an ID that is known in the apply": {
			config:   knownInTheApply,
			commands: [][]string{{"plan", "-out=plan"}, {"apply", "plan"}, {"plan"}, {"destroy", "-auto-approve"}},
			want:     []int{0, 1, 1, 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "main.tf"), source+tc.config)
			var got []int
			for _, command := range append([][]string{{"init"}}, tc.commands...) {
				before := len(e.Requests())
				if out, err := engine(t, dir, command...); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				got = append(got, len(e.Requests())-before)
			}
			if diff := cmp.Diff(append([]int{0}, tc.want...), got); diff != "" {
				t.Errorf("requests (-want +got)\n%s", diff)
			}
		})
	}
}
