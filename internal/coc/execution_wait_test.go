package coc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

func ignore(context.Context, Progress) {}

var errTooLong = errors.New("the time is over")

// waited is what came of a wait.
type waited struct {
	execution *Execution
	err       error
	took      time.Duration
	requests  []time.Duration // when each of them was sent
	progress  []Progress
}

// waitFor waits for a ticket in an emulator, at most 20 minutes.
func waitFor(t *testing.T, phases []coctest.Phase, script func(*coctest.Emulator)) waited {
	t.Helper()
	e := coctest.New(testKeys)
	e.AddExecution(coctest.Execution{ExecutionID: executionID, Phases: phases})
	if script != nil {
		script(e)
	}
	ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Minute, errTooLong)
	defer cancel()
	var w waited
	started := time.Now()
	w.execution, w.err = WaitForExecution(ctx, newClient(t, e), executionID,
		func(_ context.Context, p Progress) { w.progress = append(w.progress, p) })
	w.took = time.Since(started)
	for _, r := range e.Requests() {
		w.requests = append(w.requests, r.At.Sub(started))
	}
	return w
}

// Every status that a ticket can have while it is waited for.
//
// Fault: endless ticket.
func TestWaitForExecution(t *testing.T) {
	const hour = time.Hour
	then := func(status string) []coctest.Phase {
		return []coctest.Phase{{Status: status}, {After: time.Minute, Status: "Succeed"}}
	}
	for name, tc := range map[string]struct {
		phases []coctest.Phase
		// status is the status of the ticket that is returned. It came after a minute, unless atOnce is set.
		status string
		atOnce bool
		// timeout is what the error says of the ticket if the time is over before it has ended.
		timeout string
	}{
		"Succeed":          {phases: []coctest.Phase{{Status: "Succeed"}}, status: "Succeed", atOnce: true},
		"Failed":           {phases: []coctest.Phase{{Status: "Failed"}}, status: "Failed", atOnce: true},
		"Canceled":         {phases: []coctest.Phase{{Status: "Canceled"}}, status: "Canceled", atOnce: true},
		"Timeout":          {phases: []coctest.Phase{{Status: "Timeout"}}, status: "Timeout", atOnce: true},
		"fAILED":           {phases: []coctest.Phase{{Status: "fAILED"}}, status: "fAILED", atOnce: true},
		"Running, Succeed": {phases: then("Running"), status: "Succeed"},
		"RUNNING, Succeed": {phases: then("RUNNING"), status: "Succeed"},
		"Running, Failed":  {phases: []coctest.Phase{{Status: "Running"}, {After: time.Minute, Status: "Failed"}}, status: "Failed"},
		"Running, Timeout": {phases: []coctest.Phase{{Status: "Running"}, {After: time.Minute, Status: "Timeout"}},
			status: "Timeout"},
		"Canceling, Canceled": {phases: []coctest.Phase{{Status: "Canceling"}, {After: time.Minute, Status: "Canceled"}},
			status: "Canceled"},
		"Pending, Succeed": {phases: then("Pending"), status: "Succeed"},
		"Pending, Running, Failed": {phases: []coctest.Phase{{Status: "Pending"}, {After: 20 * time.Second, Status: "Running"},
			{After: time.Minute, Status: "Failed"}}, status: "Failed"},
		"Running with an end, Succeed": {phases: []coctest.Phase{{Status: "Running", Ended: true}, {After: time.Minute, Status: "Succeed"}},
			status: "Succeed"},
		"an unknown status, Succeed":   {phases: then("Rollback"), status: "Succeed"},
		"an unknown status that ended": {phases: []coctest.Phase{{Status: "Skipped", Ended: true}}, status: "Skipped", atOnce: true},
		"an unknown status that ends": {phases: []coctest.Phase{{Status: "Rollback"}, {After: time.Minute, Status: "Rollback", Ended: true}},
			status: "Rollback"},
		"no status, Succeed":   {phases: then(""), status: "Succeed"},
		"no status that ended": {phases: []coctest.Phase{{Status: "", Ended: true}}, status: "", atOnce: true},
		"Running for ever":     {phases: []coctest.Phase{{Status: "Running"}}, timeout: `its status is "Running": the time is over`},
		"Canceling for ever":   {phases: []coctest.Phase{{Status: "Canceling"}}, timeout: `its status is "Canceling": the time is over`},
		"Running, Pending for ever": {phases: []coctest.Phase{{Status: "Running"}, {After: time.Minute, Status: "pending"}},
			timeout: `its status is "pending", which is documented as paused and may wait for somebody: the time is over`},
		"an unknown status for ever": {phases: []coctest.Phase{{Status: "Roll\nback"}},
			timeout: `its status is "Roll back", which is not documented, and it has no end_time: the time is over`},
		"no status for ever": {phases: []coctest.Phase{{Status: ""}},
			timeout: `it has neither a status nor an end_time: the time is over`},
		"Succeed when it is too late": {phases: []coctest.Phase{{Status: "Running"}, {After: hour, Status: "Succeed"}},
			timeout: `its status is "Running": the time is over`},
		"Pending with an end, for ever": {phases: []coctest.Phase{{Status: "Pending", Ended: true}},
			timeout: `its status is "Pending", which is documented as paused and may wait for somebody: the time is over`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := waitFor(t, tc.phases, nil)
				if tc.timeout != "" {
					var late *WaitError
					if w.execution != nil || !errors.As(w.err, &late) || !errors.Is(w.err, errTooLong) || w.took != 20*time.Minute {
						t.Fatalf("%+v after %s, %v", w.execution, w.took, w.err)
					}
					want := fmt.Sprintf("execution %s has not ended in 20m0s, read %d times; ", executionID, len(w.requests))
					if !strings.HasPrefix(w.err.Error(), want) || !strings.HasSuffix(w.err.Error(), tc.timeout) {
						t.Errorf("got %v, want %s… %s", w.err, want, tc.timeout)
					}
					return
				}
				if w.err != nil || !w.execution.Finished || w.execution.Status != tc.status {
					t.Fatalf("%+v, %v", w.execution, w.err)
				}
				text, _ := Executions.Table.Text(w.execution.Encoded, "status")
				if string(text) != tc.status {
					t.Errorf("the row's status is %q", text)
				}
				least, most := time.Minute, time.Minute+18*time.Second
				if tc.atOnce {
					least, most = 0, 0
				}
				if w.took < least || w.took > most || tc.atOnce != (len(w.requests) == 1) {
					t.Errorf("took %s and %d requests, want %s to %s; one request: %t", w.took, len(w.requests), least, most, tc.atOnce)
				}
			})
		})
	}
}

