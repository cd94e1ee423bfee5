package rows

import "io"

// ReadOne is [Table.Read] for data that is one object, the page's only row. Without data, or with null, there is none.
func (t *Table) ReadOne(body io.Reader, limit int64) (*Page, error) {
	d := newDecoder(t, body, limit)
	d.one = true
	return d.read()
}
