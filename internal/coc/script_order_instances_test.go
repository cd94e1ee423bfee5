package coc

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// The vendor's example of an instance, value for value.
func TestScriptOrderInstancesSample(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddOrder(coctest.SampleOrder())
	params := Params{Arguments: url.Values{"execute_uuid": {coctest.SampleOrderUUID}}}
	list, err := ScriptOrderInstances.Read(t.Context(), newClient(t, e), params)
	if err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{{
		"id": int16(1588), "batch_index": int8(1), "gmt_created": int64(1697946452436), "gmt_finished": int64(1697946763467),
		"execute_costs": int32(311031), "status": "CANCELED", "message": "Script execution result",
		"target_instance": map[string]any{
			"agent_sn": "agent_sn", "resource_id": "resource_id", "properties.host_name": "host_name", "properties.fixed_ip": "x.x.x.x",
			"properties.region_id": "cn-north-7", "properties.zone_id": "cn-north-7c",
		},
	}}
	if diff := cmp.Diff(want, decoded(t, list.Rows)); diff != "" || *list.Total != 1 {
		t.Errorf("got the total %d, want 1 (-want +got)\n%s", *list.Total, diff)
	}
	var got []string
	for _, r := range e.Requests() {
		got = append(got, strings.TrimPrefix(r.Path, coctest.OrderPath(coctest.SampleOrderUUID))+"?"+r.Query.Encode())
	}
	if diff := cmp.Diff([]string{"/batches?", "/batches/1?limit=50", "/batches/1?limit=50&marker=1588"}, got); diff != "" {
		t.Errorf("requests (-want +got)\n%s", diff)
	}
}

// All hosts of an order are read, each once, in the order of the batches, or there is an error. There are 25 hosts in batches of 10.
//
// Fault: batch lacks a row, marker, total not reached, no data.
func TestScriptOrderInstances(t *testing.T) {
	const first, second = "batch 1: the list changed while it was being read, or was truncated: ",
		"batch 2: the list changed while it was being read, or was truncated: "
	onBatch := func(index int, edit func(p *coctest.Page)) func(*coctest.Emulator) {
		return func(e *coctest.Emulator) {
			e.Edit = func(r coctest.Request, p *coctest.Page) {
				if r.Path == coctest.OrderBatchPath(orderUUID, index) && r.Marker == 0 {
					edit(p)
				}
			}
		}
	}
	fault := func(path, body string) func(*coctest.Emulator) {
		return func(e *coctest.Emulator) { e.Fault(coctest.OnPath(path, coctest.Always), coctest.JSON(body)) }
	}
	batches := coctest.OrderBatchesPath(orderUUID)
	again := 0
	for name, tc := range map[string]struct {
		marker coctest.Marker
		params Params
		edit   func(*coctest.Emulator)
		lacks  int
		want   string // all of them if empty
		err    string
	}{
		"whole batches":         {},
		"an inclusive marker":   {marker: coctest.InclusiveMarker, params: Params{Limit: 4}},
		"an exclusive marker":   {params: Params{Limit: 4}},
		"a marker of no use":    {marker: coctest.IgnoredMarker},
		"one row in a page":     {params: Params{Limit: 1}},
		"statuses":              {params: Params{Statuses: []string{"abnormal"}}, want: "6 rows of 25, map[ABNORMAL:6 FINISHED:19]"},
		"max_items":             {params: Params{MaxItems: 12}, want: "12 rows of 25, map[]"},
		"max_items of statuses": {params: Params{MaxItems: 2, Statuses: []string{"ABNORMAL"}}, want: "2 rows of 25, map[]"},
		"an ignored marker": {
			marker: coctest.IgnoredMarker, params: Params{Limit: 4},
			err: first + "4 distinct rows, but the service gave a total of 10; the page after id 1591 only repeated earlier rows; read 3 times",
		},
		"a batch that lacks a row": {
			lacks: 1, err: second + "10 distinct rows, but the service gave a total of 11; read 3 times",
		},
		"a batch that lacks a row at first": {
			edit: onBatch(2, func(p *coctest.Page) {
				if again++; again == 1 {
					p.Data = p.Data[:9]
				}
			}),
		},
		"a row too many": {
			edit: onBatch(2, func(p *coctest.Page) { p.Data = append(p.Data, coctest.OrderHost(99, "FINISHED")) }),
			err:  second + "11 distinct rows, but the service gave a total of 10; read 3 times",
		},
		"a row of another batch": {
			edit: onBatch(2, func(p *coctest.Page) { p.Data[0] = coctest.OrderHost(3, "FINISHED") }),
			err:  "the list changed while it was being read, or was truncated: 24 distinct rows, but the service gave a total of 25",
		},
		"no total in a batch": {edit: onBatch(2, func(p *coctest.Page) { p.Total = nil })},
		"a total of a batch that is too low": {
			edit: onBatch(2, func(p *coctest.Page) { p.Total, p.Data = 9, p.Data[:9] }), // its last row is on the next page
		},
		"a total of a batch that is too high": {
			edit: onBatch(2, func(p *coctest.Page) { p.Total = 11 }),
			err:  second + "10 distinct rows, but the service gave a total of 11; read 3 times",
		},
		"no such order": {
			params: Params{Arguments: url.Values{"execute_uuid": {"SCT1"}}},
			err:    "reading batches from https://coc.example.com: 400 Bad Request: COC.00040709: the script order does not exist",
		},
		"no batches": {edit: fault(batches, `{"data":null}`), err: "reading batches from https://coc.example.com: 200 OK"},
		"batches as an object": {
			edit: fault(batches, `{"data":{"batch_index":1}}`), err: "data: want an array, got an object",
		},
		"a batch without a number": {
			edit: fault(batches, `{"data":[{"batch_index":1,"total_instances":1},{"batch_index":2}]}`),
			err:  "data[1]: want a batch_index and total_instances of at least 0 (request id emulated-0001)",
		},
		"a batch without data": {
			edit: fault(coctest.OrderBatchPath(orderUUID, 1), `{"data":null}`),
			err:  first + "0 distinct rows, but the service gave a total of 10; read 3 times",
		},
		"bare instances": {
			edit: fault(coctest.OrderBatchPath(orderUUID, 1), `{"data":[{"id":1}]}`),
			err:  "reading instances of batch 1 from https://coc.example.com: 200 OK",
		},
		"a refusal": {
			edit: func(e *coctest.Emulator) {
				e.Fault(coctest.OnPath(coctest.OrderBatchPath(orderUUID, 3), coctest.Always), coctest.Error(403, "COC.1", "no"))
			},
			err: "reading instances of batch 3 from https://coc.example.com: 403 Forbidden: COC.1: no",
		},
		"an order without a batch": {edit: fault(batches, `{"data":[]}`), want: "0 rows of 0, map[]"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := coctest.New(testKeys)
				e.OrdersWith.Marker = tc.marker
				order := coctest.Order{ExecuteUUID: orderUUID, Batches: coctest.OrderBatches(25, 10)}
				order.Batches[1].Lacks = tc.lacks
				e.AddOrder(order)
				if tc.edit != nil {
					tc.edit(e)
				}
				if tc.params.Arguments == nil {
					tc.params.Arguments = url.Values{"execute_uuid": {orderUUID}}
				}
				list, err := ScriptOrderInstances.Read(t.Context(), newClient(t, e), tc.params)
				if tc.err != "" || err != nil {
					if tc.err == "" || err == nil || !strings.Contains(err.Error(), tc.err) {
						t.Errorf("got the error %v, want %q", err, tc.err)
					}
					return
				}
				want := "25 rows of 25, map[ABNORMAL:6 FINISHED:19]"
				if tc.want != "" {
					want = tc.want
				}
				if got := fmt.Sprintf("%d rows of %d, %v", len(list.Rows), *list.Total, list.StatusCounts); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				inBatches(t, list, len(tc.params.Statuses) == 0)
			})
		})
	}
}

