package coc

import (
	"maps"
	"slices"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rest"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// collector gathers the rows of one pass, each row once.
type collector struct {
	*listReader
	entries []entry // by place, in the service's order
	places  places  // finds an entry
	batch   int32   // the number of the last page or merged pass
	result  Result  // what the pages say besides their rows, and the size of the kept rows; finish fills in the rest
	// kept counts the rows that were asked for, keyless those that may be copies. held estimates the memory of the read.
	kept, keyless, held int64
	next, stale         int64 // the offset after the last page, and the rows in the pages since the last new row
	// promised reports whether a total exceeded the number of rows so far, and so was not just that of its own page.
	promised bool
	came     map[string]bool // the values of an AnyOf argument that rows have
}

// entry is the latest copy of a row. Its Encoded is nil if the row was not asked for.
type entry struct {
	rows.Row
	verdicts [maxFilters]verdict // by the index of the filter
	batch    int32               // the last one that had the row
}

// counts reports whether the arguments ask for the row, whatever its status.
func (e *entry) counts() bool { return !slices.Contains(e.verdicts[:], wrong) }

const (
	staleAllowed = 100    // how many stale rows a pass accepts; one with more rows accepts as many stale ones
	rowOverhead  = 150    // roughly the bytes of a row's entry and of its place in a map
	maxReserved  = 50_000 // the most rows to make room for: a total may be wrong
)

func newCollector(r *listReader) *collector {
	return &collector{
		listReader: r, next: r.params.Offset, came: make(map[string]bool),
		places: places{byKey: make(map[string]int), byName: make(map[string]namesakes)},
	}
}

// add takes the next page. It fails if the pass cannot go on. If the service ignores offset and sends the same page
// forever, only the number of stale rows ends the pass.
func (c *collector) add(p *page) error {
	c.hear(p.Total, p.ErrorCode, p.ErrorMsg)
	c.result.answer = p.answer
	if !c.isList(p.Page) {
		return c.malformed(p, errNoPage)
	}
	before, first := len(c.entries), c.next == c.params.Offset
	if room := min(c.due(), maxReserved); first && room > 0 && c.params.MaxItems == 0 {
		c.entries, c.places.byKey = make([]entry, 0, room), make(map[string]int, room)
	}
	c.begin(len(p.Rows), func(i int) string { return p.Rows[i].Name })
	for _, row := range p.Rows {
		if c.put(c.judge(row, p.answer)) {
			p.distinct++
		}
	}
	c.next += p.distinct
	if c.stale += p.distinct; len(c.entries) > before {
		c.stale = 0
	}
	c.promised = c.promised || c.due() > 0
	switch {
	case c.keyless > 0 && !first && p.distinct > 0:
		return &KeylessError{Rows: c.keyless, Key: c.list.Table.Key}
	case c.list.Marker != "":
		if err := c.follow(p, len(c.entries) > before); err != nil {
			return err
		}
	case c.stale > max(int64(len(c.entries)), staleAllowed):
		repeated := c.next - c.stale
		return &IncompleteError{RepeatedAt: &repeated}
	}
	return c.tooLarge()
}

// hear records what a page says besides its rows. An empty code or message does not replace an earlier one.
func (c *collector) hear(total *int64, code, message *string) {
	if total != nil && (c.result.Total == nil || *total > *c.result.Total) {
		c.result.Total = total
	}
	c.result.ErrorCode, c.result.ErrorMsg = latest(c.result.ErrorCode, code), latest(c.result.ErrorMsg, message)
}

func latest(before, now *string) *string {
	if now == nil || *now == "" && before != nil {
		return before
	}
	return now
}

// judge makes the entry of a row. It drops the bytes of a row that was not asked for.
func (c *collector) judge(row rows.Row, answer *rest.Answer) entry {
	e := entry{Row: row}
	for i, f := range c.filters {
		v := f.verdict(row.Encoded)
		switch {
		case v >= doubtful && f.example == "":
			f.example = shown(answer, f.value(row.Encoded))
		case v == fits && f.Check == AnyOf:
			c.came[f.value(row.Encoded)] = true
		}
		e.verdicts[i] = v
	}
	if !e.counts() || !c.hasStatus(row.Status) {
		e.Encoded = nil
	} else if c.fields != nil {
		e.Encoded = c.list.Table.Narrow(row.Encoded, c.fields.aged)
	}
	return e
}

func (c *collector) hasStatus(status string) bool {
	return len(c.params.Statuses) == 0 || status != "" && containsFold(c.params.Statuses, status)
}

func containsFold(all []string, text string) bool {
	return slices.ContainsFunc(all, func(one string) bool { return strings.EqualFold(one, text) })
}

// put stores a row, in the place of its earlier copy if there is one: the later copy is fresher. It reports whether
// the row differs from all rows of its batch so far.
func (c *collector) put(e entry) (distinct bool) {
	place, ok := c.places.byKey[e.Key]
	if !ok {
		if place, ok = c.earlier(&e); !ok {
			place = len(c.entries)
			c.entries = append(c.entries, entry{})
		}
		c.index(e.Key, place)
	}
	old := &c.entries[place]
	distinct = old.batch != c.batch
	if old.batch != 0 {
		c.weigh(old, -1)
	}
	if e.Partial && !old.Partial && old.Key != "" {
		e.Key, e.Partial = old.Key, old.Partial
	}
	*old, old.batch = e, c.batch
	c.weigh(old, 1)
	return distinct
}

// weigh adds a row to kept, size and held, or takes it off if sign is -1. The maps of places hold its key and name,
// too.
func (c *collector) weigh(e *entry, sign int64) {
	size := int64(len(e.Encoded))
	c.held += sign * (rowOverhead + 2*int64(len(e.Key)+len(e.Name)) + int64(len(e.Status)) + size)
	if e.Encoded != nil {
		c.kept, c.result.Size = c.kept+sign, c.result.Size+sign*size
	}
}

// isList reports whether a page can be a part of the list. A page with data can. One without data can if a total says
// that rows are missing (the pass is then incomplete), or that the list ends here. An earlier page's total counts only
// if it was promised.
func (c *collector) isList(p *rows.Page) bool {
	due := c.due()
	return p.Listed || due > 0 || due == 0 && (p.Total != nil || c.promised) ||
		len(c.entries) == 0 && p.Total != nil && *p.Total >= 0
}

// full reports whether max_items rows are kept, so that no further page is needed.
func (c *collector) full() bool {
	return c.params.MaxItems > 0 && c.kept >= c.params.MaxItems
}

// due returns how many rows are missing up to the largest total. It is negative if more came, or if no page gave a
// total.
func (c *collector) due() int64 {
	if c.result.Total == nil || *c.result.Total < 0 {
		return -1
	}
	return *c.result.Total - c.params.Offset - int64(len(c.entries))
}

// whole reports whether no further row is needed or missing.
func (c *collector) whole() bool { return c.full() || c.due() == 0 || c.due() < 0 && c.exact == nil }

// tooLarge returns an error if the answer takes more than [Params.MaxBytes], or if the read takes twice as much memory.
func (c *collector) tooLarge() error {
	limit, read := c.params.MaxBytes, int64(len(c.entries))
	switch texts := len(deref(c.result.ErrorCode)) + len(deref(c.result.ErrorMsg)); {
	case limit == 0:
	case c.result.Size+int64(texts) > limit:
		return &TooLargeError{Rows: read, MaxBytes: limit}
	case c.held > 2*limit:
		return &TooLargeError{Rows: read, MaxBytes: 2 * limit, Held: true}
	}
	return nil
}

// adds reports whether another pass can be merged into this one: both have the same total, and all rows have a key.
func (c *collector) adds(pass *collector) bool {
	a, b := c.result.Total, pass.result.Total
	return a != nil && b != nil && *a == *b && c.keyless+pass.keyless == 0
}

// merge adds the rows of a later pass, and reports whether some of them are new.
func (c *collector) merge(pass *collector) (fresh bool, err error) {
	before := len(c.entries)
	c.begin(len(pass.entries), func(i int) string { return pass.entries[i].Name })
	for _, e := range pass.entries {
		c.put(e)
	}
	c.hear(nil, pass.result.ErrorCode, pass.result.ErrorMsg)
	maps.Copy(c.came, pass.came)
	return len(c.entries) > before, c.tooLarge()
}
