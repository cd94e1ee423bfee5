package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// subject is what the user wants the report to be about. Each of the three may be empty.
type subject struct{ job, executionID, scriptOrderID string }

// survey is what one read of everything gave: the rows that the questions are about, and whether each call is allowed.
type survey struct {
	tickets, steps, instances, orders, order, batches, batch sample

	grants []grant
}

// sample holds rows of a list.
type sample struct {
	list
	rows []row
}

// grant says whether a data source may make one of its calls.
type grant struct {
	source, action string
	err            error // why the call failed, nil if it did not
}

// granted says whether the call is allowed. A call is also allowed if the service refuses it because of an unknown ID.
func (g *grant) granted() string {
	var failed *rest.Error
	switch errors.As(g.err, &failed); {
	case g.err == nil:
		return "yes"
	case failed == nil:
	case failed.Kind == rest.Forbidden:
		return "no"
	case failed.Kind == rest.Unauthorized:
	case failed.Status/100 == 4 && strings.HasPrefix(failed.Code, "COC."):
		return "yes"
	}
	return unknown
}

// isHopeless reports whether every other request would get this error, too.
func isHopeless(err error) bool {
	var failed *rest.Error
	return err != nil && (!errors.As(err, &failed) || failed.Status == 0 || failed.Kind == rest.Unauthorized)
}

// isRefused reports whether the service refused a request because of what it asks for.
func isRefused(err error) bool {
	var failed *rest.Error
	return errors.As(err, &failed) && failed.Kind == rest.BadRequest
}

// failed says how a request failed, without anything that may name things in the account.
func failed(err error) string {
	var failed *rest.Error
	switch {
	case errors.Is(err, errBudget):
		return errBudget.Error()
	case errors.As(err, &failed) && failed.Status != 0:
		return fmt.Sprintf("the request got the status %d", failed.Status)
	}
	return "the request was not answered"
}

// of returns the rows of a list.
func (s *survey) of(l list) []row {
	for _, sample := range []*sample{&s.tickets, &s.steps, &s.instances, &s.orders, &s.batches, &s.batch} {
		if sample.path == l.path {
			return sample.rows
		}
	}
	return nil
}

// ids are the keys of the rows that have one.
func (s sample) ids() []string {
	return slices.DeleteFunc(s.keys(&page{rows: s.rows}), func(id string) bool { return id == "" || id == "<nil>" })
}

// The service does not know these IDs. A call with one of them shows whether the call is allowed.
const nobodysTicket, nobodysStep, nobodysOrder = "EX0", "EXS0", "SCT0"

// tries is how many tickets and steps are looked at to find one with enough rows.
const tries = 3

// take reads everything once. It stops at an error that every other request would get, too.
func take(ctx context.Context, client *rest.Client, about subject) (*survey, error) {
	s := &survey{
		tickets: sample{list: list{
			path: "/v1/executions", shown: "executions", key: "execution_id", limits: []int{1000, 500, 200, 100},
		}},
		orders: sample{list: list{
			path: "/v1/job/script/orders", shown: "script orders", key: "order_id", byMarker: true, limits: []int{200, 100, 50},
		}},
	}
	read := func(source, action string, into *sample, query url.Values) error {
		p, err := get(ctx, client, into.path, query)
		s.grants = append(s.grants, grant{source, action, err})
		if err == nil {
			into.rows = p.rows
		}
		return err
	}
	ofJob := url.Values{"limit": {"100"}}
	if about.job != "" {
		ofJob.Set("document_name", about.job)
	}
	if err := read("coc_executions", coc.Executions.Action, &s.tickets, ofJob); isHopeless(err) {
		return s, err
	}
	s.readTicket(ctx, client, about, read)
	hundred := url.Values{"limit": {"100"}}
	if err := read("coc_script_orders", coc.ScriptOrders.Action, &s.orders, hundred); isHopeless(err) {
		return s, err
	}
	s.readOrder(ctx, client, about, read)
	return s, nil
}

type readFunc func(source, action string, into *sample, query url.Values) error

// readTicket reads a ticket, its steps and the instances of one of them.
func (s *survey) readTicket(ctx context.Context, client *rest.Client, about subject, read readFunc) {
	tickets := append(s.tickets.ids(), nobodysTicket)
	if about.executionID != "" {
		tickets = slices.Insert(tickets, 0, about.executionID)
	}
	one := sample{list: list{path: "/v1/executions/" + url.PathEscape(tickets[0])}}
	_ = read("coc_execution", coc.ExecutionAction, &one, nil)

	stepsOf := func(ticket string) list {
		return list{
			path: "/v1/executions/" + url.PathEscape(ticket) + "/steps", shown: "steps", key: "execution_step_id",
			limits: []int{1000, 500, 200, 100},
		}
	}
	s.steps.list = stepsOf(tickets[0])
	_ = read("coc_execution_steps", coc.ExecutionSteps.Action, &s.steps, url.Values{"limit": {"100"}})
	for _, ticket := range tickets[1:min(tries, len(tickets))] {
		if len(s.steps.ids()) >= 3 {
			break
		}
		other := sample{list: stepsOf(ticket)}
		p, err := get(ctx, client, other.path, url.Values{"limit": {"100"}})
		if err == nil && len(p.rows) > len(s.steps.rows) {
			other.rows = p.rows
			s.steps = other
		}
	}
	steps := append(s.steps.ids(), nobodysStep)
	instancesOf := func(step string) list {
		return list{
			path: "/v1/executions/instances", shown: "instances", key: "id",
			filters: url.Values{"execution_step_id": {step}}, limits: []int{1000, 500, 200, 100},
		}
	}
	s.instances.list = instancesOf(steps[0])
	_ = read("coc_execution_instances", coc.ExecutionInstances.Action, &s.instances,
		url.Values{"execution_step_id": {steps[0]}, "limit": {"100"}})
	for _, step := range steps[1:min(tries, len(steps))] {
		if len(s.instances.rows) > 0 {
			break
		}
		other := sample{list: instancesOf(step)}
		if p, err := get(ctx, client, other.path, url.Values{"execution_step_id": {step}, "limit": {"100"}}); err == nil {
			other.rows = p.rows
			s.instances = other
		}
	}
}

// readOrder reads a script order, its statistics, its batches and the instances of the first batch.
func (s *survey) readOrder(ctx context.Context, client *rest.Client, about subject, read readFunc) {
	id := about.scriptOrderID
	for _, r := range s.orders.rows {
		if id == "" {
			id = r.text("execute_uuid")
		}
	}
	known := id != ""
	if !known {
		id = nobodysOrder
	}
	path := s.orders.path + "/" + url.PathEscape(id)
	s.order.list = list{path: path}
	_ = read("coc_script_order", coc.ScriptOrderAction, &s.order, nil)
	s.batches.list = list{path: path + "/batches", shown: "batches", key: "batch_index"}
	_ = read("coc_script_order_instances", coc.ScriptOrderAction, &s.batches, nil)
	s.batch.list = list{
		path: path + "/batches/1", shown: "instances of a batch", key: "id", byMarker: true, limits: []int{100, 50, 20},
	}
	if !known {
		return
	}
	if p, err := get(ctx, client, s.batch.path, url.Values{"limit": {"50"}}); err == nil {
		s.batch.rows = p.rows
	}
}
