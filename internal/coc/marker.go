package coc

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// markerPages yields the pages of one pass of a list that pages by a marker, or is not paged. Each request needs the
// last row of the page before it, so no page is read ahead. [collector.follow] decides whether another page is needed.
func (r *listReader) markerPages(ctx context.Context) iter.Seq2[*page, error] {
	return func(yield func(*page, error) bool) {
		for marker, more := (*int64)(nil), true; more; {
			p, err := r.after(ctx, marker)
			if err == nil && marker != nil {
				p.Total = nil // rows added since the first page are before the marker, and are not read
			}
			if !yield(p, err) || err != nil {
				return
			}
			marker, more = p.next, p.next != nil
		}
	}
}

// after requests the page after a marker, or the first one, as soon as there is a slot.
func (r *listReader) after(ctx context.Context, marker *int64) (*page, error) {
	what := r.list.Rows
	if marker != nil {
		what += fmt.Sprintf(" after %s %d", r.list.Marker, *marker)
	}
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	p, err := r.request(ctx, "marker", marker, what)
	if err == nil {
		p.marker = marker
	}
	return p, err
}

// follow sets the marker of the page after this one, or none if the pass ends here. It fails if the pass cannot go on:
// a service that ignores the marker sends the same page forever, and only its rows show that.
func (c *collector) follow(p *page, fresh bool) error {
	if len(p.Rows) == 0 {
		return nil
	}
	reached := c.result.Total != nil && c.due() <= 0
	last, ok := c.table.Integer(p.Rows[len(p.Rows)-1].Encoded, c.list.Marker)
	switch {
	case !fresh && (reached || c.onlyMarker(p)):
		return nil
	case !fresh:
		return &IncompleteError{RepeatedAt: p.marker}
	case ok:
		p.next = &last
	case !reached:
		return c.malformed(p, fmt.Errorf("the last row has no %s, which the request for the next page needs", c.list.Marker))
	}
	return nil
}

// onlyMarker reports whether a page holds only the row that its marker names, as the last page does if the marker is
// inclusive.
func (c *collector) onlyMarker(p *page) bool {
	for _, row := range p.Rows {
		if n, ok := c.table.Integer(row.Encoded, c.list.Marker); !ok || p.marker == nil || n != *p.marker {
			return false
		}
	}
	return true
}

var errNoPage = errors.New("data is missing or null, and no total says that this is the end")

// malformed returns the error for a page that cannot be taken as a part of the list.
func (r *listReader) malformed(p *page, err error) error {
	return &rest.Error{
		What: p.what, Endpoint: r.client.Endpoint(), Kind: rest.Malformed, Status: http.StatusOK,
		RequestID: p.answer.RequestID, Attempts: 1, Err: err,
	}
}

// sent returns the names that the API has for the arguments that are set and narrow the list.
func (l *List) sent(params Params) (names []string) {
	for i := range l.Arguments {
		if a := &l.Arguments[i]; !a.InPath && params.Arguments.Has(a.Name) {
			names = append(names, a.wire())
		}
	}
	slices.Sort(names)
	return names
}
