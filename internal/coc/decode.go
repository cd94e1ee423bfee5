package coc

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// maxPageBytes limits a page as it is read and, apart from that, the rows and flattened properties that come of it.
const maxPageBytes = 64 << 20

// page is one answer of the service.
type page struct {
	rows []ExecutionInstance
	// listed: data was there and an array. A page without one is no empty list by itself.
	listed              bool
	total               *int64
	errorCode, errorMsg *string
	requestID           string
}

// decodePage reads a page, strictly: one JSON object and nothing behind it, each known field of its documented type (integers
// may come as strings). Names are matched by case, and what is not known is passed over.
func decodePage(r io.Reader, limit int64) (*page, error) {
	d := pageDecoder{
		dec:  jsontext.NewDecoder(&limitedReader{r: r, left: limit}, jsontext.AllowDuplicateNames(true)),
		flat: newFlattener(limit),
	}
	if err := d.envelope(); err != nil {
		return nil, err
	}
	switch _, err := d.dec.ReadToken(); {
	case errors.Is(err, io.EOF):
		return &d.page, nil
	case err != nil:
		return nil, err
	default:
		return nil, errors.New("there is more JSON behind the object")
	}
}

type pageDecoder struct {
	dec  *jsontext.Decoder
	flat *flattener
	page page
}

func (d *pageDecoder) envelope() error {
	if kind := d.dec.PeekKind(); kind != '{' {
		// An unread error (an empty body, HTML) is more telling than a kind.
		tok, err := d.dec.ReadToken()
		if err != nil {
			return err
		}
		return fmt.Errorf("want a JSON object, got %s", describe(tok))
	}
	seen := make(map[string]bool, 4)
	return d.members(func(name string) error {
		switch name {
		case "data", "total", "error_code", "error_msg":
			// Another parser might take the other one, with other rows in it.
			if seen[name] {
				return fmt.Errorf("%s: given twice", name)
			}
			seen[name] = true
		}
		var err error
		switch name {
		case "data":
			return d.data()
		case "total":
			d.page.total, err = d.integer()
		case "error_code":
			d.page.errorCode, err = d.text()
		case "error_msg":
			d.page.errorMsg, err = d.text()
		default:
			return d.dec.SkipValue()
		}
		return inField(name, err)
	})
}

func (d *pageDecoder) data() error {
	tok, err := d.dec.ReadToken()
	switch {
	case err != nil:
		return err
	case tok.Kind() == 'n':
		return nil
	case tok.Kind() != '[':
		return fmt.Errorf("data: want an array, got %s", describe(tok))
	}
	d.page.listed = true
	for d.dec.PeekKind() != ']' {
		if err := d.flat.spend(rowBytes); err != nil {
			return err
		}
		row, err := d.row()
		if err != nil {
			var field *fieldError
			if errors.As(err, &field) {
				field.row = len(d.page.rows)
			}
			return err
		}
		d.page.rows = append(d.page.rows, row)
	}
	_, err = d.dec.ReadToken()
	return err
}

func (d *pageDecoder) row() (row ExecutionInstance, err error) {
	if kind := d.dec.PeekKind(); kind != '{' {
		tok, err := d.dec.ReadToken()
		if err != nil {
			return row, err
		}
		return row, &fieldError{err: fmt.Errorf("want an object, got %s", describe(tok))}
	}
	err = d.members(func(name string) (err error) {
		switch name {
		case "id":
			row.ID, err = d.integer()
		case "execution_instance_id":
			row.ExecutionInstanceID, err = d.text()
		case "execution_step_id":
			row.ExecutionStepID, err = d.text()
		case "start_time":
			row.StartTime, err = d.integer()
		case "end_time":
			row.EndTime, err = d.integer()
		case "status":
			row.Status, err = d.text()
		case "message":
			row.Message, err = d.text()
		case "properties":
			row.Properties, err = d.properties()
		default:
			return d.dec.SkipValue()
		}
		return inField(name, err)
	})
	return row, err
}

// members calls visit with the name of each member of the object that comes next; visit reads the value.
func (d *pageDecoder) members(visit func(name string) error) error {
	if _, err := d.dec.ReadToken(); err != nil {
		return err
	}
	for d.dec.PeekKind() != '}' {
		name, err := d.flat.readName(d.dec)
		if err != nil {
			return err
		}
		if err := visit(name); err != nil {
			return err
		}
	}
	_, err := d.dec.ReadToken()
	return err
}

// integer reads an integer of 64 bits, bare or in a string; nil stands for null.
func (d *pageDecoder) integer() (*int64, error) {
	tok, err := d.dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch tok.Kind() {
	case 'n':
		return nil, nil
	case '0', '"':
		n, err := strconv.ParseInt(tok.String(), 10, 64)
		if errors.Is(err, strconv.ErrRange) {
			return nil, &fieldError{err: fmt.Errorf("%s is beyond 64 bits", describe(tok))}
		}
		if err != nil {
			return nil, &fieldError{err: fmt.Errorf("want an integer, got %s", describe(tok))}
		}
		return &n, nil
	}
	return nil, &fieldError{err: fmt.Errorf("want an integer, got %s", describe(tok))}
}

// text reads a string; nil stands for null.
func (d *pageDecoder) text() (*string, error) {
	tok, err := d.dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch tok.Kind() {
	case 'n':
		return nil, nil
	case '"':
		s := tok.String()
		return &s, nil
	}
	return nil, &fieldError{err: fmt.Errorf("want a string, got %s", describe(tok))}
}

// properties reads an object of any depth as a flat map; nil stands for null.
func (d *pageDecoder) properties() (map[string]*string, error) {
	switch d.dec.PeekKind() {
	case '{':
		flat, err := d.flat.flatten(d.dec)
		if errors.Is(err, errTooDeep) {
			err = &fieldError{err: err}
		}
		return flat, err
	default:
		tok, err := d.dec.ReadToken()
		if err != nil || tok.Kind() == 'n' {
			return nil, err
		}
		return nil, &fieldError{err: fmt.Errorf("want an object, got %s", describe(tok))}
	}
}

// describe names a token in a message.
func describe(tok jsontext.Token) string {
	const maxShown = 40
	switch tok.Kind() {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "the string " + strconv.Quote(printable(tok.String(), maxShown))
	case '0':
		return "the number " + printable(tok.String(), maxShown)
	}
	return tok.String()
}

// fieldError is a value of another type than the response table's.
type fieldError struct {
	row   int // in data
	field string
	err   error
}

func (e *fieldError) Error() string {
	if e.row < 0 {
		return fmt.Sprintf("%s: %v", e.field, e.err)
	}
	s := fmt.Sprintf("data[%d]", e.row)
	if e.field != "" {
		s += "." + e.field
	}
	return fmt.Sprintf("%s: %v", s, e.err)
}

func (e *fieldError) Unwrap() error { return e.err }

// inField adds the field to an error in its value; data adds the row to those inside a row.
func inField(name string, err error) error {
	var field *fieldError
	if errors.As(err, &field) {
		field.row, field.field = -1, name
	}
	return err
}

// limitedReader fails with ErrPageTooLarge where io.LimitReader would pretend that the body ends.
type limitedReader struct {
	r    io.Reader
	left int64
}

func (l *limitedReader) Read(p []byte) (int, error) {
	// One byte more than allowed may be asked for: only that tells a body at the limit from a body beyond it.
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n, ErrPageTooLarge
	}
	return n, err
}
