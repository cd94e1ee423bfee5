package coc

import (
	"bytes"
	"cmp"
	"maps"
	"math"
	"slices"
)

const (
	maxStatuses      = 1000 // how many are counted: a field with more is not a status
	maxNamedStatuses = 20   // how many a message names
)

// finish returns the kept rows, cut to max_items or to the newest row, and what is known about all rows.
func (c *collector) finish() *Result {
	r := &c.result
	r.Rows, r.Read = make([][]byte, 0, c.kept), int64(len(c.entries))
	counts, found := make(map[string]int64), make([][verdicts]int64, len(c.filters))
	left := int64(0)
	for i := range c.entries {
		e := &c.entries[i]
		for f := range found {
			found[f][e.verdicts[f]]++
		}
		if e.counts() {
			counts[e.Status]++
			left++
		}
		if e.Encoded != nil {
			r.Rows = append(r.Rows, e.Encoded)
		}
	}
	r.narrow(c.listReader)
	c.noteStatuses(counts)
	for i, f := range c.filters {
		m := Mismatch{
			Argument: f.Name, Example: f.example,
			Dropped: found[i][wrong], Kept: found[i][doubtful], Silent: found[i][silent],
		}
		if f.Check == AnyOf && !c.full() && c.params.Offset == 0 {
			m.Missing = slices.DeleteFunc(slices.Clone(f.values), func(id string) bool { return c.came[id] })
		}
		expected := f.Check == Contains && left > 0
		if !expected && (m.Dropped+m.Kept+m.Silent > 0 || len(m.Missing) > 0) {
			r.Mismatches = append(r.Mismatches, m)
		}
	}
	return r
}

// narrow cuts the rows to max_items or to the newest row, and looks for the property paths in what is left.
func (r *Result) narrow(reader *listReader) {
	list, params := reader.list, reader.params
	if params.MaxItems > 0 && int64(len(r.Rows)) > params.MaxItems {
		r.Rows = r.Rows[:params.MaxItems]
	}
	if params.MostRecent && len(r.Rows) > 0 {
		newest := slices.MaxFunc(r.Rows, list.compareAge)
		if reader.fields != nil {
			newest = list.Table.Narrow(newest, reader.fields.kept)
		}
		r.Rows = [][]byte{newest}
	}
	r.Size = 0
	for _, row := range r.Rows {
		r.Size += int64(len(row))
	}
	for _, path := range params.PropertyPaths {
		has := func(row []byte) bool { return list.Table.HasPath(row, path) }
		if len(r.Rows) > 0 && !slices.ContainsFunc(r.Rows, has) {
			r.UnusedPaths = append(r.UnusedPaths, path)
		}
	}
}

// noteStatuses compares the statuses of the rows with those that were asked for.
func (c *collector) noteStatuses(counts map[string]int64) {
	r, asked := &c.result, c.params.Statuses
	if !c.full() && len(counts) <= maxStatuses {
		r.StatusCounts = counts
	}
	had := slices.DeleteFunc(slices.Sorted(maps.Keys(counts)), func(status string) bool { return status == "" })
	// unknown returns the statuses that are neither known nor among others.
	unknown := func(statuses, others []string) []string {
		return slices.DeleteFunc(slices.Clone(statuses), func(status string) bool {
			return containsFold(others, status) || containsFold(c.list.Statuses, status)
		})
	}
	r.Unmatched = unknown(asked, had)
	if len(asked) > 0 {
		r.Unforeseen = unknown(had, asked)
		r.Unforeseen = r.Unforeseen[:min(len(r.Unforeseen), maxNamedStatuses)]
	}
	r.Statuses = had[:min(len(had), maxNamedStatuses)]
}

// compareAge compares two rows by the fields of [List.Newest]. It returns a positive number if a is newer than b.
func (l *List) compareAge(a, b []byte) int {
	for _, field := range l.Newest {
		s, _ := l.Table.Text(a, field)
		t, _ := l.Table.Text(b, field)
		if c := cmp.Or(cmp.Compare(l.moment(a, field), l.moment(b, field)), bytes.Compare(s, t)); c != 0 {
			return c
		}
	}
	return 0
}

// moment returns the time in a field of a row. A row without a time has not begun: its time is yet to come.
func (l *List) moment(row []byte, field string) int64 {
	if n, _ := l.Table.Integer(row, field); n > 0 {
		return n
	}
	return math.MaxInt64
}
