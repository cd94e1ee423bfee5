package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// Each warning stands where it belongs, together with the rows, and says what to look at.
//
// Fault: no rows, nothing named.
func TestWarnings(t *testing.T) {
	sends := func(sent ...string) func(coctest.Request, *coctest.Page) {
		return func(r coctest.Request, p *coctest.Page) {
			p.Data, p.Total = []coctest.Row{}, nil
			for _, row := range sent[min(r.Offset, len(sent)):] {
				p.Data = append(p.Data, coctest.Row(row))
			}
		}
	}
	const ticketA, ticketB = `{"execution_id":"EX1","document_name":"a","document_id":"DOC-A","start_time":10}`,
		`{"execution_id":"EX2","document_name":"b","document_id":"DOC-B"}`
	many := make([]string, 1001)
	for i := range many {
		many[i] = fmt.Sprintf(`{"id":%d,"execution_step_id":%q,"status":"S%d"}`, i, coctest.StepID, i)
	}
	secret := fmt.Sprintf(`{"id":1,"execution_step_id":%q,"status":%q}`, testKeys.SecretKey, testKeys.SecretKey)
	for name, tc := range map[string]struct {
		source    string // coc_execution_instances if empty
		arguments args
		edit      func(coctest.Request, *coctest.Page)
		attribute string
		want      []string // the parts of the warnings, in their order; none for no warning
		rows      int
	}{
		"rows of the step": {arguments: args{"execution_step_id": coctest.StepID}, rows: 8},
		"rows of all steps": {
			attribute: "execution_step_id", want: []string{"Without execution_step_id, the service sends every instance of the account: 8 were " +
				"read."}, rows: 8,
		},
		"a known status":          {arguments: args{"execution_step_id": coctest.StepID, "statuses": set("Canceled")}, rows: 0},
		"a status that a row has": {arguments: args{"execution_step_id": coctest.StepID, "statuses": set("Failed")}, rows: 2},
		"an unknown one that it has": {
			arguments: args{"execution_step_id": coctest.StepID, "statuses": set("Odd")},
			edit: func(r coctest.Request, p *coctest.Page) {
				if r.Offset == 0 {
					p.Data = append(p.Data[:7], coctest.Host(7, "odd"))
				}
			},
			rows: 1,
		},
		"no rows of a step": {
			arguments: args{"execution_step_id": "EXSnone"}, attribute: "execution_step_id",
			want: []string{`The service has no instances for execution_step_id "EXSnone". An unknown ID or name gives the same answer`},
		},
		"no rows of a step, and a status that nobody knows": {
			arguments: args{"execution_step_id": "EXSnone", "statuses": set("Fail")}, attribute: "execution_step_id",
			want: []string{"The service has no instances"},
		},
		"no rows of a step after an offset": {arguments: args{"execution_step_id": coctest.StepID, "offset": 8}, rows: 0},
		"no rows of a job": {
			source: "coc_executions", arguments: args{"document_name": "a", "document_id": "D"}, attribute: "document_name",
			want: []string{`The service has no executions for document_name "a" and document_id "D".`},
		},
		"rows of another step": {
			arguments: args{"execution_step_id": "EXSother"},
			edit: func(r coctest.Request, p *coctest.Page) {
				if p.Data = coctest.Rows(8); r.Offset > 0 {
					p.Data = nil
				}
				p.Total = 8
			},
			attribute: "execution_step_id",
			want: []string{"8 of the rows that the service sent are not of the execution_step_id that was asked for; one of them has " +
				"\"" + coctest.StepID + `"`},
			rows: 8,
		},
		"tickets of another job, and some without a time": {
			source: "coc_executions", arguments: args{"document_id": "DOC-B", "start_time": 200_000_000_000}, edit: sends(ticketA,
				ticketB), rows: 1,
			want: []string{
				`1 of the rows that the service sent are not of the document_id that was asked for, and were dropped; one of them has "DOC-A".`,
				`1 of the rows that the service sent are not of the start_time that was asked for, and were dropped; one of them has "10". ` +
					`1 of the rows have nothing to compare with start_time. They are treated as if they fit`,
			},
		},
		"no ticket of the name": {
			source: "coc_executions", arguments: args{"document_name": "c"}, edit: sends(ticketA, ticketB), attribute: "document_name",
			want: []string{`2 of the rows that the service sent are not of the document_name that was asked for, and were dropped; one of them ` +
				`has "a". No row is left.`},
		},
		"a step that did not come": {
			source: "coc_execution_steps", arguments: args{"execution_id": "EX1", "execution_step_id_list": set("EXS1", "EXS2")},
			edit: sends(`{"execution_step_id":"EXS1"}`), attribute: "execution_step_id_list", rows: 1,
			want: []string{`The service sent no row for "EXS2": no such steps, or not yet.`},
		},
		"the newest of any job": {
			source: "coc_executions", arguments: args{"most_recent": true,
				"exclude_child_executions": true}, edit: sends(ticketA), attribute: "most_recent",
			want: []string{"No argument names a job or a creator: most_recent keeps the newest of all executions, of any job."}, rows: 1,
		},
		"all of any job": {source: "coc_executions", edit: sends(ticketA), rows: 1},
		"a status that is a typo": {
			arguments: args{"execution_step_id": coctest.StepID, "statuses": set("Fail")}, attribute: "statuses",
			want: []string{`No row has the status "Fail", and this provider does not know it either. It knows "Running", "Succeed", "Canceled", ` +
				`"Failed"; ` +
				`the rows have "Failed", "Succeed". A list without rows can look as if nothing had failed`},
		},
		"a status that nobody knows, dropped": {
			source: "coc_execution_steps", arguments: args{"execution_id": "EX1", "statuses": set("Failed")}, attribute: "statuses",
			edit: sends(`{"execution_step_id":"EXS1","status":"Abnormal"}`),
			want: []string{`The rows that statuses dropped include some with the status "Abnormal", which this provider does not know.`},
		},
		"more statuses than are counted": {
			arguments: args{"execution_step_id": coctest.StepID}, edit: sends(many...),
			want: []string{"status_counts is null"}, rows: 1001,
		},
		"a property that no row has": {
			arguments: args{"execution_step_id": coctest.StepID,
				"property_paths": set("host_name", "provider")}, attribute: "property_paths",
			want: []string{`No row of data has the property "host_name".`}, rows: 8,
		},
		"a message with the rows": {
			arguments: args{"execution_step_id": coctest.StepID},
			edit: func(r coctest.Request, p *coctest.Page) {
				if message := "partly"; r.Offset == 0 {
					p.ErrorMsg = &message
				}
			},
			want: []string{`"partly" came without a code and with rows`}, rows: 8,
		},
		"a message with a code of success": {
			arguments: args{"execution_step_id": coctest.StepID},
			edit: func(_ coctest.Request, p *coctest.Page) {
				code, message := "COC.00000000", "ok"
				p.ErrorCode, p.ErrorMsg = &code, &message
			},
			rows: 8,
		},
		"secrets": {
			arguments: args{"execution_step_id": coctest.StepID, "statuses": set("Failed", "Odd")}, edit: sends(secret),
			want: []string{`one of them has "***"`, `the rows have "***"`, `with the status "***"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys, coctest.Rows(8)...)
			if tc.source == "" {
				tc.source = dataSource
			} else if tc.edit != nil {
				e.AddExecution(coctest.Execution{ExecutionID: "EX1"})
			}
			e.Edit = tc.edit
			server, schemas := newServer(t)
			if got := configure(t, server, schemas, args{"endpoint": serveURL(t, e), "access_key": testKeys.AccessKey,
				"secret_key": testKeys.SecretKey}); len(got) > 0 {
				t.Fatal(got[0].Detail)
			}
			answer, diags := readOf(t.Context(), t, server, schemas, tc.source, tc.arguments)
			if len(diags) != len(tc.want) {
				t.Fatalf("got %d warnings, want %d: %v", len(diags), len(tc.want), diags)
			}
			for i, d := range diags {
				if d.Severity != tfprotov6.DiagnosticSeverityWarning || !strings.Contains(d.Detail, tc.want[i]) {
					t.Errorf("got %s: %s\nwant a warning with %s", d.Summary, d.Detail, tc.want[i])
				}
				if strings.Contains(d.Detail, testKeys.SecretKey) {
					t.Errorf("%s repeats the secret: %s", d.Summary, d.Detail)
				}
			}
			if len(diags) == 1 {
				wantDiagnostic(t, diags, tc.attribute, tc.want[0])
			}
			state, err := answer.Unmarshal(schemas.DataSourceSchemas[tc.source].ValueType())
			if err != nil {
				t.Fatal(err)
			}
			if n := len(dataOf(t, state)); n != tc.rows {
				t.Errorf("%d rows, want %d", n, tc.rows)
			}
		})
	}
}
