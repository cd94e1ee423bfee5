// Package coc reads from the API of Huawei Cloud's Cloud Operations Center (COC). A read of a list returns every row
// once, or fails. The package imports nothing from Terraform.
package coc

import (
	"cmp"
	"net/url"

	"github.com/cocops/terraform-provider-coc/internal/rest"
	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// Lists are all lists. Each list becomes the data source coc_NAME.
var Lists = []*List{ExecutionInstances, Executions, ExecutionSteps, ScriptOrders, ScriptOrderInstances}

// List is one list of the API.
type List struct {
	Name      string     // of the data source, without the prefix coc_
	Doc       string     // what the list is, in Markdown
	Rows      string     // what a row is called, in the plural
	Path      string     // of the request, with the names of arguments in braces
	Marker    string     // the Integer of a page's last row that the next request sends; if empty, it sends an offset
	Unpaged   bool       // whether one request reads the whole list, without pages or a limit
	MaxLimit  int64      // the largest limit that is documented; 0 means none
	Batches   *List      // if set, the list of the batches that hold the rows: the path is that of a batch
	Action    string     // the IAM action that a caller needs
	Arguments []Argument // the list's own; limit and the like are arguments of every list
	Statuses  []string   // those that are known; the API need not document them
	Newest    []string   // the fields by which the newest row is found; without them there is no most_recent
	Table     rows.Table // the fields of a row
}

// Flat returns the name of the rows' flattened field, whose entries [Params.PropertyPaths] selects. It is empty if
// there is none.
func (l *List) Flat() string {
	for _, field := range l.Table.Fields {
		if field.Kind == rows.Flat {
			return field.Name
		}
	}
	return ""
}

// ArgumentKind is what an argument holds.
type ArgumentKind uint8

// The kinds.
const (
	ID           ArgumentKind = iota // an ID of the service, without blanks
	IDs                              // a set of IDs: the request repeats the argument for each
	Text                             // any text except an empty one
	Bool                             // true or false
	Milliseconds                     // a time, in milliseconds since 1970-01-01 UTC
	Tags                             // a map of texts, sent as key=value,key=value in the order of the keys
)

// Argument is an argument of a list, with the name that the API has for it.
type Argument struct {
	Name    string
	Sent    string // the API's name, if it is another one
	Kind    ArgumentKind
	Doc     string // what the documentation says of it, in Markdown
	Problem string // ends the error for an empty value: what it would do, or what to do instead
	Prefix  string // how its IDs begin, empty if that is not known, see [Argument.Misfit]
	InPath  bool   // whether it is a part of the list's path, and so required
	Column  string // the field of a row that is compared with it
	Check   Check  // how it is compared
}

// wire returns the name that the API has for the argument.
func (a *Argument) wire() string { return cmp.Or(a.Sent, a.Name) }

// Naming returns the arguments that are set and name what the rows belong to, such as a step, a job or a creator.
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
	Limit     int64      // how many rows to ask for in a page; 0 means [List.DefaultLimit]
	Offset    int64      // the first row, counted from 0
	Statuses  []string   // keeps the rows with one of these, ignoring case; empty means all
	// PropertyPaths are the entries of a flattened field to keep, see [rows.Table.KeepPaths]. Nil keeps all, empty none.
	PropertyPaths []string
	// Fields are the fields of a row that are kept; the others are null. Nil keeps all.
	Fields     []string
	MostRecent bool // keeps only the newest of the rows, see [List.Newest]
	// MaxItems ends the read as soon as that many rows are kept, without a check that it is whole. 0 means all rows.
	MaxItems int64
	MaxBytes int64 // limits the answer, and twice that limits the memory of the read; 0 means no limit
}

// defaultLimit is the page size of the vendor's own tools. The API documents no default, and rarely a maximum.
const defaultLimit = 100

// DefaultLimit returns how many rows a request asks for if the parameters do not say.
func (l *List) DefaultLimit() int64 {
	if l.MaxLimit > 0 {
		return min(l.MaxLimit, defaultLimit)
	}
	return defaultLimit
}

// Result is a list that was read whole. Texts other than rows are cut, and repeat no secret.
type Result struct {
	Rows  [][]byte // objects in Terraform's encoding, each row once, in the service's order
	Size  int64    // the number of bytes of Rows
	Read  int64    // how many distinct rows were read, including those that were not asked for
	Total *int64   // the largest total of any page, nil if none gave one; what it counts is not documented
	// ErrorCode and ErrorMsg are those of the last page that had any. They do not mean that the read failed.
	ErrorCode, ErrorMsg *string
	// StatusCounts is how many distinct rows have each status, or none (the empty text), including those that
	// [Params.Statuses] drops. It is nil if more rows may exist beyond [Params.MaxItems], or more than maxStatuses came.
	StatusCounts map[string]int64
	// Statuses are those of these rows, as many as a message names. Two kinds are unknown: Unmatched were asked for, but
	// no row has them; Unforeseen were not, so [Params.Statuses] dropped their rows.
	Statuses, Unmatched, Unforeseen []string
	Mismatches                      []Mismatch // the arguments that some rows do not fit
	UnusedPaths                     []string   // those of [Params.PropertyPaths] that no row has, if there are rows

	answer *rest.Answer // the last page's, which takes secrets out of texts of the rows
}
