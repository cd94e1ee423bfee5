package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

const runSource, runID = "coc_run", "EX2025062314121800000001"

// patchRun returns a ticket of the job that has ended in a status: three steps, of which the second has no hosts.
func patchRun(status string) coctest.Execution {
	step := func(id, name, status string) coctest.Step {
		return coctest.Step{ExecutionStepID: id, Name: name, Phases: []coctest.Phase{{Status: status}}}
	}
	return coctest.Execution{
		ExecutionID: runID, DocumentName: jobName, Phases: []coctest.Phase{{Status: status}},
		Steps: []coctest.Step{step("EXS1", "drain", "Succeed"), step("EXS2", "wait", "Succeed"), step("EXS3", "patch", status)},
	}
}

// patchHosts returns the instances of its steps: two hosts in each, of which the second one is in a status in the last step.
func patchHosts(status string) []coctest.Row {
	return append(coctest.HostsOf("EXS1", 2, "Succeed"), coctest.HostOf("EXS3", 0, "Succeed"), coctest.HostOf("EXS3", 1, status))
}

// The schema's model takes every value of a run.
func TestRunModel(t *testing.T) {
	schema := runSchema(t.Context())
	config := tfsdk.Config{Schema: schema, Raw: ofNulls(t, schema.Type().TerraformType(t.Context()))}
	if diags := config.Get(t.Context(), &runModel{}); diags.HasError() {
		t.Error(diags)
	}
}

