package provider

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

const scriptOrderSource, orderUUID = "coc_script_order", "SCT2025062314121800000001"

func TestScriptOrderSchema(t *testing.T) {
	var resp datasource.SchemaResponse
	newSingleDataSource(scriptOrder)().Schema(t.Context(), datasource.SchemaRequest{}, &resp)
	if diags := resp.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Error(diags)
	}
}

// The state is the order's, value for value, next to the arguments as they were given. The script's parameters are not in it.
func TestScriptOrderState(t *testing.T) {
	for name, tc := range map[string]struct {
		answer, statistics string // of the emulator if empty
		arguments, want    map[string]any
	}{
		"every field": {
			arguments: map[string]any{"execute_uuid": coctest.SampleOrderUUID, "wait_for_completion": true, "timeouts": timeout("90s")},
			want: map[string]any{
				"execute_uuid": coctest.SampleOrderUUID, "wait_for_completion": true, "fields": nil, "timeouts": map[string]any{"read": "90s"},
				"creator": "xxxxxxxxxxxcontainer1", "status": "CANCELED", "finished": true,
				"gmt_created": int64(1697946452186), "gmt_finished": int64(1697946763469), "execute_costs": int64(311282),
				"properties": map[string]any{
					"script_uuid": "SC2023101717xxxxxxxxxxxxx", "script_name": "xjptxxxxxxxxx", "script_source": "CUSTOM_SCRIPT",
					"current_execute_batch_index": "1", "execute_param.resourceful": "true", "execute_param.timeout": "300",
					"execute_param.execute_user": "root", "execute_param.success_rate": "100",
				},
				"total_instance": int64(1), "status_counts": map[string]any{
					"READY": int64(0), "PROCESSING": int64(0), "ABNORMAL": int64(0), "CANCELED": int64(1), "FINISHED": int64(0),
				},
			},
		},
		"no field, not even its ID": {
			arguments: map[string]any{"execute_uuid": coctest.SampleOrderUUID},
			answer:    `{"data":{}}`, statistics: `{"data":{"execute_statistics":[]}}`,
			want: map[string]any{
				"execute_uuid": coctest.SampleOrderUUID, "wait_for_completion": nil, "fields": nil, "timeouts": nil,
				"creator": nil, "status": nil, "finished": false, "gmt_created": nil, "gmt_finished": nil, "execute_costs": nil,
				"properties": nil, "total_instance": nil, "status_counts": map[string]any{},
			},
		},
		"odd values": {
			arguments: map[string]any{"execute_uuid": coctest.SampleOrderUUID},
			answer: `{"data":{"gmt_created":9007199254740993,"status":"ODD","properties":{"script_name":7,"execute_param":
				{"success_rate":99.90,"script_params":[{"param_name":"password","param_value":"s3cret"}]}}}}`,
			statistics: `{"data":{"total_instance":2,"execute_statistics":[{"instance_status":"ODD","instance_count":"2"}]}}`,
			want: map[string]any{
				"execute_uuid": coctest.SampleOrderUUID, "wait_for_completion": nil, "fields": nil, "timeouts": nil,
				"creator": nil, "status": "ODD", "finished": false, "gmt_created": int64(9007199254740993), "gmt_finished": nil,
				"execute_costs": nil, "properties": map[string]any{"script_name": "7", "execute_param.success_rate": "99.90"},
				"total_instance": int64(2), "status_counts": map[string]any{"ODD": int64(2)},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys)
			e.AddOrder(coctest.SampleOrder())
			if tc.answer != "" {
				e.Fault(coctest.OnPath(coctest.OrderPath(coctest.SampleOrderUUID), coctest.Always), coctest.JSON(tc.answer))
				e.Fault(coctest.Always, coctest.JSON(tc.statistics))
			}
			server, schemas := connected(t, e)
			got, diags := readValues(t.Context(), t, server, schemas, scriptOrderSource, tc.arguments)
			wantDiagnostic(t, diags, "", "")
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// What keeps an order from being read is one diagnostic, and a message with an order is a warning. A wrong ID asks for nothing.
func TestScriptOrderDiagnostics(t *testing.T) {
	for name, tc := range map[string]struct {
		id, at   string        // the ID, orderUUID if empty, and where the diagnostic is
		fault    coctest.Fault // nil for the emulator's own answer
		wait     bool
		requests int
		want     string
	}{
		"an order_id": {
			id: "74", at: "execute_uuid", want: `execute_uuid is "74", which looks like the order_id of a script order`,
		},
		"a ticket": {id: "EX2025", at: "execute_uuid", want: "looks like the ID of a ticket (EX…): coc_execution_steps lists"},
		"no such order": {
			id: "SCT1", requests: 1, want: "There is no script order SCT1. The ID of a script order (execute_uuid) begins with SCT",
		},
		"forbidden":     {fault: coctest.Error(403, "APIGW.0302", "no"), requests: 1, want: "Grant the IAM action coc:job:get"},
		"another order": {fault: coctest.JSON(`{"data":{"execute_uuid":"SCT2"}}`), requests: 1, want: `answered with "SCT2"`},
		"a message with an order": {
			fault: coctest.JSON(`{"error_msg":"partly","data":{}}`), requests: 2,
			want: `COC sent a message with the script order: The message "partly" came with the script order, but without a code.`,
		},
		"a paused one": {
			fault: coctest.JSON(`{"data":{"status":"PAUSED"}}`), wait: true, requests: 1,
			want: "Look the script order up in the COC console: somebody may have to continue it.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys)
			e.AddOrder(coctest.Order{ExecuteUUID: orderUUID})
			if tc.fault != nil {
				e.Fault(coctest.OnPath(coctest.OrderPath(orderUUID), coctest.Always), tc.fault)
			}
			arguments := map[string]any{"execute_uuid": orderUUID}
			if tc.id != "" {
				arguments["execute_uuid"] = tc.id
			}
			if tc.wait {
				arguments["wait_for_completion"], arguments["timeouts"] = true, timeout("1s")
			}
			server, schemas := connected(t, e)
			_, diags := readValues(t.Context(), t, server, schemas, scriptOrderSource, arguments)
			wantDiagnostic(t, diags, tc.at, tc.want)
			if got := len(e.Requests()); got != tc.requests {
				t.Errorf("got %d requests, want %d", got, tc.requests)
			}
		})
	}
}

// What the user reads of an order's own errors that the emulator does not give.
func TestDiagnoseScriptOrder(t *testing.T) {
	late := &timeoutError{20 * time.Minute}
	for name, tc := range map[string]struct {
		err  error
		want string // what to do next; empty if there is nothing
	}{
		"a malformed request": {&rest.Error{Kind: rest.BadRequest}, "Check execute_uuid. The ID of a script order"},
		"keys":                {&rest.Error{Kind: rest.Unauthorized}, "this machine's clock"},
		"a wait": {
			&coc.WaitError{Progress: coc.Progress{Kind: coc.KindScriptOrder, Status: "PROCESSING"}, Err: late},
			`To wait longer, give the read more time (timeouts = { read = "2h" })`,
		},
		"a slow read":  {late, `If the service is only slow, give the read more time`},
		"an interrupt": {&coc.WaitError{Err: context.Canceled}, ""},
	} {
		d := scriptOrderTopic.diagnose("SCT1", origin{endpoint: "https://coc.example.com", choice: "COC_ENDPOINT"}, tc.err)
		what, next, _ := strings.Cut(d.Detail(), "\n\n")
		if d.Summary() != "Cannot read COC script order" || what != tc.err.Error()+"." ||
			!strings.Contains(next, tc.want) || (next == "") != (tc.want == "") {
			t.Errorf("%s: got %s: %s, want the advice %q", name, d.Summary(), d.Detail(), tc.want)
		}
	}
}

// An order that runs when Terraform asks for it first, and is ABNORMAL a second later.
func TestAccScriptOrderWait(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddOrder(coctest.Order{ExecuteUUID: orderUUID})
	e.Fault(coctest.Number(1), func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
		// The clock of this copy, which counts from now on, begins with the first request, however slow the machine is.
		e.AddOrder(coctest.Order{
			OrderID: 1001, ExecuteUUID: orderUUID, Batches: coctest.OrderBatches(4, 2),
			Phases: []coctest.Phase{{Status: "PROCESSING"}, {After: time.Second, Status: "ABNORMAL"}},
		})
		answer(w, r)
	})
	const address = "data.coc_script_order.test"
	acceptance(t, resource.TestStep{
		Config: serve(t, e) + `
data "coc_script_order" "test" {
  execute_uuid        = "` + orderUUID + `"
  wait_for_completion = true
}`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, attribute("status"), knownvalue.StringExact("ABNORMAL")),
			statecheck.ExpectKnownValue(address, attribute("finished"), knownvalue.Bool(true)),
			statecheck.ExpectKnownValue(address, attribute("total_instance"), knownvalue.Int64Exact(4)),
			statecheck.ExpectKnownValue(address, attribute("gmt_finished"), knownvalue.Null()),
		},
	})
}
