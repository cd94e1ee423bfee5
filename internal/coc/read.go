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
	// PagesInFlight is how many pages are asked for at the same time. Where a page takes 50 ms, more of them gain little
	// time and put more load on the service.
	PagesInFlight = 4
	// maxPageBytes limits the body of a page and, separately, the memory that its rows take.
	maxPageBytes = 64 << 20
	// maxShown is how many bytes of a text of an answer are kept for a message, or as the name of a status.
	maxShown = 200
)

// Read reads all pages of the list. It returns every row that was asked for, each row once. The error is a
// [*rest.Error], an [*IncompleteError], a [*KeylessError], a [*TooLargeError] or the context's cause.
//
// A pass reads the list from the first page to an empty page, or until [Params.MaxItems] rows are kept. A pass is
// complete if the offset and the number of distinct rows add up to the largest total that any page gave, or if no page
// gave a total. Otherwise rows moved during the pass, and the list is read again. If one row appears and another one
// disappears between two pages, the total does not change, and a missing row cannot be detected.
func (l *List) Read(ctx context.Context, client *rest.Client, params Params) (*Result, error) {
	return l.read(ctx, client, params, make(chan struct{}, PagesInFlight), maxPageBytes)
}

// read is Read for callers that read several lists at once: each request holds one of the slots while it runs.
func (l *List) read(
	ctx context.Context, client *rest.Client, params Params, slots chan struct{}, pageBytes int64,
) (*Result, error) {
	if params.Limit == 0 {
		params.Limit = DefaultLimit
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
	return r.passes(ctx)
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
}

// page is one page of the list. The statuses of its rows are fit for a message.
type page struct {
	*rows.Page
	answer *rest.Answer
	// distinct is how many of the rows differ from each other. The collector sets it before the next page is asked for.
	distinct int64
}

// page requests the page at an offset.
func (r *listReader) page(ctx context.Context, offset int64) (*page, error) {
	request := rest.Request{
		Path: r.list.Path, Query: url.Values{}, What: fmt.Sprintf("%s at offset %d", r.list.Rows, offset),
	}
	for _, argument := range r.list.Arguments {
		values := r.params.Arguments[argument.Name]
		switch {
		case argument.InPath:
			value := url.PathEscape(r.params.Arguments.Get(argument.Name))
			request.Path = strings.ReplaceAll(request.Path, "{"+argument.Name+"}", value)
		case len(values) > 0:
			request.Query[argument.Name] = values
		}
	}
	request.Query.Set("limit", fmt.Sprint(r.params.Limit))
	request.Query.Set("offset", fmt.Sprint(offset))
	var p page
	var err error
	p.answer, err = r.client.Get(ctx, request, func(body io.Reader) (err error) {
		p.Page, err = readPage(r.table, body, r.pageBytes)
		return err
	})
	if err != nil {
		return nil, err
	}
	redact(p.answer, p.ErrorCode, p.ErrorMsg)
	names := map[string]string{}
	for i := range p.Rows {
		status := &p.Rows[i].Status
		name, known := names[*status]
		if !known {
			name = shown(p.answer, *status)
			names[*status] = name
		}
		*status = name
	}
	return &p, nil
}

// shown makes a text of an answer fit to be kept for a message: it is cut, and repeats no secret.
func shown(answer *rest.Answer, text string) string {
	if len(text) > maxShown {
		text = strings.ToValidUTF8(text[:maxShown], "") + "…"
	}
	return answer.Redact(text)
}
