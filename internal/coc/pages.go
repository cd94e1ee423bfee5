package coc

import (
	"context"
	"iter"
	"math"
	"sync"
)

// pages yields the pages of one pass in the service's order. It ends after an empty page or an error.
//
// The offset advances by the number of distinct rows in a page, never by the limit: a service may lower the limit,
// ignore it, send a short page in the middle of the list, or repeat rows within a page (by a join after paging). Pages
// that are read ahead are requested at guessed offsets. If the guess was wrong, the page is dropped, so a wrong guess
// costs only requests.
func (r *listReader) pages(ctx context.Context) iter.Seq2[*page, error] {
	return func(yield func(*page, error) bool) {
		ahead := r.newReadAhead(ctx)
		defer ahead.stop()
		offset := r.params.Offset
		for {
			p, err := ahead.next(offset) //nolint:contextcheck // it has a context of its own, made of this one
			if !yield(p, err) || err != nil || len(p.Rows) == 0 {
				return
			}
			ahead.learn(p)
			offset += p.distinct
		}
	}
}

// readAhead holds the pages in flight, in the order of their offsets. At most as many are in flight as there are slots.
type readAhead struct {
	*listReader
	ctx     context.Context //nolint:containedctx // it lives as long as one pass, whose pages it bounds
	cancel  context.CancelFunc
	running sync.WaitGroup
	flights []*flight

	// The next offset is guessed from these. size is the number of rows in the largest page so far, which is the limit or
	// what the service lowers it to. end is the largest total, which may be wrong. steady reports whether the last page
	// had size rows: after a shorter page nothing is guessed.
	size, end int64
	steady    bool
	// enough is the offset at which max_items rows are read, if every row is kept. No page is guessed from there on.
	enough int64
}

// flight is a request for a page. page and err are set when done is closed.
type flight struct {
	offset int64
	cancel context.CancelFunc
	done   chan struct{}
	page   *page
	err    error
}

func (r *listReader) newReadAhead(ctx context.Context) *readAhead {
	a := &readAhead{listReader: r, enough: math.MaxInt64}
	if r.params.MaxItems > 0 && len(r.params.Statuses) == 0 {
		a.enough = r.params.Offset + min(r.params.MaxItems, math.MaxInt64-r.params.Offset)
	}
	a.ctx, a.cancel = context.WithCancel(ctx)
	return a
}

// stop cancels the requests in flight, and waits until they have ended.
func (a *readAhead) stop() {
	a.cancel()
	a.running.Wait()
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
	if len(a.flights) == 0 {
		a.send(offset)
	}
	for len(a.flights) < cap(a.slots) {
		guess, ok := a.guess()
		if !ok {
			break
		}
		a.send(guess)
	}
	head := a.flights[0]
	<-head.done
	a.flights = a.flights[1:]
	return head.page, head.err
}

// guess returns the probable offset of the page behind the last page in flight. The empty page at the end of the list
// is guessed, too. ok is false if there is nothing to base a guess on, or no further page is needed.
func (a *readAhead) guess() (offset int64, ok bool) {
	last := a.flights[len(a.flights)-1].offset
	offset = min(last+a.size, a.end)
	return offset, a.steady && last < offset && offset < a.enough
}

// learn updates size, end and steady from a page.
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
