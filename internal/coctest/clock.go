package coctest

import (
	"strings"
	"time"
)

// Phase is a status that a ticket, a step, a script order or an instance of one has from a moment on, until the next
// Phase.
type Phase struct {
	// After is counted from the Start of the ticket or order.
	After time.Duration
	// Status may be any text; an empty one is sent as null.
	Status string
	// Ended sets the end time even if Status is not a final one: Succeed, Canceled, Failed, Timeout and FINISHED.
	Ended bool
}

// moment is what the clock says about a row. A zero time is not set.
type moment struct {
	status             string
	start, end, update time.Time
}

// at returns the moment of a schedule. A row that has not reached its first Phase has not begun.
func at(start time.Time, phases []Phase, now time.Time) moment {
	var m moment
	for _, p := range phases {
		from := start.Add(p.After)
		if from.After(now) {
			break
		}
		if m.start.IsZero() {
			m.start = from
		}
		m.status, m.update, m.end = p.Status, from, time.Time{}
		if p.Ended || final(p.Status) {
			m.end = from
		}
	}
	return m
}

func final(status string) bool {
	switch strings.ToLower(status) {
	case "succeed", "canceled", "failed", "timeout", "finished":
		return true
	}
	return false
}

// fields returns the fields that tickets and steps share.
func (m moment) fields() map[string]any {
	fields := map[string]any{"status": nil, "start_time": milliseconds(m.start), "end_time": milliseconds(m.end)}
	if m.status != "" {
		fields["status"] = m.status
	}
	return fields
}

// scheduled returns the fields that a script order and an instance of one share.
func scheduled(created, start time.Time, phases []Phase, now time.Time) map[string]any {
	m := at(start, phases, now)
	fields := map[string]any{
		"status": nil, "gmt_created": milliseconds(created), "gmt_finished": milliseconds(m.end), "execute_costs": nil,
	}
	if m.status != "" {
		fields["status"] = m.status
	}
	if !m.end.IsZero() {
		fields["execute_costs"] = m.end.Sub(created).Milliseconds()
	}
	return fields
}

// milliseconds returns null for a time that is not set.
func milliseconds(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}
