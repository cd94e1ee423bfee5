package coc

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// runTickets are the tickets as a job's newest one is looked for: no row is dropped for its name, so that an error can
// say which names there are. start_time is not sent: a ticket that has none yet might not pass the service's filter.
var runTickets = func() *List {
	list := Executions.only("document_name")
	list.Arguments = slices.Clone(list.Arguments)
	for i := range list.Arguments {
		list.Arguments[i].Check = Unchecked
	}
	return list
}()

// only returns a copy of a list whose rows have only the fields with these names, and those that every read needs. The
// columns of the arguments that are set must be among the names.
func (l *List) only(names ...string) *List {
	names = slices.Concat(names, l.Table.Key, l.Newest, []string{l.Table.Status, l.Table.Name})
	narrowed := *l
	narrowed.Table.Fields = nil
	for _, field := range l.Table.Fields {
		if slices.Contains(names, field.Name) {
			narrowed.Table.Fields = append(narrowed.Table.Fields, field)
		}
	}
	return &narrowed
}

// newest returns the ID of the newest ticket of the job.
func (r *runReader) newest(ctx context.Context) (id string, err error) {
	params := Params{
		Arguments: url.Values{"document_name": {r.params.Job}, "exclude_child_executions": {"true"}},
		MaxBytes:  r.params.MaxBytes,
	}
	result, err := runTickets.read(ctx, r.client, params, r.slots, maxPageBytes)
	if err != nil {
		return "", &RunError{List: Executions, Err: err}
	}
	table, others := &runTickets.Table, map[string]bool{}
	own := slices.DeleteFunc(result.Rows, func(row []byte) bool {
		name, _ := table.Text(row, "document_name")
		if sameName(string(name), r.params.Job) {
			return false
		}
		if strings.Contains(norm.NFC.String(string(name)), r.params.Job) {
			others[rest.Printable(result.answer.Redact(string(name)), maxLabel)] = true
		}
		return true
	})
	if len(own) == 0 {
		names := slices.Sorted(maps.Keys(others))
		return "", &NoRunError{Job: r.params.Job, Similar: names[:min(len(names), maxSimilar)]}
	}
	newest := slices.MaxFunc(own, runTickets.compareAge)
	text, _ := table.Text(newest, "execution_id")
	id = string(text)
	result.Rows = nil
	r.readings = append(r.readings, RunReading{List: Executions, Params: params, Result: result})
	start, started := table.Integer(newest, "start_time")
	switch {
	case r.params.StartedAfter != nil && started && start < *r.params.StartedAfter:
		return "", &StaleRunError{
			Job: r.params.Job, After: *r.params.StartedAfter, ExecutionID: result.answer.Redact(id), Started: start,
		}
	case id == "":
		err := fmt.Errorf("the newest ticket of job %q has no execution_id", r.params.Job)
		return "", &RunError{List: Executions, Err: err}
	}
	return id, nil
}

// sameName reports whether two names are the same in Unicode's NFC, which is the form that Terraform gives to every
// text.
func sameName(a, b string) bool { return norm.NFC.String(a) == norm.NFC.String(b) }

// maxSimilar is how many names of other jobs a NoRunError has.
const maxSimilar = 5

// NoRunError is the error for a job that has no ticket.
type NoRunError struct {
	Job string
	// Similar are names of other jobs that contain the name.
	Similar []string
}

func (e *NoRunError) Error() string {
	s := fmt.Sprintf("there is no run of a job with the name %q", rest.Printable(e.Job, rest.MaxShown))
	if len(e.Similar) > 0 {
		s += fmt.Sprintf("; jobs whose name contains it: %s", quoted(e.Similar))
	}
	return s
}

// StaleRunError is the error for a job whose newest run started before the time that was asked for.
type StaleRunError struct {
	Job, ExecutionID string
	// After is when the run should have started at the earliest, and Started when it did, in milliseconds since 1970-01-01
	// UTC.
	After, Started int64
}

func (e *StaleRunError) Error() string {
	after, _ := FormatTime(e.After)
	started, ok := FormatTime(e.Started)
	if !ok {
		started = fmt.Sprintf("%d ms", e.Started)
	}
	return fmt.Sprintf("no run of job %q has started since %s: its newest run %s started at %s",
		rest.Printable(e.Job, rest.MaxShown), after, rest.Printable(e.ExecutionID, maxLabel), started)
}

func quoted(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }
