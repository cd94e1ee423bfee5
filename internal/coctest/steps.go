package coctest

import (
	"slices"
	"time"
)

// Step is a step of a ticket.
type Step struct {
	// ExecutionStepID and Name replace those of Row, if they are set.
	ExecutionStepID, Name string
	// IDAfter is how long after the ticket's Start the step gets its ID. Until then execution_step_id is an empty string,
	// or missing if NoID is set.
	IDAfter time.Duration
	NoID    bool
	// Phases, if there are any, give status, start_time and end_time by the clock, from the ticket's Start on.
	Phases []Phase
	// Row has the other fields; nil stands for the first step of SampleSteps.
	Row Row
}

// row returns all fields that do not depend on the clock.
func (s Step) row() Row {
	row, set := s.Row, make(map[string]any)
	if row == nil {
		row = sampleSteps()[0]
	}
	if s.ExecutionStepID != "" {
		set["execution_step_id"] = s.ExecutionStepID
	}
	if s.Name != "" {
		set["name"] = s.Name
	}
	return with(row, set)
}

// hasID reports whether the step has its ID at a moment.
func (s Step) hasID(start, now time.Time) bool { return !now.Before(start.Add(s.IDAfter)) }

// at returns the step's row at a moment.
func (s Step) at(start, now time.Time) Row {
	set := make(map[string]any)
	if len(s.Phases) > 0 {
		set = at(start, s.Phases, now).fields()
	}
	if !s.hasID(start, now) {
		set["execution_step_id"] = ""
		if s.NoID {
			set["execution_step_id"] = absent
		}
	}
	return with(s.Row, set)
}

// steps answers ListExecutionSteps.
func (e *Emulator) steps(req Request) any {
	return e.page(req, func() (int, func(int) Row) {
		now, t := time.Now(), e.ticket(req.Path, StepsPath)
		ids, found := req.Query["execution_step_id_list"], []Step{}
		for _, s := range t.Steps {
			if len(ids) == 0 || s.hasID(t.Start, now) && slices.Contains(ids, stepOf(s.Row)) {
				found = append(found, s)
			}
		}
		return len(found), func(i int) Row { return found[i].at(t.Start, now) }
	})
}
