package coc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/rest"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// byMarker is a list that pages by a marker.
var byMarker = &List{
	Rows: "orders", Path: scriptOrdersPath, Marker: "order_id",
	Arguments: []Argument{{Name: "name", Sent: "name_like"}, {Name: "creator"}},
	Table: rows.Table{
		Rows: "data", Total: "total", Key: []string{"order_id"}, Status: "status",
		Fields: []rows.Field{{Name: "order_id", Kind: rows.Integer}, {Name: "status", Kind: rows.Text}},
	},
}

// A page of a list of orders, as JSON.
func ordersPage(total, rows string) coctest.Fault {
	return coctest.JSON(fmt.Sprintf(`{"data":{"total":%s,"data":[%s]}}`, total, rows))
}

// A list that pages by a marker is read whole or is an error, whatever the marker does. It is read in pages of 100.
//
// Fault: marker, useless total, total not reached, short pages, moving rows.
func TestReadByMarker(t *testing.T) {
	const changed = "the list changed while it was being read, or was truncated: "
	for name, tc := range map[string]struct {
		orders   int // how many there are; their order_id rises from 1001, and the list begins with the last one
		with     coctest.OrdersWith
		params   Params
		edit     func(*coctest.Emulator)
		requests int
		rows     int    // the first ones of those that there are
		err      string // how the error ends
	}{
		"no order":                         {requests: 1},
		"one page":                         {orders: 50, requests: 2, rows: 50},
		"a full page":                      {orders: 100, requests: 2, rows: 100},
		"an exclusive marker":              {orders: 250, requests: 4, rows: 250},
		"an inclusive marker":              {orders: 250, with: coctest.OrdersWith{Marker: coctest.InclusiveMarker}, requests: 4, rows: 250},
		"an inclusive marker at the end":   {orders: 199, with: coctest.OrdersWith{Marker: coctest.InclusiveMarker}, requests: 3, rows: 199},
		"an ignored marker, and one page":  {orders: 100, with: coctest.OrdersWith{Marker: coctest.IgnoredMarker}, requests: 2, rows: 100},
		"an ignored marker, and one order": {orders: 1, with: coctest.OrdersWith{Marker: coctest.IgnoredMarker}, requests: 2, rows: 1},
		"an ignored marker": {
			orders: 250, with: coctest.OrdersWith{Marker: coctest.IgnoredMarker}, requests: 6,
			err: changed + "100 distinct rows, but the service gave a total of 250; the page after order_id 1151 " +
				"only repeated earlier rows; read 3 times",
		},
		"an ignored marker, and no total": {
			orders: 50, with: coctest.OrdersWith{Marker: coctest.IgnoredMarker}, requests: 6,
			edit: func(e *coctest.Emulator) { e.Edit = func(_ coctest.Request, p *coctest.Page) { p.Total = nil } },
			err:  "no total; the page after order_id 1001 only repeated earlier rows; read 3 times",
		},
		"pages that are clamped": {
			orders: 25, requests: 4, rows: 25, edit: func(e *coctest.Emulator) { e.MaxLimit = 10 },
		},
		"an inclusive marker and one row in a page": {
			orders: 2, with: coctest.OrdersWith{Marker: coctest.InclusiveMarker}, params: Params{Limit: 1}, requests: 6,
			err: "1 distinct rows, but the service gave a total of 2; read 3 times",
		},
		"no total": {
			orders: 150, requests: 3, rows: 150,
			edit: func(e *coctest.Emulator) { e.Edit = func(_ coctest.Request, p *coctest.Page) { p.Total = nil } },
		},
		"a total that is too low": {
			orders: 150, requests: 3, rows: 150,
			edit: func(e *coctest.Emulator) { e.Edit = func(_ coctest.Request, p *coctest.Page) { p.Total = len(p.Data) } },
		},
		"a total that is too high": {
			orders: 150, requests: 9, err: "150 distinct rows, but the service gave a total of 151; read 3 times",
			edit: func(e *coctest.Emulator) { e.Edit = func(_ coctest.Request, p *coctest.Page) { p.Total = 151 } },
		},
		"a total that does not heed filters": {
			orders: 150, with: coctest.OrdersWith{TotalOfAll: true}, requests: 3,
			params: Params{Arguments: url.Values{"name": {"unknown"}, "creator": {"container1"}}},
			err: "0 distinct rows, but the service gave a total of 150, which may not take these filters " +
				"into account: creator, name_like; read 3 times",
		},
		"orders that appear during the read": {
			orders: 150, requests: 3, rows: 150, edit: func(e *coctest.Emulator) {
				e.Fault(coctest.Number(2), func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
					e.AddOrder(coctest.Order{OrderID: 2001, ExecuteUUID: "SCTnew"})
					answer(w, r)
				})
			},
		},
		"a page that is empty too early": {
			orders: 250, requests: 2 + 4, rows: 250,
			edit: func(e *coctest.Emulator) { e.Fault(coctest.Number(2), ordersPage("250", "")) },
		},
		"a page without data": {
			orders: 250, requests: 2 + 4, rows: 250,
			edit: func(e *coctest.Emulator) { e.Fault(coctest.Number(2), coctest.JSON(`{"data":null}`)) },
		},
		"a first page without data": {
			orders: 250, requests: 1, edit: func(e *coctest.Emulator) { e.Fault(coctest.Number(1), coctest.JSON(`{"data":null}`)) },
			err: "reading orders from https://coc.example.com: 200 OK: the answer is not JSON of the documented form: " +
				"data is missing or null, and no total says that this is the end (request id emulated-0001)",
		},
		"rows without a marker before the end": {
			orders: 102, requests: 1, edit: func(e *coctest.Emulator) { e.Fault(coctest.Number(1), ordersPage("9", `{"order_id":9},{}`)) },
			err: "the last row has no order_id, which the request for the next page needs (request id emulated-0001)",
		},
		"max_items": {orders: 250, params: Params{MaxItems: 120}, requests: 2, rows: 120},
		"a server error on the way": {
			orders: 150, requests: 4, rows: 150, edit: func(e *coctest.Emulator) { e.Fault(coctest.Number(2), coctest.Error(503, "", "")) },
		},
		"a refusal on the way": {
			orders: 150, requests: 2, edit: func(e *coctest.Emulator) { e.Fault(coctest.Number(2), coctest.Error(403, "COC.1", "no")) },
			err: "reading orders after order_id 1051 from https://coc.example.com: 403 Forbidden: COC.1: no (request id emulated-0002)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := coctest.New(testKeys)
				e.OrdersWith = tc.with
				e.AddOrder(coctest.Orders(tc.orders)...)
				if tc.edit != nil {
					tc.edit(e)
				}
				result, err := byMarker.Read(t.Context(), newClient(t, e), tc.params)
				if got := len(e.Requests()); got != tc.requests {
					t.Errorf("got %d requests, want %d", got, tc.requests)
				}
				if tc.err != "" {
					if err == nil || !strings.HasSuffix(err.Error(), tc.err) {
						t.Errorf("got the error %v, want %s", err, tc.err)
					}
					return
				}
				if err != nil {
					t.Fatalf("got the error %v, want %d rows", err, tc.rows)
				}
				var got, want []int64
				for _, row := range result.Rows {
					id, _ := byMarker.Table.Integer(row, "order_id")
					got = append(got, id)
				}
				for i := range tc.rows {
					want = append(want, int64(1000+tc.orders-i))
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("rows (-want +got)\n%s", diff)
				}
			})
		})
	}
}

