package coc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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
	// after lets a ticket have a status, and another one after a minute.
	after := func(first, last string) []coctest.Phase {
		return []coctest.Phase{{Status: first}, {After: time.Minute, Status: last}}
	}
	for name, tc := range map[string]struct {
		phases []coctest.Phase
		status string // of the ticket that is returned: at once if it has one phase, after a minute if it has more
		// timeout is what the error says of the ticket if the time is over before it has ended.
		timeout string
	}{
		"Succeed":             {phases: []coctest.Phase{{Status: "Succeed"}}, status: "Succeed"},
		"RUNNING, Succeed":    {phases: after("RUNNING", "Succeed"), status: "Succeed"},
		"Running, Failed":     {phases: after("Running", "Failed"), status: "Failed"},
		"Canceling, Canceled": {phases: after("Canceling", "Canceled"), status: "Canceled"},
		"Pending, Running, Timeout": {phases: []coctest.Phase{{Status: "Pending"}, {After: 20 * time.Second, Status: "Running"},
			{After: time.Minute, Status: "Timeout"}}, status: "Timeout"},
		"Running with an end, Succeed": {phases: []coctest.Phase{{Status: "Running", Ended: true}, {After: time.Minute, Status: "Succeed"}},
			status: "Succeed"},
		"an unknown status, Succeed": {phases: after("Rollback", "Succeed"), status: "Succeed"},
		"an unknown status that ends": {phases: []coctest.Phase{{Status: "Rollback"}, {After: time.Minute, Status: "Rollback", Ended: true}},
			status: "Rollback"},
		"no status, Succeed":   {phases: after("", "Succeed"), status: "Succeed"},
		"no status that ended": {phases: []coctest.Phase{{Ended: true}}},
		"Canceling for ever":   {phases: []coctest.Phase{{Status: "Canceling"}}, timeout: `its status is "Canceling"`},
		"Running, Pending for ever": {phases: after("Running", "pending"),
			timeout: `its status is "pending", which is documented as paused: it may be waiting for somebody`},
		"an unknown status for ever": {phases: []coctest.Phase{{Status: "Roll\nback"}},
			timeout: `its status is "Roll back", which is not documented, and it has no end_time`},
		"no status for ever": {phases: []coctest.Phase{{}}, timeout: "it has neither a status nor end_time"},
		"Succeed when it is too late": {phases: []coctest.Phase{{Status: "Running"}, {After: time.Hour, Status: "Succeed"}},
			timeout: `its status is "Running"`},
		"Pending with an end, for ever": {phases: []coctest.Phase{{Status: "Pending", Ended: true}},
			timeout: `its status is "Pending", which is documented as paused: it may be waiting for somebody`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := waitFor(t, tc.phases, nil)
				if tc.timeout != "" {
					var late *WaitError
					if w.execution != nil || !errors.As(w.err, &late) || !errors.Is(w.err, errTooLong) || w.took != 20*time.Minute {
						t.Fatalf("got %+v, %v after %s; want a WaitError after 20m", w.execution, w.err, w.took)
					}
					equal(t, "error", fmt.Sprintf("execution %s has not ended in 20m0s, read %d times; %s: the time is over",
						executionID, len(w.requests), tc.timeout), w.err.Error())
					return
				}
				if w.err != nil || !w.execution.Finished || w.execution.Status != tc.status {
					t.Fatalf("got %+v, %v; want a finished ticket in status %q", w.execution, w.err, tc.status)
				}
				text, _ := Executions.Table.Text(w.execution.Encoded, "status")
				equal(t, "the row's status", tc.status, string(text))
				atOnce := len(tc.phases) == 1
				least, most := time.Minute, time.Minute+18*time.Second
				if atOnce {
					least, most = 0, 0
				}
				if w.took < least || w.took > most || atOnce != (len(w.requests) == 1) {
					t.Errorf("took %s and %d requests, want %s to %s; one request: %t", w.took, len(w.requests), least, most, atOnce)
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
				t.Fatalf("got %d requests, the first after %s; want 66 to 110, the first at once", len(w.requests), w.requests[0])
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
					t.Errorf("got %+v, %v after %s and %d requests; want Succeed after 5m and at most 40", w.execution, w.err, w.took, len(w.requests))
				}
				equal(t, "reads", len(w.requests)-3, w.progress[len(w.progress)-1].Reads)
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
					t.Errorf("got %v after %d requests, want %q after %d", w.err, len(w.requests), tc.want, tc.requests)
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
			"never read; its status is not known: the time is over; before that: reading execution " +
				executionID + " from https://coc.example.com: no complete answer within 1m0s",
		},
		"answered once": {
			func(e *coctest.Emulator) {
				e.Fault(func(r coctest.Request) bool { return r.Number > 1 }, coctest.Error(503, "X", "busy"))
			},
			`read once; its status is "Running": the time is over; before that: reading execution ` +
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
				want := "execution " + executionID + " has not ended in 1m30s, " + tc.want
				if !errors.Is(err, errTooLong) || !strings.HasPrefix(err.Error(), want) {
					t.Errorf("got  %v\nwant %s", err, want)
				}
			})
		})
	}
}

// An interrupt ends a wait within a second, whatever it is at.
//
// Fault: interrupted wait.
func TestWaitInterrupt(t *testing.T) {
	for name, fault := range delays {
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
						t.Errorf("got %v after %s, want %v after %s to %s", err, took, stop, after, after+time.Second)
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
		equal(t, "progress", want, got)
		if last := w.progress[len(w.progress)-1]; last.Reads != len(w.requests) || last.Waited < 200*time.Second {
			t.Errorf("got %+v in the end, want %d reads in 200s or more", last, len(w.requests))
		}
	})
}
