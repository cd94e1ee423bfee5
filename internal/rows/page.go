package rows

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Page is one page of a list. A pointer is nil if the page does not have the field, or if it is null.
type Page struct {
	Rows []Row
	// Listed reports whether the page has the field data and it is not null. Otherwise Rows is empty, but that does not
	// mean that the list is empty.
	Listed              bool
	Total               *int64
	ErrorCode, ErrorMsg *string
}

// rowBytes is what a row takes from the budget besides its texts: roughly the size of a Row in memory. A page such as
// [{},{},…] takes much more memory than it has bytes.
const rowBytes = 128

// Read reads a page: one JSON object and nothing after it. The limit applies to the bytes of the body and, separately,
// to the approximate memory of the rows. Beyond it, the error is [ErrTooLarge].
//
// Names of fields are case-sensitive. A field that the table does not have is skipped. A value that is not of its
// field's kind is an error. A byte order mark at the start is skipped. Bytes that are not UTF-8 become U+FFFD.
//
// A field of the kind Flat becomes a map. Its keys are the paths of the leaves, its values are their texts:
//
//   - a path joins names and array indices with dots (properties.host_name, ids.0);
//   - a null stays null, a number keeps its digits, a bool is true or false, an empty object or array is {} or [];
//   - names are in Unicode's NFC, as Terraform stores them; values stay as they are;
//   - if an object gives a name twice, the last one wins, as in most JSON parsers;
//   - if two paths are the same ({"a.b":1,"a":{"b":2}}), the last one in the document wins.
func (t *Table) Read(body io.Reader, limit int64) (*Page, error) {
	return newDecoder(t, body, limit).read()
}

// read reads the page, and checks that nothing follows it.
func (d *decoder) read() (*Page, error) {
	if err := d.page(); err != nil {
		return nil, err
	}
	switch _, err := d.dec.ReadToken(); {
	case errors.Is(err, io.EOF):
		return &d.answer, nil
	case err != nil:
		return nil, err
	}
	return nil, errors.New("there is more JSON after the object")
}

// page reads the object around the rows.
func (d *decoder) page() error {
	return d.envelope("a JSON object", "", []string{"data", "total", "error_code", "error_msg"}, d.pageField)
}

// pageField reads the value of one field of the page. It skips unknown fields.
func (d *decoder) pageField(name string) error {
	switch name {
	case "data":
		return d.data()
	case "total":
		return d.total()
	case "error_code":
		code, err := d.code()
		d.answer.ErrorCode = code
		return err
	case "error_msg":
		message, err := d.text()
		d.answer.ErrorMsg = message
		return err
	}
	return d.dec.SkipValue()
}

// data reads the rows.
func (d *decoder) data() error {
	switch kind := d.dec.PeekKind(); {
	case kind == 'n':
		_, err := d.dec.ReadToken()
		return err
	case d.one:
		return d.addRow(0)
	case d.table.Rows != "":
		return d.envelope("an object", ".", []string{d.table.Rows, d.table.Total}, d.dataField)
	}
	return d.rows()
}

// rows reads the array of the rows.
func (d *decoder) rows() error {
	if d.dec.PeekKind() != '[' {
		return d.unwanted("an array")
	}
	d.answer.Listed = true
	return d.elements(d.addRow)
}

// addRow reads one row, and adds it to the page.
func (d *decoder) addRow(int) error {
	// While a row is read, its leaves and lists take from the budget. Then they give it back, and the row takes its own
	// size.
	before := d.budget
	row, err := d.row()
	if err != nil {
		return err
	}
	d.answer.Rows = append(d.answer.Rows, row)
	d.budget = before
	return d.spend(rowBytes + len(row.Key) + len(row.Name) + len(row.Status) + len(row.Encoded))
}

// row reads one row.
func (d *decoder) row() (Row, error) {
	d.values = d.values[:0]
	if err := d.object(d.table.Fields, d.spans); err != nil {
		return Row{}, err
	}
	key, partial := d.key()
	row := Row{Key: key, Partial: partial, Encoded: make([]byte, 0, objectSize(d.table.Fields, d.spans))}
	row.Encoded = appendObject(row.Encoded, d.table.Fields, d.values, d.spans)
	row.Name, row.Status = string(d.textOf(d.table.Name)), d.shared(d.textOf(d.table.Status))
	return row, nil
}

// key joins the encoded values of the key fields. An empty string counts as null. The key is empty if all values are
// null. Partial reports whether some are null, but not all.
func (d *decoder) key() (key string, partial bool) {
	anyValue := false
	d.scratch = d.scratch[:0]
	for _, name := range d.table.Key {
		value := d.valueOf(name)
		if len(value) == 0 || value[0] == emptyText {
			value, partial = null, true
		} else {
			anyValue = true
		}
		// An encoded value includes its length, so different values give different keys.
		d.scratch = append(d.scratch, value...)
	}
	if !anyValue {
		return "", false
	}
	return string(d.scratch), partial
}

// elements reads the next value, an array. It calls read for each element, and adds the index of the element to an
// error.
func (d *decoder) elements(read func(i int) error) error {
	if _, err := d.dec.ReadToken(); err != nil {
		return err
	}
	for i := 0; d.dec.PeekKind() != ']'; i++ {
		if err := read(i); err != nil {
			return at(fmt.Sprintf("[%d]", i), err)
		}
	}
	_, err := d.dec.ReadToken()
	return err
}

// member reads the name of the next member of an object. At the end of the object, it reads that end, and ok is false.
// The name is valid until the value of the member is read.
func (d *decoder) member() (name []byte, ok bool, err error) {
	if d.dec.PeekKind() == '}' {
		_, err := d.dec.ReadToken()
		return nil, false, err
	}
	raw, err := d.dec.ReadValue()
	if err != nil {
		return nil, false, err
	}
	return d.unquote(raw), true, nil
}

// skipByteOrderMark returns a reader of a body without the byte order mark at its start, if there is one.
func skipByteOrderMark(r io.Reader) io.Reader {
	buffered := bufio.NewReader(r)
	mark := []byte("\ufeff")
	if head, err := buffered.Peek(len(mark)); err == nil && bytes.Equal(head, mark) {
		_, _ = buffered.Discard(len(mark)) // cannot fail: the bytes are in the buffer
	}
	return buffered
}

// limitedReader returns ErrTooLarge when a body is longer than its limit. An io.LimitReader would return the end of
// the body instead.
type limitedReader struct {
	r    io.Reader
	left int64
	err  error // returned by all further reads, since bufio.Reader returns an error once and then reads again
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	// One byte beyond the limit is read, to tell a body of exactly that size from a longer one.
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		err = ErrTooLarge
	}
	l.err = err
	return n, err
}
