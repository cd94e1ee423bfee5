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

// reader reads one page. It encodes the values of a row in the order in which they come, into the buffer values. Spans has the place
// of each field's value there. When the row is complete, appendObject puts the values into the order of the table. If a row gives a
// field twice, the later value overwrites the span, and so counts.
type reader struct {
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
	// budget is how many bytes of memory the rows may still take. The limit of the body is not enough for that: each leaf of a
	// flat field repeats its path, so a small body with long names can need much memory.
	budget int64
}

func newReader(t *Table, body io.Reader, limit int64) *reader {
	return &reader{
		dec: jsontext.NewDecoder(skipByteOrderMark(&limitedReader{r: body, left: limit}),
			jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
		table: t, spans: make([]span, len(t.Fields)), budget: limit, flat: newFlattener(),
	}
}

var null = msgp.AppendNil(nil)

// emptyText is an empty string in MessagePack.
const emptyText = 0xa0

// object reads the next value, an object. It appends the values of the fields to r.values, and sets their spans.
func (r *reader) object(fields []Field, spans []span) error {
	if r.dec.PeekKind() != '{' {
		return r.unwanted("an object")
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	clear(spans)
	next := 0
	for {
		name, ok, err := r.member()
		if !ok {
			return err
		}
		i := search(fields, name, next)
		if i < 0 {
			if err := r.dec.SkipValue(); err != nil {
				return err
			}
			continue
		}
		from := len(r.values)
		if err := r.value(&fields[i]); err != nil {
			return at("."+fields[i].Name, err)
		}
		spans[i], next = span{from, len(r.values)}, i+1
	}
}

// search returns the index of the field with a name, -1 if there is none. It looks at the field at begin first: a service sends the
// fields of all rows in the same order, so that is mostly the right one.
func search(fields []Field, name []byte, begin int) int {
	for n := range fields {
		i := (begin + n) % len(fields)
		if string(name) == fields[i].Name {
			return i
		}
	}
	return -1
}

// value reads the next value, of a field, and appends it to r.values. It appends nothing for null.
func (r *reader) value(field *Field) error {
	kind := r.dec.PeekKind()
	if kind == 'n' {
		_, err := r.dec.ReadToken()
		return err
	}
	switch field.Kind {
	case Integer:
		n, ok, err := r.integer()
		if ok {
			r.values = msgp.AppendInt64(r.values, n)
		}
		return err
	case Text:
		if kind != '"' {
			return r.unwanted("a string")
		}
		return r.appendJSON()
	case Value:
		return r.appendJSON()
	case Values:
		return r.list(func(int) error { return r.appendJSON() })
	case Objects:
		return r.list(func(int) error { return r.nested(field.Of) })
	case Flat:
		return r.flatValue()
	}
	return fmt.Errorf("a field of the unknown kind %d", field.Kind)
}

// flatValue reads the next value, of a Flat field. Java services send an empty string instead of null, and an empty array instead of
// an empty object.
func (r *reader) flatValue() error {
	switch r.dec.PeekKind() {
	case '{':
		return r.flatten()
	case '"':
		return r.emptyString("an object")
	case '[':
		if _, err := r.dec.ReadToken(); err != nil {
			return err
		}
		switch tok, err := r.dec.ReadToken(); {
		case err != nil:
			return err
		case tok.Kind() != ']':
			return wrongKind("an object", '[', "")
		}
		r.values = msgp.AppendMapHeader(r.values, 0)
		return nil
	}
	return r.unwanted("an object")
}

// list reads the next value, an array, and appends it to r.values as a list. Read appends one element. An empty string means null.
func (r *reader) list(read func(i int) error) error {
	switch r.dec.PeekKind() {
	case '[':
	case '"':
		return r.emptyString("an array")
	default:
		return r.unwanted("an array")
	}
	header := r.reserveHeader()
	n := 0
	err := r.elements(func(i int) error {
		n++
		return read(i)
	})
	if err == nil {
		r.fillHeader(header, n, msgp.AppendArrayHeader)
	}
	return err
}

// emptyString reads the next value, a string, where another kind is wanted. An empty string means null, any other is an error.
func (r *reader) emptyString(want string) error {
	raw, err := r.dec.ReadValue()
	if err != nil || string(raw) == `""` {
		return err
	}
	return wrongKind(want, '"', string(r.unquote(raw)))
}

// bareField is the field that a string in a list of objects becomes. The API documents some lists of keys and values as lists of
// objects and as lists of strings.
const bareField = "value"

// nested reads the next value, an element of an Objects field, and appends it to r.values as an object.
func (r *reader) nested(fields []Field) error {
	from := len(r.values)
	spans := make([]span, len(fields))
	switch r.dec.PeekKind() {
	case 'n':
		if _, err := r.dec.ReadToken(); err != nil {
			return err
		}
	case '"':
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == bareField })
		if i < 0 {
			return r.unwanted("an object")
		}
		if err := r.value(&fields[i]); err != nil {
			return err
		}
		spans[i] = span{from, len(r.values)}
	default:
		if err := r.object(fields, spans); err != nil {
			return err
		}
	}
	r.scratch = appendObject(r.scratch[:0], fields, r.values, spans)
	r.values = append(r.values[:from], r.scratch...)
	return r.spend(len(r.scratch)) // the names and nulls of missing fields can make it larger than its JSON
}