// The first request goes out at once, the others after waits that grow from 2 s to 15 s, each off by a fifth at most,
// and never the same ones.
func TestWaitTimes(t *testing.T) {
	const runs = 5
	firstWaits := map[time.Duration]bool{}
	for range runs {
		synctest.Test(t, func(t *testing.T) {
			w := waitFor(t, []coctest.Phase{{Status: "Running"}}, nil)
			if len(w.requests) < 20*60/18 || len(w.requests) > 20*60/12+10 || w.requests[0] != 0 {
				t.Fatalf("%d requests, the first after %s", len(w.requests), w.requests[0])
			}
			want := 2 * time.Second
			for i := 1; i < len(w.requests); i++ {
				wait := w.requests[i] - w.requests[i-1]
				if wait < want*8/10 || wait > want*12/10+1 {
					t.Errorf("wait %d was %s, want %s and a fifth", i, wait, want)
				}
				if i == 1 {
					firstWaits[wait] = true
				}
				want = min(want*3/2, 15*time.Second)
			}
		})
	}
	if len(firstWaits) != runs {
		t.Errorf("%d first waits took only %d different times", runs, len(firstWaits))
	}
}

// Faults that may pass do not end a wait, and do not make it ask more often.
//
// Fault: faults in a wait.
func TestWaitThroughFaults(t *testing.T) {
	for name, fault := range map[string]coctest.Fault{
		"503":       coctest.Error(503, "", ""),
		"429":       coctest.Error(429, "APIG.0308", "throttled", "Retry-After", "3"),
		"reset":     coctest.Reset,
		"cut off":   coctest.CutOff(30),
		"hang":      coctest.Hang,
		"cut short": coctest.JSON(`{"data":{"status":"Succeed"`),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				phases := []coctest.Phase{{Status: "Running"}, {After: 5 * time.Minute, Status: "Succeed"}}
				w := waitFor(t, phases, func(e *coctest.Emulator) { e.Fault(coctest.Number(1, 4, 5), fault) })
				if w.err != nil || w.execution.Status != "Succeed" || w.took < 5*time.Minute || len(w.requests) > 40 {
					t.Errorf("%+v after %s and %d requests, %v", w.execution, w.took, len(w.requests), w.err)
				}
				if reads := w.progress[len(w.progress)-1].Reads; reads != len(w.requests)-3 {
					t.Errorf("read %d times by %d requests", reads, len(w.requests))
				}
			})
		})
	}
}

