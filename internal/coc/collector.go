package coc

import "reflect"

// collector gathers the rows of one pass.
type collector struct {
	offset int64
	rows   []ExecutionInstance
	// seen finds the row of a key, so that a row that comes again takes its place instead of standing twice.
	seen map[rowKey]int
	// read counts the distinct rows, next is the offset behind the last page.
	read, next int64
	previous   []ExecutionInstance

	total               *int64
	errorCode, errorMsg *string
}

// rowKey tells rows apart. A row that lacks one of the two is like no other.
type rowKey struct {
	id         int64
	instanceID string
}

func newCollector(params ListExecutionInstancesParams) *collector {
	return &collector{offset: params.Offset, next: params.Offset, seen: make(map[rowKey]int)}
}

// add takes the next page.
func (c *collector) add(p *page) error {
	if p.total != nil && (c.total == nil || *p.total > *c.total) {
		c.total = p.total
	}
	if p.errorCode != nil {
		c.errorCode = p.errorCode
	}
	if p.errorMsg != nil {
		c.errorMsg = p.errorMsg
	}
	at := c.next
	c.next += int64(len(p.rows))
	if before := c.read; c.take(p.rows) || c.read == before && len(p.rows) > 0 {
		return &IncompleteError{Offset: c.offset, Rows: c.read, Total: c.total, RepeatedAt: &at}
	}
	return nil
}

// take adds rows, the later copy of a row in the place of the earlier, and reports whether they are the previous page again
// although nothing more was due: only that gives away a service that ignores offset where rows have no key.
func (c *collector) take(rows []ExecutionInstance) (again bool) {
	keyless := 0
	for _, row := range rows {
		if row.ID == nil || row.ExecutionInstanceID == nil {
			keyless++
			c.rows = append(c.rows, row)
			continue
		}
		key := rowKey{*row.ID, *row.ExecutionInstanceID}
		if at, ok := c.seen[key]; ok {
			c.rows[at] = row
			continue
		}
		c.seen[key] = len(c.rows)
		c.rows = append(c.rows, row)
		c.read++
	}
	c.read += int64(keyless)
	again = keyless > 0 && keyless == len(rows) && c.due() < 0 && reflect.DeepEqual(rows, c.previous)
	c.previous = rows
	return again
}

// due is how many rows the largest total still promises, negative if there are more than promised.
func (c *collector) due() int64 {
	if c.total == nil {
		return -1
	}
	return *c.total - c.offset - c.read
}

// list returns the rows of a pass that came to its end.
func (c *collector) list() (*ExecutionInstances, error) {
	if c.total != nil && c.due() > 0 {
		return nil, &IncompleteError{Offset: c.offset, Rows: c.read, Total: c.total}
	}
	return &ExecutionInstances{Data: c.rows, Total: c.total, ErrorCode: c.errorCode, ErrorMsg: c.errorMsg}, nil
}
