package coc

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// Check says how a row's [Argument.Column] is compared with the argument: the service may ignore an argument, or honor
// a part of it. Texts that differ in their Unicode form only are equal, since Terraform changes the form of every
// text.
type Check uint8

// The checks of an argument.
const (
	// Unchecked: a row does not have what the argument asks for.
	Unchecked Check = iota
	// Equal drops rows with another text, or none.
	Equal
	// Contains is Equal for an argument for which the service sends all rows that contain the text. As dropped rows are
	// the rule then, they are worth a warning only if no row is left.
	Contains
	// Hint keeps rows with another text.
	Hint
	// AnyOf drops rows whose text is none of the argument's values.
	AnyOf
	// AtLeast and AtMost drop rows with a smaller or a larger number. They keep rows without one.
	AtLeast
	AtMost
	// AllTags drops rows with other tags only. It keeps rows with some of the argument's tags, and rows without tags.
	AllTags
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
	values []string // what the argument asks for, in Unicode's NFC
	number int64    // the same for AtLeast and AtMost
	// example is what a row has that does not fit, fit for a message.
	example string
}

// filters returns the checked arguments that are set.
func (l *List) filters(arguments url.Values) (filters []*filter) {
	for i := range l.Arguments {
		f := &filter{Argument: &l.Arguments[i]}
		for _, value := range arguments[f.Name] {
			if f.Kind == Tags {
				f.values = append(f.values, strings.Split(norm.NFC.String(value), ",")...)
			} else if value != "" {
				f.values = append(f.values, norm.NFC.String(value))
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

// verdict compares an encoded row with the argument.
func (f *filter) verdict(table *rows.Table, row []byte) verdict {
	switch f.Check {
	case AtLeast, AtMost:
		return f.compare(table.Integer(row, f.Column))
	case AllTags:
		return f.compareTags(table.Pairs(row, f.Column))
	}
	got, _ := table.Text(row, f.Column)
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

// compare compares a time. Services also send 0 for a time that is not there.
func (f *filter) compare(n int64, _ bool) verdict {
	switch {
	case n <= 0:
		return silent
	case f.Check == AtLeast && n < f.number, f.Check == AtMost && n > f.number:
		return wrong
	}
	return fits
}

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
func (f *filter) value(table *rows.Table, row []byte) string {
	if n, ok := table.Integer(row, f.Column); ok {
		return strconv.FormatInt(n, 10)
	}
	text, _ := table.Text(row, f.Column)
	return string(text) + strings.Join(table.Pairs(row, f.Column), ",")
}

// Mismatch says how the rows that the service sent differ from what an argument asked for.
type Mismatch struct {
	Argument string
	// Dropped rows do not fit. Kept rows do not fit either, but it is uncertain enough to leave them in. Silent rows have
	// nothing to compare, and are left in. All three include rows that [Params.Statuses] drops.
	Dropped, Kept, Silent int64
	// Example is what one of the dropped or kept rows has, empty if that is nothing.
	Example string
	// Missing are those of the argument's values that no row has.
	Missing []string
}
