package coc

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// Check says how a row's [Argument.Column] is compared with the argument, which the service may ignore or honor only in
// part. Texts that differ only in their Unicode form are equal, since Terraform changes the form of every text.
type Check uint8

// The checks.
const (
	Unchecked Check = iota // a row has nothing to compare with the argument
	Equal                  // drops rows with another text, or none
	// Contains is Equal, but the service sends all rows that contain the text. Dropped rows are normal then, and worth a
	// warning only if no row is left.
	Contains
	Hint    // keeps rows with another text
	AnyOf   // drops rows whose text is none of the argument's values
	AtLeast // drops rows with a smaller number
	AtMost  // drops rows with a larger number
	AllTags // drops rows that have tags, but none of the argument's
)

// verdict says how a row fits an argument.
type verdict uint8

const (
	fits     verdict = iota
	silent           // the row has no value to compare, and is kept
	doubtful         // the row does not fit, and is kept
	wrong            // the row does not fit, and is dropped
	verdicts         // how many there are
)

// maxFilters is how many checked arguments a list can have.
const maxFilters = 8

// filter is a checked argument that is set.
type filter struct {
	*Argument
	table   *rows.Table
	values  []string // what the argument asks for, in Unicode's NFC
	number  int64    // the same for AtLeast and AtMost
	example string   // the value of a row that does not fit, ready for a message
}

func (l *List) filters(arguments url.Values) (filters []*filter) {
	for i := range l.Arguments {
		f := &filter{Argument: &l.Arguments[i], table: &l.Table}
		for _, value := range arguments[f.Name] {
			if value = norm.NFC.String(value); f.Kind == Tags {
				f.values = append(f.values, strings.Split(value, ",")...)
			} else if value != "" {
				f.values = append(f.values, value)
			}
		}
		if f.Check == Unchecked || len(f.values) == 0 {
			continue
		}
		f.number, _ = strconv.ParseInt(f.values[0], 10, 64) // a text for the other checks
		filters = append(filters, f)
	}
	return filters
}

func (f *filter) verdict(row []byte) verdict {
	switch f.Check {
	case AtLeast, AtMost:
		switch n, _ := f.table.Integer(row, f.Column); {
		case n <= 0: // services also send 0 for a time that is not there
			return silent
		case f.Check == AtLeast && n < f.number, f.Check == AtMost && n > f.number:
			return wrong
		}
		return fits
	case AllTags:
		return f.compareTags(f.table.Pairs(row, f.Column))
	}
	got, _ := f.table.Text(row, f.Column)
	switch {
	case slices.ContainsFunc(f.values, func(want string) bool { return same(string(got), want) }):
		return fits
	case f.Check != Hint:
		return wrong
	case len(got) == 0:
		return silent
	}
	return doubtful
}

// same reports whether a text is what is wanted, which is in NFC.
func same(got, want string) bool { return got == want || norm.NFC.String(got) == want }

func (f *filter) compareTags(tags []string) verdict {
	missing := 0
	for _, want := range f.values {
		if !slices.ContainsFunc(tags, func(got string) bool { return same(got, want) }) {
			missing++
		}
	}
	switch {
	case missing == 0:
		return fits
	case len(tags) == 0:
		return silent
	case missing < len(f.values):
		return doubtful
	}
	return wrong
}

// value returns what a row has in the argument's column, as a text.
func (f *filter) value(row []byte) string {
	if n, ok := f.table.Integer(row, f.Column); ok {
		return strconv.FormatInt(n, 10)
	}
	text, _ := f.table.Text(row, f.Column)
	return string(text) + strings.Join(f.table.Pairs(row, f.Column), ",")
}

// Mismatch says how the rows that the service sent differ from what an argument asked for.
type Mismatch struct {
	Argument string
	// Dropped rows do not fit. Neither do Kept rows, but that is uncertain. Silent rows have nothing to compare, and are
	// kept. All three include rows that [Params.Statuses] drops.
	Dropped, Kept, Silent int64
	Example               string   // the value of one of the dropped or kept rows, empty if it has none
	Missing               []string // those of the argument's values that no row has
}
