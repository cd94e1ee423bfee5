package coctest

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Execution is a service ticket: one run of a job.
type Execution struct {
	// ExecutionID, DocumentName, DocumentID, Creator and Tags replace those of Row, if they are set.
	ExecutionID, DocumentName, DocumentID, Creator string
	Tags                                           map[string]string
	// Child says that another ticket started this one: exclude_child_executions leaves it out.
	Child bool
	// Phases, if there are any, give status, start_time, end_time and update_time by the clock.
	Phases []Phase
	// Phases count from Start. The zero time stands for the time at which the ticket is added.
	Start time.Time
	Steps []Step
	// Row has the other fields; nil stands for the first ticket of SampleExecutions.
	Row Row
}

// ticket is an Execution whose Row has all fields that do not depend on the clock. It also has the facts that filters
// compare.
type ticket struct {
	Execution
	facts
}

// AddExecution adds tickets. The list begins with the ticket that was added last, so each one shifts all others.
func (e *Emulator) AddExecution(executions ...Execution) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, x := range executions {
		set := make(map[string]any)
		for name, value := range map[string]string{"execution_id": x.ExecutionID, "document_name": x.DocumentName,
			"document_id": x.DocumentID, "creator": x.Creator} {
			if value != "" {
				set[name] = value
			}
		}
		if x.ExecutionID != "" {
			set["id"] = strconv.Itoa(1001 + len(e.tickets)) // nobody knows whether the service repeats the execution_id here
		}
		if x.Tags != nil {
			tags := []map[string]string{}
			for _, key := range slices.Sorted(maps.Keys(x.Tags)) {
				tags = append(tags, map[string]string{"key": key, "value": x.Tags[key]})
			}
			set["tags"] = tags
		}
		if x.Row == nil {
			x.Row = sampleExecutions()[0]
		}
		if x.Start.IsZero() {
			x.Start = time.Now()
		}
		x.Row, x.Steps = with(x.Row, set), slices.Clone(x.Steps)
		for i := range x.Steps {
			x.Steps[i].Row = x.Steps[i].row()
		}
		t := &ticket{Execution: x}
		_ = json.Unmarshal(x.Row, &t.facts) // a field of another type is no fact
		e.tickets = append(e.tickets, t)
	}
}

// at returns the ticket's row at a moment.
func (t *ticket) at(now time.Time) Row {
	if len(t.Phases) == 0 {
		return t.Row
	}
	m := at(t.Start, t.Phases, now)
	fields := m.fields()
	fields["update_time"] = milliseconds(m.update)
	return with(t.Row, fields)
}

// ticket returns the ticket that a path names: the one that was added last if there are several, or nil if there is
// none.
func (e *Emulator) ticket(path string, of func(executionID string) string) *ticket {
	for _, t := range slices.Backward(e.tickets) {
		if of(t.ID) == path {
			return t
		}
	}
	return nil
}

// ofTicket refuses the path of an unknown ticket.
func ofTicket(of func(executionID string) string) func(*Emulator, string) *refusal {
	return func(e *Emulator, path string) *refusal {
		if e.ticket(path, of) == nil {
			return &refusal{http.StatusBadRequest, "COC.00067003", "the ticket does not exist"}
		}
		return nil
	}
}

// execution answers ShowExecution.
func (e *Emulator) execution(req Request) any {
	e.mu.Lock()
	defer e.mu.Unlock()
	return struct {
		ErrorCode *string `json:"error_code"`
		ErrorMsg  *string `json:"error_msg"`
		Data      Row     `json:"data"`
	}{Data: e.ticket(req.Path, ExecutionPath).at(time.Now())}
}

// executions answers ListExecutions.
func (e *Emulator) executions(req Request) any {
	return e.page(req, func() (int, func(int) Row) {
		now := time.Now()
		var found []*ticket
		for _, t := range slices.Backward(e.tickets) {
			if t.matches(req, now) {
				found = append(found, t)
			}
		}
		return len(found), func(i int) Row { return found[i].at(now) }
	})
}
