package coc

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// After the end of a ticket, what is not settled is read again for half a minute, and nothing else is.
//
// Fault: late rows.
func TestRunLateRows(t *testing.T) {
	const second = time.Second
	two := func(e *coctest.Emulator, patch coctest.Step) {
		e.AddExecution(ticketOf("Succeed", stepOf(drainStep, "drain", "Succeed"), patch))
		e.AddRows(coctest.HostsOf(drainStep, 2, "Succeed")...)
	}
	good := stepOf(patchStep, "patch", "Succeed")
	patched := coctest.HostsOf(patchStep, 3, "Succeed")
	for name, tc := range map[string]struct {
		script   func(*coctest.Emulator)
		params   RunParams
		fails    bool   // the run has not succeeded
		says     string // in the summary of such a run
		from, to time.Duration
		// The least and the most number of times that the steps and the rows of each step were read.
		steps, drain, patch [2]int
	}{
		"everything is there": {
			script: func(e *coctest.Emulator) { two(e, good); e.AddRows(patched...) },
			steps:  [2]int{1, 1}, drain: [2]int{1, 1}, patch: [2]int{1, 1},
		},
		"a row that is unfinished": {
			script: func(e *coctest.Emulator) {
				two(e, good)
				e.AddRows(coctest.HostOf(patchStep, 0, "Running"))
				e.AddRowsAfter(8*second, patched...)
			},
			from: 8 * second, to: 18 * second, steps: [2]int{1, 1}, drain: [2]int{1, 1}, patch: [2]int{3, 5},
		},
		"a row without a state": {
			script: func(e *coctest.Emulator) {
				two(e, good)
				e.AddRows(coctest.With(coctest.HostOf(patchStep, 0, ""), map[string]any{"status": nil, "end_time": nil}))
				e.AddRowsAfter(second, patched...)
			},
			from: second, to: 3 * second, steps: [2]int{1, 1}, drain: [2]int{1, 1}, patch: [2]int{2, 2},
		},
		"a row that stays unfinished": {
			script: func(e *coctest.Emulator) { two(e, good); e.AddRows(coctest.HostOf(patchStep, 0, "Pending")) },
			fails:  true, says: "web-0001 (10.2.0.0) in \"patch\" is Pending",
			from: 30 * second, to: 30 * second, steps: [2]int{1, 1}, drain: [2]int{1, 1}, patch: [2]int{5, 8},
		},
		"a row that failed is settled": {
			script: func(e *coctest.Emulator) { two(e, good); e.AddRows(coctest.HostOf(patchStep, 0, "Failed")) },
			fails:  true, says: "is Failed: exit status 1", steps: [2]int{1, 1}, drain: [2]int{1, 1}, patch: [2]int{1, 1},
		},
		"fewer rows than expected": {
			script: func(e *coctest.Emulator) { two(e, good); e.AddRowsAfter(8*second, patched...) },
			params: RunParams{ExpectedInstances: ptr(int64(5))},
			from:   8 * second, to: 18 * second, steps: [2]int{1, 1}, drain: [2]int{3, 5}, patch: [2]int{3, 5},
		},
		"rows that never come": {
			script: func(e *coctest.Emulator) { two(e, good) }, params: RunParams{ExpectedInstances: ptr(int64(5))},
			fails: true, says: "3 of the 5 expected are missing.",
			from: 30 * second, to: 30 * second, steps: [2]int{1, 1}, drain: [2]int{5, 8}, patch: [2]int{5, 8},
		},
		"no row": {
			script: func(e *coctest.Emulator) { two(e, good); e.AddRowsAfter(3*second, patched...) },
			params: RunParams{StepNames: []string{"patch"}},
			from:   3 * second, to: 7 * second, steps: [2]int{1, 1}, patch: [2]int{2, 3},
		},
		"no row, and none is expected": {
			script: func(e *coctest.Emulator) { two(e, good); e.AddRowsAfter(3*second, patched...) },
			params: RunParams{StepNames: []string{"patch"}, ExpectedInstances: ptr(int64(0))},
			steps:  [2]int{1, 1}, patch: [2]int{1, 1},
		},
		"more rows than expected": {
			script: func(e *coctest.Emulator) { two(e, good); e.AddRows(patched...) }, params: RunParams{ExpectedInstances: ptr(int64(4))},
			fails: true, says: "1 more than the 4", steps: [2]int{1, 1}, drain: [2]int{1, 1}, patch: [2]int{1, 1},
		},
		"a step without an ID": {
			script: func(e *coctest.Emulator) {
				late := good
				late.IDAfter = runEnd.Sub(runStart) + 8*second
				two(e, late)
				e.AddRows(patched...)
			},
			from: 8 * second, to: 18 * second, steps: [2]int{3, 5}, drain: [2]int{1, 1}, patch: [2]int{1, 1},
		},
		"a step without an ID that is not asked for": {
			script: func(e *coctest.Emulator) { late := good; late.IDAfter = 1e6 * second; two(e, late) },
			params: RunParams{StepNames: []string{"drain"}}, steps: [2]int{1, 1}, drain: [2]int{1, 1},
		},
		"a step that is missing": {
			script: func(e *coctest.Emulator) { two(e, good); e.AddRows(patched...); hideLastStep(e, 8*second) },
			params: RunParams{StepNames: []string{"drain", "patch"}},
			from:   8 * second, to: 18 * second, steps: [2]int{3, 5}, drain: [2]int{1, 1}, patch: [2]int{1, 1},
		},
		"a step that still runs": {
			script: func(e *coctest.Emulator) {
				late := good
				late.Phases = []coctest.Phase{{Status: "Running"}, {After: runEnd.Sub(runStart) + 8*second, Status: "Succeed"}}
				two(e, late)
				e.AddRows(patched...)
			},
			from: 8 * second, to: 18 * second, steps: [2]int{3, 5}, drain: [2]int{1, 1}, patch: [2]int{1, 1},
		},
		"a service that hangs meanwhile": {
			script: func(e *coctest.Emulator) {
				two(e, good)
				e.AddRows(coctest.HostOf(patchStep, 0, "Running"))
				ended := time.Now()
				e.Fault(func(r coctest.Request) bool { return r.At.After(ended) }, coctest.Hang)
			},
			fails: true, says: "web-0001 (10.2.0.0) in \"patch\" is Running", from: 30 * second, to: 30 * second,
			steps: [2]int{1, 1}, drain: [2]int{1, 1}, patch: [2]int{2, 2},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := coctest.New(testKeys)
				tc.script(e)
				tc.params.ExecutionID, tc.params.Wait = runID, true
				started := time.Now()
				run, err := readRun(t, e, tc.params)
				if err != nil {
					t.Fatal(err)
				}
				if run.Succeeded == tc.fails || !strings.Contains(run.Summary, tc.says) {
					t.Errorf("succeeded: %t; want %q in\n%s", run.Succeeded, tc.says, run.Summary)
				}
				if took := time.Since(started); took < tc.from || took > tc.to {
					t.Errorf("took %s, want %s to %s", took, tc.from, tc.to)
				}
				for what, n := range map[string]struct {
					got  int
					want [2]int
				}{
					"steps": {firstPages(e, coctest.StepsPath(runID), ""), tc.steps},
					"drain": {firstPages(e, coctest.Path, drainStep), tc.drain},
					"patch": {firstPages(e, coctest.Path, patchStep), tc.patch},
				} {
					if n.got < n.want[0] || n.got > n.want[1] {
						t.Errorf("%s: read %d times, want %v", what, n.got, n.want)
					}
				}
			})
		})
	}
}

