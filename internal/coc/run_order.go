package coc

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

var orderWords = runWords{
	succeed:  "FINISHED",
	underWay: []string{"READY", "PROCESSING"},
	failed:   []string{"ABNORMAL", "CANCELED", "ROLLBACKED"},
}

var orderShape = rowShape{flat: "target_instance", started: "gmt_created", ended: "gmt_finished"}

// quietOrderInstances are the instances of a script order with the fields that a run needs, without their messages.
var (
	quietOrderInstances = ScriptOrderInstances.only("target_instance", "gmt_created", "gmt_finished")
	runOrderInstances   = ScriptOrderInstances.only("target_instance", "gmt_created", "gmt_finished", "message")
)

// orderReading is what was read of a script order. Err is set instead of rows if they are incomplete.
type orderReading struct {
	order *ScriptOrder
	rows  *runRows
	err   error
}

// readOrder reads a script order with its instances, and judges it. An order has no steps, so its rows become those of
// one step, which is taken for a success.
func (r *runReader) readOrder(
	ctx context.Context, id string, observe func(context.Context, Progress),
) (*Run, error) {
	read := ReadScriptOrder
	if r.params.Wait {
		read = func(ctx context.Context, client *rest.Client, id string) (*ScriptOrder, error) {
			return WaitForScriptOrder(ctx, client, id, observe)
		}
	}
	order, err := read(ctx, r.client, id)
	if err != nil {
		return nil, &RunError{Kind: KindScriptOrder, ExecutionID: id, Err: err}
	}
	seen, err := r.readHosts(ctx, id, order)
	if err == nil && r.params.Wait {
		seen, err = late(ctx, seen, r.orderSettled, func(ctx context.Context, _ *orderReading) (*orderReading, error) {
			order, err := ReadScriptOrder(ctx, r.client, id)
			if err != nil {
				return nil, &RunError{Kind: KindScriptOrder, ExecutionID: id, Err: err}
			}
			return r.readHosts(ctx, id, order)
		})
	}
	if err == nil {
		err = seen.err
	}
	if err != nil {
		return nil, err
	}
	order = seen.order
	table := &ScriptOrderTable
	if err := r.tooOld(&orders, order.answer.Redact(id), table, order.Encoded); err != nil {
		return nil, err
	}
	e := evidence{
		id: id, of: kinds[KindScriptOrder].of, name: r.params.ScriptOrder, status: order.Status, finished: order.Finished,
		started: timeOf(table, order.Encoded, "gmt_created"), ended: timeOf(table, order.Encoded, "gmt_finished"),
		words: orderWords, expected: r.params.ExpectedInstances, stepless: true,
		doubts: slices.Concat(order.doubts(seen.rows), r.undated(order.Finished)),
		steps:  []runStep{{id: id, status: orderWords.succeed, judged: true, rows: seen.rows}},
	}
	run := e.judge()
	run.Summary = order.answer.Redact(run.Summary) // for its ID
	run.Kind, run.ErrorMsg = KindScriptOrder, order.ErrorMsg
	run.Readings = slices.Concat(r.readings, []RunReading{seen.rows.list})
	return run, nil
}

// doubts says what in the statistics contradicts a success of an order with these rows.
func (o *ScriptOrder) doubts(all *runRows) (doubts []string) {
	switch {
	case o.Total == nil:
		return []string{"The service's statistics do not say how many instances there are."}
	case *o.Total != all.total:
		counted := number(*o.Total, "instance")
		return []string{fmt.Sprintf("The service's statistics count %s, but it listed %d.", counted, all.total)}
	case all.succeeded < all.total: // which says enough
		return nil
	}
	for _, status := range slices.Sorted(maps.Keys(o.StatusCounts)) {
		if n := o.StatusCounts[status]; n > 0 && !orderWords.isSuccess(status) {
			doubts = append(doubts, fmt.Sprintf("The service's statistics count %d %s, but it listed none.", n, orNone(status)))
		}
	}
	return doubts[:min(len(doubts), maxHosts)]
}

// orderSettled reports whether nothing more is expected to come.
func (r *runReader) orderSettled(seen *orderReading) bool {
	return seen.err == nil && !seen.rows.unfinished && seen.rows.total >= wanted(r.params.ExpectedInstances) &&
		len(seen.order.doubts(seen.rows)) == 0
}

// readHosts reads the instances of a script order. A batch that lacks a row may get it late, and is not an error yet.
func (r *runReader) readHosts(ctx context.Context, id string, order *ScriptOrder) (*orderReading, error) {
	list := runOrderInstances
	if r.params.OmitMessages {
		list = quietOrderInstances
	}
	params := Params{
		Arguments: url.Values{orderArgument.Name: {id}}, PropertyPaths: hostPaths, MaxBytes: r.params.MaxBytes,
	}
	result, err := list.read(ctx, r.client, params, r.slots, maxPageBytes)
	var incomplete *IncompleteError
	if err != nil {
		err = &RunError{Kind: KindScriptOrder, List: ScriptOrderInstances, ExecutionID: id, Err: err}
	}
	switch {
	case errors.As(err, &incomplete):
		return &orderReading{order: order, err: err}, nil
	case err != nil:
		return nil, err
	}
	all := &runRows{
		counts: map[string]int64{}, list: RunReading{List: ScriptOrderInstances, Params: params, Result: result},
	}
	for i, encoded := range result.Rows {
		row := runRow{&list.Table, &orderShape, encoded, result.answer.Redact}
		ended, _ := list.Table.Integer(encoded, orderShape.ended)
		all.add(&orderWords, row, ended > 0, "")
		result.Rows[i] = nil
	}
	result.Rows = nil
	if limit := r.params.MaxBytes; limit > 0 && all.size > limit {
		err := &TooLargeError{Rows: all.total, MaxBytes: limit}
		return nil, &RunError{Kind: KindScriptOrder, List: ScriptOrderInstances, ExecutionID: id, Err: err}
	}
	return &orderReading{order: order, rows: all}, nil
}
