package coc

import "github.com/cocops/terraform-provider-coc/internal/rows"

// places finds the entry of a row by its key, or by its name where that is certain.
//
// Two copies of a row have the same key. A copy may also lack a key field that the other one has, as a row may get its
// second ID while the list is read. Such copies have at least one key field in common, and the same value in each
// field that both have.
type places struct {
	table *rows.Table
	byKey map[string]int
	// byPart finds a place by the value of one key field. It is nil until a row lacks a key field, which most rows never
	// do.
	byPart map[string]int
	byName map[string]namesakes // of the entries of earlier batches
	// inBatch counts the names of the batch. named is how many entries are in byName.
	inBatch map[string]int
	named   int
}

// namesakes are the entries with one name. A name is no key: several rows may have it.
type namesakes struct {
	all     int
	keyless int // those without a key
	last    int // the place of the last one without a key
}

func newPlaces(table *rows.Table) places {
	return places{table: table, byKey: make(map[string]int), byName: make(map[string]namesakes)}
}

// enter gives a key its place.
func (p *places) enter(key string, place int) {
	if key == "" {
		return
	}
	p.byKey[key] = place
	if p.byPart != nil {
		p.index(key, place)
	}
}

// begin begins a batch of rows with these names: a page, or a later pass. A name that a row shares with an earlier
// batch is looked at, but not one that it shares with its own.
func (c *collector) begin(rows int, name func(i int) string) {
	c.batch++
	p := &c.places
	if p.table.Name == "" {
		return
	}
	for ; p.named < len(c.entries); p.named++ {
		e := &c.entries[p.named]
		n := p.byName[e.Name]
		n.all++
		if e.Key == "" {
			n.keyless, n.last = n.keyless+1, p.named
		}
		p.byName[e.Name] = n
	}
	p.inBatch = make(map[string]int, rows)
	for i := range rows {
		p.inBatch[name(i)]++
	}
}

// index enters a place in byPart, for each key field that the row has.
func (p *places) index(key string, place int) {
	for _, part := range p.table.KeyParts(key) {
		p.byPart[part] = place
	}
}

// earlier finds the earlier copy of a row whose key is new, or that has none.
func (c *collector) earlier(e *entry) (place int, ok bool) {
	if e.Partial || c.places.byPart != nil && e.Key != "" {
		return c.byPart(e.Key)
	}
	return c.byName(e)
}

// byPart finds the earlier copy of a row by one of its key fields.
func (c *collector) byPart(key string) (place int, ok bool) {
	p := &c.places
	if p.byPart == nil {
		p.byPart = make(map[string]int)
		for place := range c.entries {
			p.index(c.entries[place].Key, place)
		}
	}
	parts := p.table.KeyParts(key)
	for _, part := range parts {
		if place, ok := p.byPart[part]; ok && agree(parts, p.table.KeyParts(c.entries[place].Key)) {
			return place, true
		}
	}
	return 0, false
}

// byName finds the earlier copy of a row by its name: a row gets its ID while the list is read, and never loses it. It
// must be the only row of that name, in its batch and before. And a total must be there that would show if it was
// another row after all. A row that could be a copy for all that is known counts as keyless.
func (c *collector) byName(e *entry) (place int, ok bool) {
	before := c.places.byName[e.Name]
	switch {
	case e.Name == "" && e.Key == "":
		c.keyless++
	case before.keyless == 0:
	case before.all == 1 && c.places.inBatch[e.Name] == 1 && c.promised:
		if e.Key != "" {
			c.places.byName[e.Name] = namesakes{all: 1}
		}
		return before.last, true
	default:
		c.keyless++
	}
	return 0, false
}

// agree reports whether two keys have the same value in each field that both have. The first byte of a part is the
// number of the field.
func agree(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x[0] == y[0] && x != y {
				return false
			}
		}
	}
	return true
}