// headerBytes is the largest size of the header of a list or a map in MessagePack. The header holds the number of elements.
const headerBytes = 5

// reserveHeader leaves room for a header in r.values, since the number of elements is not known before they are read.
func (r *reader) reserveHeader() (at int) {
	r.values = append(r.values, make([]byte, headerBytes)...)
	return len(r.values) - headerBytes
}

// fillHeader writes the header for n elements into the room that reserveHeader left. If the header is smaller, it moves the elements.
func (r *reader) fillHeader(at, n int, header func([]byte, uint32) []byte) {
	elements := r.values[at+headerBytes:]
	written := len(header(r.values[:at], uint32(n))) //nolint:gosec // a page has less than 4 GiB, so fewer elements
	r.values = r.values[:written+copy(r.values[written:], elements)]
}

// appendJSON reads the next value, of any kind, and appends it to r.values: a string as it is, null as null, anything else as the text
// of its JSON without blanks.
func (r *reader) appendJSON() error {
	raw, err := r.dec.ReadValue()
	if err != nil {
		return err
	}
	switch raw.Kind() {
	case '"':
		r.values = msgp.AppendStringFromBytes(r.values, r.unquote(raw))
	case 'n':
		r.values = append(r.values, null...)
	default:
		r.scratch = append(r.scratch[:0], raw...)
		compact := jsontext.Value(r.scratch)
		if err := compact.Compact(); err != nil {
			return err
		}
		if !utf8.Valid(compact) {
			compact = []byte(string([]rune(string(compact))))
		}
		r.values = msgp.AppendStringFromBytes(r.values, compact)
	}
	return nil
}

// integer reads the next value, an integer of 64 bits as a number or in a string. Ok is false for null and for an empty string.
func (r *reader) integer() (n int64, ok bool, err error) {
	switch r.dec.PeekKind() {
	case 'n', '0', '"':
	default:
		return 0, false, r.unwanted("an integer")
	}
	raw, err := r.dec.ReadValue()
	if err != nil || raw.Kind() == 'n' || string(raw) == `""` {
		return 0, false, err
	}
	kind, digits := raw.Kind(), []byte(raw)
	if kind == '"' {
		digits = r.unquote(raw)
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
func (r *reader) text() (*string, error) {
	switch r.dec.PeekKind() {
	case 'n', '"':
	default:
		return nil, r.unwanted("a string")
	}
	raw, err := r.dec.ReadValue()
	if err != nil || raw.Kind() == 'n' {
		return nil, err
	}
	s := string(r.unquote(raw))
	return &s, nil
}

// code reads the next value, a string or a number. It returns the digits of a number, and nil for null.
func (r *reader) code() (*string, error) {
	if r.dec.PeekKind() != '0' {
		return r.text()
	}
	raw, err := r.dec.ReadValue()
	s := string(raw)
	return &s, err
}

// unquote returns the text of a quoted JSON string. It is valid until the next call of unquote or of the decoder.
func (r *reader) unquote(raw []byte) []byte {
	plain := raw[1 : len(raw)-1]
	if bytes.IndexByte(plain, '\\') < 0 && utf8.Valid(plain) {
		return plain
	}
	// The decoder has checked the string, so an error can only be about invalid UTF-8, which becomes U+FFFD.
	r.scratch, _ = jsontext.AppendUnquote(r.scratch[:0], raw)
	return r.scratch
}

// valueOf returns the encoded value of a field of the current row, empty if it is null.
func (r *reader) valueOf(name string) []byte {
	for i := range r.table.Fields {
		if r.table.Fields[i].Name == name {
			return r.values[r.spans[i].from:r.spans[i].to]
		}
	}
	return nil
}

// textOf returns the text of a field of the current row, empty if it is null.
func (r *reader) textOf(name string) []byte {
	text, _, err := msgp.ReadStringZC(r.valueOf(name))
	if err != nil {
		return nil // null
	}
	return text
}

// maxStatuses is how many statuses are shared by all rows. Further ones are copied for each row.
const maxStatuses = 64

// shared returns a status as a string. Rows with the same status share one copy of it.
func (r *reader) shared(status []byte) string {
	s, ok := r.statuses[string(status)]
	if !ok {
		s = string(status)
		if r.statuses == nil {
			r.statuses = make(map[string]string)
		}
		if len(r.statuses) < maxStatuses {
			r.statuses[s] = s
		}
	}
	return s
}

// spend takes n bytes from the budget.
func (r *reader) spend(n int) error {
	if r.budget -= int64(n); r.budget < 0 {
		return ErrTooLarge
	}
	return nil
}
