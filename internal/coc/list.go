// Package coc reads from the API of Huawei Cloud's Cloud Operations Center (COC). Each list of the API is a value of
// the type [List]. A list is read whole, with every row once, or the read fails. A single ticket is read by
// [ReadExecution].
//
// The package imports no package of Terraform.
package coc

import (
	"net/url"
	"slices"

	"github.com/cocops/terraform-provider-coc/internal/rest"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// Lists are all lists. Each list becomes the data source coc_NAME.
var Lists = []*List{ExecutionInstances, Executions, ExecutionSteps}

// List is one list of the API.
type List struct {
	Name      string     // of the data source, without the prefix coc_
	Doc       string     // what the list is, in Markdown
	Rows      string     // what a row is called, in the plural
	Path      string     // of the request, with the names of arguments in braces
	Action    string     // the IAM action that a caller needs
	Arguments []Argument // the list's own; limit and the like are arguments of every list
	Statuses  []string   // those that are known; the API need not document them
	// Newest are the fields, times or texts, by which the newest row is found. A later field counts where the earlier ones
	// are equal. A list without these fields has no argument most_recent.
	Newest []string
	Table  rows.Table // the fields of a row
}

// HasProperties reports whether the rows have a flattened field, of which [Params.PropertyPaths] keeps entries.
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
	Name    string
	Kind    ArgumentKind
	Doc     string // what the documentation says of it, in Markdown
	Problem string // ends the error for an empty value: what it would do, or what to do instead
	Prefix  string // how its IDs begin, empty if that is not known, see [Argument.Misfit]
	InPath  bool   // whether it is a part of the list's path, and so required
	Column  string // the field of a row that is compared with it
	Check   Check  // how it is compared
}

// Naming returns the arguments that name what the rows belong to, such as a step, a job or a creator, and are set.
func (l *List) Naming(arguments url.Values) (naming []*Argument) {
	for i := range l.Arguments {
		if a := &l.Arguments[i]; (a.Kind == ID || a.Kind == Text) && arguments.Get(a.Name) != "" {
			naming = append(naming, a)
		}
	}
	return naming
}

// Params says what to read of a list. The zero value reads all of it.
type Params struct {
	Arguments url.Values // the values of the list's arguments, by name
	Limit     int64      // how many rows to ask for in a page; 0 means DefaultLimit
	Offset    int64      // the first row, counted from 0
	Statuses  []string   // keeps the rows with one of these, compared without case; empty means all
	// PropertyPaths are the entries of a flattened field that are kept, see [rows.Table.KeepPaths]. Nil keeps all, and an
	// empty slice keeps none.
	PropertyPaths []string
	// Fields are the fields of a row that are kept; the others are null. Nil keeps all.
	Fields     []string
	MostRecent bool // keeps only the newest of the rows, see [List.Newest]
	// MaxItems ends the read as soon as that many rows are kept, without a check that it is whole. 0 means all rows.
	MaxItems int64
	// MaxBytes limits the bytes of the answer, and twice as many the memory of the whole read. 0 means no limit.
	MaxBytes int64
}

// DefaultLimit is the page size that the vendor's own tools ask for; the API documents neither a default nor a maximum.
const DefaultLimit = 100

// Result is a list that was read whole. Its texts that are no rows are cut, and repeat no secret.
type Result struct {
	// Rows are objects in Terraform's encoding, each row once, in the service's order. Size is their number of bytes.
	Rows [][]byte
	Size int64
	Read int64 // how many distinct rows were read, including those that were not asked for
	// Total is the largest total of any page, nil if no page gave one. What it counts is not documented.
	Total *int64
	// ErrorCode and ErrorMsg are those of the last page that had any. They do not mean that the read failed.
	ErrorCode, ErrorMsg *string
	// StatusCounts is how many distinct rows have each status, including the rows that [Params.Statuses] drops. Rows
	// without a status count under the empty text. It is nil if the read ended at [Params.MaxItems], as further rows may
	// exist, and if there are more than maxStatuses.
	StatusCounts map[string]int64
	// Statuses are the statuses of these rows. Unmatched are those of [Params.Statuses] that are not known and that no
	// row has. Unforeseen are the statuses that are not known either, and whose rows [Params.Statuses] dropped. All are
	// limited in number.
	Statuses, Unmatched, Unforeseen []string
	// Mismatches are the arguments that some rows do not fit.
	Mismatches []Mismatch
	// UnusedPaths are those of [Params.PropertyPaths] that no row has, if there are rows.
	UnusedPaths []string

	answer *rest.Answer // the last page's, which takes secrets out of texts of the rows
}
