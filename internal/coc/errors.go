package coc

import (
	"fmt"
	"strings"
)

// IncompleteError is the error for a list that could not be read whole: rows were missing in every pass.
type IncompleteError struct {
	Offset, Rows int64  // where the read began, and how many distinct rows came after that
	Total        *int64 // the largest of the last pass, nil if it had none
	RepeatedAt   *int64 // where the pages began to hold only copies of earlier rows, nil if they did not
	Marker       string // the field that RepeatedAt is a value of; empty if it is an offset
	Passes       int    // how many times the list was read
	// Filters are the parameters that were sent to narrow the list. The service's total may ignore them.
	Filters []string
}

func (e *IncompleteError) Error() string {
	total := "no total"
	if e.Total != nil {
		total = fmt.Sprintf("a total of %d", *e.Total)
	}
	from, at := fmt.Sprintf(" from offset %d", e.Offset), "at offset"
	if e.Marker != "" {
		from, at = "", "after "+e.Marker
	}
	s := fmt.Sprintf("the list changed while it was being read, or was truncated: "+
		"%d distinct rows%s, but the service gave %s", e.Rows, from, total)
	if len(e.Filters) > 0 {
		s += ", which may not take these filters into account: " + strings.Join(e.Filters, ", ")
	}
	if e.RepeatedAt != nil {
		s += fmt.Sprintf("; the page %s %d only repeated earlier rows", at, *e.RepeatedAt)
	}
	return fmt.Sprintf("%s; read %d times", s, e.Passes)
}

// KeylessError is the error for a list of several pages in which some rows may be copies of one row.
type KeylessError struct {
	Rows int64    // how many of these rows came
	Key  []string // the fields that make the key
}

func (e *KeylessError) Error() string {
	return fmt.Sprintf("rows without an ID cannot be told apart: "+
		"%d rows have none of %q, and the list has more than one page", e.Rows, e.Key)
}

// TooLargeError is the error for an answer of more than [Params.MaxBytes], or a read that takes twice as much memory.
type TooLargeError struct {
	Rows, MaxBytes int64 // how many distinct rows had come by then, and the limit that was exceeded
	Held           bool  // whether the memory of the read exceeded it, with the keys of rows that are not kept
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the rows are too many or too long: over %d MiB after %d rows", e.MaxBytes>>20, e.Rows)
}
