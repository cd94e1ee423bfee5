package coc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

const (
	runID                          = "EX2025062314121800000001"
	drainStep, patchStep, testStep = "EXS1", "EXS2", "EXS3"
)

// runStart is when the tickets of these tests start, and runEnd when they end.
var runStart, runEnd = time.UnixMilli(1750659138000), time.UnixMilli(1750659211000)

func inStatus(status string) []coctest.Phase { return []coctest.Phase{{Status: status}} }

// stepOf returns a step in a status.
func stepOf(id, name, status string) coctest.Step {
	return coctest.Step{ExecutionStepID: id, Name: name, Phases: inStatus(status)}
}

// ticketOf returns a ticket of the job patch that has ended in a status.
func ticketOf(status string, steps ...coctest.Step) coctest.Execution {
	start := runStart
	if runEnd.After(time.Now()) { // in virtual time, which begins in 2000
		start = time.Now().Add(runStart.Sub(runEnd))
	}
	return coctest.Execution{
		ExecutionID: runID, DocumentName: "patch", Start: start,
		Phases: []coctest.Phase{{Status: "Running"}, {After: runEnd.Sub(runStart), Status: status}}, Steps: steps,
	}
}

// goodRun fills an emulator with a run that has succeeded: three steps, of which one has no instance, and five instances.
func goodRun(e *coctest.Emulator) {
	e.AddExecution(ticketOf("Succeed", stepOf(drainStep, "drain", "Succeed"), stepOf("EXS9", "wait", "Succeed"),
		stepOf(patchStep, "patch", "Succeed")))
	e.AddRows(append(coctest.HostsOf(drainStep, 2, "Succeed"), coctest.HostsOf(patchStep, 3, "Succeed")...)...)
}

func readRun(t *testing.T, e *coctest.Emulator, params RunParams) (*Run, error) {
	t.Helper()
	return ReadRun(t.Context(), newClient(t, e), params, ignore)
}

