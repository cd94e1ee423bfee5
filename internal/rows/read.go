package rows

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/tinylib/msgp/msgp"
)

// decoder reads one page. It encodes the values of a row in the order in which they come, into the buffer values.
// Spans has the place of each field's value there. When the row is complete, appendObject puts the values into the
// order of the table. If a row gives a field twice, the later value overwrites the span, and so counts.
type decoder struct {
	dec    *jsontext.Decoder
	table  *Table
	one    bool // data is one row, not an array of them
	answer Page

	values  []byte // the encoded values of the row that is being read
	spans   []span // for each field of the table, its value in values
	scratch []byte // a buffer whose content no method expects to survive a call of another
	// statuses holds one copy of each status, for all rows to share.
	statuses map[string]string
	flat     *flattener
	// budget is how many bytes of memory the rows may still take. The limit of the body is not enough for that: each leaf
	// of a flat field repeats its path, so a small body with long names can need much memory.
	budget int64
}

func newDecoder(t *Table, body io.Reader, limit int64) *decoder {
	return &decoder{
		dec: jsontext.NewDecoder(skipByteOrderMark(&limitedReader{r: body, left: limit}),
			jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
		table: t, spans: make([]span, len(t.Fields)), budget: limit, flat: newFlattener(),
	}
}

var null = msgp.AppendNil(nil)

// emptyText is an empty string in MessagePack.
const emptyText = 0xa0

// object reads the next value, an object. It appends the values of the fields to d.values, and sets their spans.
func (d *decoder) object(fields []Field, spans []span) error {
	if d.dec.PeekKind() != '{' {
		return d.unwanted("an object")
	}
	if _, err := d.dec.ReadToken(); err != nil {
		return err
	}
	clear(spans)
	next := 0
	for {
		name, ok, err := d.member()
		if !ok {
			return err
		}
		i := search(fields, name, next)
		if i < 0 || fields[i].skip {
			if err := d.dec.SkipValue(); err != nil {
				return err
			}
			continue
		}
		from := len(d.values)
		if err := d.value(&fields[i]); err != nil {
			return at("."+fields[i].Name, err)
		}
		spans[i], next = span{from, len(d.values)}, i+1
	}
}

// search returns the index of the field with a name, -1 if there is none. It looks at the field at begin first: a
// service sends the fields of all rows in the same order, so that is mostly the right one.
func search(fields []Field, name []byte, begin int) int {
	for n := range fields {
		i := (begin + n) % len(fields)
		if string(name) == fields[i].Name {
			return i
		}
	}
	return -1
}

// value reads the next value, of a field, and appends it to d.values. It appends nothing for null.
func (d *decoder) value(field *Field) error {
	kind := d.dec.PeekKind()
	if kind == 'n' {
		_, err := d.dec.ReadToken()
		return err
	}
	switch field.Kind {
	case Integer:
		n, ok, err := d.integer()
		if ok {
			d.values = msgp.AppendInt64(d.values, n)
		}
		return err
	case Text:
		if kind != '"' {
			return d.unwanted("a string")
		}
		return d.appendJSON()
	case Value:
		return d.appendJSON()
	case Values:
		return d.list(func(int) error { return d.appendJSON() })
	case Objects:
		return d.list(func(int) error { return d.nested(field.Of) })
	case Flat:
		return d.flatValue()
	}
	return fmt.Errorf("a field of the unknown kind %d", field.Kind)
}

// flatValue reads the next value, of a Flat field. Java services send an empty string instead of null, and an empty
// array instead of an empty object.
func (d *decoder) flatValue() error {
	switch d.dec.PeekKind() {
	case '{':
		return d.flatten()
	case '"':
		return d.emptyString("an object")
	case '[':
		if _, err := d.dec.ReadToken(); err != nil {
			return err
		}
		switch tok, err := d.dec.ReadToken(); {
		case err != nil:
			return err
		case tok.Kind() != ']':
			return wrongKind("an object", '[', "")
		}
		d.values = msgp.AppendMapHeader(d.values, 0)
		return nil
	}
	return d.unwanted("an object")
}

// list reads the next value, an array, and appends it to d.values as a list. Read appends one element. An empty string
// means null.
func (d *decoder) list(read func(i int) error) error {
	switch d.dec.PeekKind() {
	case '[':
	case '"':
		return d.emptyString("an array")
	default:
		return d.unwanted("an array")
	}
	header := d.reserveHeader()
	n := 0
	err := d.elements(func(i int) error {
		n++
		return read(i)
	})
	if err == nil {
		d.fillHeader(header, n, msgp.AppendArrayHeader)
	}
	return err
}

// emptyString reads the next value, a string, where another kind is wanted. An empty string means null, any other is
// an error.
func (d *decoder) emptyString(want string) error {
	raw, err := d.dec.ReadValue()
	if err != nil || string(raw) == `""` {
		return err
	}
	return wrongKind(want, '"', string(d.unquote(raw)))
}

// bareField is the field that a string in a list of objects becomes. The API documents some lists of keys and values
// as lists of objects and as lists of strings.
const bareField = "value"

// nested reads the next value, an element of an Objects field, and appends it to d.values as an object.
func (d *decoder) nested(fields []Field) error {
	from := len(d.values)
	spans := make([]span, len(fields))
	switch d.dec.PeekKind() {
	case 'n':
		if _, err := d.dec.ReadToken(); err != nil {
			return err
		}
	case '"':
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == bareField })
		if i < 0 {
			return d.unwanted("an object")
		}
		if err := d.value(&fields[i]); err != nil {
			return err
		}
		spans[i] = span{from, len(d.values)}
	default:
		if err := d.object(fields, spans); err != nil {
			return err
		}
	}
	d.scratch = appendObject(d.scratch[:0], fields, d.values, spans)
	d.values = append(d.values[:from], d.scratch...)
	return d.spend(len(d.scratch)) // the names and nulls of missing fields can make it larger than its JSON
}

