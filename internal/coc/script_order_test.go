package coc

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

const orderUUID = "SCT2025062314121800000001"

// The vendor's example of a script order, value for value, from two requests.
func TestScriptOrder(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddOrder(coctest.SampleOrder())
	got, err := ReadScriptOrder(t.Context(), newClient(t, e), coctest.SampleOrderUUID)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"execute_uuid": "SCT2023102211473xxxxxxxxxx", "creator": "xxxxxxxxxxxcontainer1", "status": "CANCELED",
		"gmt_created": int64(1697946452186), "gmt_finished": int64(1697946763469), "execute_costs": int32(311282),
		"properties": map[string]any{
			"script_uuid": "SC2023101717xxxxxxxxxxxxx", "script_name": "xjptxxxxxxxxx", "script_source": "CUSTOM_SCRIPT",
			"current_execute_batch_index": "1", "execute_param.resourceful": "true", "execute_param.timeout": "300",
			"execute_param.execute_user": "root", "execute_param.success_rate": "100",
		},
	}
	if diff := cmp.Diff(want, decoded(t, [][]byte{got.Encoded})[0]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	counts := map[string]int64{"READY": 0, "PROCESSING": 0, "ABNORMAL": 0, "CANCELED": 1, "FINISHED": 0}
	if diff := cmp.Diff(counts, got.StatusCounts) + cmp.Diff(ptr(int64(1)), got.Total); diff != "" {
		t.Errorf("statistics (-want +got)\n%s", diff)
	}
	if got.Status != "CANCELED" || !got.Finished || got.ErrorMsg != "" {
		t.Errorf("got %+v, want one that is CANCELED and finished", got)
	}
	var asked []string
	for _, r := range e.Requests() {
		asked = append(asked, r.Path+"?"+r.Query.Encode())
	}
	path := "/v1/job/script/orders/SCT2023102211473xxxxxxxxxx"
	if diff := cmp.Diff([]string{path + "?", path + "/statistics?"}, asked); diff != "" {
		t.Errorf("requests (-want +got)\n%s", diff)
	}
}

// Whether an order has ended, by its status, its gmt_finished and its statistics. A row of these is a status and a number.
func TestScriptOrderFinished(t *testing.T) {
	for _, tc := range []struct {
		order, statistics string
		finished          bool
	}{
		{order: `"status":"FINISHED"`, finished: true},
		{order: `"status":"finished"`, statistics: `PROCESSING 1`, finished: true},
		{order: `"status":"CANCELED"`, finished: true},
		{order: `"status":"READY","gmt_finished":1`},
		{order: `"status":"PROCESSING","gmt_finished":1`},
		{order: `"status":"PAUSED","gmt_finished":1`},
		{order: `"status":"ABNORMAL","gmt_finished":null`, statistics: `ABNORMAL 2,FINISHED 1,READY 0`, finished: true},
		{order: `"status":"abnormal","gmt_finished":1`, statistics: `ABNORMAL 2,READY 1`},
		{order: `"status":"ABNORMAL","gmt_finished":1`, statistics: `ABNORMAL 2,processing 1`},
		{order: `"status":"ERROR"`, statistics: `ABNORMAL 1,ABNORMAL 2`, finished: true},
		{order: `"status":"ERROR"`, statistics: `READY 3`},
		{order: `"status":"ROLLBACKED"`, statistics: `ROLLBACKED 3`, finished: true},
		{order: `"status":"ROLLBACKED"`, statistics: `ROLLBACKED 2,PROCESSING 1`},
		// An instance that the statistics do not account for is not known to have ended.
		{order: `"status":"ABNORMAL"`, statistics: `ABNORMAL 2`},
		{order: `"status":"SKIPPED"`, statistics: `FINISHED 3`},
		{order: `"status":"SKIPPED","gmt_finished":0`},
		{order: `"status":"SKIPPED","gmt_finished":1`, statistics: `PROCESSING 3`, finished: true},
		{order: `"status":null,"gmt_finished":"1690200850293"`, finished: true},
		{order: `"status":null`},
		{order: `"creator":"somebody"`},
	} {
		e := coctest.New(testKeys)
		e.AddOrder(coctest.Order{ExecuteUUID: orderUUID})
		var counts []string
		for _, row := range strings.Split(tc.statistics, ",") {
			if status, n, ok := strings.Cut(row, " "); ok {
				counts = append(counts, fmt.Sprintf(`{"instance_status":%q,"instance_count":%s}`, status, n))
			}
		}
		e.Fault(coctest.OnPath(coctest.OrderPath(orderUUID), coctest.Always), coctest.JSON(`{"data":{`+tc.order+`}}`))
		e.Fault(coctest.Always, coctest.JSON(`{"data":{"total_instance":3,"execute_statistics":[`+strings.Join(counts, ",")+`]}}`))
		got, err := ReadScriptOrder(t.Context(), newClient(t, e), orderUUID)
		if err != nil || got.Finished != tc.finished {
			t.Errorf("%s, %s: got %+v, %v, want finished %t", tc.order, tc.statistics, got, err, tc.finished)
		}
	}
}