// A run of three steps whose hosts fail in one of them, value for value.
func TestRun(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddExecution(ticketOf("Failed", stepOf(drainStep, "drain", "Succeed"), stepOf("EXS9", "wait", "Succeed"),
		stepOf(patchStep, "patch", "Failed")))
	failed := coctest.With(coctest.HostOf(patchStep, 2, "Failed"), map[string]any{"message": "\nexit status 1\nlog line 2"})
	nameless := coctest.Row(`{"id":7,"execution_step_id":"EXS2","status":null,"message":"","properties":null}`)
	flat := coctest.With(coctest.FlatHost(3, "Canceled"), map[string]any{"execution_step_id": patchStep})
	e.AddRows(append(coctest.HostsOf(drainStep, 2, "Succeed"), coctest.HostOf(patchStep, 0, "SUCCEED"), failed, nameless, flat,
		coctest.HostOf(patchStep, 5, "Running"))...)
	got, err := readRun(t, e, RunParams{ExecutionID: runID})
	if err != nil {
		t.Fatal(err)
	}
	want := &Run{
		ID: runID, Name: ptr("patch"), Status: ptr("Failed"), Finished: true,
		StartedAt: ptr("2025-06-23T06:12:18.000Z"), EndedAt: ptr("2025-06-23T06:13:31.000Z"),
		InstanceCount: 7, StatusCounts: map[string]int64{"Succeed": 2, "SUCCEED": 1, "Failed": 1, "Canceled": 1, "Running": 1, "": 1},
		StepStatuses: map[string]*string{"drain": ptr("Succeed"), "wait": ptr("Succeed"), "patch": ptr("Failed")},
		Failed: []RunInstance{{
			InstanceID: ptr("EXI20002"), StepName: ptr("patch"), HostName: ptr("web-0003"), HostIP: ptr("10.2.0.2"),
			ResourceID: ptr("adfbb61d-bdcd-46bb-9b32-000000000002"), RegionID: ptr("cn-north-7"), Status: ptr("Failed"),
			Message:   ptr("\nexit status 1\nlog line 2"),
			StartedAt: ptr("2025-06-23T06:12:19.000Z"), EndedAt: ptr("2025-06-23T06:13:30.000Z"),
		}, {
			InstanceID: ptr("7"), StepName: ptr("patch"),
		}, {
			InstanceID: ptr("EXI2025062314121900000003"), StepName: ptr("patch"), HostName: ptr("ecs-0004"), HostIP: ptr("192.168.1.3"),
			ResourceID: ptr("25aaed31-80f1-4976-8000-000000000003"), RegionID: ptr("cn-north-4"), Status: ptr("Canceled"),
			StartedAt: ptr("2025-06-23T06:12:19.000Z"), EndedAt: ptr("2025-06-23T06:13:30.000Z"),
		}},
		Summary: `Run EX2025062314121800000001 of job "patch" has not succeeded: it ended with status Failed at 2025-06-23T06:13:31.000Z.
7 instances: 2 Succeed, 1 without a status, 1 Canceled, 1 Failed, 1 Running, 1 SUCCEED.
By step: 2 in "drain", 5 in "patch".
Steps that have not succeeded: "patch" is Failed.
  web-0003 (10.2.0.2) in "patch" is Failed: exit status 1
  7 in "patch" has no status
  ecs-0004 (192.168.1.3) in "patch" is Canceled
  web-0006 (10.2.0.5) in "patch" is Running`,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Run{}, "Readings")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// What a run takes to succeed: each row changes one thing about a run that has.
//
// Fault: no success.
func TestRunSucceeds(t *testing.T) {
	step := func(id, name, status string) func(*coctest.Emulator) {
		return func(e *coctest.Emulator) {
			e.AddExecution(ticketOf("Succeed", stepOf(drainStep, "drain", "Succeed"), stepOf(id, name, status),
				stepOf(patchStep, "patch", "Succeed")))
		}
	}
	ended := func(status string) func(*coctest.Emulator) {
		return func(e *coctest.Emulator) {
			e.AddExecution(ticketOf(status, stepOf(drainStep, "drain", "Succeed"), stepOf(patchStep, "patch", "Succeed")))
		}
	}
	add := func(rows ...coctest.Row) func(*coctest.Emulator) {
		return func(e *coctest.Emulator) { e.AddRows(rows...) }
	}
	host := func(status any) func(*coctest.Emulator) {
		return add(coctest.With(coctest.HostOf(drainStep, 1, ""), map[string]any{"status": status}))
	}
	noID := func(absent bool) func(*coctest.Emulator) {
		return func(e *coctest.Emulator) {
			late := stepOf("EXS9", "late", "")
			late.IDAfter, late.NoID = 100*365*24*time.Hour, absent
			e.AddExecution(ticketOf("Succeed", stepOf(patchStep, "patch", "Succeed"), late))
		}
	}
	twice := func(e *coctest.Emulator) {
		e.AddExecution(ticketOf("Succeed", stepOf(drainStep, "patch", "Failed"), stepOf(patchStep, "patch", "Succeed")))
	}
	for name, tc := range map[string]struct {
		edit     func(*coctest.Emulator)
		steps    []string
		expected *int64
		want     bool
		says     string // in the summary
	}{
		"a good run": {
			want: true,
			says: "has succeeded: it ended with status Succeed at 2025-06-23T06:13:31.000Z.\n5 instances: 5 Succeed.\n" +
				"By step: 2 in \"drain\", 3 in \"patch\".",
		},
		"a good run in other letters": {edit: ended("SUCCEED"), want: true, says: "it ended with status SUCCEED"},
		"a ticket that failed":        {edit: ended("Failed"), says: "it ended with status Failed"},
		"a ticket that was canceled":  {edit: ended("Canceled"), says: "it ended with status Canceled"},
		"a ticket that took too long": {edit: ended("Timeout"), says: "it ended with status Timeout"},
		"a ticket that is paused": {
			edit: ended("Pending"), says: "has not ended: its status is Pending; it started at 2025-06-23T06:12:18.000Z.",
		},
		"a ticket that runs":                {edit: ended("Running"), says: "has not ended: its status is Running"},
		"a ticket that is being canceled":   {edit: ended("Canceling"), says: "has not ended: its status is Canceling"},
		"a ticket in another state":         {edit: ended("Skipped"), says: "has not ended: its status is Skipped"},
		"a ticket without a state":          {edit: ended(""), says: "has not ended: it has no status"},
		"a step that failed":                {edit: step("EXS9", "x", "failed"), says: `Steps that have not succeeded: "x" is failed.`},
		"a step that was canceled":          {edit: step("EXS9", "x", "Canceled"), says: `"x" is Canceled.`},
		"a step that took too long":         {edit: step("EXS9", "x", "Timeout"), says: `"x" is Timeout.`},
		"a step that is paused":             {edit: step("EXS9", "x", "Pending"), says: `"x" is Pending.`},
		"a step that runs":                  {edit: step("EXS9", "x", "RUNNING"), says: `"x" is RUNNING.`},
		"a step that is being canceled":     {edit: step("EXS9", "x", "Canceling"), says: `"x" is Canceling.`},
		"a step that failed, with blanks":   {edit: step("EXS9", "x", " Failed\t"), says: `Steps that have not succeeded: "x" is Failed.`},
		"a step that runs, with blanks":     {edit: step("EXS9", "x", "Running "), says: `Steps that have not succeeded: "x" is Running.`},
		"a ticket that failed, with blanks": {edit: ended("Succeed "), says: "Succeed"},
		"a host with blanks":                {edit: host("Succeed "), says: "4 Succeed, 1 Succeed."},
		"a step in another state": {
			edit: step("EXS9", "x", "Skipped"), want: true, says: `Step statuses that do not affect the verdict: "x" is Skipped.`,
		},
		"a step without a state": {
			edit: step("EXS9", "x", ""), want: true, says: `Step statuses that do not affect the verdict: "x" has no status.`,
		},
		"a step with an empty ID": {edit: noID(false), says: `Steps that have not succeeded: "late" has no ID, so it has not begun.`},
		"a step without an ID":    {edit: noID(true), says: `"late" has no ID, so it has not begun.`},
		"a failed step that is not asked for": {
			edit: step("EXS9", "x", "Failed"), steps: []string{"drain", "patch"}, want: true, says: "5 instances: 5 Succeed.",
		},
		"a step without an ID not asked for": {edit: noID(true), steps: []string{"patch"}, want: true, says: "3 instances: 3 Succeed."},
		"a name that occurs twice":           {edit: twice, steps: []string{"patch"}, says: `Steps that have not succeeded: "patch" is Failed.`},
		"no steps": {
			edit: func(e *coctest.Emulator) { e.AddExecution(ticketOf("Succeed")) }, expected: ptr(int64(0)),
			says: "The service listed no steps.",
		},
		"a host that failed":            {edit: host("Failed"), says: "5 instances: 4 Succeed, 1 Failed."},
		"a host that was canceled":      {edit: host("Canceled"), says: "1 Canceled."},
		"a host that runs":              {edit: host("Running"), says: "  web-0002 (10.2.0.1) in \"drain\" is Running"},
		"a host in another state":       {edit: host("Skipped"), says: "1 Skipped."},
		"a host without a state":        {edit: host(nil), says: "1 without a status."},
		"a host with an empty state":    {edit: host(""), says: "1 without a status."},
		"a failed host of another step": {edit: host("Failed"), steps: []string{"patch"}, want: true, says: "3 instances: 3 Succeed."},
		"a host without an ID": {
			edit:     add(coctest.With(coctest.HostOf(drainStep, 9, "Succeed"), map[string]any{"execution_instance_id": ""})),
			expected: ptr(int64(6)), says: "Without an ID: 1 row. The service may have sent the same instance twice.",
		},
		"as many as expected": {expected: ptr(int64(5)), want: true, says: "5 instances: 5 Succeed.\n"},
		"fewer than expected": {
			expected: ptr(int64(7)), says: "5 instances: 5 Succeed. 2 of the 7 expected are missing.",
		},
		"one fewer than expected":       {expected: ptr(int64(6)), says: "1 of the 6 expected is missing."},
		"more than expected":            {expected: ptr(int64(3)), says: "That is 2 more than the 3 expected."},
		"some where none are expected":  {expected: ptr(int64(0)), says: "That is 5 more than the 0 expected."},
		"as many as expected of a step": {steps: []string{"patch"}, expected: ptr(int64(3)), want: true, says: "3 instances: 3 Succeed."},
		"none":                          {steps: []string{"wait"}, says: "No instances. At least one is needed."},
		"none where none are expected": {
			steps: []string{"wait"}, expected: ptr(int64(0)), want: true,
			says: "has succeeded: it ended with status Succeed at 2025-06-23T06:13:31.000Z.\nNo instances.",
		},
		"a row of another step": {
			edit: func(e *coctest.Emulator) { foreign(e, `"EXS8"`) },
			says: "The service sent 1 row of a step other than the one that was asked for.",
		},
		"rows of another step that succeeded": {
			edit: func(e *coctest.Emulator) { foreign(e, `"EXS1"`) }, steps: []string{"patch"}, expected: ptr(int64(4)),
			says: "The service sent 1 row of a step other",
		},
		"a row that does not say which step": {edit: func(e *coctest.Emulator) { foreign(e, `null`) }, want: true, says: "instances"},
		"a name that differs in Unicode's form": {
			edit: step("EXS9", "re\u0301sume", "Failed"), steps: []string{"r\u00e9sume"}, says: "\u0301sume\" is Failed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys)
			goodRun(e)
			if tc.edit != nil {
				tc.edit(e)
			}
			got, err := readRun(t, e, RunParams{ExecutionID: runID, StepNames: tc.steps, ExpectedInstances: tc.expected})
			if err != nil {
				t.Fatal(err)
			}
			if got.Succeeded != tc.want || !strings.Contains(got.Summary+"\n", tc.says) {
				t.Errorf("got %t, want %t and a summary with %q:\n%s", got.Succeeded, tc.want, tc.says, got.Summary)
			}
			if has := strings.Contains(got.Summary, " has succeeded"); has != tc.want {
				t.Errorf("the summary says otherwise:\n%s", got.Summary)
			}
		})
	}
}

