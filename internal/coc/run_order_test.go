package coc

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// orderOf returns the script order patch, which has ended in a status, with hosts in these statuses, three in a batch.
func orderOf(status string, hosts ...string) coctest.Order {
	o := coctest.Order{
		OrderID: 9, OrderName: "patch", ExecuteUUID: orderUUID,
		Row: coctest.Row(fmt.Sprintf(`{"status":%q,"gmt_created":1750659138000,"gmt_finished":1750659211000}`, status)),
	}
	for i, host := range hosts {
		if i%3 == 0 {
			o.Batches = append(o.Batches, coctest.OrderBatch{})
		}
		last := &o.Batches[len(o.Batches)-1]
		last.Instances = append(last.Instances, coctest.OrderInstance{Row: coctest.OrderHost(i, host)})
	}
	return o
}

// A script order whose script failed on a host, value for value.
func TestRunOfAScriptOrder(t *testing.T) {
	want := &Run{
		Kind: KindScriptOrder, ID: orderUUID, Name: ptr("patch"), Status: ptr("ABNORMAL"), Finished: true,
		StartedAt: ptr("2025-06-23T06:12:18.000Z"), EndedAt: ptr("2025-06-23T06:13:31.000Z"),
		InstanceCount: 4, StatusCounts: map[string]int64{"FINISHED": 3, "ABNORMAL": 1},
		Failed: []RunInstance{{
			InstanceID: ptr("1591"), HostName: ptr("web-0004"), HostIP: ptr("10.2.0.3"), ResourceID: ptr("adfbb61d-bdcd-46bb-9b32-000000000003"),
			RegionID: ptr("cn-north-7"), Status: ptr("ABNORMAL"), Message: ptr("exit status 1"),
			StartedAt: ptr("2025-06-23T06:12:19.000Z"), EndedAt: ptr("2025-06-23T06:13:04.000Z"),
		}},
		Summary: "Run " + orderUUID + ` of script order "patch" has not succeeded: it ended with status ABNORMAL at 2025-06-23T06:13:31.000Z.
4 instances: 3 FINISHED, 1 ABNORMAL.
  web-0004 (10.2.0.3) is ABNORMAL: exit status 1`,
	}
	for name, params := range map[string]RunParams{
		"by name": {ScriptOrder: "patch"}, "by ID": {ScriptOrderID: orderUUID}, "waiting": {ScriptOrder: "patch", Wait: true},
	} {
		e := coctest.New(testKeys)
		e.AddOrder(orderOf("ABNORMAL", "FINISHED", "FINISHED", "FINISHED", "ABNORMAL"))
		got, err := readRun(t, e, params)
		if err != nil {
			t.Fatal(err)
		}
		expected := *want
		if name == "by ID" { // the answer about one order has no name
			expected.Name, expected.Summary = nil, strings.Replace(want.Summary, ` of script order "patch"`, "", 1)
		}
		if diff := cmp.Diff(&expected, got, cmpopts.IgnoreFields(Run{}, "Readings")); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

// What it takes for a script order to have succeeded.
//
// Fault: contradicting statistics.
func TestRunVerdictOfAScriptOrder(t *testing.T) {
	statistics := func(body string) func(*coctest.Emulator) {
		return func(e *coctest.Emulator) {
			e.Fault(coctest.OnPath(coctest.OrderStatisticsPath(orderUUID), coctest.Always), coctest.JSON(`{"data":{`+body+`}}`))
		}
	}
	for name, tc := range map[string]struct {
		order    coctest.Order
		expected *int64
		edit     func(*coctest.Emulator)
		says     string // in the summary of one that has not succeeded; empty if it has
	}{
		"a success":           {order: orderOf("FINISHED", "FINISHED", "FINISHED", "FINISHED", "FINISHED")},
		"by case":             {order: orderOf("finished", "Finished")},
		"as many as expected": {order: orderOf("FINISHED", "FINISHED", "FINISHED"), expected: ptr(int64(2))},
		"none, as expected":   {order: orderOf("FINISHED"), expected: ptr(int64(0))},
		"no instance":         {order: orderOf("FINISHED"), says: "No instances. At least one is needed."},
		"too few":             {order: orderOf("FINISHED", "FINISHED"), expected: ptr(int64(2)), says: "1 of the 2 expected is missing."},
		"too many":            {order: orderOf("FINISHED", "FINISHED", "FINISHED"), expected: ptr(int64(1)), says: "That is 1 more than the 1"},
		"one that failed":     {order: orderOf("FINISHED", "FINISHED", "ABNORMAL"), says: "web-0002 (10.2.0.1) is ABNORMAL: exit status 1"},
		"one rolled back":     {order: orderOf("FINISHED", "ROLLBACKED"), says: "web-0001 (10.2.0.0) is ROLLBACKED"},
		"one of no status":    {order: orderOf("FINISHED", ""), says: "web-0001 (10.2.0.0) has no status"},
		"one under way":       {order: orderOf("FINISHED", "PROCESSING"), says: "web-0001 (10.2.0.0) is PROCESSING"},
		"one not begun":       {order: orderOf("FINISHED", "READY", "FINISHED"), says: "web-0001 (10.2.0.0) is READY"},
		"canceled":            {order: orderOf("CANCELED", "FINISHED"), says: "has not succeeded: it ended with status CANCELED at"},
		"abnormal":            {order: orderOf("ABNORMAL", "FINISHED"), says: "has not succeeded: it ended with status ABNORMAL at"},
		"abnormal, and stuck": {order: orderOf("ABNORMAL", "FINISHED", "READY"), says: "has not ended: its status is ABNORMAL"},
		"paused":              {order: orderOf("PAUSED", "FINISHED"), says: "has not ended: its status is PAUSED"},
		"unknown":             {order: orderOf("SKIPPED", "FINISHED"), says: "has not succeeded: it ended with status SKIPPED at"},
		"other statistics": {
			order: orderOf("FINISHED", "FINISHED"), edit: statistics(`"total_instance":2,"execute_statistics":[]`),
			says: "The service's statistics count 2 instances, but it listed 1.",
		},
		"fewer in the statistics": {
			order: orderOf("FINISHED", "FINISHED", "FINISHED"), edit: statistics(`"total_instance":1,"execute_statistics":[]`),
			says: "The service's statistics count 1 instance, but it listed 2.",
		},
		"statistics with one that failed": {
			order: orderOf("FINISHED", "FINISHED", "FINISHED"), edit: statistics(`"total_instance":2,"execute_statistics":[` +
				`{"instance_status":"finished","instance_count":1},{"instance_status":"ABNORMAL","instance_count":1}]`),
			says: "The service's statistics count 1 ABNORMAL, but it listed none.",
		},
		"no statistics": {
			order: orderOf("FINISHED", "FINISHED"), edit: statistics(`"execute_statistics":[]`),
			says: "The service's statistics do not say how many instances there are.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys)
			e.AddOrder(tc.order)
			if tc.edit != nil {
				tc.edit(e)
			}
			run, err := readRun(t, e, RunParams{ScriptOrderID: orderUUID, ExpectedInstances: tc.expected})
			if err != nil || run.Succeeded != (tc.says == "") || !strings.Contains(run.Summary, tc.says) {
				t.Errorf("got %+v, %v, want succeeded %t and a summary with %q", run, err, tc.says == "", tc.says)
			}
		})
	}
}

// The newest script order of exactly a name is read, or an error says why there is none.
func TestRunOfAScriptOrdersName(t *testing.T) {
	order := func(id int64, name, created string) coctest.Order {
		return coctest.Order{OrderID: id, OrderName: name, ExecuteUUID: fmt.Sprintf("SCT%d", id), Row: coctest.Row(
			`{"status":"FINISHED","gmt_finished":1,"gmt_created":` + created + `}`)}
	}
	for name, tc := range map[string]struct {
		orders  []coctest.Order
		with    coctest.OrdersWith
		after   *int64
		missing string // the name to ask for, if it is not patch
		want    string // the ID of the run, or the error
	}{
		"the newest":   {orders: []coctest.Order{order(3, "patch", "100"), order(1, "patch", "300"), order(2, "patch", "200")}, want: "SCT1"},
		"of equal age": {orders: []coctest.Order{order(1, "patch", "100"), order(2, "patch", "100")}, want: "SCT2"},
		"exactly": {orders: []coctest.Order{order(1, "patch", "100"), order(2, "patch-all", "300"), order(3, "Patch", "300")},
			want: "SCT1"},
		"of all names": {orders: []coctest.Order{order(1, "patch", "100"), order(2, "x", "300")},
			with: coctest.OrdersWith{IgnoredNameLike: true}, want: "SCT1"},
		"at the time": {orders: []coctest.Order{order(1, "patch", "1750659138000")}, after: ptr(int64(1750659138000)), want: "SCT1"},
		"just begun": {orders: []coctest.Order{order(1, "patch", "null"), order(2, "patch", "9")}, after: ptr(int64(1750659138000)),
			want: "SCT1"},
		"nobody's name":  {orders: []coctest.Order{order(1, "other", "1")}, want: `there is no run of a script order with the name "patch"`},
		"an unknown one": {missing: "x", want: `there is no run of a script order with the name "x"`},
		"names that contain it": {
			orders: []coctest.Order{order(1, "patch-all", "1")},
			want:   `there is no run of a script order with the name "patch"; script orders whose name contains it: "patch-all"`,
		},
		"too early": {
			orders: []coctest.Order{order(1, "patch", "1750659137999")}, after: ptr(int64(1750659138000)),
			want: `no run of script order "patch" has started since 2025-06-23T06:12:18.000Z: its newest run SCT1 started at ` +
				"2025-06-23T06:12:17.999Z",
		},
		"one without an ID": {
			orders: []coctest.Order{{OrderID: 1, OrderName: "patch", Row: coctest.Row(`{"gmt_created":1}`)}},
			want:   `the newest run of script order "patch" has no execute_uuid`,
		},
		"a total of all": {
			orders: []coctest.Order{order(1, "patch", "1"), order(2, "x", "1")}, with: coctest.OrdersWith{TotalOfAll: true},
			want: "the list changed while it was being read, or was truncated: 1 distinct rows, but the service gave a total of 2, " +
				"which may not take these filters into account: name_like; read 3 times",
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys)
			e.OrdersWith = tc.with
			e.AddOrder(tc.orders...)
			params := RunParams{ScriptOrder: "patch", StartedAfter: tc.after}
			if tc.missing != "" {
				params.ScriptOrder = tc.missing
			}
			run, err := readRun(t, e, params)
			got := fmt.Sprint(err)
			if err == nil {
				got = run.ID
			}
			if got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

// After the end of an order, what is not settled is read again for half a minute.
//
// Fault: batch lacks a row, late rows.
func TestRunLateRowsOfAScriptOrder(t *testing.T) {
	const second = time.Second
	lacks := func(until time.Duration) func(e *coctest.Emulator) {
		return func(e *coctest.Emulator) {
			began := time.Now()
			e.Edit = func(r coctest.Request, p *coctest.Page) {
				if r.Path == coctest.OrderBatchPath(orderUUID, 1) && r.Marker == 0 && time.Since(began) < until {
					p.Data = p.Data[1:]
				}
			}
		}
	}
	behind := func(e *coctest.Emulator) {
		began := time.Now()
		e.Fault(func(r coctest.Request) bool {
			return r.Path == coctest.OrderStatisticsPath(orderUUID) && time.Since(began) < 8*second
		}, coctest.JSON(`{"data":{"total_instance":2,"execute_statistics":[{"instance_status":"PROCESSING","instance_count":2}]}}`))
	}
	for name, tc := range map[string]struct {
		host     []coctest.Phase // of the second instance, FINISHED if nil
		edit     func(*coctest.Emulator)
		fails    bool
		says     string // in the summary, or in the error
		from, to time.Duration
	}{
		"everything is there": {},
		"a row under way": {host: []coctest.Phase{{Status: "PROCESSING"}, {After: 8 * second, Status: "FINISHED"}},
			from: 8 * second, to: 18 * second},
		"a row that is READY": {host: inStatus("READY"), fails: true, says: "web-0002 (10.2.0.1) is READY", from: 30 * second,
			to: 30 * second},
		"statistics that lag":      {edit: behind, from: 8 * second, to: 18 * second},
		"a row that failed":        {host: inStatus("ABNORMAL"), fails: true, says: "web-0002 (10.2.0.1) is ABNORMAL"},
		"a batch that is late":     {edit: lacks(8 * second), from: 8 * second, to: 18 * second},
		"a batch that stays short": {edit: lacks(time.Hour), fails: true, says: "batch 1: ", from: 30 * second, to: 30 * second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := coctest.New(testKeys)
				order := orderOf("FINISHED", "FINISHED", "FINISHED")
				order.Batches[0].Instances[1].Phases = tc.host
				e.AddOrder(order)
				if tc.edit != nil {
					tc.edit(e)
				}
				started := time.Now()
				run, err := readRun(t, e, RunParams{ScriptOrder: "patch", Wait: true})
				if took := time.Since(started); took < tc.from || took > tc.to {
					t.Errorf("took %s, want %s to %s", took, tc.from, tc.to)
				}
				said := fmt.Sprint(err)
				if err == nil {
					said = run.Summary
				}
				if (err == nil && run.Succeeded) == tc.fails || !strings.Contains(said, tc.says) {
					t.Errorf("got %s, want succeeded %t and %q", said, !tc.fails, tc.says)
				}
			})
		})
	}
}

