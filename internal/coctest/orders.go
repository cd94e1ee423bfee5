package coctest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// OrdersPath lists the script orders.
const OrdersPath = "/v1/job/script/orders"

// OrderPath is the path of one script order.
func OrderPath(executeUUID string) string { return OrdersPath + "/" + executeUUID }

// Order is a script order: one run of a script on hosts, which are in batches.
type Order struct {
	// OrderID, OrderName, ExecuteUUID and Creator replace those of Row, if they are set.
	OrderID                         int64
	OrderName, ExecuteUUID, Creator string
	// Phases, if there are any, give status, gmt_finished and execute_costs by the clock. FINISHED and CANCELED set
	// gmt_finished.
	Phases []Phase
	// Phases count from Start, which is then also gmt_created. The zero time stands for the time at which the order is
	// added.
	Start   time.Time
	Batches []OrderBatch
	// Row has the other fields of the list's row; nil stands for the first row of SampleOrders.
	Row Row
	// Properties are those of the answer about this order alone; nil stands for those of the vendor's example.
	Properties Row
}

// order is an Order whose Row has all fields that do not depend on the clock. It also has the facts that filters
// compare.
type order struct {
	Order
	orderFacts
}

// orderFacts are the fields of an order that filters compare.
type orderFacts struct {
	ID      int64  `json:"order_id"`
	Name    string `json:"order_name"`
	UUID    string `json:"execute_uuid"`
	Who     string `json:"creator"`
	Status  string `json:"status"`
	Created int64  `json:"gmt_created"`
}

// AddOrder adds script orders, each with batches that are numbered from 1. The list begins with the greatest order_id,
// as the vendor's example does.
//
// In [Emulator.Edit], the Data of a [Page] are the orders, the batches or the execute_instances of a batch, and Total
// is the total of the list and the total_instances of a batch.
func (e *Emulator) AddOrder(orders ...Order) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, x := range orders {
		if x.Row == nil {
			x.Row = orderSamples()[0]
		}
		set := make(map[string]any)
		if x.OrderID != 0 {
			set["order_id"] = x.OrderID
		}
		texts := map[string]string{"order_name": x.OrderName, "execute_uuid": x.ExecuteUUID, "creator": x.Creator}
		for name, value := range texts {
			if value != "" {
				set[name] = value
			}
		}
		if x.Start.IsZero() {
			x.Start = time.Now()
		}
		x.Row, x.Batches = with(x.Row, set), slices.Clone(x.Batches)
		o := &order{Order: x}
		_ = json.Unmarshal(x.Row, &o.orderFacts) // a field of another type is no fact
		if len(x.Phases) > 0 {
			o.Created = x.Start.UnixMilli()
		}
		e.orders = append(e.orders, o)
	}
	slices.SortStableFunc(e.orders, func(a, b *order) int { return cmp.Compare(b.ID, a.ID) })
}

// at returns the row of an order at a moment.
func (o *order) at(now time.Time) Row {
	if len(o.Phases) == 0 {
		return o.Row
	}
	return with(o.Row, scheduled(o.Start, o.Start, o.Phases, now))
}

// order returns the order that a path names: the newest one if there are several, or nil if there is none.
func (e *Emulator) order(path string, of func(executeUUID string) string) *order {
	for _, o := range e.orders {
		if of(o.UUID) == path {
			return o
		}
	}
	return nil
}

// ofOrder refuses the path of an unknown order.
func ofOrder(of func(executeUUID string) string) func(*Emulator, string) *refusal {
	return func(e *Emulator, path string) *refusal {
		if e.order(path, of) == nil {
			return &refusal{http.StatusBadRequest, "COC.00040709", "the script order does not exist"}
		}
		return nil
	}
}

// inData is the envelope of the answers about script orders. They have no error_code.
type inData struct {
	Data any `json:"data"`
}

// scriptOrder answers ShowScriptOrderBasicInfo. The answer has neither order_id nor order_name.
func (e *Emulator) scriptOrder(req Request) any {
	e.mu.Lock()
	defer e.mu.Unlock()
	o := e.order(req.Path, OrderPath)
	properties := o.Properties
	if properties == nil {
		properties = orderProperties()
	}
	own := map[string]any{"order_id": absent, "order_name": absent, "properties": properties}
	return inData{with(o.at(time.Now()), own)}
}

// scriptOrders answers ListScriptOrders.
func (e *Emulator) scriptOrders(req Request) any {
	p := e.edited(req, func() *Page {
		now := time.Now()
		var found []*order
		for _, o := range e.orders {
			if e.matchesOrder(o, req, now) {
				found = append(found, o)
			}
		}
		total := len(found)
		if e.OrdersWith.TotalOfAll {
			total = len(e.orders)
		}
		// The newest order comes first, so the order_ids descend.
		from := e.OrdersWith.Marker.from(-req.Marker, len(found), func(i int) int64 { return -found[i].ID })
		return &Page{Data: e.cut(req.Limit, from, len(found), func(i int) Row { return found[i].at(now) }), Total: total}
	})
	return inData{struct {
		Total any   `json:"total"`
		Data  []Row `json:"data"`
	}{p.Total, p.Data}}
}

// matchesOrder reports whether an order has all that the list's parameters ask for. Both times are inclusive, and are
// compared with the time at which the order was created.
func (e *Emulator) matchesOrder(o *order, req Request, now time.Time) bool {
	query, status := req.Query, o.Status
	if len(o.Phases) > 0 {
		status = at(o.Start, o.Phases, now).status
	}
	return o.Created >= int64(number(query, "start_time", 0)) &&
		(!query.Has("end_time") || o.Created <= int64(number(query, "end_time", 0))) &&
		(!query.Has("status") || status == query.Get("status")) &&
		(e.OrdersWith.IgnoredNameLike || strings.Contains(o.Name, query.Get("name_like"))) &&
		strings.Contains(o.Who, query.Get("creator"))
}