// foreign lets the service answer for the step patch with a row of another step, too.
func foreign(e *coctest.Emulator, stepID string) {
	e.Edit = func(r coctest.Request, p *coctest.Page) {
		if r.StepID != patchStep {
			return
		}
		p.Total = 4
		if r.Offset == 0 {
			p.Data = append(p.Data, coctest.Row(`{"execution_instance_id":"EXI8","status":"Succeed","execution_step_id":`+stepID+`}`))
		}
	}
}

// Of a name that occurs twice, in whatever Unicode form, the status that is no success stands. A step without a name
// stands under its ID.
func TestRunStepStatuses(t *testing.T) {
	for name, order := range map[string][]string{"the failed one first": {"Failed", "Succeed"}, "the failed one last": {"Succeed", "Failed"}} {
		e := coctest.New(testKeys)
		nameless := stepOf(testStep, "", "Running")
		nameless.Row = coctest.Row(`{}`)
		e.AddExecution(ticketOf("Failed", stepOf(drainStep, "patch", order[0]), stepOf(patchStep, "patch", order[1]),
			nameless, stepOf("EXS4", "none", ""), stepOf("EXS5", "r\u00e9sume", order[0]), stepOf("EXS6", "re\u0301sume", order[1])))
		got, err := readRun(t, e, RunParams{ExecutionID: runID, StepNames: []string{"patch"}})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]*string{"patch": ptr("Failed"), testStep: ptr("Running"), "none": nil, "r\u00e9sume": ptr("Failed")}
		if diff := cmp.Diff(want, got.StepStatuses); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

// Names of steps that a ticket lacks are an error once it has ended. Until then they are not there yet.
//
// Fault: no such step.
func TestRunWithoutAStep(t *testing.T) {
	var many []coctest.Step
	for i := range 21 {
		many = append(many, stepOf(fmt.Sprintf("EXS%d", i), fmt.Sprintf("s%d", i), "Succeed"))
	}
	for name, tc := range map[string]struct {
		ticket coctest.Execution
		asked  []string
		want   string // empty if it is no error
	}{
		"a wrong name": {
			ticketOf("Succeed", stepOf(drainStep, "drain", "Succeed"), stepOf(patchStep, "Patch", "Succeed")), []string{"drain", "patch"},
			`execution ` + runID + ` has no step with the name "patch"; it has "drain", "Patch"`,
		},
		"two wrong names": {
			ticketOf("Failed", stepOf(drainStep, "drain", "Succeed")), []string{"a", "b"},
			`execution ` + runID + ` has no step with the name "a", "b"; it has "drain"`,
		},
		"no steps":             {ticketOf("Canceled"), []string{"a"}, `execution ` + runID + ` has no step with the name "a"; it has no steps`},
		"many steps":           {ticketOf("Failed", many...), []string{"a"}, `"s18", "s19" and 1 more`},
		"a ticket that is run": {ticketOf("Running", stepOf(drainStep, "drain", "Succeed")), []string{"drain", "patch"}, ""},
	} {
		e := coctest.New(testKeys)
		e.AddExecution(tc.ticket)
		got, err := readRun(t, e, RunParams{ExecutionID: runID, StepNames: tc.asked})
		var missing *NoStepError
		switch {
		case tc.want == "" && (err != nil || got.Succeeded ||
			!strings.Contains(got.Summary, `Steps that have not succeeded: "patch" is not there yet.`)):
			t.Errorf("%s: %v\n%+v", name, err, got)
		case tc.want != "" && (!errors.As(err, &missing) || !strings.HasSuffix(err.Error(), tc.want)):
			t.Errorf("%s: got %v, want %s", name, err, tc.want)
		}
	}
}

// Each failed call is named, and no call that fails makes a verdict.
func TestRunErrors(t *testing.T) {
	for path, want := range map[string]RunError{
		coctest.ExecutionsPath:       {List: Executions},
		coctest.ExecutionPath(runID): {ExecutionID: runID},
		coctest.StepsPath(runID):     {List: ExecutionSteps, ExecutionID: runID},
		coctest.Path:                 {List: ExecutionInstances, ExecutionID: runID},
	} {
		e := coctest.New(testKeys)
		goodRun(e)
		e.Fault(coctest.OnPath(path, coctest.Always), coctest.Error(403, "COC.00030003", "no right"))
		run, err := readRun(t, e, RunParams{Job: "patch", Wait: true})
		var got *RunError
		var failed *rest.Error
		if run != nil || !errors.As(err, &got) || got.List != want.List || got.ExecutionID != want.ExecutionID ||
			!errors.As(err, &failed) || failed.Status != 403 {
			t.Errorf("%s: got %+v, %v", path, run, err)
		}
	}
}

// A list that is not whole is an error, as everywhere.
func TestRunOfAListThatIsNotWhole(t *testing.T) {
	for path, want := range map[string]*List{coctest.StepsPath(runID): ExecutionSteps, coctest.Path: ExecutionInstances} {
		synctest.Test(t, func(t *testing.T) {
			e := coctest.New(testKeys)
			goodRun(e)
			e.Edit = func(r coctest.Request, p *coctest.Page) {
				if r.Path == path {
					p.Total = 9
				}
			}
			_, err := readRun(t, e, RunParams{ExecutionID: runID})
			var got *RunError
			var incomplete *IncompleteError
			if !errors.As(err, &got) || got.List != want || !errors.As(err, &incomplete) {
				t.Errorf("%s: got %v", path, err)
			}
		})
	}
}

// A run has the lists that it was read from, for their warnings.
func TestRunReadings(t *testing.T) {
	e := coctest.New(testKeys)
	goodRun(e)
	foreign(e, `"EXS8"`)
	e.Fault(coctest.OnPath(coctest.ExecutionPath(runID), coctest.Always),
		coctest.JSON(`{"error_msg":"with the ticket","data":{"execution_id":"`+runID+`","status":"Succeed"}}`))
	got, err := readRun(t, e, RunParams{Job: "patch"})
	if err != nil {
		t.Fatal(err)
	}
	var lists []string
	for _, reading := range got.Readings {
		lists = append(lists, fmt.Sprintf("%s %s%s%s %d", reading.List.Name, reading.Params.Arguments.Get("document_name"),
			reading.Params.Arguments.Get("execution_id"), reading.Params.Arguments.Get("execution_step_id"), reading.Strangers))
	}
	want := []string{
		"executions patch 0", "execution_steps " + runID + " 0", "execution_instances EXS1 0", "execution_instances EXS9 0",
		"execution_instances EXS2 1",
	}
	if diff := cmp.Diff(want, lists); diff != "" || got.ErrorMsg != "with the ticket" {
		t.Errorf("%q (-want +got)\n%s", got.ErrorMsg, diff)
	}
}

// Thirty steps take the time of a few, and no more requests are under way than for one list.
func TestRunReadsStepsAtTheSameTime(t *testing.T) {
	const steps, latency = 30, 50 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys)
		e.Latency = latency
		ticket := ticketOf("Succeed")
		for i := range steps {
			id := fmt.Sprintf("EXS%d", i)
			ticket.Steps = append(ticket.Steps, stepOf(id, id, "Succeed"))
			e.AddRows(coctest.HostsOf(id, 2, "Succeed")...)
		}
		e.AddExecution(ticket)
		var most flights
		started := time.Now()
		run, err := ReadRun(t.Context(), newClient(t, e, most.count), RunParams{ExecutionID: runID, ExpectedInstances: ptr(int64(2 * steps))},
			ignore)
		if err != nil || !run.Succeeded {
			t.Fatalf("%+v, %v", run, err)
		}
		// A list of one page takes two requests, one after the other. The ticket takes one request, its steps two.
		if took, want := time.Since(started), (3+(steps+stepsAtOnce-1)/stepsAtOnce*2)*latency; took != want || most.most != PagesInFlight {
			t.Errorf("took %s, want %s; %d requests at once, want %d", took, want, most.most, PagesInFlight)
		}
	})
}

