package coc

import (
	"context"
	"errors"
	"iter"
	"math"
	"sync"
)

// pages yields the pages of one pass in the service's order. It ends after an empty page or an error.
//
// It advances by the rows it got, never by the rows it asked for: a service may clamp the limit, ignore it, or answer short
// pages in the middle. Pages that are read ahead stand at guessed offsets; one whose guess proves wrong is dropped, so guessing
// costs at most requests. One page in flight is the same code without a guess.
func (c *Client) pages(ctx context.Context, params ListExecutionInstancesParams) iter.Seq2[*page, error] {
	return func(yield func(*page, error) bool) {
		ahead := newReadAhead(ctx, c, params)
		defer ahead.stop()
		offset := params.Offset
		for {
			p, err := ahead.next(offset) //nolint:contextcheck // it has a context of its own, made of this one
			if !yield(p, err) || err != nil || len(p.rows) == 0 {
				return
			}
			offset += int64(len(p.rows))
		}
	}
}

// readAhead holds the pages in flight, in the order of their offsets.
type readAhead struct {
	client   *Client
	ctx      context.Context //nolint:containedctx // it lives as long as one pass, whose pages it bounds
	cancel   context.CancelFunc
	running  sync.WaitGroup
	query    query
	inFlight []*flight
	// refused takes the first error that holds for every page, so that nobody waits for the others.
	refused chan error

	// What guesses build on. The size is the largest page so far: the limit, or what the service clamps it to. The end is the
	// largest total, and need not be true. After a page of another size there is no guess until the next full one.
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

func newReadAhead(ctx context.Context, client *Client, params ListExecutionInstancesParams) *readAhead {
	a := &readAhead{client: client, query: query{stepID: params.ExecutionStepID, limit: params.Limit}, refused: make(chan error, 1)}
	a.enough = math.MaxInt64
	if params.MaxItems > 0 && len(params.Statuses) == 0 {
		a.enough = params.Offset + min(params.MaxItems, math.MaxInt64-params.Offset)
	}
	a.ctx, a.cancel = context.WithCancel(ctx)
	return a
}

// stop ends what is still in flight, and waits for that.
func (a *readAhead) stop() {
	a.cancel()
	a.running.Wait()
}

// next returns the page at an offset, and sends for those that probably follow.
func (a *readAhead) next(offset int64) (*page, error) {
	if len(a.inFlight) > 0 && a.inFlight[0].offset != offset {
		for _, f := range a.inFlight {
			f.cancel()
		}
		a.inFlight = nil
	}
	if len(a.inFlight) == 0 {
		a.send(offset)
	}
	for len(a.inFlight) < a.client.config.PagesInFlight {
		guess, ok := a.guess()
		if !ok {
			break
		}
		a.send(guess)
	}
	head := a.inFlight[0]
	a.inFlight = a.inFlight[1:]
	select {
	case err := <-a.refused:
		return nil, err
	case <-head.done:
	}
	if head.err == nil {
		a.learn(head.page)
	}
	return head.page, head.err
}

// guess returns the offset of the page behind the last one in flight. The empty page that ends the pass is guessed too.
func (a *readAhead) guess() (offset int64, ok bool) {
	last := a.inFlight[len(a.inFlight)-1].offset
	offset = min(last+a.size, a.end)
	return offset, a.steady && last < offset && offset < a.enough
}

// learn takes from a page what the next guesses build on.
func (a *readAhead) learn(p *page) {
	size := int64(len(p.rows))
	a.size = max(a.size, size)
	a.steady = size == a.size
	if p.total != nil {
		a.end = max(a.end, *p.total)
	}
}

func (a *readAhead) send(offset int64) {
	ctx, cancel := context.WithCancel(a.ctx)
	f := &flight{offset: offset, cancel: cancel, done: make(chan struct{})}
	q := a.query
	q.offset = offset
	a.inFlight = append(a.inFlight, f)
	a.running.Go(func() {
		defer close(f.done)
		defer cancel()
		f.page, f.err = a.client.getPage(ctx, q)
		var failed *Error
		if errors.As(f.err, &failed) && failed.forEveryPage() {
			select {
			case a.refused <- f.err:
			default: // it is known
			}
		}
	})
}
