package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// Each warning stands where it belongs, beside the rows, and says what to look at.
func TestWarnings(t *testing.T) {
	for name, tc := range map[string]struct {
		arguments map[string]any
		edit      func(coctest.Request, *coctest.Page)
		attribute string
		want      string // empty for no warning
		rows      int
	}{
		"rows of the step":   {arguments: map[string]any{"execution_step_id": coctest.StepID}, rows: 8},
		"rows of all steps":  {rows: 8},
		"a documented state": {arguments: map[string]any{"statuses": set("Canceled")}, rows: 0},
		"a state that a row has": {
			arguments: map[string]any{"statuses": set("Odd")},
			edit: func(r coctest.Request, p *coctest.Page) {
				if r.Offset == 0 {
					p.Data = append(p.Data[:7], coctest.Host(7, "odd"))
				}
			},
			rows: 1,
		},
		"no rows of a step": {
			arguments: map[string]any{"execution_step_id": "EXSnone"}, attribute: "execution_step_id",
			want: `The service has no instances for execution_step_id "EXSnone". An unknown ID gives the same answer`,
		},
		"no rows of a step, and a state that nobody knows": {
			arguments: map[string]any{"execution_step_id": "EXSnone", "statuses": set("Fail")}, attribute: "execution_step_id", want: "The service has no instances",
		},
		"no rows of a step behind an offset": {arguments: map[string]any{"execution_step_id": coctest.StepID, "offset": 8}, rows: 0},
		"rows of another step": {
			arguments: map[string]any{"execution_step_id": "EXSother"},
			edit: func(r coctest.Request, p *coctest.Page) {
				if p.Data = coctest.Rows(8); r.Offset > 0 {
					p.Data = nil
				}
				p.Total = 8
			},
			attribute: "execution_step_id",
			want:      "8 of the rows that the service sent are not of the execution_step_id that was asked for; one of them has \"" + coctest.StepID + `"`,
			rows:      8,
		},
		"a state that is a typo": {
			arguments: map[string]any{"statuses": set("Fail")}, attribute: "statuses",
			want: `No row is in the state "Fail", and the documentation does not know it either. A list without rows can look as if nothing had failed. ` +
				"Documented are Running, Succeed, Canceled, Failed; the rows have Succeed, Failed.",
		},
		"a message beside the rows": {
			edit: func(r coctest.Request, p *coctest.Page) {
				if message := "partly"; r.Offset == 0 {
					p.ErrorMsg = &message
				}
			},
			want: `"partly" came without a code and with rows`, rows: 8,
		},
		"a message beside a code of success": {
			edit: func(_ coctest.Request, p *coctest.Page) {
				code, message := "COC.00000000", "ok"
				p.ErrorCode, p.ErrorMsg = &code, &message
			},
			rows: 8,
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys, coctest.Rows(8)...)
			e.Edit = tc.edit
			server, schemas := newServer(t)
			if got := configure(t, server, schemas, map[string]any{"endpoint": serveURL(t, e), "access_key": testKeys.AccessKey, "secret_key": testKeys.SecretKey}); len(got) > 0 {
				t.Fatal(got[0].Detail)
			}
			answer, diags := read(t.Context(), t, server, schemas, tc.arguments)
			if tc.want != "" {
				wantDiagnostic(t, diags, tc.attribute, tc.want)
			}
			for _, d := range diags {
				if d.Severity != tfprotov6.DiagnosticSeverityWarning || tc.want == "" {
					t.Fatalf("%s: %s", d.Summary, d.Detail)
				}
			}
			state, err := answer.Unmarshal(schemas.DataSourceSchemas[dataSource].ValueType())
			if err != nil {
				t.Fatal(err)
			}
			if n := len(dataOf(t, state)); n != tc.rows {
				t.Errorf("%d rows, want %d", n, tc.rows)
			}
		})
	}
}
