package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// finding is a question about the service, its answer, and the requests that the answer comes from.
type finding struct{ question, answer, from string }

// unknown is the answer to a question that the account's data cannot answer.
const unknown = "could not be determined"

// examiner asks the service and collects what it finds.
type examiner struct {
	client *rest.Client
	survey *survey
	found  []finding
}

// find adds a finding. Its texts hold no value of the account: only counts, types, and the API's own words.
func (x *examiner) find(question, answer, from string) {
	x.found = append(x.found, finding{question, answer, from})
}

// list is one of the service's lists, as questions need it.
type list struct {
	path, shown string // the path, and the path without IDs
	key         string // the field that identifies a row
	byMarker    bool   // the list pages by a marker, not by an offset
	filters     url.Values
	limits      []int // limits to try, from the largest to the smallest
}

// ask requests a page of a list. The parameters are given as name, value, name, value.
func (x *examiner) ask(ctx context.Context, l list, parameters ...string) (*page, error) {
	query := url.Values{}
	for name, values := range l.filters {
		query[name] = values
	}
	for i := 0; i+1 < len(parameters); i += 2 {
		query.Add(parameters[i], parameters[i+1])
	}
	return get(ctx, x.client, l.path, query)
}

// keys returns the keys of the rows of a page.
func (l list) keys(p *page) []string {
	keys := make([]string, 0, len(p.rows))
	for _, r := range p.rows {
		keys = append(keys, fmt.Sprint(r[l.key]))
	}
	return keys
}

// has reports whether a page has a row with a key.
func (l list) has(p *page, key string) bool { return p != nil && slices.Contains(l.keys(p), key) }

// limit finds the largest limit that a list honours.
func (x *examiner) limit(ctx context.Context, l list) {
	question, refused := "What is the largest `limit` of `"+l.shown+"`?", ""
	for _, limit := range l.limits {
		from := fmt.Sprintf("`limit=%d`", limit)
		p, err := x.ask(ctx, l, "limit", strconv.Itoa(limit))
		if isRefused(err) {
			refused = fmt.Sprintf("; %d is refused", limit)
			continue
		}
		if err != nil {
			x.find(question, unknown, failed(err))
			return
		}
		switch n := len(p.rows); {
		case n == limit:
			x.find(question, fmt.Sprintf("%d is honoured%s", limit, refused), from)
		case n > limit:
			x.find(question, fmt.Sprintf("there is none: %d rows came", n), from)
		case x.hasMore(ctx, l, p):
			x.find(question, fmt.Sprintf("%d: the service reduces a larger limit to it", n), from+", and the next page")
		default:
			x.find(question, unknown+refused, fmt.Sprintf("%s: the list has only %d rows", from, n))
		}
		return
	}
	x.find(question, "the service refuses each limit that was tried",
		fmt.Sprintf("`limit` of %d and more", l.limits[len(l.limits)-1]))
}

// hasMore reports whether a list has rows after its first page.
func (x *examiner) hasMore(ctx context.Context, l list, p *page) bool {
	if len(p.rows) == 0 {
		return false
	}
	if l.byMarker {
		next, err := x.ask(ctx, l, "limit", "1", "marker", l.keys(p)[len(p.rows)-1])
		return err == nil && len(next.rows) > 0 && !l.has(p, l.keys(next)[0])
	}
	next, err := x.ask(ctx, l, "limit", "1", "offset", strconv.Itoa(len(p.rows)))
	return err == nil && len(next.rows) > 0
}

