package coc

import (
	"context"
	"iter"
	"math"
	"sync"
)

// pages yields the pages of one pass in the service's order. It ends after an empty page or an error.
//
// The offset advances by the distinct rows in a page, not by the limit: a service may change the limit, send a short
// page in the middle of the list, or repeat rows within a page (by a join after paging). Pages are read ahead at
// guessed offsets, and dropped if the guess was wrong, which costs only requests.
func (r *listReader) pages(ctx context.Context) iter.Seq2[*page, error] {
	if r.list.Marker != "" || r.list.Unpaged {
		return r.markerPages(ctx)
	}
	return func(yield func(*page, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		ahead := &readAhead{listReader: r, ctx: ctx, enough: math.MaxInt64}
		if r.params.MaxItems > 0 && len(r.params.Statuses) == 0 {
			ahead.enough = r.params.Offset + min(r.params.MaxItems, math.MaxInt64-r.params.Offset)
		}
		defer ahead.running.Wait()
		defer cancel()
		offset := r.params.Offset
		for {
			p, err := ahead.next(offset) //nolint:contextcheck // it has this one
			if !yield(p, err) || err != nil || len(p.Rows) == 0 {
				return
			}
			ahead.learn(p)
			offset += p.distinct
		}
	}
}

// readAhead holds the pages in flight, in the order of their offsets, at most as many as there are slots.
type readAhead struct {
	*listReader
	ctx     context.Context //nolint:containedctx // it lives as long as one pass, whose pages it bounds
	running sync.WaitGroup
	flights []*flight

	// The next offset is guessed from these.
	size   int64 // the rows in the largest page so far: the limit, or what the service lowers it to
	end    int64 // the largest total, which may be wrong
	enough int64 // the offset at which max_items rows are read, if every row is kept
	steady bool  // whether the last page had size rows: after a shorter page nothing is guessed
}

// flight is a request for a page.
type flight struct {
	offset int64
	cancel context.CancelFunc
	done   chan struct{} // closed when page and err are set
	page   *page
	err    error
}

// next returns the page at an offset. Before it waits, it also requests the pages that probably follow. If the first
// page in flight is at another offset, its guess was wrong, and all pages in flight are dropped.
func (a *readAhead) next(offset int64) (*page, error) {
	if len(a.flights) > 0 && a.flights[0].offset != offset {
		for _, f := range a.flights {
			f.cancel()
		}
		a.flights = nil
	}
	for len(a.flights) < cap(a.slots) {
		likely, ok := a.guess(offset)
		if !ok {
			break
		}
		a.send(likely)
	}
	head := a.flights[0]
	<-head.done
	a.flights = a.flights[1:]
	return head.page, head.err
}

// guess returns the offset of the next request: the one that is due, or the probable one after the last in flight,
// including that of the empty page at the end. ok is false if no page is needed, or there is nothing to guess from.
func (a *readAhead) guess(due int64) (offset int64, ok bool) {
	if len(a.flights) == 0 {
		return due, true
	}
	last := a.flights[len(a.flights)-1].offset
	offset = min(last+a.size, a.end)
	return offset, a.steady && last < offset && offset < a.enough
}

// learn takes from a page what later guesses are based on.
func (a *readAhead) learn(p *page) {
	a.size = max(a.size, p.distinct)
	a.steady = p.distinct == a.size
	if p.Total != nil {
		a.end = max(a.end, *p.Total)
	}
}

// send requests the page at an offset, in a goroutine, as soon as there is a slot.
func (a *readAhead) send(offset int64) {
	ctx, cancel := context.WithCancel(a.ctx)
	f := &flight{offset: offset, cancel: cancel, done: make(chan struct{})}
	a.flights = append(a.flights, f)
	a.running.Go(func() {
		defer cancel()
		defer close(f.done)
		select {
		case a.slots <- struct{}{}:
			defer func() { <-a.slots }()
			f.page, f.err = a.page(ctx, offset)
		case <-ctx.Done():
			f.err = context.Cause(ctx)
		}
	})
}
