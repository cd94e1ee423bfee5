package coc

import (
	"fmt"
	"net/url"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// StatusCounts has every distinct row once, whatever Statuses drops, and is nil if max_items ended the read.
func TestStatusCounts(t *testing.T) {
	all := map[string]int64{"Failed": 62, "Succeed": 188}
	for _, test := range []struct {
		name   string
		params Params
		rows   int
		want   map[string]int64
	}{
		{name: "all rows", params: Params{}, rows: 250, want: all},
		{name: "one state", params: Params{Statuses: []string{"failed"}}, rows: 62, want: all},
		{name: "a state that no row has", params: Params{Statuses: []string{"Canceled"}}, rows: 0, want: all},
		{name: "an offset", params: Params{Offset: 200}, rows: 50, want: map[string]int64{"Failed": 12, "Succeed": 38}},
		{name: "max_items", params: Params{MaxItems: 10}, rows: 10, want: nil},
		{name: "max_items of a state", params: Params{MaxItems: 5, Statuses: []string{"Failed"}}, rows: 5, want: nil},
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

// A row counts by its later copy, and rows without a state are counted, too.
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
		// No row is left in the state that was asked for.
		if diff := cmp.Diff([]string{"Running"}, list.Unmatched); diff != "" {
			t.Errorf("unmatched: (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff([]string{"Failed"}, list.Statuses); diff != "" {
			t.Errorf("statuses: (-want +got)\n%s", diff)
		}
	})
}

// The rows of several passes count once, each by its latest copy.
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

// The states take memory of their own if each row has another one, and count for its limit.
func TestStatusCountsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all []coctest.Row
		for i := range 100 {
			all = append(all, coctest.Row(fmt.Sprintf(`{"id":%d,"status":"%01000d"}`, i, i)))
		}
		// Without the states, the read holds 100 rows of some 130 bytes: the rows themselves are dropped.
		_, err := scripted(t, Params{Statuses: []string{"none"}, MaxBytes: 20_000}, len(all), all)
		if large, ok := err.(*TooLargeError); !ok || !large.Held { //nolint:errorlint // it is that very error
			t.Errorf("%v", err)
		}
		if _, err := scripted(t, Params{Statuses: []string{"none"}, MaxBytes: 70_000}, len(all), all); err != nil {
			t.Error(err)
		}
	})
}

// A row that counted, and whose later copy does not count, is taken off, and counts again by a copy after that.
func TestStatusCountsOfARowThatStopsCounting(t *testing.T) {
	var s statusCounts
	for _, step := range []struct {
		status string
		counts bool
		want   map[string]int64
	}{
		{status: "Running", counts: true, want: map[string]int64{"Running": 1}},
		{status: "Failed", counts: false, want: map[string]int64{}},
		{status: "Failed", counts: true, want: map[string]int64{"Failed": 1}},
		{status: "Running", counts: true, want: map[string]int64{"Running": 1}},
	} {
		s.set(0, step.status, step.counts)
		if diff := cmp.Diff(step.want, s.byName()); diff != "" {
			t.Errorf("%s, %t: (-want +got)\n%s", step.status, step.counts, diff)
		}
		if status, counts := s.at(0); counts != step.counts || counts && status != step.status {
			t.Errorf("at 0: %q, %t", status, counts)
		}
	}
}