// firstPages counts how often a list was read.
func firstPages(e *coctest.Emulator, path, stepID string) (n int) {
	for _, r := range e.Requests() {
		if r.Path == path && r.StepID == stepID && r.Offset == 0 {
			n++
		}
	}
	return n
}

// hideLastStep lets the service list the last step only after a while.
func hideLastStep(e *coctest.Emulator, after time.Duration) {
	from := time.Now().Add(after)
	e.Edit = func(r coctest.Request, p *coctest.Page) {
		if r.Path == coctest.StepsPath(runID) && time.Now().Before(from) {
			p.Data, p.Total = p.Data[:max(0, 1-r.Offset)], 1
		}
	}
}

// Without the wait nothing is read twice, and a name that a ticket lacks is an error at once.
func TestRunWithoutTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys)
		e.AddExecution(ticketOf("Succeed", stepOf(patchStep, "patch", "Succeed")))
		e.AddRowsAfter(time.Second, coctest.HostsOf(patchStep, 3, "Succeed")...)
		started := time.Now()
		run, err := readRun(t, e, RunParams{ExecutionID: runID, ExpectedInstances: ptr(int64(3))})
		if err != nil || run.Succeeded || time.Since(started) != 0 || firstPages(e, coctest.Path, patchStep) != 1 {
			t.Errorf("%+v, %v after %s", run, err, time.Since(started))
		}
		var missing *NoStepError
		if _, err = readRun(t, e,
			RunParams{ExecutionID: runID, StepNames: []string{"none"}}); !errors.As(err, &missing) || time.Since(started) != 0 {
			t.Errorf("got %v after %s", err, time.Since(started))
		}
	})
}

