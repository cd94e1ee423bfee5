package coc

// places finds the entry of a row by its key, or by its name where that is certain. A row may get its second ID while
// the list is read, so a copy may lack a key field. Two copies share at least one, and agree in each that both have.
type places struct {
	byKey   map[string]int
	byPart  map[string]int       // by the value of one key field; nil until a row lacks one, which is rare
	byName  map[string]namesakes // of the entries of earlier batches
	inBatch map[string]int       // how many rows of the batch have each name
	named   int                  // how many entries are in byName
}

// namesakes are the entries with one name. A name is not a key: several rows may have it.
type namesakes struct {
	all, keyless int // how many there are, and how many of them without a key
	last         int // the place of the last one without a key
}

// begin begins a batch of rows with these names: a page, or a later pass.
func (c *collector) begin(rows int, name func(i int) string) {
	c.batch++
	p := &c.places
	if c.list.Table.Name == "" {
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

// index records the place of a key, and of each part of the key if byPart is in use.
func (c *collector) index(key string, place int) {
	if key == "" {
		return
	}
	c.places.byKey[key] = place
	if c.places.byPart != nil {
		for _, part := range c.list.Table.KeyParts(key) {
			c.places.byPart[part] = place
		}
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
			c.index(c.entries[place].Key, place)
		}
	}
	parts := c.list.Table.KeyParts(key)
	for _, part := range parts {
		if place, ok := p.byPart[part]; ok && agree(parts, c.list.Table.KeyParts(c.entries[place].Key)) {
			return place, true
		}
	}
	return 0, false
}

// byName finds the earlier copy of a row that may have got its ID since: it must be the only row of that name in its
// batch and before it, and there must be a total, which shows if it was another row. In doubt, the row counts as
// keyless.
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

// agree reports whether two keys agree in each field that both have. The first byte of a part is the field's number.
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
