package coc

import (
	"context"
	"errors"
	"iter"
	"math"
	"slices"
	"sync"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// pages yields the pages of one pass in the service's order. It ends after an empty page or an error.
//
// The offset advances by the rows that came, never by the rows that were asked for: a service may clamp the limit, ignore it, or
// answer short pages in the middle. Pages that are read ahead are asked for at guessed offsets. A page at a wrong guess is dropped,
// so that a guess costs at most a request. One page in flight is the same code without a guess.
func (r *reader) pages(ctx context.Context) iter.Seq2[*page, error] {
	return func(yield func(*page, error) bool) {
		ahead := r.newReadAhead(ctx)
		defer ahead.stop()
		offset := r.params.Offset
		for {
			p, err := ahead.next(offset) //nolint:contextcheck // it has a context of its own, made of this one
			if !yield(p, err) || err != nil || len(p.Rows) == 0 {
				return
			}
			offset += int64(len(p.Rows))
		}
	}
}

// readAhead holds the pages in flight, in the order of their offsets.
type readAhead struct {
	*reader
	ctx     context.Context //nolint:containedctx // it lives as long as one pass, whose pages it bounds
	cancel  context.CancelFunc
	running sync.WaitGroup
	flights []*flight
	// refused takes the pages that failed for a reason that holds for every page, so that nobody waits for the others.
	refused chan *flight
	// failed is the last of them.
	failed *flight

	// A guess builds on these. The size is the largest page so far: the limit, or what the service clamps it to. The end is the
	// largest total, and need not be true. After a page of another size there is no guess until the next full page.
	size, end int64
	steady    bool
	// enough is the offset behind the last row that may be needed.
	enough int64
}

// flight is a page on its way.
type flight struct {
	offset int64
	cancel context.CancelFunc
	done   chan struct{}
	page   *page
	err    error
}

func (r *reader) newReadAhead(ctx context.Context) *readAhead {
	a := &readAhead{reader: r, refused: make(chan *flight), enough: math.MaxInt64}
	if r.params.MaxItems > 0 && len(r.params.Statuses) == 0 {
		a.enough = r.params.Offset + min(r.params.MaxItems, math.MaxInt64-r.params.Offset)
	}
	a.ctx, a.cancel = context.WithCancel(ctx)
	return a
}

// stop ends the pages that are still in flight, and waits for that.
func (a *readAhead) stop() {
	a.cancel()
	a.running.Wait()
}

// next returns the page at an offset, and sends for those that probably follow.
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
	for len(a.flights) < a.inFlight {
		guess, ok := a.guess()
		if !ok {
			break
		}
		a.send(guess)
	}
	head := a.flights[0]
	if err := a.wait(head); err != nil {
		return nil, err
	}
	a.flights = a.flights[1:]
	if head.err == nil {
		a.learn(head.page)
	}
	return head.page, head.err
}

// wait waits for the first page in flight. A refusal of a later page ends the wait, unless max_items may make that page
// unnecessary. A page that has come counts before any refusal.
func (a *readAhead) wait(head *flight) error {
	for {
		select {
		case <-head.done:
			return nil
		default:
		}
		if a.failed != nil && a.params.MaxItems == 0 && slices.Contains(a.flights, a.failed) {
			return a.failed.err
		}
		select {
		case <-head.done:
		case a.failed = <-a.refused:
		}
	}
}

// guess returns the offset of the page behind the last one in flight. The empty page that ends the pass is guessed too.
func (a *readAhead) guess() (offset int64, ok bool) {
	last := a.flights[len(a.flights)-1].offset
	offset = min(last+a.size, a.end)
	return offset, a.steady && last < offset && offset < a.enough
}

// learn takes from a page what the next guesses build on.
func (a *readAhead) learn(p *page) {
	size := int64(len(p.Rows))
	a.size = max(a.size, size)
	a.steady = size == a.size
	if p.Total != nil {
		a.end = max(a.end, *p.Total)
	}
}

func (a *readAhead) send(offset int64) {
	ctx, cancel := context.WithCancel(a.ctx)
	f := &flight{offset: offset, cancel: cancel, done: make(chan struct{})}
	a.flights = append(a.flights, f)
	a.running.Go(func() {
		defer cancel()
		f.page, f.err = a.page(ctx, offset)
		close(f.done)
		var failed *rest.Error
		if errors.As(f.err, &failed) && failed.ForEveryRequest() {
			select {
			case a.refused <- f:
			case <-ctx.Done(): // the page is not wanted any more
			}
		}
	})
}
