package coc

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// RunParams says which run to read, and what it takes to succeed.
type RunParams struct {
	// Job asks for the newest ticket of the job with exactly this name, ExecutionID for one ticket. ScriptOrder asks for
	// the newest script order of exactly this name, ScriptOrderID for one script order. Exactly one of them is set.
	Job, ExecutionID, ScriptOrder, ScriptOrderID string
	// StartedAfter is the earliest time at which the newest run of the name may have started, in milliseconds since
	// 1970-01-01 UTC.
	StartedAfter *int64
	// StepNames are the names of the steps to judge; empty means all steps.
	StepNames []string
	// ExpectedInstances is how many rows the judged steps must have in total. Nil means at least one.
	ExpectedInstances *int64
	// Wait says whether to wait for the end of the run, and then for rows that come late.
	Wait bool
	// OmitMessages leaves the instances' messages out.
	OmitMessages bool
	// MaxBytes limits the rows of each list that is read, see [Params.MaxBytes], and the rows that are kept. 0 means no
	// limit.
	MaxBytes int64
}

// Run is one run of a job or of a script, and the verdict on it. Its times are in RFC 3339. A pointer is nil where the
// service has no value.
type Run struct {
	Kind               Kind
	ID                 string
	Name, Status       *string
	Finished           bool
	StartedAt, EndedAt *string
	// Succeeded reports whether all that a success needs is known, and nothing contradicts it.
	Succeeded bool
	// Summary says why, for people. It is never empty.
	Summary string
	// InstanceCount and StatusCounts count the rows of the judged steps.
	InstanceCount int64
	StatusCounts  map[string]int64
	// StepStatuses are the statuses of all steps by name, nil for a script order, which has none. If a name occurs twice,
	// it has the status that is not a success.
	StepStatuses map[string]*string
	// Failed are the rows that are neither a success nor under way.
	Failed []RunInstance
	// Readings are the lists that were read. ErrorMsg is what came with the ticket or the script order, see [Execution].
	Readings []RunReading
	ErrorMsg string
}

// RunInstance is a row of a run: what happened on one host.
type RunInstance struct {
	InstanceID, StepName, HostName, HostIP, ResourceID, RegionID, Status, Message, StartedAt, EndedAt *string
}

// RunReading is a list that was read for a run. Its result no longer has rows.
type RunReading struct {
	List   *List
	Params Params
	Result *Result
	// Strangers is how many rows do not belong to the step that was asked for.
	Strangers int64
}

// RunError says which call for a run failed.
type RunError struct {
	Kind Kind
	// List is the list that was read, nil for the ticket or the script order itself. ExecutionID is the ID of that, if
	// known.
	List        *List
	ExecutionID string
	Err         error
}

func (e *RunError) Error() string { return e.Err.Error() }
func (e *RunError) Unwrap() error { return e.Err }

// ReadRun reads a run with its steps and instances, and judges it. It calls observe as [WaitForExecution] does.
//
// The error is a [*RunError], a [*NoRunError], a [*StaleRunError] or a [*NoStepError].
func ReadRun(
	ctx context.Context, client *rest.Client, params RunParams, observe func(context.Context, Progress),
) (*Run, error) {
	r := &runReader{client: client, params: params, slots: make(chan struct{}, PagesInFlight)}
	id := cmp.Or(params.ExecutionID, params.ScriptOrderID)
	for name, of := range map[string]*runName{params.Job: &jobs, params.ScriptOrder: &orders} {
		if name == "" {
			continue
		}
		var err error
		if id, err = r.newest(ctx, of, name); err != nil {
			return nil, err
		}
	}
	if params.ScriptOrder != "" || params.ScriptOrderID != "" {
		return r.readOrder(ctx, id, observe)
	}
	execution, err := r.execution(ctx, id, observe)
	if err != nil {
		return nil, &RunError{ExecutionID: id, Err: err}
	}
	if err := r.tooOld(&jobs, execution.answer.Redact(id), &Executions.Table, execution.Encoded); err != nil {
		return nil, err
	}
	seen, err := r.read(ctx, id, &reading{})
	if err == nil && params.Wait {
		seen, err = r.readLate(ctx, id, seen)
	}
	if err != nil {
		return nil, err
	}
	if missing := missingSteps(seen.steps, params.StepNames); execution.Finished && len(missing) > 0 {
		return nil, newNoStepError(id, missing, seen.steps)
	}
	e := evidence{
		id: id, of: kinds[KindExecution].of, name: params.Job, finished: execution.Finished,
		words: ticketWords, steps: seen.steps, asked: params.StepNames, expected: params.ExpectedInstances,
		doubts: r.undated(execution.Finished),
	}
	e.ticket(execution)
	run := e.judge()
	run.Summary = execution.answer.Redact(run.Summary) // for its ID
	run.Readings, run.ErrorMsg = slices.Concat(r.readings, seen.readings()), execution.ErrorMsg
	return run, nil
}

// execution reads the ticket, and waits for its end if that was asked for.
func (r *runReader) execution(
	ctx context.Context, id string, observe func(context.Context, Progress),
) (*Execution, error) {
	if r.params.Wait {
		return WaitForExecution(ctx, r.client, id, observe)
	}
	return ReadExecution(ctx, r.client, id)
}

// ticket records what a ticket says about its run.
func (e *evidence) ticket(x *Execution) {
	table := &Executions.Table
	if name, ok := table.Text(x.Encoded, "document_name"); ok && len(name) > 0 {
		e.name = x.answer.Redact(string(name))
	}
	e.status = x.answer.Redact(x.Status)
	e.started, e.ended = timeOf(table, x.Encoded, "start_time"), timeOf(table, x.Encoded, "end_time")
}

// FormatTime formats a time of the API, in milliseconds since 1970-01-01 UTC, in RFC 3339 with three digits of
// milliseconds. Ok is false if the year is outside 1 to 9999, which RFC 3339 cannot express.
func FormatTime(milliseconds int64) (text string, ok bool) {
	t := time.UnixMilli(milliseconds).UTC()
	return t.Format("2006-01-02T15:04:05.000Z"), t.Year() >= 1 && t.Year() <= 9999
}
