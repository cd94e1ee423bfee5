package coc

import "fmt"

// IncompleteError is a list that could not be read whole: every pass over it ended with rows missing.
type IncompleteError struct {
	// Offset is the first row asked for, Rows how many distinct rows came after it.
	Offset, Rows int64
	// Total is the largest total that the service gave in the last pass, nil if it gave none.
	Total *int64
	// RepeatedAt is the offset whose page held nothing but rows that had come before, nil if there was none.
	RepeatedAt *int64
	// Passes is how often the list was read.
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

// KeylessError is a list of several pages with rows that have no ID: nobody could tell whether such a row came once or twice.
type KeylessError struct {
	// Rows is how many of these rows came, Key are the fields that they lack.
	Rows int64
	Key  []string
}

func (e *KeylessError) Error() string {
	return fmt.Sprintf("rows without an ID cannot be told apart: %d rows have none of %q, and the list has more than one page", e.Rows, e.Key)
}

// TooLargeError is a list that outgrew [Params.MaxBytes], or whose reading takes twice as much memory.
type TooLargeError struct {
	// Rows is how many rows had been read by then, MaxBytes the limit.
	Rows, MaxBytes int64
	// Held tells that the limit is that of the memory, which rows take that are not kept, too.
	Held bool
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the rows are too many or too long: over %d MiB after %d rows", e.MaxBytes>>20, e.Rows)
}
