package coc

import "fmt"

// IncompleteError is the error for a list that could not be read whole: in every pass over the list rows were missing.
type IncompleteError struct {
	// Offset is the offset that the read began at. Rows is how many distinct rows came from there on.
	Offset, Rows int64
	// Total is the largest total that the service gave in the last pass, nil if it gave none.
	Total *int64
	// RepeatedAt is the offset from which on the pages held only copies of earlier rows. It is nil if the last pass did not end
	// so.
	RepeatedAt *int64
	// Passes is how many times the list was read.
	Passes int
}

func (e *IncompleteError) Error() string {
	total := "no total"
	if e.Total != nil {
		total = fmt.Sprintf("a total of %d", *e.Total)
	}
	s := fmt.Sprintf("the list did not hold still or is cut short: %d distinct rows from offset %d on, while the service gave %s",
		e.Rows, e.Offset, total)
	if e.RepeatedAt != nil {
		s += fmt.Sprintf("; the page at offset %d only repeated earlier rows", *e.RepeatedAt)
	}
	return fmt.Sprintf("%s; read %d times", s, e.Passes)
}

// KeylessError is the error for a list of several pages with rows that have no key. Nothing tells whether two such rows are
// copies of one row.
type KeylessError struct {
	// Rows is how many rows without a key came. Key are the names of the fields that make the key.
	Rows int64
	Key  []string
}

func (e *KeylessError) Error() string {
	return fmt.Sprintf("rows without an ID cannot be told apart: %d rows have none of %q, and the list has more than one page", e.Rows, e.Key)
}

// TooLargeError is the error for a list whose kept rows take more than [Params.MaxBytes], or whose read takes more than twice as
// much memory.
type TooLargeError struct {
	// Rows is how many distinct rows had come by then. MaxBytes is the limit that was exceeded.
	Rows, MaxBytes int64
	// Held tells that the memory of the read exceeded its limit. That memory includes the keys of rows that are not kept.
	Held bool
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the rows are too many or too long: over %d MiB after %d rows", e.MaxBytes>>20, e.Rows)
}
