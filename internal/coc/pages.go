package coc

import (
	"context"
	"iter"
)

// pages yields the pages of one pass in the service's order. It ends after an empty page or an error.
//
// It advances by the rows it got, never by the rows it asked for: a service may clamp the limit, ignore it, or answer short
// pages in the middle.
func (c *Client) pages(ctx context.Context, params ListExecutionInstancesParams) iter.Seq2[*page, error] {
	return func(yield func(*page, error) bool) {
		q := query{stepID: params.ExecutionStepID, limit: params.Limit, offset: params.Offset}
		for {
			p, err := c.getPage(ctx, q)
			if !yield(p, err) || err != nil || len(p.rows) == 0 {
				return
			}
			q.offset += int64(len(p.rows))
		}
	}
}
