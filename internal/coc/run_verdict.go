package coc

import "golang.org/x/text/unicode/norm"

// evidence is what is known of a run. It is the same for every kind of run.
type evidence struct {
	id string
	// of is what name names, such as a job. The name and the status are empty if they are not known.
	of, name, status string
	finished         bool
	started, ended   *string
	words            runWords
	steps            []runStep
	stepless         bool     // the only step is not one of the service's
	doubts           []string // sentences about what else contradicts a success
	// asked are the names of the steps to judge; empty means all steps. expected is as in [RunParams].
	asked    []string
	expected *int64
}

// judge gives the verdict: a success, unless there is a doubt.
func (e *evidence) judge() *Run {
	run := &Run{
		ID: e.id, Name: known(e.name), Status: known(e.status), Finished: e.finished, StartedAt: e.started, EndedAt: e.ended,
		StatusCounts: map[string]int64{}, StepStatuses: e.stepStatuses(), Failed: []RunInstance{},
	}
	if e.stepless {
		run.StepStatuses = nil
	}
	if len(e.steps) == 0 {
		e.doubts = append(e.doubts, "The service listed no steps.")
	}
	f := findings{disorder: e.disorder(), indecisive: e.indecisive()}
	succeeded := e.count(run, &f)
	f.more = len(run.Failed) - len(f.hosts)
	if e.finished {
		f.more = int(run.InstanceCount-succeeded) - len(f.hosts)
	}
	run.Succeeded = e.finished && e.words.isSuccess(e.status) && len(f.disorder)+len(e.doubts) == 0 &&
		f.strangers+f.keyless == 0 && succeeded == run.InstanceCount && e.enough(run.InstanceCount)
	run.Summary = e.summary(run, &f)
	return run
}

// count adds up the rows of all steps. It returns how many of them are a success.
func (e *evidence) count(run *Run, f *findings) (succeeded int64) {
	for _, step := range e.steps {
		if step.rows == nil {
			continue
		}
		run.InstanceCount += step.rows.total
		succeeded += step.rows.succeeded
		f.strangers += step.rows.list.Strangers
		f.keyless += step.rows.keyless
		for status, n := range step.rows.counts {
			run.StatusCounts[status] += n
		}
		for _, row := range step.rows.notable {
			if !row.underWay {
				run.Failed = append(run.Failed, row.RunInstance)
			}
			if (e.finished || !row.underWay) && len(f.hosts) < maxHosts {
				f.hosts = append(f.hosts, row.RunInstance)
			}
		}
	}
	return succeeded
}

// enough reports whether there are as many instances as there should be.
func (e *evidence) enough(n int64) bool {
	return n >= wanted(e.expected) && (e.expected == nil || n == *e.expected)
}

// disorder names the judged steps that contradict a success, with the reason.
func (e *evidence) disorder() (wrong []string) {
	for _, name := range missingSteps(e.steps, e.asked) {
		wrong = append(wrong, quote(name)+" is not there yet")
	}
	for _, step := range e.steps {
		switch {
		case !step.judged:
		case e.words.isFailed(step.status) || e.words.isUnderWay(step.status):
			wrong = append(wrong, quote(step.label())+isStatus(step.status))
		case step.id == "":
			wrong = append(wrong, quote(step.label())+" has no ID, so it has not begun")
		case step.rows == nil:
			wrong = append(wrong, quote(step.label())+" was not read")
		}
	}
	return wrong
}

// indecisive names the judged steps that have begun and whose status is neither a success nor known to contradict one.
// The statuses of steps are documented nowhere.
func (e *evidence) indecisive() (steps []string) {
	for _, step := range e.steps {
		w := &e.words
		decides := w.isSuccess(step.status) || w.isFailed(step.status) || w.isUnderWay(step.status)
		if step.judged && step.id != "" && !decides {
			steps = append(steps, quote(step.label())+isStatus(step.status))
		}
	}
	return steps
}

// stepStatuses are the statuses of all steps by name, in Unicode's NFC: Terraform would keep either of two that differ
// in their form only.
func (e *evidence) stepStatuses() map[string]*string {
	statuses := make(map[string]*string, len(e.steps))
	for _, step := range e.steps {
		name := norm.NFC.String(step.label())
		if before, twice := statuses[name]; !twice || e.words.isSuccess(deref(before)) {
			statuses[name] = known(step.status)
		}
	}
	return statuses
}

// known returns nil for an empty text.
func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
