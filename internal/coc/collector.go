package coc

import (
	"reflect"
	"slices"
	"strings"
)

// collector gathers the rows of one pass: each row once, and of those the ones that were asked for.
type collector struct {
	params ListExecutionInstancesParams
	rows   []ExecutionInstance
	// gone are the indices of rows whose later copy is not asked for any more.
	gone map[int]bool
	// seen finds the row of a key, notKept if it was not asked for. A row that comes again takes the place of the earlier
	// copy, as it is fresher.
	seen map[rowKey]int
	// read counts the distinct rows that came, next is the offset behind the last page, bytes what the kept rows weigh.
	read, next, bytes int64
	// fresh counts the rows of pages that brought something new, stale those of the latest pages that did not, from offset
	// staleFrom on.
	fresh, stale, staleFrom int64
	previous                []ExecutionInstance

	total               *int64
	errorCode, errorMsg *string
	// promised: a total was larger than the rows so far, and so is not just a page's own.
	promised bool
}

// rowKey tells rows apart. A row that lacks one of the two is like no other.
type rowKey struct {
	id         int64
	instanceID string
}

const notKept = -1

// staleAllowed is how many earlier rows in a row are borne with even in a short list.
const staleAllowed = 100

func newCollector(params ListExecutionInstancesParams) *collector {
	return &collector{params: params, next: params.Offset, seen: make(map[rowKey]int), gone: make(map[int]bool)}
}

// add takes the next page.
func (c *collector) add(p *page) error {
	c.total = larger(c.total, p.total)
	if p.errorCode != nil {
		c.errorCode = p.errorCode
	}
	if p.errorMsg != nil {
		c.errorMsg = p.errorMsg
	}
	before := c.read
	keyless := 0
	for _, row := range p.rows {
		if row.ID == nil || row.ExecutionInstanceID == nil {
			keyless++
		}
		c.take(row)
	}
	// Rows without a key all count as new. There only the page before tells an old page, once nothing more is due.
	again := keyless > 0 && keyless == len(p.rows) && c.due() < 0 && reflect.DeepEqual(p.rows, c.previous)
	c.watch(int64(len(p.rows)), c.read > before && !again)
	c.previous = p.rows
	c.promised = c.promised || c.due() > 0
	switch {
	case c.stale > max(c.fresh, staleAllowed):
		return &IncompleteError{Offset: c.params.Offset, Rows: c.read, Total: c.total, RepeatedAt: &c.staleFrom}
	case c.params.MaxBytes > 0 && c.bytes > c.params.MaxBytes:
		return &TooLargeError{Rows: c.kept(), MaxBytes: c.params.MaxBytes}
	}
	return nil
}

// watch notes whether a page brought something new. A page of earlier rows alone is no harm; a service that ignores offset
// sends nothing else, and would be followed for ever.
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

// isList tells whether a page can be taken for a list. One without data is an empty list only as far as totals say so, and a
// total counts only as far as the rows bear it out: it may be the page's own, or zero.
func (c *collector) isList(p *page) bool {
	total := larger(c.total, p.total)
	if p.listed || total == nil || *total < 0 {
		return p.listed
	}
	switch due := *total - c.params.Offset - c.read; {
	case due > 0:
		return true // and the pass will not stand
	case p.total != nil:
		return due == 0 || c.read == 0
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

// take adds a row, or puts it in the place of an earlier copy. A row of which only a later copy is asked for stands where that
// one came.
func (c *collector) take(row ExecutionInstance) {
	at, again := notKept, false
	var key rowKey
	keyed := row.ID != nil && row.ExecutionInstanceID != nil
	if keyed {
		key = rowKey{*row.ID, *row.ExecutionInstanceID}
		at, again = c.seen[key]
	}
	if !again {
		c.read++
		at = notKept
	}
	if at != notKept {
		c.bytes -= c.rows[at].size()
	}
	switch asked := c.asked(row); {
	case asked && at != notKept:
		c.rows[at] = row
	case asked:
		at = len(c.rows)
		c.rows = append(c.rows, row)
	case at != notKept:
		c.gone[at] = true
		c.rows[at], at = ExecutionInstance{}, notKept
	}
	if at != notKept {
		c.bytes += row.size()
	}
	if keyed {
		c.seen[key] = at
	}
}

// asked tells whether a row is in one of the states that were asked for.
func (c *collector) asked(row ExecutionInstance) bool {
	return len(c.params.Statuses) == 0 || row.Status != nil && slices.ContainsFunc(c.params.Statuses, func(status string) bool {
		return strings.EqualFold(status, *row.Status)
	})
}

func (c *collector) kept() int64 { return int64(len(c.rows) - len(c.gone)) }

// full tells whether there is no need to read on.
func (c *collector) full() bool {
	return c.params.MaxItems > 0 && c.kept() >= c.params.MaxItems
}

// due is how many rows the largest total still promises, negative if it promises nothing.
func (c *collector) due() int64 {
	if c.total == nil || *c.total < 0 {
		return -1
	}
	return *c.total - c.params.Offset - c.read
}

// list returns the rows of a pass that was cut short because it is full, or came to its end.
func (c *collector) list() (*ExecutionInstances, error) {
	if !c.full() && c.due() > 0 {
		return nil, &IncompleteError{Offset: c.params.Offset, Rows: c.read, Total: c.total}
	}
	data := c.rows
	if data == nil || len(c.gone) > 0 {
		data = make([]ExecutionInstance, 0, c.kept())
		for i, row := range c.rows {
			if !c.gone[i] {
				data = append(data, row)
			}
		}
	}
	if c.params.MaxItems > 0 && int64(len(data)) > c.params.MaxItems {
		data = data[:c.params.MaxItems]
	}
	return &ExecutionInstances{Data: data, Size: c.bytes, Total: c.total, ErrorCode: c.errorCode, ErrorMsg: c.errorMsg}, nil
}
