// Package rows reads a page of JSON. A table says which fields its rows have. The rows come out in Terraform's encoding
// of objects, MessagePack. The package knows no list of the API, and imports nothing from Terraform.
package rows

import (
	"slices"

	"github.com/tinylib/msgp/msgp"
)

// Kind is the type of a field, in JSON and in Terraform.
type Kind uint8

// A value of any kind that is null or missing is null in Terraform. So is an empty string for the kinds that are not
// strings, as Java services send it instead of null.
const (
	Integer Kind = iota // an integer of 64 bits in JSON, as a number or in a string; a number in Terraform
	Text                // a string in JSON and in Terraform
	// Flat is an object of any depth, and a map of strings in Terraform, see [Table.Read]. An empty array is an empty map.
	Flat
	// Value is any JSON value, and a string in Terraform: a string as it is, any other value as its JSON without blanks.
	Value
	Values // an array of Value, and a list of strings in Terraform
	// Objects is an array of objects with the fields Of, and a list of objects in Terraform. A null in the array becomes
	// an object of nulls, and a string an object with that "value" if the objects have such a field.
	Objects
)

// Field is one field of a row.
type Field struct {
	Name      string
	Kind      Kind
	Doc       string  // the description for the documentation, in Markdown
	Of        []Field // the fields of each object, if Kind is Objects
	NeverNull bool    // whether a Text that is null or missing is an empty string in Terraform
	// Omit is the name of a member that is left out of a Flat field at any depth, as it holds secrets. Errors about the
	// field quote nothing from it.
	Omit string

	skip  bool   // see [Table.KeepFields]
	fixed []byte // its encoded value in every row, see [Table.Fix]; nil if each row has its own
}

// Table describes the rows of a list.
type Table struct {
	Fields []Field
	Key    []string // the fields that identify a row
	Name   string   // the field with a name, which a row without a key may share with others
	Status string   // the field of a row's status, empty if rows have none
	// Rows and Total are the names of the rows and of their total in data, if data is an object. Both are empty if data is
	// the rows, and total is next to it.
	Rows, Total string

	paths *paths // that a Flat field keeps, see [Table.KeepPaths]; nil if all are kept
}

// Fix returns a copy of the table in which an Integer field has the value n in all rows, whatever they say.
func (t *Table) Fix(name string, n int64) *Table {
	fixed := *t
	fixed.Fields = slices.Clone(t.Fields)
	for i := range fixed.Fields {
		if fixed.Fields[i].Name == name {
			fixed.Fields[i].fixed = msgp.AppendInt64(nil, n)
		}
	}
	return &fixed
}

// span is a range in a slice. For an encoded value in a buffer, an empty span means null.
type span struct{ from, to int }

// appendObject appends an encoded object to dst. The encoded values of its fields are in the buffer, at the spans.
func appendObject(dst []byte, fields []Field, buffer []byte, spans []span) []byte {
	dst = msgp.AppendMapHeader(dst, uint32(len(fields))) //nolint:gosec // a table has few fields
	for i := range fields {
		dst = msgp.AppendString(dst, fields[i].Name)
		switch value := buffer[spans[i].from:spans[i].to]; {
		case fields[i].fixed != nil:
			dst = append(dst, fields[i].fixed...)
		case len(value) > 0:
			dst = append(dst, value...)
		case fields[i].NeverNull:
			dst = msgp.AppendString(dst, "")
		default:
			dst = msgp.AppendNil(dst)
		}
	}
	return dst
}

// objectSize estimates how many bytes appendObject appends, erring on the high side.
func objectSize(fields []Field, spans []span) int {
	n := 3
	for i := range fields {
		n += 2 + len(fields[i].Name) + max(1, spans[i].to-spans[i].from, len(fields[i].fixed))
	}
	return n
}