// A last row without the marker's field is no error where the total is reached: no other page is needed.
//
// Fault: marker.
func TestReadByMarkerWithoutOne(t *testing.T) {
	e := coctest.New(testKeys)
	e.Fault(coctest.Always, ordersPage("2", `{"order_id":9},{"status":"FINISHED"}`))
	result, err := byMarker.Read(t.Context(), newClient(t, e), Params{})
	if err != nil || len(result.Rows) != 2 || len(e.Requests()) != 1 {
		t.Errorf("got %+v, %v after %d requests, want 2 rows after 1", result, err, len(e.Requests()))
	}
}

// Each request has the names that the API has for the arguments, and all but the first one have the marker.
func TestMarkerRequests(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddOrder(coctest.Orders(3)...)
	params := Params{Arguments: url.Values{"name": {"patch"}}, Limit: 2}
	if _, err := byMarker.Read(t.Context(), newClient(t, e), params); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range e.Requests() {
		got = append(got, r.Query.Encode())
	}
	want := []string{"limit=2&name_like=patch", "limit=2&marker=1002&name_like=patch", "limit=2&marker=1001&name_like=patch"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A pass that is interrupted between two pages ends with the context's cause.
func TestMarkerInterrupt(t *testing.T) {
	slots := make(chan struct{}) // nobody gets one
	var failed *rest.Error
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errTooLong)
	_, err := byMarker.read(ctx, newClient(t, coctest.New(testKeys)), Params{}, slots, maxPageBytes)
	if !errors.Is(err, errTooLong) || errors.As(err, &failed) {
		t.Errorf("got %v, want %v", err, errTooLong)
	}
}
