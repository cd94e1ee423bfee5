package main

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// This file finds what the filters of a list mean.

// name finds which names a filter matches. Field is the field of a row that holds the name.
func (x *examiner) name(ctx context.Context, l list, filter, field string, sample row) {
	question := "What does `" + filter + "` match?"
	name := []rune(sample.text(field))
	if len(name) < 4 {
		x.find(question, unknown, "no row has a name of 4 characters or more")
		return
	}
	finds := func(text string) bool {
		p, err := x.ask(ctx, l, "limit", "100", filter, text)
		return err == nil && slices.ContainsFunc(p.rows, func(r row) bool { return r.text(field) == string(name) })
	}
	const from = "the name of a row: whole, without its ends, in the other case, and a name that no row has"
	whole, inner := finds(string(name)), finds(string(name[1:len(name)-1]))
	start, end := finds(string(name[:len(name)-1])), finds(string(name[1:]))
	var answer string
	switch {
	case finds("no-row-has-this-name"):
		answer = "nothing: it is ignored"
	case !whole:
		answer = "not even the whole name"
	case inner:
		answer = "names that contain the text"
	case start:
		answer = "names that begin with the text"
	case end:
		answer = "names that end with the text"
	default:
		answer = "exactly the name"
	}
	if other := otherCase(string(name)); other != string(name) && !strings.HasPrefix(answer, "no") {
		if finds(other) {
			answer += ", ignoring case"
		} else {
			answer += ", and case matters"
		}
	}
	x.find(question, answer, from)
}

// otherCase swaps upper and lower case in a text.
func otherCase(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}

// times finds the unit of start_time and end_time as filters, and whether they include a row of exactly that time.
// Started and ended are the fields that they compare.
func (x *examiner) times(ctx context.Context, l list, started, ended string) {
	unitOf := "What is the unit of the time filters of `" + l.shown + "`?"
	startOf, endOf := "Is `start_time` of `"+l.shown+"` inclusive?", "Is `end_time` of `"+l.shown+"` inclusive?"
	const from = "`start_time` and `end_time` around the times of one row"
	var key string
	var begin, end int64
	for _, r := range x.survey.of(l) {
		b, okBegin := r.integer(started)
		e, okEnd := r.integer(ended)
		if okBegin && okEnd && b <= e {
			key, begin, end = l.keys(&page{rows: []row{r}})[0], b, e
			break
		}
	}
	if key == "" {
		for _, question := range []string{unitOf, startOf, endOf} {
			x.find(question, unknown, "no row has both times")
		}
		return
	}
	finds := func(from, to int64) bool {
		p, err := x.ask(ctx, l,
			"limit", "100", "start_time", strconv.FormatInt(from, 10), "end_time", strconv.FormatInt(to, 10))
		return err == nil && l.has(p, key)
	}
	if !finds(begin-1, end+1) {
		answer := "neither milliseconds nor seconds"
		if finds(begin/1000-1, end/1000+1) {
			answer = "seconds"
		}
		x.find(unitOf, answer, from)
		x.find(startOf, unknown, "the unit is not milliseconds")
		x.find(endOf, unknown, "the unit is not milliseconds")
		return
	}
	startIgnored, endIgnored := finds(begin+1, end+1), finds(begin-1, end-1)
	if startIgnored && endIgnored {
		for _, question := range []string{unitOf, startOf, endOf} {
			x.find(question, "none: the filters are ignored", from)
		}
		return
	}
	x.find(unitOf, "milliseconds", from)
	bound := func(question string, ignored bool, begin, end int64) {
		answer := "it is ignored"
		if !ignored {
			answer = yesNo(finds(begin, end))
		}
		x.find(question, answer, from)
	}
	bound(startOf, startIgnored, begin, end+1)
	bound(endOf, endIgnored, begin-1, end)
}

// array finds how a parameter with several values must be sent.
func (x *examiner) array(ctx context.Context) {
	const question = "How must `execution_step_id_list` be sent?"
	steps := x.survey.steps
	ids := steps.ids()
	if len(ids) < 3 {
		x.find(question, unknown, "the ticket has fewer than 3 steps with an ID")
		return
	}
	two := ids[:2]
	matches := func(values ...string) bool {
		var parameters []string
		for _, value := range values {
			parameters = append(parameters, "execution_step_id_list", value)
		}
		p, err := x.ask(ctx, steps.list, append(parameters, "limit", "100")...)
		if err != nil {
			return false
		}
		got := steps.keys(p)
		slices.Sort(got)
		return slices.Equal(got, two)
	}
	slices.Sort(two)
	repeated, joined := matches(two...), matches(strings.Join(two, ","))
	answer := "neither as a repeated key nor as one value with commas"
	switch {
	case repeated && joined:
		answer = "as a repeated key, or as one value with commas"
	case repeated:
		answer = "as a repeated key"
	case joined:
		answer = "as one value with commas"
	}
	x.find(question, answer, "two of the IDs of a ticket's steps")
}

// headers finds whether the service needs a project ID or an account ID. The examiner's client sends neither.
func (x *examiner) headers(ctx context.Context, l list, withProject, withDomain *examiner) {
	const question = "Is `X-Project-Id` or `X-Domain-Id` needed?"
	ask := func(x *examiner) bool {
		if x == nil {
			return false
		}
		_, err := x.ask(ctx, l, "limit", "1")
		return err == nil
	}
	switch {
	case ask(x):
		x.find(question, "no", "a request with neither")
	case ask(withProject):
		x.find(question, "`X-Project-Id` is needed", "a request with neither, and one with it")
	case ask(withDomain):
		x.find(question, "`X-Domain-Id` is needed", "a request with neither, and one with it")
	default:
		x.find(question, unknown, "no request was answered, or no ID is configured")
	}
}