// A fault that stays, or that is final, ends the wait with itself.
//
// Fault: faults in a wait.
func TestWaitEndsWithAFault(t *testing.T) {
	for name, tc := range map[string]struct {
		fault    coctest.Fault
		requests int
		want     string
	}{
		"gone": {fault: coctest.Error(404, "X", "gone"), requests: 3, want: "404 Not Found: X: gone"},
		"overloaded": {fault: coctest.Error(503, "X", "busy"), requests: 8,
			want: "503 Service Unavailable: X: busy (request id emulated-0008), after 6 attempts"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := waitFor(t, []coctest.Phase{{Status: "Running"}}, func(e *coctest.Emulator) {
					e.Fault(func(r coctest.Request) bool { return r.Number > 2 }, tc.fault)
				})
				var failed *rest.Error
				var late *WaitError
				if !errors.As(w.err, &failed) || errors.As(w.err, &late) || !strings.Contains(w.err.Error(), tc.want) ||
					len(w.requests) != tc.requests {
					t.Errorf("%d requests: %v", len(w.requests), w.err)
				}
			})
		})
	}
}

// An answer that is an error stays one if the time is over as it comes: it is no timeout.
func TestWaitAnsweredAtTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys)
		e.AddExecution(coctest.Execution{ExecutionID: executionID})
		e.Fault(coctest.Always, coctest.JSON(`{"data":{"execution_id":"EX2","status":"Succeed"}}`))
		ctx, cancel := context.WithCancelCause(t.Context())
		client := newClient(t, e, func(config *rest.Config) {
			config.OnAttempt = func(context.Context, rest.Attempt) { cancel(errTooLong) }
		})
		_, err := WaitForExecution(ctx, client, executionID, ignore)
		var other *OtherExecutionError
		var late *WaitError
		if !errors.As(err, &other) || errors.As(err, &late) {
			t.Errorf("got %v, want an OtherExecutionError and no WaitError", err)
		}
	})
}

// What a wait reports and what its error says repeat no secret.
//
// Fault: repeated secret.
func TestWaitRepeatsNoSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitFor(t, []coctest.Phase{{Status: "at " + testKeys.SecretKey}}, nil)
		if status := w.progress[0].Status; status != "at ***" || strings.Contains(w.err.Error(), testKeys.SecretKey) {
			t.Errorf("got the status %q and %v, want no secret in them", status, w.err)
		}
	})
}