// Each failed call is named, and no call that fails makes a verdict.
func TestRunErrorsOfAScriptOrder(t *testing.T) {
	for path, want := range map[string]RunError{
		coctest.OrdersPath:                     {List: ScriptOrders},
		coctest.OrderPath(orderUUID):           {ExecutionID: orderUUID},
		coctest.OrderStatisticsPath(orderUUID): {ExecutionID: orderUUID},
		coctest.OrderBatchesPath(orderUUID):    {List: ScriptOrderInstances, ExecutionID: orderUUID},
		coctest.OrderBatchPath(orderUUID, 1):   {List: ScriptOrderInstances, ExecutionID: orderUUID},
	} {
		e := coctest.New(testKeys)
		e.AddOrder(orderOf("FINISHED", "FINISHED"))
		e.Fault(coctest.OnPath(path, coctest.Always), coctest.Error(403, "COC.1", "no"))
		run, err := readRun(t, e, RunParams{ScriptOrder: "patch", Wait: true})
		var got *RunError
		var failed *rest.Error
		if run != nil || !errors.As(err, &got) || got.Kind != KindScriptOrder || got.List != want.List ||
			got.ExecutionID != want.ExecutionID || !errors.As(err, &failed) || failed.Status != 403 {
			t.Errorf("%s: got %+v, %v, want %+v", path, run, err, want)
		}
	}
}

