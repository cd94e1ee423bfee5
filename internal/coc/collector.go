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
	// encoded are the rows by their place, in the service's order. A row that was not asked for has its place, and no bytes.
	encoded [][]byte
	// places tell where a row is. A row that comes again takes the place of its earlier copy, as it is fresher.
	places *places
	// distinct is how many rows came, each counted once. Kept is how many of them were asked for, size what those take.
	distinct, kept, size int64
	// held is what the read holds in memory, about.
	held int64
	// keyless is how many rows have no key.
	keyless int64
	// next is the offset behind the last page, pages the number of pages with rows.
	next, pages int64
	// fresh is how many rows came in pages with a new row. Stale is how many came since, in pages without one, from the offset
	// staleFrom on.
	fresh, stale, staleFrom int64

	total               *int64
	errorCode, errorMsg *string
	// promised: a total was larger than the number of rows so far, and so is not just the page's own.
	promised bool

	// statuses are some of the states that came. Matched tells of each state that was asked for whether a row had it.
	statuses []string
	matched  []bool
	// strangers are the rows by place that an argument did not ask for, with the value that they have instead.
	strangers map[int]stranger
}

// stranger is a row whose column is another than the argument.
type stranger struct{ argument, value string }

const (
	// staleAllowed is how many rows that came before are borne with in a short list.
	staleAllowed = 100
	// rowOverhead is about what a row takes in memory beside its bytes: its place, and its entry in a map.
	rowOverhead = 120
)

func newCollector(list *List, params Params) *collector {
	return &collector{list: list, params: params, next: params.Offset, places: newPlaces(&list.Table), matched: make([]bool, len(params.Statuses)), strangers: make(map[int]stranger)}
}

