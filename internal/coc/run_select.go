package coc

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/cocops/terraform-provider-coc/internal/rest"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// jobs and orders find the newest run of a job, and of a script order's name. No row is dropped for its name, so that
// an error can say which names there are. The start is not sent: the service's filter might drop a ticket that has none
// yet.
var (
	jobs = runName{
		kind: KindExecution, list: unchecked(Executions.only("document_name")), of: Executions,
		name: "document_name", id: "execution_id", start: "start_time",
		also: url.Values{"exclude_child_executions": {"true"}},
	}
	orders = runName{
		kind: KindScriptOrder, list: unchecked(ScriptOrders.only("order_name", "execute_uuid")), of: ScriptOrders,
		name: "order_name", id: "execute_uuid", start: "gmt_created",
	}
)

// runName says how to find the newest run of a name.
type runName struct {
	kind            Kind
	list, of        *List      // with the fields that are needed, and with all
	name, id, start string     // the fields of a row; the first one is an argument, too
	also            url.Values // further arguments
}

func unchecked(list *List) *List {
	list.Arguments = slices.Clone(list.Arguments)
	for i := range list.Arguments {
		list.Arguments[i].Check = Unchecked
	}
	return list
}

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

// newest returns the ID of the newest run of a name.
func (r *runReader) newest(ctx context.Context, of *runName, wanted string) (id string, err error) {
	params := Params{Arguments: url.Values{of.name: {wanted}}, MaxBytes: r.params.MaxBytes}
	maps.Copy(params.Arguments, of.also)
	result, err := of.list.read(ctx, r.client, params, r.slots, maxPageBytes)
	if err != nil {
		return "", &RunError{Kind: of.kind, List: of.of, Err: err}
	}
	table, others := &of.list.Table, map[string]bool{}
	own := slices.DeleteFunc(result.Rows, func(row []byte) bool {
		name, _ := table.Text(row, of.name)
		if sameName(string(name), wanted) {
			return false
		}
		if strings.Contains(norm.NFC.String(string(name)), wanted) {
			others[rest.Printable(result.answer.Redact(string(name)), maxLabel)] = true
		}
		return true
	})
	if len(own) == 0 {
		names := slices.Sorted(maps.Keys(others))
		return "", &NoRunError{Kind: of.kind, Job: wanted, Similar: names[:min(len(names), maxSimilar)]}
	}
	newest := slices.MaxFunc(own, of.list.compareAge)
	text, _ := table.Text(newest, of.id)
	id = string(text)
	result.Rows = nil
	r.readings = append(r.readings, RunReading{List: of.of, Params: params, Result: result})
	if err := r.tooOld(of, result.answer.Redact(id), table, newest); err != nil {
		return "", err
	}
	if id == "" {
		err := fmt.Errorf("the newest run of %s %q has no %s", kinds[of.kind].of, wanted, of.id)
		return "", &RunError{Kind: of.kind, List: of.of, Err: err}
	}
	return id, nil
}

// tooOld returns an error for a run that started before the time that was asked for. The list may have no start yet, so
// the run's own answer is compared, too.
func (r *runReader) tooOld(of *runName, id string, table *rows.Table, row []byte) error {
	start, _ := table.Integer(row, of.start)
	r.dated = r.dated || start > 0
	if after := r.params.StartedAfter; after != nil && start > 0 && start < *after {
		return &StaleRunError{
			Kind: of.kind, Job: cmp.Or(r.params.Job, r.params.ScriptOrder), After: *after, ExecutionID: id, Started: start,
		}
	}
	return nil
}

// undated is the doubt about a run that has ended although it has no start: it need not have begun just now.
func (r *runReader) undated(finished bool) []string {
	if r.params.StartedAfter == nil || r.dated || !finished {
		return nil
	}
	after, _ := FormatTime(*r.params.StartedAfter)
	return []string{"It has no start, so it may have started before " + after + "."}
}

// sameName reports whether two names are the same in Unicode's NFC, which is the form that Terraform gives to every
// text.
func sameName(a, b string) bool { return norm.NFC.String(a) == norm.NFC.String(b) }

// maxSimilar is how many names of other jobs a NoRunError has.
const maxSimilar = 5

// NoRunError is the error for a name without a run: no ticket's job, or no script order, has it.
type NoRunError struct {
	Kind Kind
	Job  string // or the name of the script order
	// Similar are other names that contain this one.
	Similar []string
}

func (e *NoRunError) Error() string {
	of := kinds[e.Kind].of
	s := fmt.Sprintf("there is no run of a %s with the name %q", of, rest.Printable(e.Job, rest.MaxShown))
	if len(e.Similar) > 0 {
		s += fmt.Sprintf("; %ss whose name contains it: %s", of, quoted(e.Similar))
	}
	return s
}

// StaleRunError is the error for a name whose newest run started before the time that was asked for.
type StaleRunError struct {
	Kind             Kind
	Job, ExecutionID string // or the name and the ID of the script order
	// After is the earliest start that was asked for, and Started the actual one, in milliseconds since 1970-01-01 UTC.
	After, Started int64
}

func (e *StaleRunError) Error() string {
	after, _ := FormatTime(e.After)
	started, ok := FormatTime(e.Started)
	if !ok {
		started = fmt.Sprintf("%d ms", e.Started)
	}
	return fmt.Sprintf("no run of %s %q has started since %s: its newest run %s started at %s", kinds[e.Kind].of,
		rest.Printable(e.Job, rest.MaxShown), after, rest.Printable(e.ExecutionID, maxLabel), started)
}

func quoted(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }
