package provider

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// Each warning is on the argument that it is about, and says what to look at. (Package coc tests which rows a result counts as what.)
//
// Fault: no rows, nothing named.
func TestWarnings(t *testing.T) {
	const empty = "An empty list can look as if nothing had failed"
	step, partly, ok := url.Values{"execution_step_id": {"EXS1"}}, "partly\n", "COC.00000000"
	counts := map[string]int64{"Failed": 8}
	for name, tc := range map[string]struct {
		list      *coc.List // coc.ExecutionInstances if nil
		params    coc.Params
		result    coc.Result
		attribute string
		want      []string // parts of the one warning; none for no warning
	}{
		"rows of the step": {params: coc.Params{Arguments: step}, result: coc.Result{Read: 8}},
		"rows of all steps": {
			result: coc.Result{Read: 8}, attribute: "execution_step_id",
			want: []string{"Without execution_step_id, the service sends every instance of the account: 8 were read."},
		},
		"no rows of a step": {
			params: coc.Params{Arguments: step}, result: coc.Result{Unmatched: []string{"Fail"}}, attribute: "execution_step_id",
			want: []string{`The service has no instances for execution_step_id "EXS1". An unknown ID or name gives the same answer. ` + empty},
		},
		"no rows after an offset": {params: coc.Params{Arguments: step, Offset: 8}},
		"no rows of a job": {
			list: coc.Executions, params: coc.Params{Arguments: url.Values{"document_name": {"a"}, "document_id": {"D"}}},
			attribute: "document_name", want: []string{`The service has no executions for document_name "a" and document_id "D".`},
		},
		"all of any job": {list: coc.Executions, result: coc.Result{Read: 1}},
		"the newest of any job": {
			list: coc.Executions, params: coc.Params{MostRecent: true}, result: coc.Result{Read: 1}, attribute: "most_recent",
			want: []string{"No argument names a job or a creator, so most_recent keeps the newest of all executions, of any job."},
		},
		"rows of another step": {
			params: coc.Params{Arguments: step}, attribute: "execution_step_id",
			result: coc.Result{Read: 8, Mismatches: []coc.Mismatch{{Argument: "execution_step_id", Kept: 8, Example: "EXS2"}}},
			want:   []string{`8 of the rows that the service sent do not fit execution_step_id; one of them has "EXS2".`},
		},
		"dropped and silent rows": {
			params: coc.Params{Arguments: step}, attribute: "start_time", result: coc.Result{
				Read: 8, Rows: make([][]byte, 1), Mismatches: []coc.Mismatch{{Argument: "start_time", Dropped: 2, Silent: 1}},
			},
			want: []string{"2 of the rows that the service sent do not fit start_time, and were dropped; one of them has no value. " +
				"1 of the rows have no value to compare with start_time. They count as rows that fit, although they may not."},
		},
		"no row that fits": {
			params: coc.Params{Arguments: step}, attribute: "document_name",
			result: coc.Result{Read: 8, Mismatches: []coc.Mismatch{{Argument: "document_name", Dropped: 2, Example: "a"}}},
			want:   []string{`dropped; one of them has "a". No row is left. ` + empty},
		},
		"a step that did not come": {
			list: coc.ExecutionSteps, params: coc.Params{Arguments: url.Values{"execution_id": {"EX1"}}}, attribute: "execution_step_id_list",
			result: coc.Result{Read: 1, Mismatches: []coc.Mismatch{{Argument: "execution_step_id_list", Missing: []string{"EXS2", "EXS3"}}}},
			want:   []string{`The service sent no row for "EXS2", "EXS3": no such steps, or none yet.`},
		},
		"a property that no host has": {
			list: coc.ScriptOrderInstances, params: coc.Params{Arguments: url.Values{"execute_uuid": {"SCT1"}}}, attribute: "property_paths",
			result: coc.Result{Read: 3, UnusedPaths: []string{"host_name"}},
			want:   []string{"as you see them in target_instance without property_paths"},
		},
		"an order without hosts": {
			list: coc.ScriptOrderInstances, params: coc.Params{Arguments: url.Values{"execute_uuid": {"SCT1"}}}, attribute: "execute_uuid",
			want: []string{`The service has no instances for execute_uuid "SCT1".`},
		},
		"the newest of any script order": {
			list: coc.ScriptOrders, params: coc.Params{MostRecent: true}, result: coc.Result{Read: 1}, attribute: "most_recent",
			want: []string{"Neither order_name nor creator is set, so most_recent keeps the newest of all script orders."},
		},
		"a status that is a typo": {
			params: coc.Params{Arguments: step}, attribute: "statuses",
			result: coc.Result{Read: 8, Unmatched: []string{"Fail"}, Statuses: []string{"Failed", "Succeed"}},
			want: []string{`No row has the status "Fail", which this provider does not know. It knows "Running", "Succeed", "Canceled", ` +
				`"Failed"; the rows have "Failed", "Succeed". ` + empty},
		},
		"rows without a status": {
			params: coc.Params{Arguments: step}, attribute: "statuses", result: coc.Result{Read: 8, Unmatched: []string{"Fail"}},
			want: []string{"; no row has a status."},
		},
		"a status that nobody knows, dropped": {
			params: coc.Params{Arguments: step}, attribute: "statuses", result: coc.Result{Read: 8, Unforeseen: []string{"Abnormal"}},
			want: []string{`Some rows that statuses dropped have the status "Abnormal", which this provider does not know.`},
		},
		"a property that no row has": {
			params: coc.Params{Arguments: step}, attribute: "property_paths", result: coc.Result{Read: 8, UnusedPaths: []string{"host_name"}},
			want: []string{`No row in data has the property "host_name". That is fine if you list the paths of two alternative shapes.`},
		},
		"a message": {
			params: coc.Params{Arguments: step}, result: coc.Result{Read: 8, ErrorMsg: &partly},
			want: []string{`The message "partly" came with the rows, but without a code. The list of instances may not be all`},
		},
		"a message with a code of success": {params: coc.Params{Arguments: step}, result: coc.Result{Read: 8, ErrorCode: &ok, ErrorMsg: &partly}},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.list == nil {
				tc.list = coc.ExecutionInstances
			}
			tc.result.StatusCounts = counts
			got := warnings(tc.list, tc.params, &tc.result)
			if (len(got) > 0) != (len(tc.want) > 0) || len(got) > 1 {
				t.Fatalf("got %v, want %q", got, tc.want)
			}
			for _, d := range got {
				wantEqual(t, "severity", d.Severity(), diag.SeverityWarning)
				wantIn(t, d.Summary(), d.Detail(), tc.want...)
				at := ""
				if d, ok := d.(diag.DiagnosticWithPath); ok {
					at = d.Path().String()
				}
				wantEqual(t, "attribute", at, tc.attribute)
			}
		})
	}
	wantEqual(t, "warnings of a read that ended early", len(warnings(coc.Executions, coc.Params{MaxItems: 1}, &coc.Result{Read: 1})), 0)
	early := warnings(coc.Executions, coc.Params{}, &coc.Result{Read: 1})
	wantIn(t, "too many statuses", fmt.Sprint(early), "They are not counted, so status_counts is null.")
}

// Warnings come with the rows, and repeat no secret.
func TestWarningsComeWithRows(t *testing.T) {
	e := coctest.New(testKeys)
	e.Edit = func(r coctest.Request, p *coctest.Page) {
		if p.Total = 1; r.Offset == 0 {
			p.Data = []coctest.Row{coctest.Row(fmt.Sprintf(`{"id":1,"execution_step_id":%q,"status":%[1]q}`, testKeys.SecretKey))}
		}
	}
	server, schemas := connected(t, e)
	for _, tc := range []struct {
		statuses any
		want     []string
		rows     int
	}{
		{nil, []string{`one of them has "***"`}, 1},
		{set("Failed", "Odd"), []string{`one of them has "***"`, `the rows have "***"`, `have the status "***"`}, 0},
	} {
		state, got := readValues(t.Context(), t, server, schemas, dataSource, args{"execution_step_id": coctest.StepID, "statuses": tc.statuses})
		if len(got) != len(tc.want) {
			t.Fatalf("got %v, want %q", got, tc.want)
		}
		for i, d := range got {
			wantEqual(t, "severity", d.Severity, tfprotov6.DiagnosticSeverityWarning)
			wantIn(t, d.Summary, d.Detail, tc.want[i])
			wantNotIn(t, d.Summary, d.Detail, testKeys.SecretKey)
		}
		wantEqual(t, "rows", len(state["data"].([]any)), tc.rows)
	}
}
