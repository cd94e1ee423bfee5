package rows

import "io"

// ReadOne reads an answer whose data is one object, as [Table.Read] reads one whose data is an array. The object is
// the page's only row. Without data, and with null, there is none.
func (t *Table) ReadOne(body io.Reader, limit int64) (*Page, error) {
	d := newDecoder(t, body, limit)
	d.one = true
	return d.read()
}
