package provider

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

const executionSource, executionID = "coc_execution", "EX2025062314121800000001"

// waiting are the arguments of a read that waits.
var waiting = map[string]any{"execution_id": executionID, "wait_for_completion": true}

// The state is the ticket's, value for value, with the arguments as they were given.
func TestExecutionState(t *testing.T) {
	pair := func(key, value any) map[string]any { return map[string]any{"key": key, "value": value} }
	for name, tc := range map[string]struct {
		answer    string // of the emulator if empty
		arguments map[string]any
		want      map[string]any // and the ID of the ticket; any other attribute is null
	}{
		"every field": {
			arguments: map[string]any{},
			want: map[string]any{
				"id": "1904", "finished": true, "document_name": "patch-kernel", "document_id": "DOC20250601080000xxxxxxx",
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
			},
		},
		"every argument, and a ticket that is waited for": {
			arguments: map[string]any{"wait_for_completion": true, "timeouts": timeout("90s")},
			answer:    `{"data":{"status":"Canceled","execution_id":"EX202506231412xxxxxxx"}}`,
			want: map[string]any{
				"wait_for_completion": true, "timeouts": map[string]any{"read": "90s"}, "status": "Canceled", "finished": true,
			},
		},
		"no field, not even its ID": {
			arguments: map[string]any{"wait_for_completion": false},
			answer:    `{"data":{}}`,
			want:      map[string]any{"wait_for_completion": false, "finished": false},
		},
		"odd values": {
			arguments: map[string]any{},
			answer: `{"data":{"start_time":9007199254740993,"end_time":"-9223372036854775808","status":"Skipped","description":"",
				"tags":["a",null,{"key":"k","value":{"a":[1, 2.50]}}],"sys_tags":[],"targets":[{"key":"k","values":["a",1,null]},{}]}}`,
			want: map[string]any{
				"finished": false, "status": "Skipped", "description": "",
				"start_time": int64(9007199254740993), "end_time": int64(-9223372036854775808),
				"tags":     []any{pair(nil, "a"), pair(nil, nil), pair("k", `{"a":[1,2.50]}`)},
				"sys_tags": []any{},
				"targets":  []any{map[string]any{"key": "k", "values": []any{"a", "1", nil}}, map[string]any{"key": nil, "values": nil}},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys)
			e.AddExecution(coctest.SampleExecutions()...)
			if tc.answer != "" {
				e.Fault(coctest.Always, coctest.JSON(tc.answer))
			}
			tc.arguments["execution_id"], tc.want["execution_id"] = coctest.SampleExecutionID, coctest.SampleExecutionID
			server, schemas := connected(t, e)
			got, diags := readValues(t.Context(), t, server, schemas, executionSource, tc.arguments)
			wantDiagnostic(t, diags, "", "")
			wantState(t, tc.want, got)
			if n := len(e.Requests()); n != 1 {
				t.Errorf("got %d requests, want 1", n)
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
		"forbidden": {err: &rest.Error{Kind: rest.Forbidden}, want: []string{"Grant the IAM action coc:execution:get to"}},
		"no such path": {err: &rest.Error{Kind: rest.NotFound}, want: []string{
			"There is no ticket EX1.", "begins with EX.", "coc_executions", "site or endpoint",
			"The request went to https://coc.example.com (set by COC_ENDPOINT).",
		}},
		"no such ticket":           {err: &rest.Error{Kind: rest.BadRequest, Code: "COC.00067003"}, want: []string{"There is no ticket EX1."}},
		"no such ticket, in a 200": {err: &rest.Error{Kind: rest.Server, Code: "COC.00067003"}, want: []string{"There is no ticket EX1."}},
		"a malformed request": {
			err: &rest.Error{Kind: rest.BadRequest}, want: []string{"Check execution_id. The ID of a ticket begins with EX."},
		},
		"keys":      {err: &rest.Error{Kind: rest.Unauthorized}, want: []string{"this machine's clock"}},
		"too large": {err: &rest.Error{Err: coc.ErrPageTooLarge}, want: []string{"the answer is about one ticket"}},
		"another ticket": {err: &coc.OtherExecutionError{ExecutionID: "EX1", Got: "EX2"},
			want: []string{"The provider did not use that answer"}},
		"a wait that took too long": {err: wait("Running"),
			want: []string{`To wait longer, give the read more time (timeouts = { read = "2h" })`}},
		"a wait for a paused one": {err: wait("Pending"), want: []string{"Look the ticket up in the COC console",
			`timeouts = { read = "2h" }`}},
		"a read that took too long": {err: fmt.Errorf("%w; before that: %w", late, &rest.Error{Kind: rest.Forbidden}),
			want: []string{`give the read more time (timeouts = { read = "2h" })`}},
		"an interrupt": {err: &coc.WaitError{Err: context.Canceled}},
	} {
		t.Run(name, func(t *testing.T) {
			id := tc.id
			if id == "" {
				id = "EX1"
			}
			d := executionTopic.diagnose(id, origin{endpoint: "https://coc.example.com", choice: "COC_ENDPOINT"}, tc.err)
			what, next, _ := strings.Cut(d.Detail(), "\n\n")
			if d.Summary() != "Cannot read COC execution" || what != tc.err.Error()+"." || (next == "") != (len(tc.want) == 0) ||
				strings.Contains(next, "  ") {
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

// What keeps a ticket from being read is one diagnostic, and a message with a ticket is a warning.
func TestExecutionDiagnostics(t *testing.T) {
	for name, tc := range map[string]struct {
		fault   coctest.Fault
		warning bool
		want    string
	}{
		"no such ticket": {want: "COC.00067003"},
		"an error":       {fault: coctest.Error(403, "APIGW.0302", "no"), want: "Cannot read COC execution: reading execution EX2025"},
		"null":           {fault: coctest.JSON(`{"data":null}`), want: "data: want an object, got nothing or null"},
		"another ticket": {fault: coctest.JSON(`{"data":{"execution_id":"EX2"}}`), want: `the service answered with "EX2"`},
		"a message with a ticket": {fault: coctest.JSON(`{"error_msg":"partly\n","data":{}}`), warning: true,
			want: `The message "partly" came with the ticket, but without a code.`},
		"a wait that is too long": {fault: coctest.JSON(`{"data":{"status":"Running"}}`), want: `is "Running": the read did not end within 1s.`},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys)
			if tc.fault != nil {
				e.Fault(coctest.Always, tc.fault)
			}
			arguments := map[string]any{"execution_id": executionID}
			if strings.HasPrefix(name, "a wait") {
				arguments["wait_for_completion"], arguments["timeouts"] = true, timeout("1s")
			}
			server, schemas := connected(t, e)
			state, diags := readValues(t.Context(), t, server, schemas, executionSource, arguments)
			wantDiagnostic(t, diags, "", tc.want)
			if len(diags) == 1 && (diags[0].Severity == tfprotov6.DiagnosticSeverityWarning) != tc.warning {
				t.Errorf("got the severity %s, want a warning: %t", diags[0].Severity, tc.warning)
			}
			if !tc.warning && (state["finished"] != nil || state["status"] != nil) {
				t.Errorf("got the state %v of a read that failed, want none", state)
			}
		})
	}
}

// A wait that Terraform cancels ends, although the ticket does not.
func TestExecutionInterrupt(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddExecution(coctest.Execution{ExecutionID: executionID, Phases: []coctest.Phase{{Status: "Running"}}})
	ctx, cancel := context.WithCancel(t.Context())
	e.Fault(coctest.Always, func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
		answer(w, r)
		cancel()
	})
	server, schemas := connected(t, e)
	_, diags := readValues(ctx, t, server, schemas, executionSource, waiting)
	wantDiagnostic(t, diags, "", "context canceled")
}

// What a wait logs, at INFO.
func TestExecutionLog(t *testing.T) {
	for name, tc := range map[string]struct {
		progress coc.Progress
		want     string
	}{
		"a change": {coc.Progress{Status: "Run\nning", Changed: true, Waited: time.Minute}, "A COC execution has a new status"},
		"a pause":  {coc.Progress{Status: "pending", Changed: true}, "A COC execution is paused, and may be waiting for somebody"},
		"a minute": {coc.Progress{Status: "Pending"}, "Still waiting for a COC execution"},
		"a pause of a script order": {
			coc.Progress{Kind: coc.KindScriptOrder, Status: "PAUSED", Changed: true},
			"A COC script order is paused, and may be waiting for somebody",
		},
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
				"@level": "info", "@module": "provider", "@message": tc.want, tc.progress.Kind.IDName(): executionID,
				"status": strings.ReplaceAll(tc.progress.Status, "\n", " "), "reads": 7.0, "waited": tc.progress.Waited.String(),
			}}
			if diff := cmp.Diff(want, lines); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A ticket that still runs when it is read first, and fails a second later: what comes out is the failed ticket.
func TestExecutionWait(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddExecution(coctest.Execution{ExecutionID: executionID})
	e.Fault(coctest.Number(1), func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
		// The clock of this copy, which counts from now on, begins with the first request, however slow the machine is.
		phases := []coctest.Phase{{Status: "Running"}, {After: time.Second, Status: "Failed"}}
		e.AddExecution(coctest.Execution{ExecutionID: executionID, Phases: phases})
		answer(w, r)
	})
	server, schemas := connected(t, e)
	got, diags := readValues(t.Context(), t, server, schemas, executionSource, waiting)
	wantDiagnostic(t, diags, "", "")
	if n := len(e.Requests()); got["status"] != "Failed" || got["finished"] != true || n < 2 {
		t.Errorf("got status %v, finished %v after %d requests, want Failed, true after at least 2", got["status"], got["finished"], n)
	}
}

// When Terraform reads a ticket, by command, as the documentation says it.
func TestAccExecutionRequests(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddExecution(coctest.Execution{ExecutionID: executionID, Phases: []coctest.Phase{{Status: "Failed"}}})
	inEnvironment(t, e)
	const read = `
data "coc_execution" "test" {
  execution_id        = terraform_data.before.output
  wait_for_completion = true
}

resource "terraform_data" "before" {
  input = "` + executionID + `"
}`
	for name, tc := range map[string]struct {
		config   string
		commands []string
		want     []int // requests of each command
	}{
		"an ID that is known": {
			config: strings.Replace(read, "terraform_data.before.output", `"`+executionID+`"`, 1),
			commands: []string{"init", "plan -out=plan", "apply plan", "plan", "plan -refresh=false", "apply -auto-approve",
				"destroy -auto-approve -refresh=false"},
			want: []int{0, 1, 0, 1, 1, 1, 0},
		},
		"an ID that is known in the apply": {
			config:   read,
			commands: []string{"init", "plan -out=plan", "apply plan", "plan", "destroy -auto-approve"},
			want:     []int{0, 0, 1, 1, 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "main.tf"), requireProvider+tc.config)
			var got []int
			for _, command := range tc.commands {
				before := len(e.Requests())
				if out, err := engine(t, dir, strings.Fields(command)...); err != nil {
					t.Fatalf("%s: %v\n%s", command, err, out)
				}
				got = append(got, len(e.Requests())-before)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("%q: got %v requests, want %v", tc.commands, got, tc.want)
			}
		})
	}
}
