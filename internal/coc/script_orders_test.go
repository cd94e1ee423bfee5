package coc

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// The vendor's example of the list, value for value.
func TestScriptOrdersSample(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddOrder(coctest.SampleOrders()...)
	list, err := ScriptOrders.Read(t.Context(), newClient(t, e), Params{})
	if err != nil {
		t.Fatal(err)
	}
	row := func(id int8, name, uuid string, created, finished, costs any, status string) map[string]any {
		return map[string]any{
			"order_id": id, "order_name": name, "execute_uuid": uuid, "gmt_created": created, "gmt_finished": finished,
			"execute_costs": costs, "creator": "xxxxxxxxxxxcontainer1", "status": status,
			"properties": map[string]any{"region_ids": "cn-north-7"},
		}
	}
	want := []map[string]any{
		row(74, "071201", "SCT20230724201xxxxxxxxxxxx", int64(1690200829451), int64(1690200850293), int16(20842), "CANCELED"),
		row(73, "071201", "SCT2023072411xxxxxxxxxxxxx", int64(1690168434460), int64(1690168443277), int16(8817), "FINISHED"),
		row(70, "111", "SCT2023071915xxxxxxxxxxxxx", int64(1689751168547), nil, nil, "ABNORMAL"),
	}
	if diff := cmp.Diff(want, decoded(t, list.Rows)); diff != "" || *list.Total != 3 {
		t.Errorf("got the total %d, want 3 (-want +got)\n%s", *list.Total, diff)
	}
}

// What was asked for is what comes, whether the service honors name_like or not. Other rows are dropped.
//
// Fault: filter ignored, names that contain.
func TestScriptOrdersExactly(t *testing.T) {
	order := func(id int64, name, creator string, created int64, status string) coctest.Order {
		return coctest.Order{OrderID: id, OrderName: name, Creator: creator, ExecuteUUID: fmt.Sprintf("SCT%d", id), Row: coctest.Row(
			fmt.Sprintf(`{"gmt_created":%d,"status":%q}`, created, status))}
	}
	orders := []coctest.Order{
		order(1, "patch", "ops", 100, "FINISHED"), order(2, "patch", "ops2", 300, "ABNORMAL"), order(3, "patch-all", "ops", 500, "FINISHED"),
		order(4, "Patch", "ops", 600, "FINISHED"), order(5, "patch", "ops", 300, "CANCELED"), order(6, "patch", "ops", 200, "SKIPPED"),
	}
	for name, tc := range map[string]struct {
		params Params
		want   string // the IDs
		sent   string // the query without limit
	}{
		"everything": {want: "6 5 4 3 2 1"},
		"a name":     {params: Params{Arguments: url.Values{"order_name": {"patch"}}}, want: "6 5 2 1", sent: "name_like=patch"},
		"a creator":  {params: Params{Arguments: url.Values{"creator": {"ops"}}}, want: "6 5 4 3 1", sent: "creator=ops"},
		"the last of a name": {params: Params{Arguments: url.Values{"order_name": {"patch"}}, MostRecent: true}, want: "5",
			sent: "name_like=patch"},
		"a status":            {params: Params{Statuses: []string{"abnormal"}}, want: "2"},
		"the last of a state": {params: Params{Statuses: []string{"FINISHED"}, MostRecent: true}, want: "4"},
		"times": {
			params: Params{Arguments: url.Values{"start_time": {"200"}, "end_time": {"300"}}}, want: "6 5 2", sent: "end_time=300&start_time=200",
		},
		"two of a name": {params: Params{Arguments: url.Values{"order_name": {"patch"}}, MaxItems: 2}, want: "6 5", sent: "name_like=patch"},
	} {
		for _, ignored := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/name_like ignored %t", name, ignored), func(t *testing.T) {
				e := coctest.New(testKeys)
				e.OrdersWith.IgnoredNameLike = ignored
				e.AddOrder(orders...)
				list, err := ScriptOrders.Read(t.Context(), newClient(t, e), tc.params)
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, row := range decoded(t, list.Rows) {
					got = append(got, fmt.Sprint(row["order_id"]))
				}
				if ids := strings.Join(got, " "); ids != tc.want {
					t.Errorf("got %s, want %s", ids, tc.want)
				}
				query := e.Requests()[0].Query
				if limit := query.Get("limit"); limit != "100" {
					t.Errorf("got the limit %s, want 100", limit)
				}
				query.Del("limit")
				if sent := query.Encode(); sent != tc.sent {
					t.Errorf("sent %s, want %s", sent, tc.sent)
				}
			})
		}
	}
}
