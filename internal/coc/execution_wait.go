package coc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// The wait between two requests grows by pollWaitFactor from firstPollWait to longestPollWait. pollJitter varies each
// wait at random, so that the requests for many tickets do not coincide.
const (
	firstPollWait, longestPollWait = 2 * time.Second, 15 * time.Second
	pollWaitFactor                 = 1.5
	pollJitter                     = 0.2
)

// pollWaits returns the waits between the requests of one wait.
func pollWaits() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval: firstPollWait, MaxInterval: longestPollWait,
		Multiplier: pollWaitFactor, RandomizationFactor: pollJitter,
	}
}

// reportInterval is the time between two reports of a wait while the ticket's status does not change.
const reportInterval = time.Minute

// Kind is what a wait is for.
type Kind uint8

// The kinds.
const (
	KindExecution Kind = iota
	KindScriptOrder
)

// kinds has what messages need for each kind.
var kinds = [...]struct {
	name, of, id, end, paused string
	documented                func(status string) bool // the status is in lower case
}{
	KindExecution:   {"execution", "job", "execution_id", "end_time", statusPending, in(documentedStatuses)},
	KindScriptOrder: {"script order", "script order", "execute_uuid", "gmt_finished", "PAUSED", in(orderStatuses)},
}

// String returns the name of the kind, for a message.
func (k Kind) String() string { return kinds[k].name }

// IDName returns the name of the field that identifies what the wait is for.
func (k Kind) IDName() string { return kinds[k].id }

func in[T any](statuses map[string]T) func(string) bool {
	return func(status string) bool { _, ok := statuses[status]; return ok }
}

// Progress is what a wait knows so far. Here, a ticket may also be a script order.
type Progress struct {
	Kind        Kind
	ExecutionID string        // or the execute_uuid of the script order
	Status      string        // the last one, empty if it has none or has not been read yet
	Changed     bool          // whether the ticket was just read for the first time, or its status changed
	Reads       int           // how many times the ticket was read
	Waited      time.Duration // how long the wait has taken
}

// Paused reports whether the API documents the ticket's status as paused.
func (p *Progress) Paused() bool { return strings.EqualFold(p.Status, kinds[p.Kind].paused) }

// WaitForExecution reads a ticket until it has ended. A failed ticket is not an error. It calls observe for the first
// status, for each change of it, and once a minute. The context bounds the wait.
//
// The error is a [*WaitError] if the context ended the wait. Otherwise it is an error of [ReadExecution].
func WaitForExecution(
	ctx context.Context, client *rest.Client, id string, observe func(context.Context, Progress),
) (*Execution, error) {
	return wait(ctx, Progress{ExecutionID: id}, observe, func() (*Execution, string, bool, error) {
		execution, err := ReadExecution(ctx, client, id)
		if err != nil {
			return nil, "", false, err
		}
		return execution, execution.Status, execution.Finished, nil
	})
}

// wait calls read until it reports that the wait is over, or fails. Read also returns the status for the progress.
func wait[T any](
	ctx context.Context, progress Progress, observe func(context.Context, Progress), read func() (T, string, bool, error),
) (T, error) {
	var none T
	started := time.Now()
	minute := time.NewTicker(reportInterval)
	defer minute.Stop()
	report := func(changed bool) {
		progress.Changed, progress.Waited = changed, time.Since(started)
		observe(ctx, progress)
	}
	waits := pollWaits()
	for {
		run, status, over, err := read()
		if err == nil {
			changed := progress.Reads == 0 || !strings.EqualFold(progress.Status, status)
			progress.Status = status
			progress.Reads++
			if changed {
				report(true)
			}
			if over {
				return run, nil
			}
			err = pause(ctx, waits.NextBackOff(), minute.C, func() { report(false) })
		}
		switch cause := context.Cause(ctx); {
		case err == nil:
		case cause != nil && errors.Is(err, cause):
			progress.Waited = time.Since(started)
			return none, &WaitError{Progress: progress, Err: err}
		default:
			return none, err
		}
	}
}

// pause waits for the given time, and meanwhile calls tick whenever ticks sends. If the context ends first, it returns
// the context's cause.
func pause(ctx context.Context, wait time.Duration, ticks <-chan time.Time, tick func()) error {
	done := time.After(wait)
	for {
		select {
		case <-done:
			return nil
		case <-ticks:
			tick()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// WaitError is the error for a wait whose context ended before the ticket did.
type WaitError struct {
	Progress
	Err error // wraps the context's cause, and the error of a request that failed before it
}

func (e *WaitError) Unwrap() error { return e.Err }

func (e *WaitError) Error() string {
	times := fmt.Sprintf("read %d times", e.Reads)
	switch e.Reads {
	case 0:
		times = "never read"
	case 1:
		times = "read once"
	}
	return fmt.Sprintf("%s %s has not ended in %s, %s; %s: %s", e.Kind,
		rest.Printable(e.ExecutionID, rest.MaxShown), e.Waited.Round(100*time.Millisecond), times, e.last(), e.Err)
}

// last describes the ticket's last status, for the message.
func (e *WaitError) last() string {
	kind := kinds[e.Kind]
	quoted := fmt.Sprintf("its status is %q", rest.Printable(e.Status, rest.MaxShown))
	switch {
	case e.Reads == 0:
		return "its status is not known"
	case e.Status == "":
		return "it has neither a status nor " + kind.end
	case e.Paused():
		return quoted + ", which is documented as paused: it may be waiting for somebody"
	case !kind.documented(strings.ToLower(e.Status)):
		return quoted + ", which is not documented, and it has no " + kind.end
	}
	return quoted
}
