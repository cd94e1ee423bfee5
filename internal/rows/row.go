package rows

import (
	"slices"
	"strings"

	"github.com/tinylib/msgp/msgp"
)

// Row is one row of a page.
type Row struct {
	// Key identifies the row: rows with the same key are copies of one row. It is made of the values of the table's key
	// fields and is not for people to read. It is empty if all of them are null or an empty string.
	Key          string
	Partial      bool   // whether some of the key fields, but not all, are null or an empty string
	Name, Status string // empty if the row has none
	Encoded      []byte // the row as an object in MessagePack, with all fields of the table in the table's order
}

// Text returns a Text or Value field of an encoded row. Ok is false if it is null or of another kind.
func (t *Table) Text(encoded []byte, field string) (text []byte, ok bool) {
	text, _, err := msgp.ReadStringZC(find(encoded, field))
	return text, err == nil
}

// Integer returns an Integer field of an encoded row. Ok is false if it is null or of another kind.
func (t *Table) Integer(encoded []byte, field string) (n int64, ok bool) {
	n, _, err := msgp.ReadInt64Bytes(find(encoded, field))
	return n, err == nil
}

// Pairs returns the objects of an Objects field of an encoded row, each as its texts joined by =, such as key=value.
func (t *Table) Pairs(encoded []byte, field string) (pairs []string) {
	n, rest, err := msgp.ReadArrayHeaderBytes(find(encoded, field))
	for ; err == nil && n > 0; n-- {
		var texts []string
		eachMember(rest, func(_, value []byte) bool {
			if text, _, err := msgp.ReadStringZC(value); err == nil {
				texts = append(texts, string(text))
			}
			return true
		})
		pairs = append(pairs, strings.Join(texts, "="))
		rest, err = msgp.Skip(rest)
	}
	return pairs
}

// HasPath reports whether a Flat field of an encoded row has a path.
func (t *Table) HasPath(encoded []byte, path string) bool {
	return slices.ContainsFunc(t.Fields, func(f Field) bool {
		return f.Kind == Flat && find(find(encoded, f.Name), path) != nil
	})
}

// Entry returns the text of an entry of a Flat field in an encoded row. Ok is false if there is none, or if it is null.
func (t *Table) Entry(encoded []byte, field, path string) (text []byte, ok bool) {
	text, _, err := msgp.ReadStringZC(find(find(encoded, field), path))
	return text, err == nil
}

// find returns the part of an encoded object or map that begins with the value of a member, nil if there is none.
func find(encoded []byte, name string) (from []byte) {
	eachMember(encoded, func(member, value []byte) bool {
		if string(member) == name {
			from = value
		}
		return from == nil
	})
	return from
}

// eachMember calls f with each name in an encoded object or map, and with the bytes from its value on, as long as f
// returns true.
func eachMember(encoded []byte, f func(name, value []byte) bool) {
	n, rest, err := msgp.ReadMapHeaderBytes(encoded)
	for ; err == nil && n > 0; n-- {
		var name []byte
		if name, rest, err = msgp.ReadStringZC(rest); err != nil || !f(name, rest) {
			return
		}
		rest, err = msgp.Skip(rest)
	}
}

// KeyParts splits the key of a row into the encoded values of the key fields that the row has, each after a byte with
// the number of its field.
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
