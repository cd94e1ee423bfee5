package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// examine asks all questions except the one about headers.
func (x *examiner) examine(ctx context.Context) {
	s := x.survey
	for _, l := range []list{s.tickets.list, s.steps.list, s.instances.list, s.orders.list, s.batch.list} {
		x.limit(ctx, l)
	}
	x.defaults(ctx)

	all := x.total(ctx, s.tickets.list, "What does `total` of `executions` count?", nil)
	named := firstWith(s.tickets.rows, "document_name")
	ofJob := s.tickets.list
	ofJob.filters = url.Values{"document_name": {named.text("document_name")}}
	if all != nil && named != nil {
		x.total(ctx, ofJob, "What does `total` of `executions` count with the filter `document_name`?", all)
	}
	x.totalOfOrders(ctx)
	x.offset(ctx, s.tickets.list)
	x.order(ctx, s.tickets.list, "start_time")
	x.order(ctx, s.orders.list, "gmt_created")

	x.name(ctx, s.tickets.list, "document_name", "document_name", named)
	x.name(ctx, s.orders.list, "name_like", "order_name", firstWith(s.orders.rows, "order_name"))
	x.times(ctx, s.tickets.list, "start_time", "end_time")
	x.times(ctx, s.orders.list, "gmt_created", "gmt_created")
	x.array(ctx)
	x.marker(ctx, s.orders.list, "What is the `marker` of `script orders`?")
	x.marker(ctx, s.batch.list, "What is the `marker` of `instances of a batch`?")
	x.withoutStep(ctx)

	x.shapes(s.tickets, coc.Executions)
	x.sameIDs(s.tickets.list, "id", "execution_id", s.tickets.rows)
	x.shapes(s.steps, coc.ExecutionSteps)
	x.shapes(s.instances, coc.ExecutionInstances)
	x.properties(s.instances.list, "properties", s.instances.rows)
	x.shapes(s.orders, coc.ScriptOrders)
	for _, order := range s.order.rows {
		x.masked(order)
	}
	x.shapes(s.batch, coc.ScriptOrderInstances)
	x.properties(s.batch.list, "target_instance", s.batch.rows)
}

func (x *examiner) shapes(s sample, l *coc.List) {
	x.statuses(s.list, s.rows)
	sent := slices.DeleteFunc(slices.Clone(l.Table.Fields), func(f rows.Field) bool { return f.Name == "batch_index" })
	x.types(s.list, sent, s.rows) // the provider adds the number of a batch itself
}

// defaults finds how many rows come without a limit.
func (x *examiner) defaults(ctx context.Context) {
	for _, l := range []list{x.survey.tickets.list, x.survey.instances.list, x.survey.orders.list} {
		question := "What is the default `limit` of `" + l.shown + "`?"
		p, err := x.ask(ctx, l)
		switch {
		case err != nil:
			x.find(question, unknown, failed(err))
		case x.hasMore(ctx, l, p):
			x.find(question, fmt.Sprint(len(p.rows)), "no `limit`, and the next page")
		default:
			x.find(question, unknown, fmt.Sprintf("the list has only %d rows", len(p.rows)))
		}
	}
}

// totalOfOrders finds whether a filter changes the total of script orders.
func (x *examiner) totalOfOrders(ctx context.Context) {
	const question, from = "Does a filter change `total` of `script orders`?", "`limit=1`, with and without `creator`"
	l := x.survey.orders.list
	all, err := x.ask(ctx, l, "limit", "1")
	creator := firstWith(x.survey.orders.rows, "creator")
	if err != nil || creator == nil || all.total == nil {
		x.find(question, unknown, "no order or no total was sent")
		return
	}
	// Nobody has this name, so the total is 0 if the filter changes it.
	none, err := x.ask(ctx, l, "limit", "1", "creator", "nobody-has-this-name")
	if err != nil || none.total == nil || len(none.rows) > 0 {
		x.find(question, unknown, "the filter was refused or ignored")
		return
	}
	x.find(question, yesNo(*none.total < *all.total), from)
}

// withoutStep finds what ListExecutionInstances returns without a step.
func (x *examiner) withoutStep(ctx context.Context) {
	const question = "What does `instances` return without `execution_step_id`?"
	l := x.survey.instances.list
	l.filters = nil
	p, err := x.ask(ctx, l, "limit", "100")
	if err != nil {
		x.find(question, unknown, failed(err))
		return
	}
	steps := make(map[string]bool)
	for _, r := range p.rows {
		steps[r.text("execution_step_id")] = true
	}
	x.find(question, fmt.Sprintf("%d rows of %d steps", len(p.rows), len(steps)), "`limit=100`")
}

// firstWith returns the first row that has a text in a field, or nil if there is none.
func firstWith(rows []row, field string) row {
	for _, r := range rows {
		if r.text(field) != "" {
			return r
		}
	}
	return nil
}
