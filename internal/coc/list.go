// Package coc knows the lists of Huawei Cloud's Cloud Operations Center (COC) API, each of them as a value, and reads them
// whole: every row once, or an error. It knows no Terraform package.
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

// Lists are all lists. Each is a data source of its name.
var Lists = []*List{ExecutionInstances, Executions, ExecutionSteps}

// List is one list of the API.
type List struct {
	// Name is the data source's, without the provider's.
	Name string
	// Doc says what the list is, in Markdown.
	Doc string
	// Rows is what a row is called, in the plural.
	Rows string
	// Path may hold arguments in braces. Action is the IAM action that a caller needs.
	Path, Action string
	// Arguments narrow the list, beside the ones that all lists have.
	Arguments []Argument
	// Statuses are the documented states of a row.
	Statuses []string
	// Newest are the fields, integers or texts, whose greatest values tell the newest row, the first one first. The list has the
	// argument most_recent if there are any.
	Newest []string
	// Table says what a row consists of.
	Table rows.Table
}

// ArgumentKind is what an argument holds.
type ArgumentKind uint8

// The kinds of arguments.
const (
	// ID is an ID of the service, without blanks.
	ID ArgumentKind = iota
	// IDs is a set of them, sent as a repeated key.
	IDs
	// Text is any text but an empty one.
	Text
	// Bool is true or false.
	Bool
	// Milliseconds is a time, in milliseconds since 1970-01-01 UTC.
	Milliseconds
	// Tags is a map of texts, sent as key=value,key=value in the order of the keys.
	Tags
)

// Argument is an argument of a list, with the name that the API has for it.
type Argument struct {
	Name string
	Kind ArgumentKind
	// Doc is what the documentation says of it, in Markdown.
	Doc string
	// Problem is what a user is told of an empty value.
	Problem string
	// Prefix is how such an ID begins, empty if that is not known. An ID that begins like another kind's is refused.
	Prefix string
	// InPath: it has a place in the list's path, and is required.
	InPath bool
	// Column is the field of a row that should have the argument's value, empty if there is none. A row of another value is
	// dropped if the service is known to send such rows (Exact), and passed on with a warning if it is not.
	Column string
	Exact  bool
}

// Params says what to read of a list. The zero value reads all of it.
type Params struct {
	// Arguments are the values of the list's arguments, by name.
	Arguments url.Values
	// Limit is how many rows to ask for in a page, DefaultLimit if 0.
	Limit int64
	// Offset is the first row, counted from 0.
	Offset int64
	// Statuses keeps the rows in one of these states, compared without case; empty means all.
	Statuses []string
	// MostRecent keeps the newest row alone, see [List.Newest].
	MostRecent bool
	// MaxItems ends the read when that many rows are kept, 0 for no end. What is cut off is not checked for completeness.
	MaxItems int64
	// MaxBytes limits what the kept rows may take, 0 for no limit. What the read itself holds may be twice as much.
	MaxBytes int64
}

// DefaultLimit is the page size that the vendor's own tools ask for; the API documents neither a default nor a maximum.
const DefaultLimit = 100

// Result is a list that was read whole.
type Result struct {
	// Rows are objects in Terraform's encoding, each row once, in the service's order. Size is what they take, in bytes.
	Rows [][]byte
	Size int64
	// Read is how many distinct rows were read, asked for or not.
	Read int64
	// Total is the largest total of any page, nil if no page gave one. What the service counts is not documented.
	Total *int64
	// ErrorCode and ErrorMsg are what the service said beside the rows, in success.
	ErrorCode, ErrorMsg *string
	// Statuses are some of the states of all rows, also of those that were not asked for, in the order in which they came.
	Statuses []string
	// Unmatched are the states that were asked for and that no row has.
	Unmatched []string
	// Strangers are rows whose column is another than the argument, nil if there are none.
	Strangers *Strangers
}

// Strangers are rows that the service sent although an argument asked for others.
type Strangers struct {
	// Argument is the argument's name. Value is what one of the rows has instead.
	Argument, Value string
	// Count is how many rows there are.
	Count int64
}

const (
	// pagesInFlight is how many pages are asked for at a time: at 50 ms a page most of the gain, and little load.
	pagesInFlight = 4
	// maxPageBytes limits a page as it is sent and, apart from that, what its rows take.
	maxPageBytes = 64 << 20
)

// Read reads all pages of the list, or fails. It returns every row that the service has and that was asked for, each once, or a
// [*rest.Error], an [*IncompleteError], a [*KeylessError], a [*TooLargeError] or the context's cause.
//
// A pass over the list ends at an empty page, and at nothing else. It stands if offset + distinct rows reach the largest total
// that any page gave. Otherwise rows moved while it ran, and the list is read again. An insertion and a deletion that cancel out
// between two pages cannot be detected.
func (l *List) Read(ctx context.Context, client *rest.Client, params Params) (*Result, error) {
	return l.read(ctx, client, params, pagesInFlight, maxPageBytes)
}

func (l *List) read(ctx context.Context, client *rest.Client, params Params, inFlight int, pageBytes int64) (*Result, error) {
	if params.Limit == 0 {
		params.Limit = DefaultLimit
	}
	r := &reader{list: l, client: client, params: params, inFlight: inFlight, pageBytes: pageBytes}
	return r.passes(ctx)
}

// reader reads one list once.
type reader struct {
	list      *List
	client    *rest.Client
	params    Params
	inFlight  int
	pageBytes int64
}

// page is one page, and the service's ID of the request for it.
type page struct {
	*rows.Page
	requestID string
}

// page asks for the page at an offset.
func (r *reader) page(ctx context.Context, offset int64) (*page, error) {
	request := rest.Request{Path: r.list.Path, Query: url.Values{}, What: fmt.Sprintf("%s at offset %d", r.list.Rows, offset)}
	for _, argument := range r.list.Arguments {
		values := r.params.Arguments[argument.Name]
		switch {
		case argument.InPath:
			request.Path = strings.ReplaceAll(request.Path, "{"+argument.Name+"}", url.PathEscape(r.params.Arguments.Get(argument.Name)))
		case len(values) > 0:
			request.Query[argument.Name] = values
		}
	}
	request.Query.Set("limit", fmt.Sprint(r.params.Limit))
	request.Query.Set("offset", fmt.Sprint(offset))
	var p page
	answer, err := r.client.Get(ctx, request, func(body io.Reader) (int, error) {
		var err error
		if p.Page, err = readPage(&r.list.Table, body, r.pageBytes); err != nil {
			return 0, err
		}
		return len(p.Rows), nil
	})
	if err != nil {
		return nil, err
	}
	p.requestID = answer.RequestID
	redact(answer, p.ErrorCode, p.ErrorMsg)
	return &p, nil
}
