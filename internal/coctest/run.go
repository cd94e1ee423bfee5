package coctest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// HostOf returns the row of a host of a step, as Host does. A host has a row of its own in each step.
func HostOf(stepID string, i int, status string) Row {
	return with(Host(i, status), map[string]any{
		"id": absent, "execution_step_id": stepID,
		"execution_instance_id": fmt.Sprintf("EXI%s%04d", strings.TrimPrefix(stepID, "EXS"), i),
	})
}

// HostsOf returns the rows of n hosts of a step, all in one status.
func HostsOf(stepID string, n int, status string) []Row {
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = HostOf(stepID, i, status)
	}
	return rows
}

// With returns a row with other values for some of its fields.
func With(row Row, set map[string]any) Row { return with(row, set) }

// AddRows adds instances to those that are there. One with the execution_instance_id of an earlier one replaces it.
func (e *Emulator) AddRows(rows ...Row) {
	e.mu.Lock()
	all := append([]Row(nil), e.rows[""]...)
	e.mu.Unlock()
	place := make(map[string]int, len(all))
	for i, row := range all {
		place[instanceOf(row)] = i
	}
	for _, row := range rows {
		if i, known := place[instanceOf(row)]; known {
			all[i] = row
			continue
		}
		place[instanceOf(row)] = len(all)
		all = append(all, row)
	}
	e.SetRows(all...)
}

// AddRowsAfter adds instances when a time has passed from now on: the service may list the rows of a step later than
// the end of its ticket.
func (e *Emulator) AddRowsAfter(after time.Duration, rows ...Row) {
	time.AfterFunc(after, func() { e.AddRows(rows...) })
}

func instanceOf(row Row) string {
	var r struct {
		ID string `json:"execution_instance_id"`
	}
	_ = json.Unmarshal(row, &r) // a row that is no object has no ID
	return r.ID
}
