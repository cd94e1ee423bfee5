// Package rows reads a page of JSON. A table says which fields its rows have. The rows come out in MessagePack, in the
// encoding that Terraform uses for objects. The package knows no list of the API, and imports no package of Terraform.
package rows

import (
	"github.com/tinylib/msgp/msgp"
)

// Kind is the type of a field, in JSON and in Terraform.
type Kind uint8

// The kinds of fields. A value of any kind may be null or missing; it is then null in Terraform. An empty string is
// null, too, for the kinds that are not strings: Java services send it instead of null.
const (
	// Integer is an integer of 64 bits in JSON, as a number or in a string. It is a number in Terraform.
	Integer Kind = iota
	// Text is a string in JSON and in Terraform.
	Text
	// Flat is an object of any depth in JSON, and a map of strings in Terraform. [Table.Read] documents the map. An empty
	// array becomes an empty map.
	Flat
	// Value is any JSON value, and a string in Terraform. A string in JSON stays as it is. Any other value becomes its
	// JSON text without blanks.
	Value
	// Values is an array of any JSON values, and a list of strings in Terraform. Each element is converted like a Value.
	Values
	// Objects is an array of objects with the fields Of, and a list of objects in Terraform. A null in the array becomes
	// an object whose fields are all null. If the objects have a field "value", a string in the array becomes an object
	// with that field.
	Objects
)

// Field is one field of a row.
type Field struct {
	Name string
	Kind Kind
	// Doc is the description for the documentation, in Markdown.
	Doc string
	// Of are the fields of each object, if Kind is Objects.
	Of []Field
	// NeverNull: null and a missing field are an empty string in Terraform. It is for the kind Text.
	NeverNull bool

	skip bool // see [Table.KeepFields]
}

// Table describes the rows of a list.
type Table struct {
	Fields []Field
	// Key are the names of the fields that identify a row. Name is the field of a name that a row without a key may share
	// with others.
	Key  []string
	Name string
	// Status is the name of the field with the status of a row, empty if rows have none.
	Status string

	// paths are the paths that a Flat field keeps, see [Table.KeepPaths]. It is nil if all are kept.
	paths *paths
}

// span is a range in a slice. For an encoded value in a buffer, an empty span means null.
type span struct{ from, to int }

// appendObject appends an encoded object to dst. The encoded values of its fields are in the buffer, at the spans.
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

// objectSize estimates how many bytes appendObject appends. It may be a few bytes too high.
func objectSize(fields []Field, spans []span) int {
	n := 3
	for i := range fields {
		n += 2 + len(fields[i].Name) + max(1, spans[i].to-spans[i].from)
	}
	return n
}
