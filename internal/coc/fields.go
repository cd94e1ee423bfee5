package coc

import (
	"slices"

	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// fieldSets are the fields of a list's rows that a read with [Params.Fields] needs.
type fieldSets struct {
	// kept are those in the result. read adds those that the read itself needs: keys, statuses, what arguments are
	// compared with. aged adds to kept those by which the newest row is found, if that is asked for.
	kept, read, aged map[string]bool
}

// fieldSets returns nil if all fields are kept. Property paths apply only if the properties are kept.
func (l *List) fieldSets(params *Params) *fieldSets {
	if params.Fields == nil {
		return nil
	}
	if !slices.ContainsFunc(l.Table.Fields, func(field rows.Field) bool {
		return field.Kind == rows.Flat && slices.Contains(params.Fields, field.Name)
	}) {
		params.PropertyPaths = nil
	}
	s := &fieldSets{kept: setOf(params.Fields), aged: setOf(params.Fields)}
	if params.MostRecent {
		s.aged = setOf(slices.Concat(params.Fields, l.Newest))
	}
	needed := slices.Concat(params.Fields, l.Newest, l.Table.Key, []string{l.Table.Name, l.Table.Status})
	for _, filter := range l.filters(params.Arguments) {
		needed = append(needed, filter.Column)
	}
	s.read = setOf(needed)
	return s
}

func setOf(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}
