package rows

import (
	"slices"

	"github.com/tinylib/msgp/msgp"
)

// KeepFields returns a copy of the table that reads only the fields with these names. In an encoded row the others are
// null, or an empty string if they are never null. They do not count towards the limit of a page, and are only checked
// to be JSON.
func (t *Table) KeepFields(names map[string]bool) *Table {
	narrowed := *t
	narrowed.Fields = slices.Clone(t.Fields)
	for i := range narrowed.Fields {
		narrowed.Fields[i].skip = !names[narrowed.Fields[i].Name]
	}
	return &narrowed
}

// Narrow returns an encoded row as [Table.KeepFields] with these names would have read it.
func (t *Table) Narrow(encoded []byte, names map[string]bool) []byte {
	spans := make([]span, len(t.Fields))
	for i := range t.Fields {
		if value := find(encoded, t.Fields[i].Name); names[t.Fields[i].Name] && !msgp.IsNil(value) {
			rest, _ := msgp.Skip(value) // cannot fail: the row was encoded here
			from := len(encoded) - len(value)
			spans[i] = span{from, from + len(value) - len(rest)}
		}
	}
	return appendObject(make([]byte, 0, objectSize(t.Fields, spans)), t.Fields, encoded, spans)
}
