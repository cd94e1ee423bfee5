// Package rows reads a page of JSON by a table of fields, and gives its rows in Terraform's encoding (MessagePack). It knows no
// list of the API and no Terraform package.
package rows

import (
	"github.com/tinylib/msgp/msgp"
)

// Kind is what a field holds, in JSON and in Terraform.
type Kind uint8

// The kinds of fields. Each value may be null or missing, which is null in Terraform. So is an empty string where no string is
// wanted, as Java services send it for nothing.
const (
	// Integer is an integer of 64 bits, bare or in a string, and a number in Terraform.
	Integer Kind = iota
	// Text is a string in both.
	Text
	// Flat is an object of any depth, and a map of strings in Terraform; see [Table.Read] for its form. An empty array is an empty
	// map.
	Flat
	// Value is a string as it is, or any other JSON as its text without blanks, and a string in Terraform.
	Value
	// Values is an array of Value, and a list of strings in Terraform.
	Values
	// Objects is an array of objects with the fields Of, and a list of objects in Terraform. A string in the array stands for an
	// object with that string as its field named value, if there is such a field. A null in it stands for an object of nulls.
	Objects
)

// Field is one field of a row.
type Field struct {
	Name string
	Kind Kind
	// Doc is what the documentation says of it, in Markdown.
	Doc string
	// Of are the fields of Objects.
	Of []Field
	// NeverNull: null and a missing field are an empty string in Terraform. It is for the kind Text.
	NeverNull bool
}

// Table says what a row consists of.
type Table struct {
	Fields []Field
	// Key are the names of the fields that tell rows apart, Status that of the field with a row's state, if it has one.
	Key    []string
	Status string
}

// Row is one row of a page.
type Row struct {
	// Key tells the row apart from others: two rows of one key are copies of one another. It is of those key fields of the table that
	// are neither null nor an empty string, and empty if there are none.
	Key string
	// Status is the row's state, empty if it has none.
	Status string
	// Encoded is the row as an object in MessagePack, with all fields of the table in their order.
	Encoded []byte
}

// Text returns a field of the kind Text or Value of an encoded row. It is not ok for null, and for a field of another kind.
func (t *Table) Text(encoded []byte, field string) (text []byte, ok bool) {
	text, _, err := msgp.ReadStringZC(t.find(encoded, field))
	return text, err == nil
}

// Integer returns a field of the kind Integer of an encoded row. It is not ok for null, and for a field of another kind.
func (t *Table) Integer(encoded []byte, field string) (n int64, ok bool) {
	n, _, err := msgp.ReadInt64Bytes(t.find(encoded, field))
	return n, err == nil
}

// find returns what begins with the value of a field.
func (t *Table) find(encoded []byte, field string) []byte {
	_, rest, err := msgp.ReadMapHeaderBytes(encoded)
	for i := 0; err == nil && i < len(t.Fields); i++ {
		if rest, err = msgp.Skip(rest); err != nil || t.Fields[i].Name == field {
			break
		}
		rest, err = msgp.Skip(rest)
	}
	if err != nil {
		return nil
	}
	return rest
}

// span is a range of bytes: an encoded value in a buffer. An empty one stands for null.
type span struct{ from, to int }

// appendObject encodes an object: the names of its fields, and their values from a buffer.
func appendObject(dst []byte, fields []Field, buffer []byte, spans []span) []byte {
	dst = msgp.AppendMapHeader(dst, uint32(len(fields))) //nolint:gosec // a table has few fields
	for i := range fields {
		dst = msgp.AppendString(dst, fields[i].Name)
		switch value := buffer[spans[i].from:spans[i].to]; {
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

// objectSize is how many bytes appendObject writes, or a few more.
func objectSize(fields []Field, spans []span) int {
	n := 3
	for i := range fields {
		n += 2 + len(fields[i].Name) + max(1, spans[i].to-spans[i].from)
	}
	return n
}
