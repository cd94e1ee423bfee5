package coc

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rest"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

const (
	// PagesInFlight is how many pages are requested at the same time. At 50 ms a page, more would gain little time and put
	// more load on the service.
	PagesInFlight = 4
	maxPageBytes  = 64 << 20 // limits the body of a page and, separately, the memory that its rows take
	maxShown      = 200      // how many bytes of a text are kept for a message, or as the name of a status
)

// Read reads all pages of the list. It returns every row that was asked for, each row once. The error is a
// [*rest.Error], an [*IncompleteError], a [*KeylessError], a [*TooLargeError] or the context's cause.
//
// A pass reads the list up to an empty page, or until [Params.MaxItems] rows are kept. It is complete if the offset and
// the number of distinct rows add up to the largest total of any page, or if there is no total. Otherwise rows moved,
// and the list is read again. If one row appears while another disappears, the total does not show that a row is
// missing.
func (l *List) Read(ctx context.Context, client *rest.Client, params Params) (*Result, error) {
	return l.read(ctx, client, params, make(chan struct{}, PagesInFlight), maxPageBytes)
}

// read is Read for callers that read several lists at once: each request holds one of the slots while it runs.
func (l *List) read(
	ctx context.Context, client *rest.Client, params Params, slots chan struct{}, pageBytes int64,
) (*Result, error) {
	if params.Limit == 0 {
		params.Limit = l.DefaultLimit()
	}
	fields := l.fieldSets(&params)
	r := &listReader{
		list: l, table: &l.Table, client: client, params: params, filters: l.filters(params.Arguments),
		fields: fields, slots: slots, pageBytes: pageBytes,
	}
	if params.PropertyPaths != nil {
		r.table = l.Table.KeepPaths(params.PropertyPaths)
	}
	if fields != nil {
		r.table = r.table.KeepFields(fields.read)
	}
	read := r.passes
	if l.Batches != nil {
		read = r.batches
	}
	all, err := read(ctx)
	if err != nil {
		return nil, err
	}
	return all.finish(), nil
}

// listReader serves one call of [List.Read].
type listReader struct {
	list      *List
	table     *rows.Table // the list's table, with the properties and fields that are read
	fields    *fieldSets  // nil if all fields are kept
	client    *rest.Client
	params    Params
	filters   []*filter
	slots     chan struct{}
	pageBytes int64
	exact     *int64 // the exact number of rows, if that is known from elsewhere
}

// page is one page of the list. The statuses of its rows are fit for a message.
type page struct {
	*rows.Page
	answer *rest.Answer
	what   string // describes it in errors
	// marker is what the request for this page sent, and next is what the one for the following page sends. Both may be
	// nil.
	marker, next *int64
	distinct     int64 // how many of the rows differ from each other, as the collector counts them
}

func (r *listReader) page(ctx context.Context, offset int64) (*page, error) {
	return r.request(ctx, "offset", &offset, fmt.Sprintf("%s at offset %d", r.list.Rows, offset))
}

// request requests the page at a position, if there is one. The API calls the position name.
func (r *listReader) request(ctx context.Context, name string, position *int64, what string) (*page, error) {
	request := rest.Request{Path: r.list.Path, Query: url.Values{}, What: what}
	for _, argument := range r.list.Arguments {
		values := r.params.Arguments[argument.Name]
		switch {
		case argument.InPath:
			value := url.PathEscape(r.params.Arguments.Get(argument.Name))
			request.Path = strings.ReplaceAll(request.Path, "{"+argument.Name+"}", value)
		case len(values) > 0:
			request.Query[argument.wire()] = values
		}
	}
	if !r.list.Unpaged {
		request.Query.Set("limit", fmt.Sprint(r.params.Limit))
	}
	if position != nil {
		request.Query.Set(name, fmt.Sprint(*position))
	}
	p := page{what: what}
	var err error
	p.answer, err = r.client.Get(ctx, request, func(body io.Reader) (err error) {
		p.Page, err = readPage(r.table, body, r.pageBytes)
		return err
	})
	if err != nil {
		return nil, err
	}
	redact(p.answer, p.ErrorCode, p.ErrorMsg)
	names := map[string]string{} // so that each status is made fit once
	for i := range p.Rows {
		status := &p.Rows[i].Status
		if _, known := names[*status]; !known {
			names[*status] = shown(p.answer, *status)
		}
		*status = names[*status]
	}
	return &p, nil
}

// shown makes a text of an answer fit for a message: it is cut, and repeats no secret.
func shown(answer *rest.Answer, text string) string {
	if len(text) > maxShown {
		text = strings.ToValidUTF8(text[:maxShown], "") + "…"
	}
	return answer.Redact(text)
}