// headerBytes is the largest size of the header of a list or a map in MessagePack. The header holds the number of
// elements.
const headerBytes = 5

// reserveHeader leaves room for a header in d.values, since the number of elements is not known before they are read.
func (d *decoder) reserveHeader() (at int) {
	d.values = append(d.values, make([]byte, headerBytes)...)
	return len(d.values) - headerBytes
}

// fillHeader writes the header for n elements into the room that reserveHeader left. If the header is smaller, it
// moves the elements.
func (d *decoder) fillHeader(at, n int, header func([]byte, uint32) []byte) {
	elements := d.values[at+headerBytes:]
	written := len(header(d.values[:at], uint32(n))) //nolint:gosec // a page has less than 4 GiB, so fewer elements
	d.values = d.values[:written+copy(d.values[written:], elements)]
}

// appendJSON reads the next value, of any kind, and appends it to d.values: a string as it is, null as null, anything
// else as the text of its JSON without blanks.
func (d *decoder) appendJSON() error {
	raw, err := d.dec.ReadValue()
	if err != nil {
		return err
	}
	switch raw.Kind() {
	case '"':
		d.values = msgp.AppendStringFromBytes(d.values, d.unquote(raw))
	case 'n':
		d.values = append(d.values, null...)
	default:
		d.scratch = append(d.scratch[:0], raw...)
		compact := jsontext.Value(d.scratch)
		if err := compact.Compact(); err != nil {
			return err
		}
		if !utf8.Valid(compact) {
			compact = []byte(string([]rune(string(compact))))
		}
		d.values = msgp.AppendStringFromBytes(d.values, compact)
	}
	return nil
}

// integer reads the next value, an integer of 64 bits as a number or in a string. Ok is false for null and for an
// empty string.
func (d *decoder) integer() (n int64, ok bool, err error) {
	switch d.dec.PeekKind() {
	case 'n', '0', '"':
	default:
		return 0, false, d.unwanted("an integer")
	}
	raw, err := d.dec.ReadValue()
	if err != nil || raw.Kind() == 'n' || string(raw) == `""` {
		return 0, false, err
	}
	kind, digits := raw.Kind(), []byte(raw)
	if kind == '"' {
		digits = d.unquote(raw)
	}
	n, err = strconv.ParseInt(string(digits), 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, false, &valueError{problem: describe(kind, string(digits)) + " is beyond 64 bits"}
	case err != nil:
		return 0, false, wrongKind("an integer", kind, string(digits))
	}
	return n, true, nil
}

// text reads the next value, a string. It returns nil for null.
func (d *decoder) text() (*string, error) {
	switch d.dec.PeekKind() {
	case 'n', '"':
	default:
		return nil, d.unwanted("a string")
	}
	raw, err := d.dec.ReadValue()
	if err != nil || raw.Kind() == 'n' {
		return nil, err
	}
	s := string(d.unquote(raw))
	return &s, nil
}

// code reads the next value, a string or a number. It returns the digits of a number, and nil for null.
func (d *decoder) code() (*string, error) {
	if d.dec.PeekKind() != '0' {
		return d.text()
	}
	raw, err := d.dec.ReadValue()
	s := string(raw)
	return &s, err
}

// unquote returns the text of a quoted JSON string. It is valid until the next call of unquote or of the decoder.
func (d *decoder) unquote(raw []byte) []byte {
	plain := raw[1 : len(raw)-1]
	if bytes.IndexByte(plain, '\\') < 0 && utf8.Valid(plain) {
		return plain
	}
	// The decoder has checked the string, so an error can only be about invalid UTF-8, which becomes U+FFFD.
	d.scratch, _ = jsontext.AppendUnquote(d.scratch[:0], raw)
	return d.scratch
}

// valueOf returns the encoded value of a field of the current row, empty if it is null.
func (d *decoder) valueOf(name string) []byte {
	for i := range d.table.Fields {
		if d.table.Fields[i].Name == name {
			return d.values[d.spans[i].from:d.spans[i].to]
		}
	}
	return nil
}

// textOf returns the text of a field of the current row, empty if it is null.
func (d *decoder) textOf(name string) []byte {
	text, _, err := msgp.ReadStringZC(d.valueOf(name))
	if err != nil {
		return nil // null
	}
	return text
}

// maxSharedStatuses is how many statuses are shared by all rows. Further ones are copied for each row.
const maxSharedStatuses = 64

// shared returns a status as a string. Rows with the same status share one copy of it.
func (d *decoder) shared(status []byte) string {
	s, ok := d.statuses[string(status)]
	if !ok {
		s = string(status)
		if d.statuses == nil {
			d.statuses = make(map[string]string)
		}
		if len(d.statuses) < maxSharedStatuses {
			d.statuses[s] = s
		}
	}
	return s
}

// spend takes n bytes from the budget.
func (d *decoder) spend(n int) error {
	if d.budget -= int64(n); d.budget < 0 {
		return ErrTooLarge
	}
	return nil
}
