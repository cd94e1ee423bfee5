package coc

import (
	"bytes"
	"cmp"
)

// compareAge compares two rows by the fields of [List.Newest]. It returns a positive number if a is newer than b, and a negative
// number if a is older. A row without a value is older than a row with a value.
func (l *List) compareAge(a, b []byte) int {
	for _, field := range l.Newest {
		if c := l.compareField(field, a, b); c != 0 {
			return c
		}
	}
	return 0
}

func (l *List) compareField(field string, a, b []byte) int {
	m, okM := l.Table.Integer(a, field)
	n, okN := l.Table.Integer(b, field)
	if okM && okN {
		return cmp.Compare(m, n)
	}
	s, okS := l.Table.Text(a, field)
	t, okT := l.Table.Text(b, field)
	switch hasA, hasB := okM || okS, okN || okT; {
	case hasA && hasB:
		return bytes.Compare(s, t)
	case hasA:
		return 1
	case hasB:
		return -1
	}
	return 0
}
