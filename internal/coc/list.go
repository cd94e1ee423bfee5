// Package coc reads from the API of Huawei Cloud's Cloud Operations Center (COC). Each list of the API is a value of the type
// [List]. A list is read whole, with every row once, or the read fails. A single ticket is read by [ReadExecution].
//
// The package imports no package of Terraform.
package coc

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rest"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// Lists are all lists. Each list becomes the data source coc_NAME.
var Lists = []*List{ExecutionInstances, Executions, ExecutionSteps}

// List is one list of the API.
type List struct {
	// Name is the name of the data source without the prefix coc_.
	Name string
	// Doc says what the list is, in Markdown.
	Doc string
	// Rows is what a row is called, in the plural.
	Rows string
	// Path is the path of the request. It may hold the names of arguments in braces. Action is the IAM action that a caller
	// needs.
	Path, Action string
	// Arguments are the list's own arguments. The arguments of every list, such as limit, are not among them.
	Arguments []Argument
	// Statuses are the documented states of a row.
	Statuses []string
	// Newest are the names of the fields that rows are compared by, to find the newest row: the row with the greatest value of
	// the first field. A later field counts where the earlier ones are equal. The fields are integers or texts. A list without
	// these fields has no argument most_recent.
	Newest []string
	// Table describes the fields of a row.
	Table rows.Table
}

// HasProperties tells whether the rows have a flattened field, of which [Params.PropertyPaths] keeps entries.
func (l *List) HasProperties() bool {
	return slices.ContainsFunc(l.Table.Fields, func(field rows.Field) bool { return field.Kind == rows.Flat })
}

// ArgumentKind is what an argument holds.
type ArgumentKind uint8

// The kinds of arguments.
const (
	// ID is an ID of the service, without blanks.
	ID ArgumentKind = iota
	// IDs is a set of IDs. The request repeats the argument for each ID.
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
	// Problem ends the error message for an empty value. It tells what an empty value would do, or what to do instead.
	Problem string
	// Prefix is how the IDs of this argument begin, empty if that is not known. An ID that begins like an ID of another kind is
	// refused, see [Argument.Misfit].
	Prefix string
	// InPath tells that the argument is a part of the list's path. It is then required.
	InPath bool
	// Column is the field of a row that should have the argument's value, empty if there is none. Exact says what happens to a
	// row with another value: the row is dropped if Exact is set, and otherwise kept, with a warning. Exact is for arguments for
	// which the service is known to send such rows.
	Column string
	Exact  bool
}

// Params says what to read of a list. The zero value reads all of it.
type Params struct {
	// Arguments are the values of the list's arguments, by name.
	Arguments url.Values
	// Limit is how many rows to ask for in a page. 0 means DefaultLimit.
	Limit int64
	// Offset is the first row, counted from 0.
	Offset int64
	// Statuses keeps the rows in one of these states, compared without case; empty means all.
	Statuses []string
	// PropertyPaths are the entries of a flattened field that are kept, see [rows.Table.KeepPaths]. Nil keeps all, and an empty
	// slice keeps none.
	PropertyPaths []string
	// MostRecent keeps only the newest of the rows, see [List.Newest].
	MostRecent bool
	// MaxItems ends the read as soon as that many rows are kept. 0 means that all rows are read. A read that ends so is not
	// checked for completeness.
	MaxItems int64
	// MaxBytes limits the bytes of the kept rows. The memory of the whole read is limited to twice as much. 0 means no limit.
	MaxBytes int64
}

// DefaultLimit is the page size that the vendor's own tools ask for; the API documents neither a default nor a maximum.
const DefaultLimit = 100

// Result is a list that was read whole.
type Result struct {
	// Rows are objects in Terraform's encoding, each row once, in the service's order. Size is their number of bytes.
	Rows [][]byte
	Size int64
	// Read is how many distinct rows were read, including the rows that were not asked for.
	Read int64
	// Total is the largest total of any page, nil if no page gave one. The API does not document which rows the total counts.
	Total *int64
	// ErrorCode and ErrorMsg are the error_code and error_msg of the last page that had any. They do not mean that the read
	// failed.
	ErrorCode, ErrorMsg *string
	// StatusCounts is how many distinct rows are in each state, including the rows that [Params.Statuses] drops. Rows without a
	// state are counted under the empty text. It is nil if the read ended at [Params.MaxItems], as further rows may exist.
	StatusCounts map[string]int64
	// Statuses are the states of these rows, in the order in which they came. Their number is limited.
	Statuses []string
	// Unmatched are the states of [Params.Statuses] that no row has.
	Unmatched []string
	// Strangers describes the rows whose value differs from an argument that is not Exact, nil if there are none.
	Strangers *Strangers
}

// Strangers describes rows that the service sent although an argument asked for others.
type Strangers struct {
	// Argument is the name of the argument. Value is the differing value of the first of these rows.
	Argument, Value string
	// Count is the number of these rows, including the rows that [Params.Statuses] drops.
	Count int64
}

const (
	// PagesInFlight is how many pages a read asks for at the same time. Where a page takes 50 ms, more of them gain little time and
	// put more load on the service.
	PagesInFlight = 4
	// maxPageBytes limits the body of a page and, separately, the memory that its rows take.
	maxPageBytes = 64 << 20
)

// Read reads all pages of the list. It returns every row that was asked for, each row once. The error is a [*rest.Error], an
// [*IncompleteError], a [*KeylessError], a [*TooLargeError] or the context's cause.
//
// A pass reads the list from the first page to an empty page, or until [Params.MaxItems] rows are kept. A pass is complete if the
// offset and the number of distinct rows add up to the largest total that any page gave, or if no page gave a total. Otherwise
// rows moved during the pass, and the list is read again. If one row appears and another one disappears between two pages, the
// total does not change, and a missing row cannot be detected.
func (l *List) Read(ctx context.Context, client *rest.Client, params Params) (*Result, error) {
	return l.read(ctx, client, params, PagesInFlight, maxPageBytes)
}

func (l *List) read(ctx context.Context, client *rest.Client, params Params, inFlight int, pageBytes int64) (*Result, error) {
	if params.Limit == 0 {
		params.Limit = DefaultLimit
	}
	r := &reader{list: l, table: &l.Table, client: client, params: params, inFlight: inFlight, pageBytes: pageBytes}
	if params.PropertyPaths != nil {
		r.table = l.Table.KeepPaths(params.PropertyPaths)
	}
	return r.passes(ctx)
}

// reader serves one call of [List.Read].
type reader struct {
	list *List
	// table is the list's table, with the properties that are kept.
	table     *rows.Table
	client    *rest.Client
	params    Params
	inFlight  int
	pageBytes int64
}

// page is one page of the list, with the service's ID of the request.
type page struct {
	*rows.Page
	requestID string
}

// page requests the page at an offset.
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
	answer, err := r.client.Get(ctx, request, func(body io.Reader) (err error) {
		p.Page, err = readPage(r.table, body, r.pageBytes)
		return err
	})
	if err != nil {
		return nil, err
	}
	p.requestID = answer.RequestID
	redact(answer, p.ErrorCode, p.ErrorMsg)
	return &p, nil
}
