package coc

import (
	"maps"
	"slices"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// collector gathers the rows of one pass, each row once.
type collector struct {
	list   *List
	params Params
	// encoded holds the rows by place, in the service's order. The bytes of a row that was not asked for are nil.
	encoded [][]byte
	// places finds the place of a row by its key. A later copy of a row replaces the earlier copy, as the later one is fresher.
	places *places
	// distinct is the number of rows that came, each counted once. kept is the number of those that were asked for. size is the
	// number of bytes of the kept rows.
	distinct, kept, size int64
	// held estimates the bytes that the read holds in memory: the kept rows, and the places and keys of all rows.
	held int64
	// keyless is how many rows have no key.
	keyless int64
	// next is the offset behind the last page. pages is the number of pages that had rows.
	next, pages int64
	// fresh is the number of rows in pages that had at least one new row. stale is the number of rows in the pages since the last
	// of them, all copies of earlier rows. staleFrom is the offset of the first page that counts as stale.
	fresh, stale, staleFrom int64

	total               *int64
	errorCode, errorMsg *string
	// promised tells that some total was larger than the number of rows so far. So this total is not merely the number of rows in
	// its own page.
	promised bool

	// statuses counts the rows by their states.
	statuses statusCounts
	// strangers holds, by place, the rows whose value differs from an argument that is not Exact.
	strangers map[int]stranger
}

// stranger is a row whose column differs from the argument. value is what the row has.
type stranger struct{ argument, value string }

const (
	// staleAllowed is how many stale rows a pass accepts at least. A pass with more fresh rows accepts as many stale ones.
	staleAllowed = 100
	// rowOverhead estimates the bytes that a row takes in memory beside its encoding and its key: its place, and its entry in a
	// map.
	rowOverhead = 120
)

func newCollector(list *List, params Params) *collector {
	return &collector{list: list, params: params, next: params.Offset, places: newPlaces(&list.Table), strangers: make(map[int]stranger)}
}

// add takes the rows of the next page. It fails if the pass cannot go on.
func (c *collector) add(p *rows.Page) error {
	c.total = larger(c.total, p.Total)
	c.errorCode, c.errorMsg = latest(c.errorCode, p.ErrorCode), latest(c.errorMsg, p.ErrorMsg)
	before := c.distinct
	for _, row := range p.Rows {
		exact := c.exact(row)
		place := c.take(row.Key, row.Partial, row.Encoded, exact && c.hasStatus(row))
		c.statuses.set(place, row.Status, exact)
		c.noteStranger(place, row)
	}
	if len(p.Rows) > 0 {
		c.pages++
	}
	c.watch(int64(len(p.Rows)), c.distinct > before)
	c.promised = c.promised || c.due() > 0
	switch {
	case c.keyless > 0 && c.pages > 1:
		return &KeylessError{Rows: c.keyless, Key: c.list.Table.Key}
	case c.stale > max(c.fresh, staleAllowed):
		return &IncompleteError{RepeatedAt: &c.staleFrom}
	}
	return c.tooLarge()
}

// latest returns now, a page's error_code or error_msg. It returns the one of the earlier pages if now is nil, or is empty and
// an earlier page had one.
func latest(before, now *string) *string {
	if now == nil || *now == "" && before != nil {
		return before
	}
	return now
}

// take stores a row at the place of its earlier copy, or at a new place if there is no earlier copy.
func (c *collector) take(key string, partial bool, encoded []byte, asked bool) (place int) {
	if !asked {
		encoded = nil
	}
	place, again := c.places.find(key, partial)
	if !again {
		place = c.places.add(key)
		c.encoded = append(c.encoded, nil)
		c.distinct++
		c.held += rowOverhead + int64(len(key))
		if key == "" {
			c.keyless++
		}
	}
	c.weigh(c.encoded[place], -1)
	c.encoded[place] = encoded
	c.weigh(encoded, 1)
	return place
}

// weigh counts a kept row in kept, size and held if sign is 1, and removes it from them if sign is -1.
func (c *collector) weigh(encoded []byte, sign int64) {
	if encoded != nil {
		n := sign * int64(len(encoded))
		c.kept, c.size, c.held = c.kept+sign, c.size+n, c.held+n
	}
}

// exact tells whether a row has the value of every Exact argument.
func (c *collector) exact(row rows.Row) bool {
	for i := range c.list.Arguments {
		if argument := &c.list.Arguments[i]; argument.Exact && c.isStranger(row, argument) {
			return false
		}
	}
	return true
}

// hasStatus tells whether a row is in one of the states of params.Statuses.
func (c *collector) hasStatus(row rows.Row) bool {
	return len(c.params.Statuses) == 0 || row.Status != "" && slices.ContainsFunc(c.params.Statuses, func(status string) bool {
		return strings.EqualFold(status, row.Status)
	})
}

// noteStranger remembers a row whose value differs from an argument that is not Exact. It forgets what was remembered of an
// earlier copy of the row.
func (c *collector) noteStranger(place int, row rows.Row) {
	delete(c.strangers, place)
	for i := range c.list.Arguments {
		argument := &c.list.Arguments[i]
		if !argument.Exact && c.isStranger(row, argument) {
			got, _ := c.list.Table.Text(row.Encoded, argument.Column)
			c.strangers[place] = stranger{argument.Name, string(got)}
		}
	}
}

// isStranger tells whether the value of a row differs from the argument. A row without a value differs from an Exact argument
// only.
func (c *collector) isStranger(row rows.Row, argument *Argument) bool {
	want := c.params.Arguments.Get(argument.Name)
	if argument.Column == "" || want == "" {
		return false
	}
	got, ok := c.list.Table.Text(row.Encoded, argument.Column)
	return ok && string(got) != want || !ok && argument.Exact
}

// watch counts the rows of a page as fresh or stale. Some stale pages do no harm. But a service that ignores offset sends the
// same page for ever, and only this count ends the pass.
func (c *collector) watch(rows int64, isNew bool) {
	if isNew {
		c.fresh, c.stale = c.fresh+rows, 0
	} else {
		if c.stale == 0 {
			c.staleFrom = c.next
		}
		c.stale += rows
	}
	c.next += rows
}

// isList tells whether a page can be taken as a part of the list. A page with data always can. A page without data can be the end
// of the list, if a total says that no row follows:
//
//   - the page's own total counts if it equals the number of rows so far, or if no row came;
//   - the total of an earlier page counts if it was promised: a service may send the number of rows in the page as its total.
func (c *collector) isList(p *rows.Page) bool {
	total := larger(c.total, p.Total)
	if p.Listed || total == nil || *total < 0 {
		return p.Listed
	}
	switch due := *total - c.params.Offset - c.distinct; {
	case due > 0:
		return true // rows are missing: the pass ends as incomplete, and the list is read again
	case p.Total != nil:
		return due == 0 || c.distinct == 0
	default:
		return due == 0 && c.promised
	}
}

// larger returns the larger one of two totals, either of which may be nil.
func larger(a, b *int64) *int64 {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}

// full tells whether max_items rows are kept, so that no further page is needed.
func (c *collector) full() bool {
	return c.params.MaxItems > 0 && c.kept >= c.params.MaxItems
}

// due is how many rows are missing from the largest total. It is negative if there are more rows than that, or if no page gave a
// total.
func (c *collector) due() int64 {
	if c.total == nil || *c.total < 0 {
		return -1
	}
	return *c.total - c.params.Offset - c.distinct
}

// tooLarge returns an error if the kept rows take more than params.MaxBytes, or the read holds more than twice as much in memory.
func (c *collector) tooLarge() error {
	limit := c.params.MaxBytes
	switch {
	case limit == 0:
		return nil
	case c.size > limit:
		return &TooLargeError{Rows: c.distinct, MaxBytes: limit}
	case c.held+c.statuses.size > 2*limit:
		return &TooLargeError{Rows: c.distinct, MaxBytes: 2 * limit, Held: true}
	}
	return nil
}

// adds tells whether the rows of another pass can be merged into this one. Both must have the same total, and every row must have
// a key.
func (c *collector) adds(pass *collector) bool {
	return c.total != nil && pass.total != nil && *c.total == *pass.total && c.keyless+pass.keyless == 0
}

// merge adds the rows of a later pass, and returns how many of them are new.
func (c *collector) merge(pass *collector) (fresh int64) {
	before := c.distinct
	for from, key := range pass.places.keys {
		place := c.take(key, pass.places.byPart != nil, pass.encoded[from], pass.encoded[from] != nil)
		status, counts := pass.statuses.at(from)
		c.statuses.set(place, status, counts)
		delete(c.strangers, place)
		if s, ok := pass.strangers[from]; ok {
			c.strangers[place] = s
		}
	}
	c.errorCode, c.errorMsg = latest(c.errorCode, pass.errorCode), latest(c.errorMsg, pass.errorMsg)
	return c.distinct - before
}

// result returns the kept rows, cut to max_items or to the newest row. The collector cannot be used after it.
func (c *collector) result() *Result {
	data := slices.DeleteFunc(c.encoded, func(encoded []byte) bool { return encoded == nil })
	if data == nil {
		data = [][]byte{}
	}
	if c.params.MaxItems > 0 && int64(len(data)) > c.params.MaxItems {
		data = data[:c.params.MaxItems]
	}
	if c.params.MostRecent && len(data) > 0 {
		data = [][]byte{slices.MaxFunc(data, c.list.compareAge)}
	}
	size := int64(0)
	for _, encoded := range data {
		size += int64(len(encoded))
	}
	result := &Result{
		Rows: data, Size: size, Read: c.distinct, Total: c.total, ErrorCode: c.errorCode, ErrorMsg: c.errorMsg,
		Statuses: c.statuses.some(), Unmatched: c.statuses.missing(c.params.Statuses), Strangers: c.summary(),
	}
	if !c.full() {
		result.StatusCounts = c.statuses.byName()
	}
	return result
}

// summary counts the strangers, and describes the first of them in the service's order.
func (c *collector) summary() *Strangers {
	if len(c.strangers) == 0 {
		return nil
	}
	first := slices.Min(slices.Collect(maps.Keys(c.strangers)))
	return &Strangers{Argument: c.strangers[first].argument, Value: c.strangers[first].value, Count: int64(len(c.strangers))}
}
