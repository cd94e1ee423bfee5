package rows

import "slices"

// envelope reads the next value, an object, and calls read for the value of each member. The members of once must not
// come twice: two parsers may choose different ones, and so see different rows. The place of an error begins with dot.
func (d *decoder) envelope(want, dot string, once []string, read func(name string) error) error {
	if d.dec.PeekKind() != '{' {
		return d.unwanted(want)
	}
	if _, err := d.dec.ReadToken(); err != nil {
		return err
	}
	seen := make(map[string]bool, len(once))
	for {
		raw, ok, err := d.member()
		if !ok {
			return err
		}
		name := string(raw)
		if slices.Contains(once, name) {
			if seen[name] {
				return at(dot+name, &valueError{problem: "given twice"})
			}
			seen[name] = true
		}
		if err := read(name); err != nil {
			return at(dot+name, err)
		}
	}
}

// dataField reads the value of one field of data, if the table names the rows and their total there.
func (d *decoder) dataField(name string) error {
	switch {
	case name == d.table.Total:
		return d.total()
	case name != d.table.Rows:
		return d.dec.SkipValue()
	case d.dec.PeekKind() == 'n':
		_, err := d.dec.ReadToken()
		return err
	}
	return d.rows()
}

// total reads the total of the list.
func (d *decoder) total() error {
	n, ok, err := d.integer()
	if ok {
		d.answer.Total = &n
	}
	return err
}
