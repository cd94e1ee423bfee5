// Package rows reads a page of JSON. A table says which fields its rows have. The rows come out in MessagePack, in the encoding that
// Terraform uses for objects. The package knows no list of the API, and imports no package of Terraform.
package rows

import (
	"github.com/tinylib/msgp/msgp"
)

// Kind is the type of a field, in JSON and in Terraform.
type Kind uint8

// The kinds of fields. A value of any kind may be null or missing; it is then null in Terraform. An empty string is null, too, for
// the kinds that are not strings: Java services send it instead of null.
const (
	// Integer is an integer of 64 bits in JSON, as a number or in a string. It is a number in Terraform.
	Integer Kind = iota
	// Text is a string in JSON and in Terraform.
	Text
	// Flat is an object of any depth in JSON, and a map of strings in Terraform. [Table.Read] documents the map. An empty array
	// becomes an empty map.
	Flat
	// Value is any JSON value, and a string in Terraform. A string in JSON stays as it is. Any other value becomes its JSON text
	// without blanks.
	Value
	// Values is an array of any JSON values, and a list of strings in Terraform. Each element is converted like a Value.
	Values
	// Objects is an array of objects with the fields Of, and a list of objects in Terraform. A null in the array becomes an object
	// whose fields are all null. If the objects have a field "value", a string in the array becomes an object with that field.
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
}

// Table describes the rows of a list.
type Table struct {
	Fields []Field
	// Key are the names of the fields that identify a row.
	Key []string
	// Status is the name of the field with the status of a row, empty if rows have none.
	Status string

	// paths are the paths that a Flat field keeps, see [Table.KeepPaths]. It is nil if all are kept.
	paths *paths
}

// Row is one row of a page.
type Row struct {
	// Key identifies the row: rows with the same key are copies of one row. It is made of the values of the table's key fields, and
	// is not for people to read. It is empty if all these values are null or an empty string.
	Key string
	// Partial tells that some of the key fields are null or an empty string, and not all.
	Partial bool
	// Status is the status of the row, empty if it has none.
	Status string
	// Encoded is the row as an object in MessagePack. It has all fields of the table, in the order of the table.
	Encoded []byte
}

// Text returns the value of a Text or Value field in an encoded row. Ok is false if the value is null or the field is of another
// kind.
func (t *Table) Text(encoded []byte, field string) (text []byte, ok bool) {
	text, _, err := msgp.ReadStringZC(t.find(encoded, field))
	return text, err == nil
}

// Integer returns the value of an Integer field in an encoded row. Ok is false if the value is null or the field is of another kind.
func (t *Table) Integer(encoded []byte, field string) (n int64, ok bool) {
	n, _, err := msgp.ReadInt64Bytes(t.find(encoded, field))
	return n, err == nil
}

// find returns the part of an encoded row that begins with the value of a field. It returns nil if there is no such field.
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

// KeyParts takes the key of a row apart: the values of its key fields, encoded and each behind a byte that tells the field. It
// leaves out the fields that the row does not have.
func (t *Table) KeyParts(key string) []string {
	var parts []string
	rest := []byte(key)
	for i := range t.Key {
		after, err := msgp.Skip(rest)
		if err != nil {
			break
		}
		if value := rest[:len(rest)-len(after)]; !msgp.IsNil(value) {
			parts = append(parts, string(append([]byte{byte(i)}, value...)))
		}
		rest = after
	}
	return parts
}
