package coc

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// StatusCounts has every distinct row once, whatever Statuses drops, and is nil if max_items ended the read.
//
// Fault: dropped status.
func TestStatusCounts(t *testing.T) {
	all := map[string]int64{"Failed": 62, "Succeed": 188}
	for name, tc := range map[string]struct {
		params Params
		rows   int
		want   map[string]int64
	}{
		"all rows":                        {params: Params{}, rows: 250, want: all},
		"one status":                      {params: Params{Statuses: []string{"failed"}}, rows: 62, want: all},
		"a status that no row has":        {params: Params{Statuses: []string{"Canceled"}}, rows: 0, want: all},
		"an offset":                       {params: Params{Offset: 200}, rows: 50, want: map[string]int64{"Failed": 12, "Succeed": 38}},
		"max_items":                       {params: Params{MaxItems: 10}, rows: 10},
		"max_items of a status":           {params: Params{MaxItems: 5, Statuses: []string{"Failed"}}, rows: 5},
		"max_items that the list has":     {params: Params{MaxItems: 250}, rows: 250},
		"max_items that exceeds the list": {params: Params{MaxItems: 251}, rows: 250, want: all},
	} {
		eachInFlight(t, name, func(t *testing.T, inFlight int) {
			list, _, err := readList(t, inFlight, tc.params, nil)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "counts", tc.want, list.StatusCounts)
			equal(t, "rows", tc.rows, len(list.Rows))
		})
	}
}

// A row counts by its later copy, and rows without a status are counted, too.
//
// Fault: dropped status.
func TestStatusCountsOfCopies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list, err := scripted(t, Params{Statuses: []string{"Running"}}, 4, jsonRows(`{"id":1,"status":"Running"}`, `{"id":3,"status":null}`,
			`{"id":4}`, `{"id":1,"status":"Failed"}`, `{"id":2,"status":"Failed"}`))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "counts", map[string]int64{"Failed": 2, "": 2}, list.StatusCounts)
		equal(t, "statuses", []string{"Failed"}, list.Statuses)
	})
}

// numbered returns n rows, each with another status.
func numbered(n int, status string) (all []coctest.Row) {
	for i := range n {
		all = append(all, coctest.Row(fmt.Sprintf(`{"id":%d,"status":"%03d%s"}`, i, i, status)))
	}
	return all
}

// A status is cut before it is kept, and counts for the memory of the read, which is bounded.
//
// Fault: many statuses.
func TestStatusCountsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := numbered(100, strings.Repeat("é", 1000))
		// Without the statuses, the read holds 100 rows of less than 200 bytes: the rows themselves are dropped.
		_, err := scripted(t, Params{Statuses: []string{"none"}, MaxBytes: 13_000}, len(all), all)
		var large *TooLargeError
		if !errors.As(err, &large) || !large.Held {
			t.Errorf("got %v, want a TooLargeError for what is held", err)
		}
		list, err := scripted(t, Params{Statuses: []string{"none"}, MaxBytes: 25_000}, len(all), all)
		if err != nil {
			t.Fatal(err)
		}
		want := "007" + strings.Repeat("é", 98) + "…" // 200 bytes, without half a character
		if len(list.StatusCounts) != 100 || list.StatusCounts[want] != 1 || len(list.Unforeseen) != maxNamedStatuses {
			t.Errorf("got %d statuses, %d of them named; want 100 with %q, and %d", len(list.StatusCounts), len(list.Unforeseen), want,
				maxNamedStatuses)
		}
	})
}

// More statuses than anybody counts are no counts: one that is left out would read as 0.
//
// Fault: many statuses.
func TestTooManyStatuses(t *testing.T) {
	for n, counted := range map[int]bool{maxStatuses: true, maxStatuses + 1: false} {
		synctest.Test(t, func(t *testing.T) {
			list, err := scripted(t, Params{}, n, numbered(n, "S"))
			if err != nil || (list.StatusCounts != nil) != counted {
				t.Errorf("%d statuses: %d counts, %v; want any: %t", n, len(list.StatusCounts), err, counted)
			}
		})
	}
}

// What comes with the rows counts for the size of the answer.
//
// Fault: texts of any length.
func TestAnswerIsBounded(t *testing.T) {
	for limit, fine := range map[int64]bool{2000: false, 3000: true} {
		synctest.Test(t, func(t *testing.T) {
			params := Params{MaxBytes: limit, Statuses: []string{"none"}}
			_, _, err := readList(t, 1, params, both(serve(coctest.Rows(2)...), edit(func(_ int, p *coctest.Page) {
				p.ErrorCode, p.ErrorMsg = ptr("COC."+strings.Repeat("0", 1000)), ptr(strings.Repeat("m", 1000))
			})))
			var large *TooLargeError
			if errors.As(err, &large) == fine || fine && err != nil {
				t.Errorf("limit %d: got %v, want success: %t", limit, err, fine)
			}
		})
	}
}

// A status that nobody knows is named if statuses drops its rows, whatever was asked for.
//
// Fault: unforeseen status, unknown status asked for.
func TestUnforeseenStatuses(t *testing.T) {
	rows := jsonRows(`{"id":1,"status":"Failed"}`, `{"id":2,"status":"Abnormal"}`, `{"id":3,"status":"running"}`, `{"id":4}`)
	for _, tc := range []struct{ asked, unforeseen, unmatched []string }{
		{asked: nil},
		{asked: []string{"Failed"}, unforeseen: []string{"Abnormal"}},
		{asked: []string{"Canceled", "ABNORMAL"}},
		{asked: []string{"Odd"}, unforeseen: []string{"Abnormal"}, unmatched: []string{"Odd"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			list, err := scripted(t, Params{Statuses: tc.asked}, len(rows), rows)
			statuses := []string{"Abnormal", "Failed", "running"}
			if err != nil || !slices.Equal(list.Unforeseen, tc.unforeseen) || !slices.Equal(list.Unmatched, tc.unmatched) ||
				!slices.Equal(list.Statuses, statuses) {
				t.Errorf("%q: got %+v, %v; want unforeseen %q, unmatched %q, %q", tc.asked, list, err, tc.unforeseen, tc.unmatched, statuses)
			}
		})
	}
}

// A status that was asked for is looked for in every row, however many statuses there are.
func TestManyStatuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list, err := scripted(t, Params{Statuses: []string{"039s", "none"}}, 2*maxNamedStatuses, numbered(2*maxNamedStatuses, "S"))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "rows", []int64{39}, idsOf(list))
		equal(t, "number of statuses", maxNamedStatuses, len(list.Statuses))
		equal(t, "unmatched", []string{"none"}, list.Unmatched)
	})
}
