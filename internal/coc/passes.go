package coc

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// A list counts as incomplete after minPasses, or after maxPasses if a later pass brought rows that no earlier one had. A list that
// changes is read afresh, maxStarts times in all.
const minPasses, maxPasses, maxStarts = 3, 10, 3

// passes reads the list until a pass stands.
//
// A service may answer equal rows in another order each time: instances of one batch start in the same millisecond. So the rows
// of all passes add up while the service gives the same total, and the list is whole when they reach that total exactly. A total
// that changes means a list that changed: the rows of earlier passes are forgotten.
func (r *reader) passes(ctx context.Context) (*Result, error) {
	var all *collector // the rows of all passes so far
	enough, starts := minPasses, 1
	for n := 1; ; n++ {
		pass, err := r.pass(ctx)
		incomplete := new(IncompleteError)
		switch {
		case err == nil && (pass.full() || pass.due() <= 0):
			return pass.result(), nil
		case err != nil && !errors.As(err, &incomplete):
			return nil, err
		case all == nil:
			all = pass
		case err != nil || !all.adds(pass):
			all, enough = pass, min(maxPasses, n+minPasses-1)
			starts++
		default:
			if fresh := all.merge(pass); fresh > 0 {
				enough = maxPasses
			}
			if err := all.tooLarge(); err != nil {
				return nil, err
			}
			switch due := all.due(); {
			case due == 0:
				return all.result(), nil
			case due < 0: // rows came and went without changing the total
				all = pass
			}
		}
		if n == enough || starts == maxStarts {
			incomplete.Offset, incomplete.Rows, incomplete.Total, incomplete.Passes = r.params.Offset, all.distinct, pass.total, n
			return nil, incomplete
		}
	}
}

// pass reads the list once.
func (r *reader) pass(ctx context.Context) (*collector, error) {
	pass := newCollector(r.list, r.params)
	for p, err := range r.pages(ctx) {
		if err != nil {
			return nil, err
		}
		if !pass.isList(p.Page) {
			return nil, &rest.Error{
				What: fmt.Sprintf("%s at offset %d", r.list.Rows, pass.next), Endpoint: r.client.Endpoint(),
				Status: http.StatusOK, RequestID: p.requestID, Attempts: 1,
				Err: fmt.Errorf("%w: data is missing or null, and no total says that this is the end", rest.ErrMalformed),
			}
		}
		if err := pass.add(p.Page); err != nil {
			return pass, err
		}
		if pass.full() {
			break
		}
	}
	return pass, nil
}
