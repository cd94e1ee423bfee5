package coc

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// These limit how often a list is read. The read fails after minPasses passes that could be merged. It fails after
// maxPasses passes instead if a merged pass had new rows. A pass that cannot be merged starts a new merge: the read
// fails at the start number maxStarts.
const minPasses, maxPasses, maxStarts = 3, 10, 3

// passes reads the list until a single pass is complete, or the merged rows of several passes are.
//
// The service may order rows differently in each request, for example instances that started in the same millisecond.
// A pass then misses rows that another pass has. So the rows of the passes are merged while the total stays the same,
// and the list is whole when the merged rows reach that total exactly. If the total changes, the list has changed, and
// the rows of earlier passes are dropped.
func (r *listReader) passes(ctx context.Context) (*Result, error) {
	all := newCollector(r) // the merged rows of the passes since the last start
	enough, starts := 0, 0
	for n := 1; ; n++ {
		pass, err := r.pass(ctx)
		incomplete := new(IncompleteError)
		switch {
		case err == nil && pass.whole():
			return pass.finish(), nil
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
			case due < 0, all.keyless > 0: // the list changed although its total did not, or may have
				all = pass
			case due == 0:
				return all.finish(), nil
			}
		}
		if n == enough || starts == maxStarts {
			incomplete.Offset, incomplete.Rows = r.params.Offset, int64(len(all.entries))
			incomplete.Total, incomplete.Passes = pass.result.Total, n
			return nil, incomplete
		}
	}
}

// pass reads the list once. It returns the collector with the error if the pass cannot go on.
func (r *listReader) pass(ctx context.Context) (*collector, error) {
	pass := newCollector(r)
	for p, err := range r.pages(ctx) {
		if err != nil {
			return nil, err
		}
		if !pass.isList(p.Page) {
			return nil, &rest.Error{
				What: fmt.Sprintf("%s at offset %d", r.list.Rows, pass.next), Endpoint: r.client.Endpoint(),
				Kind: rest.Malformed, Status: http.StatusOK, RequestID: p.answer.RequestID, Attempts: 1,
				Err: errors.New("data is missing or null, and no total says that this is the end"),
			}
		}
		if err := pass.add(p); err != nil {
			return pass, err
		}
		if pass.full() {
			break
		}
	}
	return pass, nil
}
