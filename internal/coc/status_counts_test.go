package coc

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// StatusCounts has every distinct row once, whatever Statuses drops, and is nil if max_items ended the read.
//
// Fault: dropped status.
func TestStatusCounts(t *testing.T) {
	all := map[string]int64{"Failed": 62, "Succeed": 188}
	for _, test := range []struct {
		name   string
		params Params
		rows   int
		want   map[string]int64
	}{
		{name: "all rows", params: Params{}, rows: 250, want: all},
		{name: "one status", params: Params{Statuses: []string{"failed"}}, rows: 62, want: all},
		{name: "a status that no row has", params: Params{Statuses: []string{"Canceled"}}, rows: 0, want: all},
		{name: "an offset", params: Params{Offset: 200}, rows: 50, want: map[string]int64{"Failed": 12, "Succeed": 38}},
		{name: "max_items", params: Params{MaxItems: 10}, rows: 10, want: nil},
		{name: "max_items of a status", params: Params{MaxItems: 5, Statuses: []string{"Failed"}}, rows: 5, want: nil},
		{name: "max_items that the list has exactly", params: Params{MaxItems: 250}, rows: 250, want: nil},
		{name: "max_items beyond the list", params: Params{MaxItems: 251}, rows: 250, want: all},
	} {
		for _, inFlight := range inFlight {
			t.Run(fmt.Sprintf("%s/%d", test.name, inFlight), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					list, _, err := readList(t, inFlight, test.params, func(*coctest.Emulator) {})
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(test.want, list.StatusCounts); diff != "" || len(list.Rows) != test.rows {
						t.Errorf("%d rows, want %d (-want +got)\n%s", len(list.Rows), test.rows, diff)
					}
				})
			})
		}
	}
}

// A row counts by its later copy, and rows without a status are counted, too.
//
// Fault: dropped status.
func TestStatusCountsOfCopies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list, err := scripted(t, Params{Statuses: []string{"Running"}}, 4, []coctest.Row{
			coctest.Row(`{"id":1,"status":"Running"}`), coctest.Row(`{"id":2,"status":"Running"}`),
			coctest.Row(`{"id":3,"status":null}`), coctest.Row(`{"id":4}`),
			coctest.Row(`{"id":1,"status":"Failed"}`), coctest.Row(`{"id":2,"status":"Failed"}`),
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]int64{"Failed": 2, "": 2}, list.StatusCounts); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if diff := cmp.Diff([]string{"Failed"}, list.Statuses); diff != "" {
			t.Errorf("statuses: (-want +got)\n%s", diff)
		}
	})
}

// The rows of several passes count once, each by its latest copy.
//
// Fault: dropped status.
func TestStatusCountsOfPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list, _, err := readList(t, 1, Params{Statuses: []string{"Failed"}}, func(e *coctest.Emulator) { shuffled(e, 1) })
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]int64{"Failed": 62, "Succeed": 188}, list.StatusCounts); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// Rows of another name than the one that was asked for are not counted, although the service sends them.
//
// Fault: dropped status.
func TestStatusCountsExactly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys)
		e.AddExecution(
			run(3, `"patch"`, `"ops"`, "Succeed", "50"), run(2, `"patch-all"`, `"ops"`, "Failed", "50"), run(1, `"patch"`, `"ops"`, "Canceled", "9"),
		)
		list, err := Executions.Read(t.Context(), newClient(t, e), Params{Arguments: url.Values{"document_name": {"patch"}}, MostRecent: true})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]int64{"Succeed": 1, "Canceled": 1}, list.StatusCounts); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// A status is cut before it is kept, and counts for the memory of the read, which is bounded.
//
// Fault: many statuses.
func TestStatusCountsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all []coctest.Row
		for i := range 100 {
			all = append(all, coctest.Row(fmt.Sprintf(`{"id":%d,"status":"%03d%s"}`, i, i, strings.Repeat("é", 1000))))
		}
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
			var all []coctest.Row
			for i := range n {
				all = append(all, coctest.Row(fmt.Sprintf(`{"id":%d,"status":"S%d"}`, i, i)))
			}
			list, err := scripted(t, Params{}, n, all)
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
			_, _, err := readList(t, 1, Params{MaxBytes: limit, Statuses: []string{"none"}}, func(e *coctest.Emulator) {
				e.SetRows(coctest.Rows(2)...)
				e.Edit = func(_ coctest.Request, p *coctest.Page) {
					p.ErrorCode, p.ErrorMsg = ptr("COC."+strings.Repeat("0", 1000)), ptr(strings.Repeat("m", 1000))
				}
			})
			var large *TooLargeError
			if errors.As(err, &large) == fine || fine && err != nil {
				t.Errorf("limit %d: %v; want success: %t", limit, err, fine)
			}
		})
	}
}

// A status that nobody knows is named if statuses drops its rows, whatever was asked for.
//
// Fault: unforeseen status.
func TestUnforeseenStatuses(t *testing.T) {
	rows := []coctest.Row{
		coctest.Row(`{"id":1,"status":"Failed"}`), coctest.Row(`{"id":2,"status":"Abnormal"}`),
		coctest.Row(`{"id":3,"status":"running"}`), coctest.Row(`{"id":4}`),
	}
	for _, tc := range []struct{ asked, unforeseen, unmatched []string }{
		{asked: nil},
		{asked: []string{"Failed"}, unforeseen: []string{"Abnormal"}},
		{asked: []string{"Canceled", "ABNORMAL"}},
		{asked: []string{"Odd"}, unforeseen: []string{"Abnormal"}, unmatched: []string{"Odd"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			list, err := scripted(t, Params{Statuses: tc.asked}, len(rows), rows)
			if err != nil || !slices.Equal(list.Unforeseen, tc.unforeseen) || !slices.Equal(list.Unmatched, tc.unmatched) {
				t.Errorf("%q: got %+v, %v; want unforeseen %q, unmatched %q", tc.asked, list, err, tc.unforeseen, tc.unmatched)
			}
		})
	}
}

// A status that was asked for is looked for in every row, however many statuses there are.
func TestManyStates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all []coctest.Row
		for i := range 2 * maxNamedStatuses {
			all = append(all, coctest.Row(fmt.Sprintf(`{"id":%d,"status":"S%d"}`, i, i)))
		}
		last := fmt.Sprintf("s%d", len(all)-1)
		list, err := scripted(t, Params{Statuses: []string{last, "none"}}, len(all), all)
		if err != nil || len(list.Rows) != 1 || len(list.Statuses) != maxNamedStatuses || !slices.Equal(list.Unmatched, []string{"none"}) {
			t.Errorf("got %+v, %v; want the row %s, %d statuses named, and only none unmatched", list, err, last, maxNamedStatuses)
		}
	})
}