// Messages are left out where nobody wants them, and what is kept is bounded.
func TestRunOfAScriptOrderIsSmall(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddOrder(orderOf("ABNORMAL", "ABNORMAL"))
	run, err := readRun(t, e, RunParams{ScriptOrderID: orderUUID, OmitMessages: true})
	if err != nil || run.Failed[0].Message != nil || strings.Contains(run.Summary, "exit") {
		t.Errorf("got %+v, %v, want no message", run, err)
	}
	var large *TooLargeError
	if _, err := readRun(t, e, RunParams{ScriptOrderID: orderUUID, MaxBytes: 300}); !errors.As(err, &large) {
		t.Errorf("got %v, want an error that it is too large", err)
	}
}

// Where started_after is asked for, the order's own start counts, too, and one that has ended without a start is no success.
//
// Fault: older run.
func TestRunOfAScriptOrderStartedAfter(t *testing.T) {
	for shown, want := range map[string]string{
		"1750659138000": "has succeeded",
		"1750659137999": "its newest run " + orderUUID + " started at 2025-06-23T06:12:17.999Z",
		"null":          "It has no start, so it may have started before 2025-06-23T06:12:18.000Z.",
		"0":             "It has no start, so it may have started before 2025-06-23T06:12:18.000Z.",
	} {
		e := coctest.New(testKeys)
		order := orderOf("FINISHED", "FINISHED")
		order.Row = coctest.Row(`{"status":"FINISHED","gmt_created":null,"gmt_finished":1750659211000}`)
		e.AddOrder(order)
		e.Fault(coctest.OnPath(coctest.OrderPath(orderUUID), coctest.Always),
			coctest.JSON(`{"data":{"status":"FINISHED","gmt_created":`+shown+`}}`))
		run, err := readRun(t, e, RunParams{ScriptOrder: "patch", StartedAfter: ptr(int64(1750659138000))})
		got := fmt.Sprint(err)
		if err == nil {
			got = run.Summary
		}
		if succeeded := err == nil && run.Succeeded; succeeded != (want == "has succeeded") || !strings.Contains(got, want) {
			t.Errorf("%s: got succeeded %t and %s, want %q", shown, succeeded, got, want)
		}
	}
}