// The wait is the ticket's own: the ticket is chosen once, and its progress is told.
func TestRunWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys)
		e.AddExecution(coctest.Execution{
			ExecutionID: runID, DocumentName: "patch", Phases: []coctest.Phase{{Status: "Running"}, {After: 5 * time.Minute, Status: "Succeed"}},
			Steps: []coctest.Step{stepOf(patchStep, "patch", "Succeed")},
		})
		e.AddRows(coctest.HostsOf(patchStep, 1, "Succeed")...)
		time.AfterFunc(time.Minute, func() {
			e.AddExecution(coctest.Execution{ExecutionID: "EX2", DocumentName: "patch", Phases: inStatus("Failed")})
		})
		var told []string
		run, err := ReadRun(t.Context(), newClient(t, e), RunParams{Job: "patch", Wait: true}, func(_ context.Context, p Progress) {
			if p.Changed {
				told = append(told, p.Status)
			}
		})
		if err != nil || !run.Succeeded || run.ID != runID || strings.Join(told, " ") != "Running Succeed" {
			t.Errorf("%+v, %v, told %q", run, err, told)
		}
		if n := firstPages(e, coctest.ExecutionsPath, ""); n != 1 {
			t.Errorf("the tickets were read %d times, want once", n)
		}
	})
}

// When the time of the whole read is over, the rows are judged as they are; a refusal and an interrupt are errors.
func TestRunLateEnds(t *testing.T) {
	errTimeout := errors.New("the read took too long")
	for name, tc := range map[string]struct {
		fault  coctest.Fault
		cancel bool
		want   string // the error; empty for a verdict
	}{
		"the time is over":               {},
		"the time is over in a request":  {fault: coctest.Hang},
		"the time is over in a retry":    {fault: coctest.Error(503, "", "")},
		"a refusal":                      {fault: coctest.Error(403, "COC.00030003", "no right"), want: "403 Forbidden"},
		"an interrupt":                   {cancel: true, want: "context canceled"},
		"an interrupt while it is asked": {cancel: true, fault: coctest.Hang, want: "context canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := coctest.New(testKeys)
				e.AddExecution(ticketOf("Succeed", stepOf(patchStep, "patch", "Succeed")))
				if tc.fault != nil {
					e.Fault(func(r coctest.Request) bool { return r.StepID == patchStep && r.Offset == 0 && r.Try > 1 }, tc.fault)
				}
				ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Second, errTimeout)
				defer cancel()
				if tc.cancel {
					time.AfterFunc(9*time.Second, cancel)
				}
				started := time.Now()
				run, err := ReadRun(ctx, newClient(t, e), RunParams{ExecutionID: runID, Wait: true}, ignore)
				took := time.Since(started)
				switch {
				case tc.want == "" && (err != nil || run.Succeeded || took != 10*time.Second):
					t.Errorf("got %+v, %v after %s", run, err, took)
				case tc.want != "" && (run != nil || err == nil || !strings.Contains(err.Error(), tc.want) || took > 9*time.Second):
					t.Errorf("got %+v, %v after %s, want %s", run, err, took, tc.want)
				}
			})
		})
	}
}

// A read whose time is over before the first verdict is an error.
func TestRunTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errTimeout := errors.New("the read took too long")
		e := coctest.New(testKeys)
		goodRun(e)
		e.Fault(func(r coctest.Request) bool { return r.StepID == patchStep }, coctest.Hang)
		ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Second, errTimeout)
		defer cancel()
		if run, err := ReadRun(ctx, newClient(t, e), RunParams{ExecutionID: runID, Wait: true},
			ignore); run != nil || !errors.Is(err, errTimeout) {
			t.Errorf("got %+v, %v; want %v", run, err, errTimeout)
		}
	})
}