// What is no order, another one, or one without its numbers is an error at once, with and without the wait: never an order that
// has ended. No error repeats a value of the script's parameters.
//
// Fault: secret parameters, another ticket.
func TestScriptOrderOrAnError(t *testing.T) {
	const param = `{"execute_param":{"script_params":[{"param_name":"password","param_value":"s3cret"}]}}`
	for name, tc := range map[string]struct {
		order, statistics string // in place of the emulator's answer
		id                string // orderUUID if empty
		want              string
	}{
		"no such order": {
			id:   "SCT1",
			want: "reading script order SCT1 from https://coc.example.com: 400 Bad Request: COC.00040709: the script order does not exist",
		},
		"null":    {order: `{"data":null}`, want: "data: want an object, got nothing or null"},
		"nothing": {order: `{}`, want: "data: want an object, got nothing or null"},
		"a list":  {order: `{"data":[{"status":"FINISHED"}]}`, want: "data: want an object, got an array"},
		"a code":  {order: `{"error_code":"COC.1","error_msg":"no","data":{"status":"FINISHED"}}`, want: "200 OK: COC.1: no"},
		"another order": {
			order: `{"data":{"execute_uuid":"SCT2","status":"FINISHED"}}`,
			want:  "asked for script order " + orderUUID + `, but the service answered with "SCT2" (request id emulated-0001)`,
		},
		"its ID by case": {order: `{"data":{"execute_uuid":"sct2025062314121800000001","status":"FINISHED"}}`, want: `answered with "sct`},
		"broken JSON":    {order: `{"data":{"properties":` + param + `},}`, want: "200 OK: the answer is not JSON of the documented form"},
		"a wrong value": {
			order: `{"data":{"properties":` + param + `,"gmt_created":"x"}}`, want: `data.gmt_created: want an integer, got the string "x"`,
		},
		"JSON in a text": {
			order: `{"data":{"properties":"{\"script_params\":\"s3cret\"}"}}`, want: "data.properties: want an object, got a string",
		},

		"statistics of null": {
			statistics: `{"data":null}`, want: "reading statistics of script order " + orderUUID + " from https://coc.example.com: 200 OK",
		},
		"statistics of nobody": {
			statistics: `{"data":{"total_instance":0}}`, want: "data.execute_statistics: want an array, got nothing or null",
		},
		"a status alone": {
			statistics: `{"data":{"execute_statistics":[{"instance_status":"PROCESSING"}]}}`,
			want:       "data.execute_statistics[0].instance_count: want a number of at least 0",
		},
		"a number below 0": {
			statistics: `{"data":{"execute_statistics":[{"instance_count":-1}]}}`,
			want:       "data.execute_statistics[0].instance_count: want a number of at least 0",
		},
		"bare statistics": {statistics: `{"data":[]}`, want: "data: want an object, got an array"},
	} {
		for _, wait := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/wait %t", name, wait), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					e := coctest.New(testKeys)
					e.AddOrder(coctest.Order{ExecuteUUID: orderUUID, Phases: []coctest.Phase{{Status: "ABNORMAL"}}, Batches: coctest.OrderBatches(4, 2)})
					in := func(path, body string) {
						if body != "" {
							e.Fault(coctest.OnPath(path, coctest.Always), coctest.JSON(body))
						}
					}
					in(coctest.OrderPath(orderUUID), tc.order)
					in(coctest.OrderStatisticsPath(orderUUID), tc.statistics)
					id := orderUUID
					if tc.id != "" {
						id = tc.id
					}
					read := func() (*ScriptOrder, error) { return ReadScriptOrder(t.Context(), newClient(t, e), id) }
					if wait {
						read = func() (*ScriptOrder, error) { return WaitForScriptOrder(t.Context(), newClient(t, e), id, ignore) }
					}
					got, err := read()
					if got != nil || err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "s3cret") {
						t.Errorf("got %+v, %v\nwant the error %q without the secret", got, err, tc.want)
					}
				})
			})
		}
	}
	var failed *rest.Error
	_, err := ReadScriptOrder(t.Context(), newClient(t, coctest.New(testKeys)), "SCT1")
	if !errors.As(err, &failed) || failed.Code != "COC.00040709" {
		t.Errorf("got %v, want an error with the code COC.00040709", err)
	}
}
