package coc

import (
	"context"
	"errors"
)

// These limit how often a list is read. The read fails after minPasses passes that could be merged, or after maxPasses
// if a merged pass had new rows. A pass that cannot be merged starts a new merge, and the maxStarts-th start fails the
// read.
const minPasses, maxPasses, maxStarts = 3, 10, 3

// passes reads the list until one pass, or the merged rows of several passes, are complete.
//
// The service may order rows of the same millisecond differently in each request, and a pass then misses rows that
// another one has. So the passes are merged while the total stays the same, and the list is whole when the merged rows
// reach it exactly. If the total changes, so has the list, and earlier passes are dropped.
func (r *listReader) passes(ctx context.Context) (*collector, error) {
	all := newCollector(r) // the merged rows of the passes since the last start
	enough, starts := 0, 0
	for n := 1; ; n++ {
		pass, err := r.pass(ctx)
		incomplete := new(IncompleteError)
		switch {
		case err == nil && pass.whole():
			return pass, nil
		case err != nil && !errors.As(err, &incomplete):
			return nil, err
		case err != nil || !all.adds(pass):
			all, enough = pass, min(maxPasses, n+minPasses-1)
			starts++
		default:
			fresh, err := all.merge(pass)
			if err != nil {
				return nil, err
			}
			if fresh {
				enough = maxPasses
			}
			switch due := all.due(); {
			case due < 0, all.keyless > 0: // the list changed, or may have, although its total did not
				all = pass
			case due == 0:
				return all, nil
			}
		}
		if n == enough || starts == maxStarts {
			incomplete.Offset, incomplete.Rows = r.params.Offset, int64(len(all.entries))
			incomplete.Total, incomplete.Passes = pass.result.Total, n
			incomplete.Marker, incomplete.Filters = r.list.Marker, r.list.sent(r.params)
			return nil, incomplete
		}
	}
}

// pass reads the list once. With an error, it also returns what came before it.
func (r *listReader) pass(ctx context.Context) (*collector, error) {
	pass := newCollector(r)
	pass.result.Total = r.exact
	for p, err := range r.pages(ctx) {
		if err == nil {
			err = pass.add(p)
		}
		if err != nil || pass.full() {
			return pass, err
		}
	}
	return pass, nil
}
