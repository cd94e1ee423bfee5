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
	batch   int32   // the number of the page, or of the merged pass, that came last
	// result has what the pages say beside their rows, and the size of the kept rows. finish fills in the rest.
	result Result
	// kept is the number of rows that were asked for. keyless is the number of rows that may be copies of others for all
	// that is known. held estimates the bytes that the read holds in memory.
	kept, keyless, held int64
	// next is the offset after the last page. stale is the number of rows in the pages since the last new row.
	next, stale int64
	// promised reports whether some total was larger than the number of rows so far. So this total is not merely the
	// number of rows in its own page.
	promised bool
	came     map[string]bool // the values of an AnyOf argument that rows have
}

// entry is the latest copy of a row. Its Encoded is nil if the row was not asked for.
type entry struct {
	rows.Row
	verdicts [maxFilters]verdict // by the index of the filter
	batch    int32               // the batch that brought the row last
}

// counts reports whether the row is one of those that the arguments ask for, whatever its status.
func (e *entry) counts() bool { return !slices.Contains(e.verdicts[:], wrong) }

const (
	// staleAllowed is how many stale rows a pass accepts at least. A pass with more rows accepts as many stale ones.
	staleAllowed = 100
	// rowOverhead estimates the bytes that a row takes in memory besides its texts: its entry, and its place in a map.
	rowOverhead = 150
	// maxReserved is for how many rows there is room from the beginning, at most: a total may be wrong.
	maxReserved = 50_000
)

func newCollector(r *listReader) *collector {
	return &collector{listReader: r, next: r.params.Offset, places: newPlaces(&r.list.Table), came: make(map[string]bool)}
}

// add takes the next page. It fails if the pass cannot go on.
//
// Some pages without a new row do no harm. But a service that ignores offset sends the same page for ever, and only the
// number of stale rows ends the pass.
func (c *collector) add(p *page) error {
	c.hear(p.Total, p.ErrorCode, p.ErrorMsg)
	c.result.answer = p.answer
	before, first := len(c.entries), c.next == c.params.Offset
	if before == 0 && c.result.Total != nil && c.params.MaxItems == 0 {
		c.reserve(min(max(*c.result.Total, 0), maxReserved))
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
	case c.stale > max(int64(len(c.entries)), staleAllowed):
		repeated := c.next - c.stale
		return &IncompleteError{RepeatedAt: &repeated}
	}
	return c.tooLarge()
}

// reserve makes room for a number of rows, which saves the copies of a list that grows.
func (c *collector) reserve(rows int64) {
	c.entries, c.places.byKey = make([]entry, 0, rows), make(map[string]int, rows)
}

// hear takes what a page says besides its rows. An empty code or message does not replace an earlier one.
func (c *collector) hear(total *int64, code, message *string) {
	c.result.Total = larger(c.result.Total, total)
	c.result.ErrorCode, c.result.ErrorMsg = latest(c.result.ErrorCode, code), latest(c.result.ErrorMsg, message)
}

func latest(before, now *string) *string {
	if now == nil || *now == "" && before != nil {
		return before
	}
	return now
}

// larger returns the larger one of two totals, either of which may be nil.
func larger(a, b *int64) *int64 {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}

// judge makes the entry of a row. It does not keep the bytes of a row that was not asked for.
func (c *collector) judge(row rows.Row, answer *rest.Answer) entry {
	e := entry{Row: row}
	for i, f := range c.filters {
		v := f.verdict(&c.list.Table, row.Encoded)
		switch {
		case v >= doubtful && f.example == "":
			f.example = shown(answer, f.value(&c.list.Table, row.Encoded))
		case v == fits && f.Check == AnyOf:
			c.came[f.value(&c.list.Table, row.Encoded)] = true
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

// hasStatus reports whether a status was asked for.
func (c *collector) hasStatus(status string) bool {
	return len(c.params.Statuses) == 0 || status != "" && containsFold(c.params.Statuses, status)
}

func containsFold(all []string, text string) bool {
	return slices.ContainsFunc(all, func(one string) bool { return strings.EqualFold(one, text) })
}

// put stores a row in the place of its earlier copy if there is one: the later copy is fresher. It reports whether the
// row differs from all rows of its batch so far.
func (c *collector) put(e entry) (distinct bool) {
	place, ok := c.places.byKey[e.Key]
	if !ok {
		if place, ok = c.earlier(&e); !ok {
			place = len(c.entries)
			c.entries = append(c.entries, entry{})
		}
		c.places.enter(e.Key, place)
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

// weigh adds what a row takes to kept, size and held if sign is 1, and takes it off if sign is -1. Its key and name are
// also in the maps of places.
func (c *collector) weigh(e *entry, sign int64) {
	size := int64(len(e.Encoded))
	c.held += sign * (rowOverhead + 2*int64(len(e.Key)+len(e.Name)) + int64(len(e.Status)) + size)
	if e.Encoded != nil {
		c.kept, c.result.Size = c.kept+sign, c.result.Size+sign*size
	}
}

// isList reports whether a page can be taken as a part of the list. A page with data always can. A page without data
// can be the end of the list, if a total says that no row follows:
//
//   - the page's own total counts if it equals the number of rows so far, or if no row came;
//   - the total of an earlier page counts if it was promised: a total may be the number of rows in its own page.
func (c *collector) isList(p *rows.Page) bool {
	total := larger(c.result.Total, p.Total)
	if p.Listed || total == nil || *total < 0 {
		return p.Listed
	}
	switch due := *total - c.params.Offset - int64(len(c.entries)); {
	case due > 0:
		return true // rows are missing: the pass ends as incomplete, and the list is read again
	case p.Total != nil:
		return due == 0 || len(c.entries) == 0
	default:
		return due == 0 && c.promised
	}
}

// full reports whether max_items rows are kept, so that no further page is needed.
func (c *collector) full() bool {
	return c.params.MaxItems > 0 && c.kept >= c.params.MaxItems
}

// due is how many rows are missing from the largest total. It is negative if there are more rows than that, or if no
// page gave a total.
func (c *collector) due() int64 {
	if c.result.Total == nil || *c.result.Total < 0 {
		return -1
	}
	return *c.result.Total - c.params.Offset - int64(len(c.entries))
}

// whole reports whether no further row is needed or missing.
func (c *collector) whole() bool { return c.full() || c.due() <= 0 }

// tooLarge returns an error if the answer takes more than params.MaxBytes, or the read holds more than twice as much in
// memory.
func (c *collector) tooLarge() error {
	limit, read := c.params.MaxBytes, int64(len(c.entries))
	switch {
	case limit == 0:
		return nil
	case c.result.Size+int64(len(deref(c.result.ErrorCode))+len(deref(c.result.ErrorMsg))) > limit:
		return &TooLargeError{Rows: read, MaxBytes: limit}
	case c.held > 2*limit:
		return &TooLargeError{Rows: read, MaxBytes: 2 * limit, Held: true}
	}
	return nil
}

// adds reports whether the rows of another pass can be merged into this one. Both must have the same total, and no row
// may be without a key.
func (c *collector) adds(pass *collector) bool {
	a, b := c.result.Total, pass.result.Total
	return a != nil && b != nil && *a == *b && c.keyless+pass.keyless == 0
}

// merge adds the rows of a later pass. It reports whether some of them are new, and fails if they are too many.
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