// An interrupt ends each part of a read, and makes no verdict.
func TestRunInterrupt(t *testing.T) {
	for _, path := range []string{coctest.ExecutionsPath, coctest.ExecutionPath(runID), coctest.StepsPath(runID), coctest.Path} {
		synctest.Test(t, func(t *testing.T) {
			e := coctest.New(testKeys)
			goodRun(e)
			e.Fault(coctest.OnPath(path, coctest.Always), coctest.Hang)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			started := time.Now()
			run, err := ReadRun(ctx, newClient(t, e), RunParams{Job: "patch", Wait: true}, ignore)
			if took := time.Since(started); run != nil || !errors.Is(err, context.Canceled) || took > 2*time.Second {
				t.Errorf("%s: %+v, %v after %s", path, run, err, took)
			}
		})
	}
}

// What a run keeps is bounded: all steps together, and each list as it is read.
func TestRunIsBounded(t *testing.T) {
	e := coctest.New(testKeys)
	ticket := ticketOf("Failed")
	for i := range 4 {
		id := fmt.Sprintf("EXS%d", i)
		ticket.Steps = append(ticket.Steps, stepOf(id, id, "Failed"))
		for n := range 20 {
			e.AddRows(coctest.With(coctest.HostOf(id, n, "Failed"), map[string]any{"message": strings.Repeat("x", maxMessage)}))
		}
	}
	e.AddExecution(ticket)
	for limit, want := range map[int64]bool{1 << 19: true, 1 << 18: false, 1 << 16: false} {
		run, err := readRun(t, e, RunParams{ExecutionID: runID, MaxBytes: limit})
		var large *TooLargeError
		var failed *RunError
		if got := err == nil && len(run.Failed) == 80; got != want || !want &&
			(!errors.As(err, &large) || !errors.As(err, &failed) || failed.List != ExecutionInstances) {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

// A job's newest run is chosen by the service's times, among the tickets of exactly its name.
//
// Fault: no such run.
func TestRunOfAJob(t *testing.T) {
	ticket := func(id, name, start string) coctest.Execution {
		return coctest.Execution{
			Row:   coctest.Row(fmt.Sprintf(`{"execution_id":%q,"document_name":%q,"status":"Succeed","start_time":%s}`, id, name, start)),
			Steps: []coctest.Step{stepOf("EXS"+id, "run", "Succeed")},
		}
	}
	child := ticket("EX9", "patch", "900")
	child.Child = true
	for name, tc := range map[string]struct {
		tickets []coctest.Execution
		job     string
		after   *int64
		want    string // the ID of the run, or the error
	}{
		"the newest": {
			tickets: []coctest.Execution{ticket("EX1", "patch", "100"), ticket("EX3", "patch", "300"), ticket("EX2", "patch", "200")}, want: "EX3",
		},
		"no child": {tickets: []coctest.Execution{ticket("EX1", "patch", "100"), child}, want: "EX1"},
		"one that has just begun": {
			tickets: []coctest.Execution{ticket("EX1", "patch", "100"), ticket("EX2", "patch", "null"), ticket("EX3", "patch", "300")}, want: "EX2",
		},
		"just begun is after": {
			tickets: []coctest.Execution{ticket("EX1", "patch", "100"), ticket("EX2", "patch", "null")}, after: ptr(int64(1750659138000)),
			want: "EX2",
		},
		"exactly the name": {
			tickets: []coctest.Execution{ticket("EX1", "patch", "100"), ticket("EX2", "patch-all", "200"), ticket("EX3", "Patch", "300")},
			want:    "EX1",
		},
		"a name in another form": {
			tickets: []coctest.Execution{ticket("EX1", "re\u0301sume", "100")}, job: "r\u00e9sume",
			want: `there is no run of a job with the name "résume"`,
		},
		"at the time": {
			tickets: []coctest.Execution{ticket("EX1", "patch", "1750659138000")}, after: ptr(int64(1750659138000)), want: "EX1",
		},
		"too early": {
			tickets: []coctest.Execution{ticket("EX1", "patch", "1750659137999"), ticket("EX0", "patch", "5")}, after: ptr(int64(1750659138000)),
			want: `no run of job "patch" has started since 2025-06-23T06:12:18.000Z: its newest run EX1 started at 2025-06-23T06:12:17.999Z`,
		},
		"nobody's name": {
			tickets: []coctest.Execution{ticket("EX1", "other", "1")}, want: `there is no run of a job with the name "patch"`,
		},
		"names that contain it": {
			tickets: []coctest.Execution{ticket("EX1", "z-patch", "1"), ticket("EX2", "patches", "1"), ticket("EX3", "patches", "1")},
			want:    `there is no run of a job with the name "patch"; jobs whose name contains it: "patches", "z-patch"`,
		},
		"six names that contain it": {tickets: []coctest.Execution{
			ticket("EX1", "patch-1", "1"), ticket("EX2", "patch-2", "1"), ticket("EX3", "patch-3", "1"),
			ticket("EX4", "patch-4", "1"), ticket("EX5", "patch-5", "1"), ticket("EX6", "patch-6", "1"),
		}, want: `there is no run of a job with the name "patch"; jobs whose name contains it: ` +
			`"patch-1", "patch-2", "patch-3", "patch-4", "patch-5"`},
		"a start of 0": {
			tickets: []coctest.Execution{ticket("EX1", "patch", "100"), ticket("EX2", "patch", "0")}, after: ptr(int64(1750659138000)),
			want: "EX2",
		},
		"a newest run without an ID": {
			tickets: []coctest.Execution{{Row: coctest.Row(`{"document_name":"patch","start_time":900}`)}, ticket("EX1", "patch", "100")},
			want:    `the newest run of job "patch" has no execution_id`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys)
			e.AddExecution(tc.tickets...)
			params := RunParams{Job: "patch", StartedAfter: tc.after, ExpectedInstances: ptr(int64(0))}
			if tc.job != "" {
				params.Job = tc.job
			}
			run, err := readRun(t, e, params)
			got := fmt.Sprint(err)
			if err == nil {
				got = run.ID
			}
			if got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			sent := e.Requests()[0].Query
			want := url.Values{"document_name": {params.Job}, "exclude_child_executions": {"true"}, "limit": {"100"}, "offset": {"0"}}
			if diff := cmp.Diff(want, sent); diff != "" {
				t.Errorf("sent: (-want +got)\n%s", diff)
			}
		})
	}
}

// A name in another Unicode form is the same name. The service's search, which is not the emulator's, may find it.
func TestRunOfAJobInAnotherForm(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddExecution(coctest.Execution{ExecutionID: "EX1", DocumentName: "xre\u0301sumex", Steps: coctest.SampleSteps()})
	e.Edit = func(r coctest.Request, p *coctest.Page) {
		if r.Path == coctest.ExecutionsPath && r.Offset == 0 {
			p.Data, p.Total = []coctest.Row{coctest.Row(`{"execution_id":"EX1","document_name":"re` + "\u0301" + `sume"}`)}, 1
		}
	}
	run, err := readRun(t, e, RunParams{Job: "r\u00e9sume"})
	if err != nil || run.ID != "EX1" {
		t.Errorf("got %+v, %v; want EX1", run, err)
	}
}

// The list finds the ticket, and ShowExecution says how it is.
func TestRunTakesTheStateFromTheTicket(t *testing.T) {
	e := coctest.New(testKeys)
	goodRun(e)
	e.Fault(coctest.OnPath(coctest.ExecutionPath(runID), coctest.Always),
		coctest.JSON(`{"data":{"execution_id":"`+runID+`","status":"Failed","end_time":1750659211050}}`))
	run, err := readRun(t, e, RunParams{Job: "patch"})
	if err != nil {
		t.Fatal(err)
	}
	if run.Succeeded || *run.Status != "Failed" || *run.Name != "patch" || run.StartedAt != nil || *run.EndedAt != "2025-06-23T06:13:31.050Z" {
		t.Errorf("got %+v", run)
	}
}

// Where started_after is asked for, a run that has ended succeeds only if the ticket's own start is known, and not before.
//
// Fault: older run.
func TestRunStartedAfter(t *testing.T) {
	for name, tc := range map[string]struct {
		listed, shown string // the start in the list, and that of the ticket itself
		after         *int64
		want          string // the beginning of the summary's line that is about it, or the error; empty for a success
	}{
		"a good start":       {listed: "1750659138000", shown: "1750659138000", after: ptr(int64(1750659138000))},
		"no start is wanted": {listed: "null", shown: "null"},
		"known later":        {listed: "null", shown: "1750659138000", after: ptr(int64(1750659138000))},
		"no start": {
			listed: "null", shown: "null", after: ptr(int64(1750659138000)),
			want: "It has no start, so it may have started before 2025-06-23T06:12:18.000Z.",
		},
		"an earlier start": {
			listed: "null", shown: "1750659137999", after: ptr(int64(1750659138000)),
			want: `no run of job "patch" has started since 2025-06-23T06:12:18.000Z: its newest run ` + runID +
				" started at 2025-06-23T06:12:17.999Z",
		},
	} {
		e := coctest.New(testKeys)
		goodRun(e)
		e.Edit = func(r coctest.Request, p *coctest.Page) {
			if r.Path == coctest.ExecutionsPath && len(p.Data) > 0 {
				p.Data = []coctest.Row{coctest.With(p.Data[0], map[string]any{"start_time": json.RawMessage(tc.listed)})}
			}
		}
		e.Fault(coctest.OnPath(coctest.ExecutionPath(runID), coctest.Always),
			coctest.JSON(`{"data":{"execution_id":"`+runID+`","status":"Succeed","start_time":`+tc.shown+`}}`))
		run, err := readRun(t, e, RunParams{Job: "patch", StartedAfter: tc.after})
		got := fmt.Sprint(err)
		if err == nil {
			got = run.Summary
		}
		if succeeded := err == nil && run.Succeeded; succeeded != (tc.want == "") || !strings.Contains(got, tc.want) {
			t.Errorf("%s: got succeeded %t and %s, want %q", name, succeeded, got, tc.want)
		}
	}
}