// add takes the next page.
func (c *collector) add(p *rows.Page) error {
	c.total = larger(c.total, p.Total)
	c.errorCode, c.errorMsg = latest(c.errorCode, p.ErrorCode), latest(c.errorMsg, p.ErrorMsg)
	before := c.distinct
	for _, row := range p.Rows {
		place := c.take(row.Key, row.Encoded, c.asked(row))
		c.noteStranger(place, row)
		c.noteStatus(row.Status)
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

// latest is what the service said last, unless it said nothing since.
func latest(before, now *string) *string {
	if now == nil || *now == "" && before != nil {
		return before
	}
	return now
}

// take gives a row its place: a new one, or that of its earlier copy.
func (c *collector) take(key string, encoded []byte, asked bool) (place int) {
	if !asked {
		encoded = nil
	}
	place, again := c.places.find(key)
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

// weigh adds a row to what is kept, or takes it out.
func (c *collector) weigh(encoded []byte, sign int64) {
	if encoded != nil {
		n := sign * int64(len(encoded))
		c.kept, c.size, c.held = c.kept+sign, c.size+n, c.held+n
	}
}

// asked tells whether a row is in one of the states that were asked for, and has the values that the arguments ask for exactly.
func (c *collector) asked(row rows.Row) bool {
	for i := range c.list.Arguments {
		if argument := &c.list.Arguments[i]; argument.Exact && c.isStranger(row, argument) {
			return false
		}
	}
	asked := len(c.params.Statuses) == 0
	for i, status := range c.params.Statuses {
		if row.Status != "" && strings.EqualFold(status, row.Status) {
			c.matched[i], asked = true, true
		}
	}
	return asked
}

// maxStatuses is how many states are noted for a message.
const maxStatuses = 20

// noteStatus remembers the states that there are.
func (c *collector) noteStatus(status string) {
	if status != "" && len(c.statuses) < maxStatuses && !slices.Contains(c.statuses, status) {
		c.statuses = append(c.statuses, status)
	}
}

// noteStranger remembers a row that an argument did not ask for, or forgets it if its later copy is another.
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

// isStranger tells whether a row has another value than the argument. A row without a value is a stranger only where the value
// must be exact.
func (c *collector) isStranger(row rows.Row, argument *Argument) bool {
	want := c.params.Arguments.Get(argument.Name)
	if argument.Column == "" || want == "" {
		return false
	}
	got, ok := c.list.Table.Text(row.Encoded, argument.Column)
	return ok && string(got) != want || !ok && argument.Exact
}

// watch notes whether a page brought a new row. A page of earlier rows alone is no harm; a service that ignores offset sends
// nothing else, and would be followed for ever.
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

// isList tells whether a page can be taken for a list. A page without data is an empty list only if a total says that the rows
// end here, and such a total must be more than the page's own number of rows: it counts if an earlier page promised it, or if no
// row came before.
func (c *collector) isList(p *rows.Page) bool {
	total := larger(c.total, p.Total)
	if p.Listed || total == nil || *total < 0 {
		return p.Listed
	}
	switch due := *total - c.params.Offset - c.distinct; {
	case due > 0:
		return true // the pass will not stand, and the list is read again
	case p.Total != nil:
		return due == 0 || c.distinct == 0
	default:
		return due == 0 && c.promised
	}
}

func larger(a, b *int64) *int64 {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}

// full tells whether there is no need to read on.
func (c *collector) full() bool {
	return c.params.MaxItems > 0 && c.kept >= c.params.MaxItems
}

// due is how many rows the largest total still promises, negative if there are more rows, or no total.
func (c *collector) due() int64 {
	if c.total == nil || *c.total < 0 {
		return -1
	}
	return *c.total - c.params.Offset - c.distinct
}

// tooLarge is the error for more rows than may be kept or held.
func (c *collector) tooLarge() error {
	limit := c.params.MaxBytes
	switch {
	case limit == 0:
		return nil
	case c.size > limit:
		return &TooLargeError{Rows: c.distinct, MaxBytes: limit}
	case c.held > 2*limit:
		return &TooLargeError{Rows: c.distinct, MaxBytes: 2 * limit, Held: true}
	}
	return nil
}

// adds tells whether another pass adds to this one: the service gave the same total, and each row can be told from the others.
func (c *collector) adds(pass *collector) bool {
	return c.total != nil && pass.total != nil && *c.total == *pass.total && c.keyless+pass.keyless == 0
}

// merge takes the rows of a later pass, and returns how many of them are new.
func (c *collector) merge(pass *collector) (fresh int64) {
	before := c.distinct
	for from, key := range pass.places.keys {
		place := c.take(key, pass.encoded[from], pass.encoded[from] != nil)
		delete(c.strangers, place)
		if s, ok := pass.strangers[from]; ok {
			c.strangers[place] = s
		}
	}
	c.errorCode, c.errorMsg = latest(c.errorCode, pass.errorCode), latest(c.errorMsg, pass.errorMsg)
	for i, matched := range pass.matched {
		c.matched[i] = c.matched[i] || matched
	}
	for _, status := range pass.statuses {
		c.noteStatus(status)
	}
	return c.distinct - before
}

// result returns the rows that were asked for.
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
	return &Result{
		Rows: data, Size: c.size, Read: c.distinct, Total: c.total, ErrorCode: c.errorCode, ErrorMsg: c.errorMsg,
		Statuses: c.statuses, Unmatched: c.unmatched(), Strangers: c.summary(),
	}
}

// unmatched are the states that were asked for and that no row has.
func (c *collector) unmatched() []string {
	var unmatched []string
	for i, status := range c.params.Statuses {
		if !c.matched[i] {
			unmatched = append(unmatched, status)
		}
	}
	return unmatched
}

// summary counts the rows that an argument did not ask for, and names the first of them.
func (c *collector) summary() *Strangers {
	if len(c.strangers) == 0 {
		return nil
	}
	first := slices.Min(slices.Collect(maps.Keys(c.strangers)))
	return &Strangers{Argument: c.strangers[first].argument, Value: c.strangers[first].value, Count: int64(len(c.strangers))}
}
