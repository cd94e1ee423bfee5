package rows

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/tinylib/msgp/msgp"
)

// decoder reads one page. It encodes the values of a row as they come. When the row is complete, appendObject puts them
// into the order of the table. If a row gives a field twice, the later value overwrites the span, and so wins.
type decoder struct {
	dec    *jsontext.Decoder
	table  *Table
	one    bool // data is one row, not an array of them
	answer Page

	values  []byte // the encoded values of the row that is being read
	spans   []span // for each field of the table, its value in values
	scratch []byte // a buffer whose content no method expects to survive a call of another

	statuses map[string]string // one copy of each status, for all rows to share
	flat     *flattener
	// budget is how many bytes of memory the rows may still take. A small body can need much memory: each leaf of a flat
	// field repeats its path.
	budget int64
}

func newDecoder(t *Table, body io.Reader, limit int64) *decoder {
	return &decoder{
		dec: jsontext.NewDecoder(skipByteOrderMark(&limitedReader{r: body, left: limit}),
			jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
		table: t, spans: make([]span, len(t.Fields)), budget: limit, flat: &flattener{index: make(map[string]int)},
		statuses: make(map[string]string),
	}
}

var null = msgp.AppendNil(nil)

// emptyText is an empty string in MessagePack.
const emptyText = 0xa0

// object reads the next value, an object. It appends the values of its fields to d.values, and sets their spans.
func (d *decoder) object(fields []Field, spans []span) error {
	if d.dec.PeekKind() != '{' {
		return d.unwanted("an object")
	}
	if err := d.skipToken(); err != nil {
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

// skipToken reads the next token, whose kind is known.
func (d *decoder) skipToken() error {
	_, err := d.dec.ReadToken()
	return err
}

// search returns the index of the field with a name, -1 if there is none. Usually it is the field at begin, as a
// service sends the fields of all rows in the same order.
func search(fields []Field, name []byte, begin int) int {
	for n := range fields {
		i := (begin + n) % len(fields)
		if string(name) == fields[i].Name {
			return i
		}
	}
	return -1
}

// value reads the next value, which is that of a field, and appends it to d.values unless it is null.
func (d *decoder) value(field *Field) error {
	kind := d.dec.PeekKind()
	if kind == 'n' {
		return d.skipToken()
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
		d.flat.omit = field.Omit
		return d.flatValue()
	}
	return fmt.Errorf("a field of the unknown kind %d", field.Kind)
}

// flatValue reads the value of a Flat field. Java services send "" for null, and [] for an empty object.
func (d *decoder) flatValue() error {
	switch d.dec.PeekKind() {
	case '{':
		return d.flatten()
	case '"':
		err := d.emptyString("an object")
		if value := new(valueError); d.flat.omit != "" && errors.As(err, &value) {
			value.problem = "want an object, got a string"
		}
		return err
	case '[':
		if err := d.skipToken(); err != nil {
			return err
		}
		if tok, err := d.dec.ReadToken(); err != nil || tok.Kind() != ']' {
			return cmp.Or(err, wrongKind("an object", '[', ""))
		}
		d.values = msgp.AppendMapHeader(d.values, 0)
		return nil
	}
	return d.unwanted("an object")
}

// list reads the next value, an array. It calls read to append each element. An empty string means null.
func (d *decoder) list(read func(i int) error) error {
	if kind := d.dec.PeekKind(); kind == '"' {
		return d.emptyString("an array")
	} else if kind != '[' {
		return d.unwanted("an array")
	}
	header := d.reserveHeader()
	n := 0
	err := d.elements(func(i int) error {
		n = i + 1
		return read(i)
	})
	if err == nil {
		d.fillHeader(header, n, msgp.AppendArrayHeader)
	}
	return err
}

// emptyString reads the next value, a string where another kind is wanted. An empty one means null.
func (d *decoder) emptyString(want string) error {
	raw, err := d.dec.ReadValue()
	if err != nil || string(raw) == `""` {
		return err
	}
	return wrongKind(want, '"', string(d.unquote(raw)))
}

// bareField is the field that a string in a list of objects becomes: the API documents some lists both ways.
const bareField = "value"

// nested reads the next value, an element of an Objects field, and appends an object to d.values.
func (d *decoder) nested(fields []Field) error {
	from := len(d.values)
	spans := make([]span, len(fields))
	switch d.dec.PeekKind() {
	case 'n':
		if err := d.skipToken(); err != nil {
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

// headerBytes is the largest size in MessagePack of the header of a list or a map, the number of its elements.
const headerBytes = 5

// reserveHeader leaves room for a header in d.values, as the number of elements is known only at the end.
func (d *decoder) reserveHeader() (at int) {
	d.values = append(d.values, make([]byte, headerBytes)...)
	return len(d.values) - headerBytes
}

// fillHeader writes the header for n elements into the room that reserveHeader left, and moves the elements if it is
// smaller.
func (d *decoder) fillHeader(at, n int, header func([]byte, uint32) []byte) {
	elements := d.values[at+headerBytes:]
	written := len(header(d.values[:at], uint32(n))) //nolint:gosec // a page has less than 4 GiB, so fewer elements
	d.values = d.values[:written+copy(d.values[written:], elements)]
}

// appendJSON reads the next value, of any kind, and appends it to d.values: a string or null as it is, another value as
// its JSON without blanks.
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

// integer reads the next value, an integer of 64 bits as a number or in a string. Ok is false for null and for "".
func (d *decoder) integer() (n int64, ok bool, err error) {
	if kind := d.dec.PeekKind(); kind != 'n' && kind != '0' && kind != '"' {
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
		err = &valueError{problem: describe(kind, string(digits)) + " is beyond 64 bits"}
	case err != nil:
		err = wrongKind("an integer", kind, string(digits))
	}
	return n, err == nil, err
}

// text reads the next value, a string, nil for null.
func (d *decoder) text() (*string, error) {
	if kind := d.dec.PeekKind(); kind != 'n' && kind != '"' {
		return nil, d.unwanted("a string")
	}
	raw, err := d.dec.ReadValue()
	if err != nil || raw.Kind() == 'n' {
		return nil, err
	}
	s := string(d.unquote(raw))
	return &s, nil
}

// code reads the next value, a string, the digits of a number, or nil for null.
func (d *decoder) code() (*string, error) {
	if d.dec.PeekKind() != '0' {
		return d.text()
	}
	raw, err := d.dec.ReadValue()
	s := string(raw)
	return &s, err
}

// unquote returns the text of a quoted JSON string, which is valid until the next call of unquote or of the decoder.
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
	for i, span := range d.spans {
		if d.table.Fields[i].Name == name {
			return d.values[span.from:span.to]
		}
	}
	return nil
}

// textOf returns the text of a field of the current row, empty if it is null.
func (d *decoder) textOf(name string) []byte {
	text, _, _ := msgp.ReadStringZC(d.valueOf(name)) // an error means null
	return text
}

const maxSharedStatuses = 64

// shared returns a status as a string. Rows share one copy of it, unless there are too many statuses.
func (d *decoder) shared(status []byte) string {
	s, ok := d.statuses[string(status)]
	if !ok {
		if s = string(status); len(d.statuses) < maxSharedStatuses {
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