// total finds what the total of a list counts. It returns the total of the first page, or nil if there is none.
func (x *examiner) total(ctx context.Context, l list, question string, all *int64) *int64 {
	from := "`limit=1`, and `offset` at the total and before it"
	first, err := x.ask(ctx, l, "limit", "1")
	switch {
	case err != nil:
		x.find(question, unknown, failed(err))
		return nil
	case first.total == nil:
		x.find(question, "there is no `total`", "`limit=1`")
		return nil
	}
	total := *first.total
	at := func(offset int64) bool {
		if offset < 0 {
			return false
		}
		p, err := x.ask(ctx, l, "limit", "1", "offset", strconv.FormatInt(offset, 10))
		return err == nil && len(p.rows) > 0
	}
	after, last := at(total), at(total-1)
	sameAsAll := all != nil && total == *all
	switch {
	case total == int64(len(first.rows)) && after:
		x.find(question, "only the rows of the page", from)
	case sameAsAll && !last:
		x.find(question, "all rows: it ignores the filter", from)
	case sameAsAll:
		x.find(question, unknown, "the filter keeps every row")
	case total <= 1:
		x.find(question, unknown, fmt.Sprintf("the list has %d rows", total))
	case last && !after:
		x.find(question, "all rows that match", from)
	default:
		x.find(question, "neither all rows nor those of the page", from)
	}
	return first.total
}

// offset finds whether the offset counts rows.
func (x *examiner) offset(ctx context.Context, l list) {
	const question, from = "Does `offset` count rows?", "`limit=4`, and `limit=2` with `offset=1`"
	four, err := x.ask(ctx, l, "limit", "4")
	if err != nil || len(four.rows) < 4 {
		x.find(question, unknown, "fewer than 4 rows came with `limit=4`")
		return
	}
	second, err := x.ask(ctx, l, "limit", "2", "offset", "1")
	if err != nil || len(second.rows) == 0 {
		x.find(question, unknown, "no row came with `offset=1`")
		return
	}
	answers := []string{"no: it is ignored", "yes", "no: it counts pages"}
	if i := slices.Index(l.keys(four), l.keys(second)[0]); i >= 0 && i < len(answers) {
		x.find(question, answers[i], from)
		return
	}
	x.find(question, unknown, from+": the list changes too fast")
}

// order finds how a list is ordered, and whether a second read has the same order.
func (x *examiner) order(ctx context.Context, l list, field string) {
	from := "`limit=50`, twice"
	first, err := x.ask(ctx, l, "limit", "50")
	if err != nil || len(first.rows) < 2 {
		x.find("In which order do the rows of `"+l.shown+"` come?", unknown, "fewer than 2 rows came")
		return
	}
	var times []int64
	for _, r := range first.rows {
		if n, ok := r.integer(field); ok {
			times = append(times, n)
		}
	}
	answer := "not by `" + field + "`"
	ascending := slices.IsSorted(times)
	slices.Reverse(times)
	descending := slices.IsSorted(times)
	switch {
	case ascending && descending:
		answer = unknown
	case ascending:
		answer = "by `" + field + "`, the oldest first"
	case descending:
		answer = "by `" + field + "`, the newest first"
	}
	x.find("In which order do the rows of `"+l.shown+"` come?", answer, from)
	again, err := x.ask(ctx, l, "limit", "50")
	if err != nil {
		x.find("Does a second read have the same order?", unknown, failed(err))
		return
	}
	x.find("Does a second read have the same order?", yesNo(slices.Equal(l.keys(first), l.keys(again))), from)
}

// marker finds what the marker of a list is, and whether the next page repeats the row that it names.
func (x *examiner) marker(ctx context.Context, l list, question string) {
	from := "`limit=4`, and `limit=2` with the second row's `" + l.key + "` as `marker`"
	four, err := x.ask(ctx, l, "limit", "4")
	if err != nil || len(four.rows) < 3 {
		x.find(question, unknown, "fewer than 3 rows came with `limit=4`")
		return
	}
	next, err := x.ask(ctx, l, "limit", "2", "marker", l.keys(four)[1])
	switch {
	case err != nil:
		x.find(question, unknown, failed(err))
		return
	case len(next.rows) == 0:
		x.find(question, "not `"+l.key+"`: no row came", from)
		return
	}
	answers := []string{"ignored", "`" + l.key + "`, inclusive", "`" + l.key + "`, exclusive"}
	if i := slices.Index(l.keys(four), l.keys(next)[0]); i >= 0 && i < len(answers) {
		x.find(question, answers[i], from)
		return
	}
	x.find(question, "not `"+l.key+"`: other rows came", from)
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
