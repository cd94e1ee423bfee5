package coc

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/cocops/terraform-provider-coc/internal/rows"
)

var orderArgument = Argument{
	Name: "execute_uuid", Kind: ID, InPath: true, Prefix: "SCT", Doc: "ID of the script order (`SCT…`).",
	Problem: "coc_script_orders finds it by the order's name",
}

// ScriptOrderInstances is the list of the hosts of a script order. Its rows are those of the API's
// ShowScriptOrdersBatchDetail, for each of the order's batches.
var ScriptOrderInstances = &List{
	Name:      "script_order_instances",
	Doc:       "Reads the instances of a script order: what its script did on each host.",
	Rows:      "instances",
	Path:      scriptOrdersPath + "/{execute_uuid}/batches/{batch_index}",
	Marker:    "id",
	MaxLimit:  50,
	Batches:   scriptOrderBatches,
	Action:    ScriptOrderAction,
	Statuses:  []string{"READY", "PROCESSING", "ABNORMAL", "CANCELED", "FINISHED", "ROLLBACKED"},
	Arguments: []Argument{orderArgument},
	Table: rows.Table{
		Rows: "execute_instances", Total: "total_instances", Key: []string{"id"}, Status: "status",
		Fields: []rows.Field{
			{Name: "id", Kind: rows.Integer, Doc: "Number of the instance."},
			{Name: batchIndex, Kind: rows.Integer, Doc: "Number of its batch, from 1."},
			{Name: "target_instance", Kind: rows.Flat, Doc: "The host, flattened: nested names are joined with dots " +
				"(`properties.host_name`), elements of an array take their index (`custom_attributes.0.key`). The vendor has " +
				"announced that its `properties` will be removed; `resource_id` stays."},
			{Name: "gmt_created", Kind: rows.Integer, Doc: "When it was created" + milliseconds + "."},
			{Name: "gmt_finished", Kind: rows.Integer, Doc: "When it ended" + milliseconds + "; null until then."},
			executeCosts,
			{Name: "status", Kind: rows.Text, Doc: "`READY`, `PROCESSING`, `ABNORMAL`, `CANCELED` or `FINISHED`, as " +
				"documented; any other value is passed on unchanged."},
			{Name: "message", Kind: rows.Text, Doc: "What the script printed. It may contain secrets."},
		},
	},
}

const batchIndex = "batch_index"

// scriptOrderBatches is the list of the API's ListScriptOrdersBatches.
var scriptOrderBatches = &List{
	Rows: "batches", Path: scriptOrdersPath + "/{execute_uuid}/batches", Unpaged: true,
	Arguments: []Argument{orderArgument},
	Table: rows.Table{Key: []string{batchIndex}, Fields: []rows.Field{
		{Name: batchIndex, Kind: rows.Integer}, {Name: "total_instances", Kind: rows.Integer},
	}},
}

// batch is one batch of a list.
type batch struct {
	index, size int64
	done        chan struct{} // closed when rows and err are set
	rows        *collector
	err         error
}

// batches reads the batches of the list, some of them at the same time, and returns their rows in the batches' order.
// Each batch must have as many rows as the list of the batches says.
func (r *listReader) batches(ctx context.Context) (*collector, error) {
	all := newCollector(r)
	found, err := r.findBatches(ctx, all)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	total := *all.result.Total
	for i, begun := 0, 0; i < len(found) && !all.full(); i++ {
		for ; begun < len(found) && begun < i+PagesInFlight; begun++ {
			b := found[begun]
			running.Go(func() {
				defer close(b.done)
				b.rows, b.err = r.batch(ctx, b)
			})
		}
		b := found[i]
		if <-b.done; b.err != nil {
			return nil, b.err
		}
		all.result.answer = b.rows.result.answer
		if _, err := all.merge(b.rows); err != nil {
			return nil, err
		}
		b.rows = nil
	}
	if !all.full() && all.due() != 0 { // two batches have an instance in common
		return nil, &IncompleteError{Rows: int64(len(all.entries)), Total: &total, Marker: r.list.Marker, Passes: 1}
	}
	return all, nil
}

// findBatches reads the list of the batches, and sets the total of all.
func (r *listReader) findBatches(ctx context.Context, all *collector) (found []*batch, err error) {
	list := r.list.Batches
	params := Params{Arguments: r.params.Arguments, MaxBytes: r.params.MaxBytes}
	result, err := list.read(ctx, r.client, params, r.slots, r.pageBytes)
	if err != nil {
		return nil, err
	}
	total := int64(0)
	for i, row := range result.Rows {
		index, ok := list.Table.Integer(row, batchIndex)
		size, sized := list.Table.Integer(row, "total_instances")
		if !ok || !sized || index < 0 || size < 0 {
			err := fmt.Errorf("data[%d]: want a batch_index and total_instances of at least 0", i)
			return nil, r.malformed(&page{what: list.Rows, answer: result.answer}, err)
		}
		found = append(found, &batch{index: index, size: size, done: make(chan struct{})})
		total += size
	}
	all.result.answer, all.result.Total = result.answer, &total
	all.hear(nil, result.ErrorCode, result.ErrorMsg)
	return found, nil
}

// batch reads one batch as a list of its own.
func (r *listReader) batch(ctx context.Context, b *batch) (*collector, error) {
	index := strconv.FormatInt(b.index, 10)
	part, own := *r, *r.list
	own.Path = strings.ReplaceAll(own.Path, "{"+batchIndex+"}", index)
	own.Rows += " of batch " + index
	part.list, part.table, part.exact = &own, r.table.Fix(batchIndex, b.index), &b.size
	rows, err := part.passes(ctx)
	if incomplete := new(IncompleteError); errors.As(err, &incomplete) {
		err = fmt.Errorf("batch %s: %w", index, err)
	}
	return rows, err
}