// What the time's end says, by what had happened until then.
func TestWaitError(t *testing.T) {
	running := []coctest.Phase{{Status: "Running"}}
	for name, tc := range map[string]struct {
		script func(*coctest.Emulator)
		want   string
	}{
		"never answered": {
			func(e *coctest.Emulator) { e.Fault(coctest.Always, coctest.Hang) },
			"execution " + executionID + " has not ended in 1m30s, never read; its status is not known: the time is over; before that: reading " +
				"execution " +
				executionID + " from https://coc.example.com: no complete answer within 1m0s",
		},
		"answered once": {
			func(e *coctest.Emulator) {
				e.Fault(func(r coctest.Request) bool { return r.Number > 1 }, coctest.Error(503, "X", "busy"))
			},
			"execution " + executionID + ` has not ended in 1m30s, read once; its status is "Running": the time is over; before that: reading ` +
				`execution ` +
				executionID + " from https://coc.example.com: 503 Service Unavailable: X: busy (request id emulated-",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := coctest.New(testKeys)
				e.AddExecution(coctest.Execution{ExecutionID: executionID, Phases: running})
				tc.script(e)
				ctx, cancel := context.WithTimeoutCause(t.Context(), 90*time.Second, errTooLong)
				defer cancel()
				client := newClient(t, e, func(config *rest.Config) { config.MaxRetries = 1000 })
				_, err := WaitForExecution(ctx, client, executionID, ignore)
				if !errors.Is(err, errTooLong) || !strings.HasPrefix(err.Error(), tc.want) {
					t.Errorf("got  %v\nwant %s", err, tc.want)
				}
			})
		})
	}
}

// An interrupt ends a wait within a second, whatever it is at.
//
// Fault: interrupted wait.
func TestWaitInterrupt(t *testing.T) {
	for name, fault := range map[string]coctest.Fault{
		"between requests": nil,
		"in a request":     coctest.Hang,
		"in a body":        coctest.Drip(time.Second),
		"in a backoff":     coctest.Error(503, "", ""),
		"in a Retry-After": coctest.Error(429, "", "", "Retry-After", "60"),
	} {
		for _, after := range []time.Duration{500 * time.Millisecond, 30 * time.Second, 10*time.Minute + 500*time.Millisecond} {
			t.Run(fmt.Sprintf("%s/%s", name, after), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					stop := errors.New("stop")
					e := coctest.New(testKeys)
					e.AddExecution(coctest.Execution{ExecutionID: executionID, Phases: []coctest.Phase{{Status: "Running"}}})
					if fault != nil {
						e.Fault(func(r coctest.Request) bool { return r.Number > 1 || after < time.Second }, fault)
					}
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(after, func() { cancel(stop) })
					started := time.Now()
					client := newClient(t, e, func(config *rest.Config) { config.MaxRetries = 1000 })
					_, err := WaitForExecution(ctx, client, executionID, ignore)
					if took := time.Since(started); !errors.Is(err, stop) || took < after || took > after+time.Second {
						t.Errorf("ended after %s: %v", took, err)
					}
				})
			})
		}
	}
}

// Each change of the status is reported once, and besides that each minute.
func TestWaitProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := waitFor(t, []coctest.Phase{
			{Status: "Pending"},
			{After: 90 * time.Second, Status: "Running"},
			{After: 150 * time.Second, Status: "running"},
			{After: 200 * time.Second, Status: "Failed"},
		}, nil)
		if w.err != nil {
			t.Fatal(w.err)
		}
		type told struct {
			Status          string
			Changed, Paused bool
			Minute          int
		}
		var got []told
		for i, p := range w.progress {
			got = append(got, told{p.Status, p.Changed, p.Paused(), int(p.Waited / time.Minute)})
			if p.ExecutionID != executionID || !p.Changed && p.Waited%time.Minute != 0 || i > 0 && p.Reads < w.progress[i-1].Reads {
				t.Errorf("%d: %+v", i, p)
			}
		}
		want := []told{
			{Status: "Pending", Changed: true, Paused: true},
			{Status: "Pending", Paused: true, Minute: 1},
			{Status: "Running", Changed: true, Minute: 1},
			{Status: "Running", Minute: 2},
			{Status: "running", Minute: 3},
			{Status: "Failed", Changed: true, Minute: got[len(got)-1].Minute},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if last := w.progress[len(w.progress)-1]; last.Reads != len(w.requests) || last.Waited < 200*time.Second {
			t.Errorf("%+v, %d requests", last, len(w.requests))
		}
	})
}
