package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rows"
)

// This file describes rows, and quotes no value from the account.

// word matches a status or the name of a field: a word of the API, not of the account.
var word = regexp.MustCompile(`^[A-Za-z][A-Za-z_]{0,30}$`)

// words joins words of the API with their counts. It only counts anything else.
func words(counts map[string]int) string {
	var all []string
	others := 0
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if !word.MatchString(name) {
			others += counts[name]
			continue
		}
		all = append(all, fmt.Sprintf("`%s` (%d)", name, counts[name]))
	}
	if others > 0 {
		all = append(all, fmt.Sprintf("%d others", others))
	}
	if all == nil {
		return "none"
	}
	return strings.Join(all, ", ")
}

// statuses finds which statuses occur.
func (x *examiner) statuses(l list, all []row) {
	counts := make(map[string]int)
	for _, r := range all {
		if status := r.text("status"); status != "" {
			counts[status]++
		} else {
			counts["null"]++
		}
	}
	x.find("Which statuses occur in `"+l.shown+"`?", orUnknown(words(counts), len(all)), rowsOf(all))
}

// types finds which JSON types the documented fields have, which fields are null or missing, and which are not
// documented.
func (x *examiner) types(l list, fields []rows.Field, all []row) {
	documented := make(map[string]bool, len(fields))
	var types []string
	for _, field := range fields {
		documented[field.Name] = true
		seen := make(map[string]int)
		for _, r := range all {
			seen[typeOf(r, field.Name)]++
		}
		types = append(types, "`"+field.Name+"` "+strings.Join(slices.Sorted(maps.Keys(seen)), " or "))
	}
	x.find("Which types do the fields of `"+l.shown+"` have?", orUnknown(strings.Join(types, ", "), len(all)), rowsOf(all))
	more := make(map[string]int)
	for _, r := range all {
		for name := range r {
			if !documented[name] {
				more[name]++
			}
		}
	}
	x.find("Which fields of `"+l.shown+"` are not documented?", orUnknown(words(more), len(all)), rowsOf(all))
}

func typeOf(r row, field string) string {
	value, present := r[field]
	switch value := value.(type) {
	case nil:
		if !present {
			return "missing"
		}
		return "null"
	case string:
		if value == "" {
			return "empty string"
		}
		return "string"
	case json.Number:
		return "number"
	case bool:
		return "bool"
	case []any:
		return "array"
	}
	return "object"
}

// properties finds the shape in which a field of instances describes a host.
func (x *examiner) properties(l list, field string, all []row) {
	counts := make(map[string]int)
	for _, r := range all {
		outer, _ := r[field].(map[string]any)
		inner, _ := outer["properties"].(map[string]any)
		switch {
		case outer == nil:
			counts["none"]++
		case inner["host_name"] != nil:
			counts["nested"]++
		case outer["resource_name"] != nil:
			counts["flat"]++
		default:
			counts["neither"]++
		}
	}
	x.find("What shape do the `"+field+"` of `"+l.shown+"` have?", orUnknown(words(counts), len(all)), rowsOf(all)+
		": nested is `properties.host_name`, flat is `resource_name`")
}

// masked finds whether the values of a script's parameters are masked.
func (x *examiner) masked(order row) {
	properties, _ := order["properties"].(map[string]any)
	param, _ := properties["execute_param"].(map[string]any)
	params, _ := param["script_params"].([]any)
	answer := unknown
	for _, element := range params {
		fields, _ := element.(map[string]any)
		if value := row(fields).text("param_value"); value != "" {
			answer = yesNo(strings.Trim(value, "*") == "")
			if answer == "no" {
				break
			}
		}
	}
	x.find("Are the values of script parameters masked?", answer, fmt.Sprintf("%d parameters of one order", len(params)))
}

// sameIDs finds whether two fields of a row are equal.
func (x *examiner) sameIDs(l list, a, b string, all []row) {
	question := fmt.Sprintf("Does `%s` equal `%s` in `%s`?", a, b, l.shown)
	both, equal := 0, 0
	for _, r := range all {
		if r[a] == nil || r[b] == nil {
			continue
		}
		both++
		if fmt.Sprint(r[a]) == fmt.Sprint(r[b]) {
			equal++
		}
	}
	switch {
	case both == 0:
		x.find(question, unknown, "no row has both")
	case equal == both:
		x.find(question, "yes", rowsOf(all))
	case equal == 0:
		x.find(question, "no", rowsOf(all))
	default:
		x.find(question, fmt.Sprintf("in %d of %d rows", equal, both), rowsOf(all))
	}
}

// wire finds what the headers of the answers say.
func (x *examiner) wire(seen []exchange) {
	var requestID, retryAfter, compressed, throttled int
	for _, e := range seen {
		for count, is := range map[*int]bool{
			&requestID: e.requestID, &retryAfter: e.retryAfter, &compressed: e.compressed, &throttled: e.throttled,
		} {
			if is {
				*count++
			}
		}
	}
	from := fmt.Sprintf("%d requests, two per second", len(seen))
	x.find("Do answers have `X-Request-Id`?", fmt.Sprintf("%d of %d", requestID, len(seen)), from)
	x.find("Are answers compressed?", yesNo(compressed > 0), from)
	x.find("How often does the service throttle?",
		fmt.Sprintf("%d times; `Retry-After` came %d times", throttled, retryAfter), from)
}

func rowsOf(all []row) string { return fmt.Sprintf("%d rows", len(all)) }

func orUnknown(answer string, rows int) string {
	if rows == 0 {
		return unknown
	}
	return answer
}