// inBatches checks that each row has the number of its batch and, if all rows are there, that they are in order.
func inBatches(t *testing.T, list *Result, all bool) {
	t.Helper()
	for i, row := range decoded(t, list.Rows) {
		if id := fmt.Sprint(row["id"]); all && id != fmt.Sprint(1588+i) ||
			fmt.Sprint(row["batch_index"]) != fmt.Sprint((number64(id)-1588)/10+1) {
			t.Errorf("row %d: got id %v in batch %v, want %d and its batch", i, id, row["batch_index"], 1588+i)
		}
	}
}

func number64(text string) (n int64) {
	_, _ = fmt.Sscan(text, &n)
	return n
}

// The batches of an order of 200 hosts are read some at a time, by no more requests than any other list.
func TestScriptOrderInstancesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys)
		e.Latency = 50 * time.Millisecond
		e.AddOrder(coctest.Order{ExecuteUUID: orderUUID, Batches: coctest.OrderBatches(200, 10)})
		var most flights
		started := time.Now()
		list, err := ScriptOrderInstances.Read(t.Context(), newClient(t, e, most.count),
			Params{Arguments: url.Values{"execute_uuid": {orderUUID}}})
		if err != nil || len(list.Rows) != 200 {
			t.Fatalf("got %+v, %v, want 200 rows", list, err)
		}
		// One request for the batches, and then two for each of 20 batches, of which four are read at the same time.
		if took, want := time.Since(started), (1+2*20/PagesInFlight)*e.Latency; took != want || most.most != PagesInFlight {
			t.Errorf("took %s, want %s; %d requests at once, want %d", took, want, most.most, PagesInFlight)
		}
	})
}

// An interrupt ends the read of every batch, and leaves nothing running.
func TestScriptOrderInstancesInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys)
		e.AddOrder(coctest.Order{ExecuteUUID: orderUUID, Batches: coctest.OrderBatches(25, 10)})
		e.Fault(coctest.OnPath(coctest.OrderBatchPath(orderUUID, 1), coctest.Always), coctest.Hang)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		started := time.Now()
		_, err := ScriptOrderInstances.Read(ctx, newClient(t, e), Params{Arguments: url.Values{"execute_uuid": {orderUUID}}})
		if took := time.Since(started); !errors.Is(err, context.Canceled) || took != time.Second {
			t.Errorf("got %v after %s, want an interrupt after a second", err, took)
		}
	})
}

// What all batches hold together is bounded.
func TestScriptOrderInstancesAreBounded(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddOrder(coctest.Order{ExecuteUUID: orderUUID, Batches: coctest.OrderBatches(25, 10)})
	params := Params{Arguments: url.Values{"execute_uuid": {orderUUID}}, MaxBytes: 10 << 10}
	_, err := ScriptOrderInstances.Read(t.Context(), newClient(t, e), params)
	var large *TooLargeError
	if !errors.As(err, &large) || large.Rows != 25 && large.Rows != 20 {
		t.Errorf("got %v, want an error that the rows are too large", err)
	}
}
