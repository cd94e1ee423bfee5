package coc

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// Each list is a value that the general code can read: what it names is there.
func TestLists(t *testing.T) {
	for _, list := range Lists {
		var names []string
		for _, field := range list.Table.Fields {
			names = append(names, field.Name)
			checkField(t, list.Name, field)
		}
		for _, name := range slices.Concat(list.Table.Key, list.Newest, []string{list.Table.Status}) {
			if !slices.Contains(names, name) {
				t.Errorf("%s: there is no field %s", list.Name, name)
			}
		}
		if checked := len(list.filters(everyArgument(list))); checked > maxFilters {
			t.Errorf("%s: %d arguments are checked, and an entry has room for %d", list.Name, checked, maxFilters)
		}
		if len(list.Table.Key) == 0 || list.Doc == "" || list.Rows == "" || len(list.Statuses) == 0 ||
			!regexp.MustCompile(`^coc:(execution|job):`).MatchString(list.Action) {
			t.Errorf("%s lacks something: %+v", list.Name, list)
		}
		for _, argument := range list.Arguments {
			if argument.Doc == "" || (argument.Check != Unchecked) != slices.Contains(names, argument.Column) {
				t.Errorf("%s.%s: want a description, and a check with a field of a row: %+v", list.Name, argument.Name, argument)
			}
			if argument.InPath != strings.Contains(list.Path, "{"+argument.Name+"}") {
				t.Errorf("%s.%s: its place in %s", list.Name, argument.Name, list.Path)
			}
		}
	}
}

// everyArgument sets all arguments of a list.
func everyArgument(list *List) url.Values {
	all := url.Values{}
	for _, argument := range list.Arguments {
		all.Set(argument.Name, "1")
	}
	return all
}

func checkField(t *testing.T, at string, field rows.Field) {
	t.Helper()
	if field.Doc == "" || (field.Kind == rows.Objects) != (len(field.Of) > 0) {
		t.Errorf("%s.%s: %+v", at, field.Name, field)
	}
	for _, inner := range field.Of {
		checkField(t, at+"."+field.Name, inner)
	}
}

// An ID that begins like another kind's is told by what it looks like; an unknown form is nobody's.
//
// Fault: misplaced ID.
func TestMisfit(t *testing.T) {
	step, ticket, order, none := &Argument{Prefix: "EXS"}, &Argument{Prefix: "EX"}, &Argument{Prefix: "SCT"}, &Argument{}
	for _, tc := range []struct {
		argument *Argument
		id, want string
	}{
		{step, "EXS2025", ""},
		{step, "EX2025", "looks like the ID of a ticket (EX…): coc_execution_steps lists its steps"},
		{step, "EXI2025", "looks like the ID of an instance"},
		{step, "SCT2025", "looks like the ID of a script order (SCT…): coc_script_order reads it, and coc_run gives its outcome"},
		{step, "sct2025", "looks like the ID of a script order (SCT…)"},
		{step, "ex2025", "looks like the ID of a ticket (EX…)"},
		{step, "exs2025", ""},
		{step, "foo", ""},
		{step, "EX", ""},
		{step, "EXTRA", ""},
		{ticket, "EX2025", ""},
		{ticket, "EXS2025", "looks like the ID of a step (EXS…): coc_execution_instances reads its hosts"},
		{ticket, "SCT2025", "looks like the ID of a script order"},
		{order, "SCT2025", ""},
		{order, "74", "looks like the order_id of a script order: coc_script_orders also has its execute_uuid (SCT…)"},
		{order, "74a", ""},
		{order, "EX2025", "looks like the ID of a ticket (EX…): coc_execution_steps lists its steps (EXS…), and coc_run gives its outcome"},
		{order, "EXS2025", "looks like the ID of a step (EXS…)"},
		{none, "SCT2025", ""},
		{none, "74", ""},
	} {
		if got := tc.argument.Misfit(tc.id); !strings.HasPrefix(got, tc.want) || (tc.want == "") != (got == "") {
			t.Errorf("%s%s: %q, want %q", tc.argument.Prefix, tc.id, got, tc.want)
		}
	}
}
