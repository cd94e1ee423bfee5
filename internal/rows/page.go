package rows

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Page is one answer of a list.
type Page struct {
	Rows []Row
	// Listed tells that data was there and not null. A page without data is no empty list by itself.
	Listed              bool
	Total               *int64
	ErrorCode, ErrorMsg *string
}

// rowBytes is what a row counts beside its bytes, about its size in memory: [{},{},…] is heavier than it looks.
const rowBytes = 128

// Read reads a page: one JSON object and nothing behind it. The limit is for its bytes and, apart from that, for the memory that
// its rows take, about. Each known field must be of its kind. Names are matched by case, and an unknown field is passed over. A
// byte order mark at the start is skipped, and what is no UTF-8 becomes U+FFFD.
//
// A field of the kind Flat becomes a map from the path of each leaf to its value, and loses nothing:
//
//   - a path joins names and array indices with dots (properties.host_name, ids.0);
//   - a null stays null, a number keeps its digits, a bool is true or false, an empty object or array is {} or [];
//   - names are in Unicode's NFC, as Terraform stores them; values stay as they are;
//   - of a name given twice in one object the last one counts, as other JSON parsers have it;
//   - of two paths that collide ({"a.b":1,"a":{"b":2}}) the last in document order counts.
func (t *Table) Read(body io.Reader, limit int64) (*Page, error) {
	return newReader(t, body, limit).read()
}

// read reads the page, and makes sure that nothing comes behind it.
func (r *reader) read() (*Page, error) {
	if err := r.page(); err != nil {
		return nil, err
	}
	switch _, err := r.dec.ReadToken(); {
	case errors.Is(err, io.EOF):
		return &r.answer, nil
	case err != nil:
		return nil, err
	}
	return nil, errors.New("there is more JSON behind the object")
}

// page reads the object around the rows.
func (r *reader) page() error {
	if r.dec.PeekKind() != '{' {
		return r.unwanted("a JSON object")
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	seen := make(map[string]bool, 4)
	for {
		raw, ok, err := r.member()
		if !ok {
			return err
		}
		name := string(raw)
		switch name {
		case "data", "total", "error_code", "error_msg":
			// Another parser might take the other one, with other rows in it.
			if seen[name] {
				return at(name, &valueError{problem: "given twice"})
			}
			seen[name] = true
		}
		if err := r.pageField(name); err != nil {
			return at(name, err)
		}
	}
}

// pageField reads the value of one field of the page.
func (r *reader) pageField(name string) error {
	switch name {
	case "data":
		return r.data()
	case "total":
		n, ok, err := r.integer()
		if ok {
			r.answer.Total = &n
		}
		return err
	case "error_code":
		code, err := r.code()
		r.answer.ErrorCode = code
		return err
	case "error_msg":
		message, err := r.text()
		r.answer.ErrorMsg = message
		return err
	}
	return r.dec.SkipValue()
}

// data reads the rows.
func (r *reader) data() error {
	switch r.dec.PeekKind() {
	case 'n':
		_, err := r.dec.ReadToken()
		return err
	case '[':
	default:
		return r.unwanted("an array")
	}
	r.answer.Listed = true
	return r.elements(func(i int) error {
		// While a row is read, its leaves and lists count. After that, the row counts instead.
		before := r.budget
		row, err := r.row()
		if err != nil {
			return err
		}
		r.answer.Rows = append(r.answer.Rows, row)
		r.budget = before
		return r.spend(rowBytes + len(row.Key) + len(row.Status) + len(row.Encoded))
	})
}

// row reads one row.
func (r *reader) row() (Row, error) {
	r.values = r.values[:0]
	if err := r.object(r.table.Fields, r.spans); err != nil {
		return Row{}, err
	}
	row := Row{Key: r.key(), Encoded: make([]byte, 0, objectSize(r.table.Fields, r.spans))}
	row.Encoded = appendObject(row.Encoded, r.table.Fields, r.values, r.spans)
	if r.table.Status != "" {
		row.Status = r.shared(r.textOf(r.table.Status))
	}
	return row, nil
}

// key joins the values of the key fields. A field that is null or empty is not there. The key is empty if none is there.
func (r *reader) key() string {
	some := false
	r.scratch = r.scratch[:0]
	for _, name := range r.table.Key {
		value := r.valueOf(name)
		if len(value) == 0 || value[0] == emptyText {
			value = null
		} else {
			some = true
		}
		r.scratch = append(r.scratch, value...) // an encoded value tells its own length, so that no two keys join to the same
	}
	if !some {
		return ""
	}
	return string(r.scratch)
}

// elements calls read for each element of the array that comes next, and adds its index to an error.
func (r *reader) elements(read func(i int) error) error {
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for i := 0; r.dec.PeekKind() != ']'; i++ {
		if err := read(i); err != nil {
			return at(fmt.Sprintf("[%d]", i), err)
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

// member reads the name of an object's next member, or the object's end, where it is not ok. The name is valid until its value is
// read.
func (r *reader) member() (name []byte, ok bool, err error) {
	if r.dec.PeekKind() == '}' {
		_, err := r.dec.ReadToken()
		return nil, false, err
	}
	raw, err := r.dec.ReadValue()
	if err != nil {
		return nil, false, err
	}
	return r.unquote(raw), true, nil
}

// withoutMark skips a byte order mark.
func withoutMark(r io.Reader) io.Reader {
	buffered := bufio.NewReader(r)
	mark := []byte("\ufeff")
	if head, err := buffered.Peek(len(mark)); err == nil && bytes.Equal(head, mark) {
		_, _ = buffered.Discard(len(mark)) // they are there
	}
	return buffered
}

// limitedReader fails with ErrTooLarge where io.LimitReader would pretend that the body ends.
type limitedReader struct {
	r    io.Reader
	left int64
	err  error // stays: a buffer in front of this reader gives it once
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	// One byte more than allowed may be asked for: only that tells a body at the limit from a body beyond it.
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