// The state is the run's, value for value, next to the arguments as they were given.
func TestRunState(t *testing.T) {
	e := emulate(patchHosts("Failed"), patchRun("Failed"))
	e.Fault(coctest.OnPath(coctest.ExecutionPath(runID), coctest.Always),
		coctest.JSON(`{"data":{"execution_id":"`+runID+`","document_name":"patch-kernel",`+
			`"status":"Failed","start_time":1750659138000,"end_time":1750659211050}}`))
	server, schemas := connected(t, e)
	got, diags := readValues(t.Context(), t, server, schemas, runSource, map[string]any{
		"job": jobName, "started_after": "2025-06-23T08:12:18+02:00", "step_names": set("drain", "patch"), "expected_instances": 4,
		"wait_for_completion": true, "include_messages": true, "timeouts": timeout("90s"),
	})
	wantDiagnostic(t, diags, "", "")
	want := map[string]any{
		"job": jobName, "execution_id": nil, "script_order_name": nil, "script_order_id": nil, "started_after": "2025-06-23T08:12:18+02:00",
		"expected_instances":  int64(4),
		"step_names":          []any{"drain", "patch"},
		"wait_for_completion": true, "include_messages": true, "timeouts": map[string]any{"read": "90s"},
		"id": runID, "name": jobName, "status": "Failed", "finished": true, "succeeded": false,
		"started_at": "2025-06-23T06:12:18.000Z", "ended_at": "2025-06-23T06:13:31.050Z",
		"instance_count": int64(4), "status_counts": map[string]any{"Succeed": int64(3), "Failed": int64(1)},
		"step_statuses": map[string]any{"drain": "Succeed", "wait": "Succeed", "patch": "Failed"},
		"failed": []any{map[string]any{
			"instance_id": "EXI30001", "step_name": "patch", "host_name": "web-0002", "host_ip": "10.2.0.1", "resource_id": nestedID(1),
			"region_id": "cn-north-7", "status": "Failed", "message": "exit status 1",
			"started_at": "2025-06-23T06:12:19.000Z", "ended_at": "2025-06-23T06:13:30.000Z",
		}},
		"summary": `Run EX2025062314121800000001 of job "patch-kernel" has not succeeded: it ended with status Failed at 2025-06-23T06:13:31.050Z.
4 instances: 3 Succeed, 1 Failed.
By step: 2 in "drain", 2 in "patch".
Steps that have not succeeded: "patch" is Failed.
  web-0002 (10.2.0.1) in "patch" is Failed: exit status 1`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The state of a run of a script order: there are no steps, and the rest is as of a job.
func TestRunStateOfAScriptOrder(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddOrder(coctest.Order{ExecuteUUID: coctest.OrderUUID, OrderName: coctest.ScriptOrderName, Batches: coctest.OrderBatches(4, 2),
		Row: coctest.Row(`{"status":"ABNORMAL","gmt_created":1750659138000,"gmt_finished":null}`)})
	server, schemas := connected(t, e)
	got, diags := readValues(t.Context(), t, server, schemas, runSource, map[string]any{
		"script_order_name": coctest.ScriptOrderName, "expected_instances": 4, "wait_for_completion": true,
	})
	wantDiagnostic(t, diags, "", "")
	wantState(t, map[string]any{
		"script_order_name": coctest.ScriptOrderName, "expected_instances": int64(4), "wait_for_completion": true,
		"id": coctest.OrderUUID, "name": coctest.ScriptOrderName, "status": "ABNORMAL", "finished": true, "succeeded": false,
		"started_at": "2025-06-23T06:12:18.000Z", "instance_count": int64(4),
		"status_counts": map[string]any{"FINISHED": int64(3), "ABNORMAL": int64(1)},
		"failed": []any{map[string]any{
			"instance_id": "1591", "step_name": nil, "host_name": "web-0004", "host_ip": "10.2.0.3", "resource_id": nestedID(3),
			"region_id": "cn-north-7", "status": "ABNORMAL", "message": "exit status 1",
			"started_at": "2025-06-23T06:12:19.000Z", "ended_at": "2025-06-23T06:13:04.000Z",
		}},
		"summary": "Run " + coctest.OrderUUID + ` of script order "patch-openssl" has not succeeded: it ended with status ABNORMAL.
4 instances: 3 FINISHED, 1 ABNORMAL.
  web-0004 (10.2.0.3) is ABNORMAL: exit status 1`,
	}, got)
}

// include_messages keeps the messages in by default, and false keeps them out.
func TestRunMessages(t *testing.T) {
	server, schemas := connected(t, emulate(patchHosts("Failed"), patchRun("Failed")))
	for name, tc := range map[string]struct {
		include any
		want    any
	}{"by default": {nil, "exit status 1"}, "true": {true, "exit status 1"}, "false": {false, nil}} {
		got, diags := readValues(t.Context(), t, server, schemas, runSource,
			map[string]any{"execution_id": runID, "include_messages": tc.include})
		wantDiagnostic(t, diags, "", "")
		host, _ := got["failed"].([]any)[0].(map[string]any)
		if in := strings.Contains(fmt.Sprint(got["summary"]), "exit status 1"); host["message"] != tc.want || in != (tc.want != nil) {
			t.Errorf("%s: got %v, want %v; in the summary: %t", name, host["message"], tc.want, in)
		}
	}
}

// A wrong argument is one diagnostic on the attribute, and no request. A value that is not known yet is not judged.
func TestRunArguments(t *testing.T) {
	for name, tc := range map[string]struct {
		arguments map[string]any
		attribute string
		want      string // empty if it is right
	}{
		"a job": {
			arguments: map[string]any{"job": jobName, "started_after": "2025-06-23T06:12:18.050Z", "step_names": set("a b")},
		},
		"an ID": {arguments: map[string]any{"execution_id": runID, "expected_instances": 0}},
		"nothing": {
			attribute: "job",
			want:      "No run is named: Set exactly one of job, execution_id, script_order_name, script_order_id: it says which run to read. None",
		},
		"both": {
			arguments: map[string]any{"job": jobName, "execution_id": runID}, attribute: "execution_id",
			want: "More than one run is named: Set exactly one of job, execution_id",
		},
		"a script order by name": {arguments: map[string]any{"script_order_name": "a", "started_after": "2025-06-23T06:12:18.050Z"}},
		"a script order by ID":   {arguments: map[string]any{"script_order_id": orderUUID, "expected_instances": 4}},
		"a script order by both": {
			arguments: map[string]any{"script_order_name": "a", "script_order_id": orderUUID}, attribute: "script_order_id",
			want: "Both script_order_name and script_order_id have a value.",
		},
		"a job and a script order": {
			arguments: map[string]any{"job": jobName, "script_order_name": "a"}, attribute: "script_order_name", want: "Both job and",
		},
		"steps of a script order": {
			arguments: map[string]any{"script_order_name": "a", "step_names": set("b")}, attribute: "step_names",
			want: "but script_order_name names a script order, which has no steps",
		},
		"unknown steps of a script order": {arguments: map[string]any{"script_order_id": orderUUID, "step_names": unknown}},
		"a start of one script order": {
			arguments: map[string]any{"script_order_id": orderUUID, "started_after": "2025-06-23T06:12:18Z"}, attribute: "started_after",
			want: "script_order_id names one run",
		},
		"an order_id": {
			arguments: map[string]any{"script_order_id": "74"}, attribute: "script_order_id", want: "looks like the order_id of a script order",
		},
		"a ticket's ID": {
			arguments: map[string]any{"script_order_id": "EX2025"}, attribute: "script_order_id", want: "looks like the ID of a ticket (EX…)",
		},
		"an empty name": {
			arguments: map[string]any{"script_order_name": ""}, attribute: "script_order_name", want: "it names the order to judge",
		},
		"an unknown job":          {arguments: map[string]any{"job": unknown}},
		"an unknown ID":           {arguments: map[string]any{"execution_id": unknown}},
		"a job and an unknown ID": {arguments: map[string]any{"job": jobName, "execution_id": unknown}},
		"all unknown": {arguments: map[string]any{
			"job": unknown, "execution_id": unknown, "started_after": unknown, "step_names": unknown,
			"expected_instances": unknown, "wait_for_completion": unknown,
		}},
		"an empty job": {
			arguments: map[string]any{"job": ""}, attribute: "job",
			want: `job must be the name of a job, without blanks around it, got "": it names the job`,
		},
		"blanks around a job": {
			arguments: map[string]any{"job": " a"}, attribute: "job", want: `got " a" with blanks or line ends around it`,
		},
		"an empty ID": {
			arguments: map[string]any{"execution_id": ""}, attribute: "execution_id", want: "job finds the newest ticket by its name",
		},
		"a step's ID": {
			arguments: map[string]any{"execution_id": "EXS1"}, attribute: "execution_id", want: `which looks like the ID of a step (EXS…)`,
		},
		"a script order's ID": {
			arguments: map[string]any{"execution_id": "SCT2025"}, attribute: "execution_id",
			want: `which looks like the ID of a script order (SCT…)`,
		},
		"a path": {
			arguments: map[string]any{"execution_id": "EX1/steps"}, attribute: "execution_id", want: `only, got "EX1/steps"`,
		},
		"a start of one run": {
			arguments: map[string]any{"execution_id": runID, "started_after": "2025-06-23T06:12:18Z"}, attribute: "started_after",
			want: "execution_id names one run",
		},
		"an unknown start of a run": {arguments: map[string]any{"execution_id": runID, "started_after": unknown}},
		"a start that is no time": {
			arguments: map[string]any{"job": jobName, "started_after": "yesterday"}, attribute: "started_after",
			want: `started_after must be a time in RFC 3339, such as 2025-06-23T06:12:19Z or 2025-06-23T08:12:19.050+02:00, got "yesterday"`,
		},
		"a start in milliseconds": {
			arguments: map[string]any{"job": jobName, "started_after": "1750659138000"}, attribute: "started_after",
			want: `must be a time in RFC 3339`,
		},
		"no step": {
			arguments: map[string]any{"job": jobName, "step_names": set()}, attribute: "step_names", want: "at least 1",
		},
		"a step that is null": {
			arguments: map[string]any{"job": jobName, "step_names": set("a", nil)}, attribute: "step_names", want: "null",
		},
		"a step without a name": {
			arguments: map[string]any{"job": jobName, "step_names": set("a", "")}, attribute: "step_names",
			want: "leave step_names out to judge all steps",
		},
		"a step with blanks": {
			arguments: map[string]any{"job": jobName, "step_names": set(" a")}, attribute: "step_names", want: `got " a" with blanks`,
		},
		"a step that is not known": {arguments: map[string]any{"job": jobName, "step_names": set("a", unknown)}},
		"fewer than no instances": {
			arguments: map[string]any{"job": jobName, "expected_instances": -1}, attribute: "expected_instances",
			want: "must be at least 0, got: -1",
		},
		"a time that is no duration": {arguments: map[string]any{"job": jobName, "timeouts": timeout("90")}, attribute: "timeouts", want: `"90"`},
	} {
		t.Run(name, func(t *testing.T) {
			e := emulate(nil)
			server, schemas := connected(t, e)
			config := block(t, schemas.DataSourceSchemas[runSource], tc.arguments)
			got, err := server.ValidateDataResourceConfig(t.Context(),
				&tfprotov6.ValidateDataResourceConfigRequest{TypeName: runSource, Config: config})
			if err != nil {
				t.Fatal(err)
			}
			wantDiagnostic(t, got.Diagnostics, tc.attribute, tc.want)
			if n := len(e.Requests()); n > 0 {
				t.Errorf("got %d requests, want none", n)
			}
		})
	}
}

// Each failure names its argument or its call, says what to do, and which IAM action the call needs.
func TestRunDiagnostics(t *testing.T) {
	refuse := func(path string, status int, code string) func(*coctest.Emulator) {
		return func(e *coctest.Emulator) {
			e.Fault(coctest.OnPath(path, coctest.Always), coctest.Error(status, code, "no"))
		}
	}
	steps := coctest.StepsPath(runID)
	for name, tc := range map[string]struct {
		script    func(*coctest.Emulator)
		arguments map[string]any
		attribute string
		want      []string
	}{
		"a job that nobody has": {
			arguments: map[string]any{"job": "patch"}, attribute: "job",
			want: []string{
				"No run of the job: there is no run of a job with the name \"patch\"; jobs whose name contains it: \"patch-kernel\".",
				"Only execution_id finds a ticket",
			},
		},
		"an old run": {
			arguments: map[string]any{"job": jobName, "started_after": "2099-06-23T08:12:18+02:00"}, attribute: "started_after",
			want: []string{
				"The newest run is too old: no run of job \"patch-kernel\" has started since 2099-06-23T06:12:18.000Z: " +
					"its newest run " + runID + " started at 20",
				`started_after is "2099-06-23T08:12:18+02:00"`,
			},
		},
		"a step that the run lacks": {
			arguments: map[string]any{"job": jobName, "step_names": set("path")}, attribute: "step_names",
			want: []string{`No such step: execution ` + runID + ` has no step with the name "path"; it has "drain", "wait", "patch".`},
		},
		"a script order that nobody has": {
			arguments: map[string]any{"script_order_name": "patch"}, attribute: "script_order_name",
			want: []string{
				`No such script order: there is no run of a script order with the name "patch"; script orders whose name contains it: "patch-openssl".`,
			},
		},
		"an old script order": {
			arguments: map[string]any{"script_order_name": "patch-openssl", "started_after": "2099-06-23T08:12:18+02:00"},
			attribute: "started_after",
			want:      []string{"The newest run is too old: no run of script order \"patch-openssl\" has started since 2099-06-23T06:12:18.000Z"},
		},
		"an unknown script order": {
			arguments: map[string]any{"script_order_id": "SCT1"},
			want:      []string{"Cannot read COC script order of the run", "There is no script order SCT1.", "coc:job:get"},
		},
		"the script orders are refused": {
			script: refuse(coctest.OrdersPath, 403, "COC.1"), arguments: map[string]any{"script_order_name": "patch-openssl"},
			want: []string{"Cannot read COC script orders of the run", "Grant the IAM action coc:job:list to"},
		},
		"the script order is refused": {
			script: refuse(coctest.OrderPath(coctest.OrderUUID), 403, "COC.1"), arguments: map[string]any{"script_order_name": "patch-openssl"},
			want: []string{"Cannot read COC script order of the run", "Grant the IAM action coc:job:get to"},
		},
		"its hosts are refused": {
			script:    refuse(coctest.OrderBatchPath(coctest.OrderUUID, 1), 403, "COC.1"),
			arguments: map[string]any{"script_order_name": "patch-openssl"},
			want:      []string{"Cannot read COC script order instances of the run", "Grant the IAM action coc:job:get to"},
		},
		"a total of all script orders": {
			script:    func(e *coctest.Emulator) { e.Edit = func(_ coctest.Request, p *coctest.Page) { p.Total = 9 } },
			arguments: map[string]any{"script_order_name": "patch-openssl"},
			want:      []string{"which may not take these filters into account: name_like", "set script_order_id instead."},
		},
		"an unknown ticket": {
			arguments: map[string]any{"execution_id": "EX1"},
			want:      []string{"Cannot read COC execution of the run", "There is no ticket EX1.", "coc:execution:get"},
		},
		"the tickets are refused": {
			script: refuse(coctest.ExecutionsPath, 403, "COC.1"), want: []string{
				"Cannot read COC executions of the run", "403 Forbidden", "Grant the IAM action coc:execution:list to",
			},
		},
		"the ticket is refused": {
			script: refuse(coctest.ExecutionPath(runID), 403, "COC.1"), want: []string{
				"Cannot read COC execution of the run", "Grant the IAM action coc:execution:get to",
			},
		},
		"the steps are refused": {
			script: refuse(steps, 403, "COC.1"), want: []string{
				"Cannot read COC execution steps of the run", "Grant the IAM action coc:execution:listExecutionStep to",
			},
		},
		"the instances are refused": {
			script: refuse(coctest.Path, 403, "COC.1"),
			want:   []string{"Cannot read COC execution instances of the run", "Grant the IAM action coc:execution:listExecutionStepInstance to"},
		},
		"the steps fail": {
			script: refuse(steps, 400, "COC.00040701"),
			want: []string{"Cannot read COC execution steps of the run", "400 Bad Request: COC.00040701",
				"give the request id to the vendor's support",
				"The request was GET /v1/executions/{execution_id}/steps, which needs the IAM action coc:execution:listExecutionStep."},
		},
		"steps that are not whole": {
			script: func(e *coctest.Emulator) {
				e.Edit = func(r coctest.Request, p *coctest.Page) {
					if r.Path == steps {
						p.Total = 9
					}
				}
			},
			want: []string{"Cannot read COC execution steps of the run", "There is no verdict"},
		},
		"no time": {
			script:    func(e *coctest.Emulator) { e.Fault(coctest.OnPath(coctest.Path, coctest.Always), coctest.Hang) },
			arguments: map[string]any{"job": jobName, "timeouts": timeout("200ms")},
			want: []string{
				"Cannot read COC execution instances of the run", "the read did not end within 200ms",
				"Give the read more time (timeouts = { read = \"1h\" }).",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := emulate(patchHosts("Succeed"), patchRun("Succeed"))
			addOrder("FINISHED", 3)(t, e)
			if tc.script != nil {
				tc.script(e)
			}
			arguments := tc.arguments
			if arguments == nil {
				arguments = map[string]any{"job": jobName}
			}
			server, schemas := connected(t, e)
			_, diags := readValues(t.Context(), t, server, schemas, runSource, arguments)
			for _, want := range tc.want {
				wantDiagnostic(t, diags, tc.attribute, want)
			}
			for _, other := range []string{"set limit", "max_items", "property_paths"} {
				if len(diags) > 0 && strings.Contains(diags[0].Detail, other) {
					t.Errorf("got an advice that coc_run does not take, %s: %s", other, diags[0].Detail)
				}
			}
		})
	}
}

// What a list warns of, a run warns of. A step without hosts is no reason to warn.
func TestRunWarnings(t *testing.T) {
	messageFrom := func(path string) func(*coctest.Emulator) {
		return func(e *coctest.Emulator) {
			message := "be careful"
			e.Edit = func(r coctest.Request, p *coctest.Page) {
				if r.Path == path && (r.StepID == "" || r.StepID == "EXS1") && len(p.Data) > 0 {
					p.ErrorMsg = &message
				}
			}
		}
	}
	const careful = `COC sent a message with the rows: The message "be careful"`
	for name, tc := range map[string]struct {
		script func(*coctest.Emulator)
		want   string
	}{
		"nothing":                      {},
		"a message with the tickets":   {messageFrom(coctest.ExecutionsPath), careful},
		"a message with the steps":     {messageFrom(coctest.StepsPath(runID)), careful},
		"a message with the instances": {messageFrom(coctest.Path), careful},
		"a message with the ticket": {func(e *coctest.Emulator) {
			e.Fault(coctest.OnPath(coctest.ExecutionPath(runID), coctest.Always), coctest.JSON(`{"error_msg":"be careful","data":{}}`))
		}, `with the ticket: The message "be careful"`},
		"rows of another step of the ticket": {func(e *coctest.Emulator) {
			e.Edit = func(r coctest.Request, p *coctest.Page) {
				if r.StepID == "EXS1" && r.Offset == 0 {
					p.Data = append(p.Data, coctest.HostOf("EXS3", 7, "Succeed"))
				}
			}
		}, "Rows of another step: 1 of the rows that the service sent for the step EXS1 belong to another step."},
	} {
		t.Run(name, func(t *testing.T) {
			e := emulate(patchHosts("Succeed"), patchRun("Succeed"))
			if tc.script != nil {
				tc.script(e)
			}
			server, schemas := connected(t, e)
			_, diags := readValues(t.Context(), t, server, schemas, runSource, map[string]any{"job": jobName})
			wantDiagnostic(t, diags, "", tc.want)
			if len(diags) > 0 && diags[0].Severity != tfprotov6.DiagnosticSeverityWarning {
				t.Errorf("got %s, want a warning", diags[0].Severity)
			}
		})
	}
}

const runGate = `
data "coc_run" "patch" {
  job                 = "patch-kernel"
  started_after       = timeadd(plantimestamp(), "-2h")
  wait_for_completion = true
  expected_instances  = 4

  lifecycle {
    postcondition {
      condition     = self.succeeded
      error_message = self.summary
    }
  }
}

resource "terraform_data" "rollout" {
  input = data.coc_run.patch.id
}
`

// A gate with a real Terraform: it opens, it stays shut and says why, and what is named wrongly is an error.
func TestAccRun(t *testing.T) {
	config := func(ticket coctest.Execution, rows []coctest.Row, edits ...string) string {
		return serve(t, emulate(rows, ticket)) + strings.NewReplacer(edits...).Replace(runGate)
	}
	acceptance(t,
		resource.TestStep{
			Config: config(patchRun("Failed"), patchHosts("Failed")),
			ExpectError: message("Resource postcondition failed",
				`Run `+runID+` of job "patch-kernel" has not succeeded: it ended with status Failed at`,
				"4 instances: 3 Succeed, 1 Failed.", "  web-0002 (10.2.0.1) in \"patch\" is Failed: exit status 1"),
		},
		resource.TestStep{
			Config:      config(patchRun("Succeed"), patchHosts("Succeed"), "patch-kernel", "patch"),
			ExpectError: message("No run of the job", `"patch"; jobs whose name contains it: "patch-kernel".`),
		},
		resource.TestStep{
			Config:      config(patchRun("Succeed"), patchHosts("Succeed"), "wait_for_completion = true", `step_names = ["path"]`),
			ExpectError: message("No such step", `"path"; it has "drain", "wait", "patch".`),
		},
		resource.TestStep{
			Config: config(patchRun("Succeed"), patchHosts("Succeed")),
			Check:  resource.TestCheckResourceAttr("terraform_data.rollout", "output", runID),
		},
	)
}

// The wait with a real Terraform: a ticket that still runs is judged when it has ended.
func TestAccRunWaits(t *testing.T) {
	e := emulate(patchHosts("Succeed"))
	ticket := patchRun("Succeed")
	ticket.Phases = []coctest.Phase{{Status: "Running"}, {After: 3 * 1e9, Status: "Succeed"}}
	e.AddExecution(ticket)
	acceptance(t,
		resource.TestStep{Config: serve(t, e) + runGate, Check: resource.TestCheckResourceAttr("terraform_data.rollout", "output", runID)})
	if n := strings.Count(paths(e), coctest.ExecutionPath(runID)+"\n"); n < 2 {
		t.Errorf("the ticket was read %d times, want at least 2", n)
	}
}

func paths(e *coctest.Emulator) string {
	var b strings.Builder
	for _, r := range e.Requests() {
		b.WriteString(r.Path + "\n")
	}
	return b.String()
}

// A run whose 200 hosts all succeeded takes less than 2 KB of the state, as compact JSON.
func TestAccRunIsSmall(t *testing.T) {
	e := emulate(append(coctest.HostsOf("EXS1", 100, "Succeed"), coctest.HostsOf("EXS3", 100, "Succeed")...), patchRun("Succeed"))
	inEnvironment(t, e)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "main.tf"), requireProvider+strings.Replace(runGate, "= 4", "= 200", 1))
	if out, err := engine(t, dir, "init", "-no-color"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := apply(t, dir); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "terraform.tfstate")) //nolint:gosec // the path is ours
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Resources []struct {
			Type      string
			Instances []struct{ Attributes map[string]any }
		}
	}
	if err := json.Unmarshal(raw, &state); err != nil {
		t.Fatal(err)
	}
	for _, r := range state.Resources {
		if r.Type != runSource {
			continue
		}
		compact, err := json.Marshal(r.Instances[0].Attributes)
		if err != nil || len(compact) >= 2000 || !strings.Contains(string(compact), `"instance_count":200`) {
			t.Errorf("got %d bytes, want less than 2000, %v: %s", len(compact), err, compact)
		}
		t.Logf("%d bytes", len(compact))
		return
	}
	t.Errorf("there is no %s in the state", runSource)
}
