package coc

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// shuffled lets an emulator answer each request from rows in another order, as a service does whose sort has ties.
func shuffled(seed uint64) func(*coctest.Emulator) {
	all := coctest.Rows(250)
	return func(e *coctest.Emulator) {
		e.Edit = func(r coctest.Request, p *coctest.Page) {
			dice := rand.New(rand.NewPCG(seed, uint64(1000*r.Try+r.Offset))) //nolint:gosec // both are small
			rows := slices.Clone(all)
			dice.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			from := min(r.Offset, len(rows))
			p.Data = rows[from:min(from+r.Limit, len(rows))]
		}
	}
}

// The rows of several passes add up while the total stays the same: a list whose equal rows come in another order each
// time is read whole.
//
// Fault: shuffled rows.
func TestPassesAddUp(t *testing.T) {
	for seed := range uint64(8) {
		eachInFlight(t, fmt.Sprint("seed ", seed), func(t *testing.T, inFlight int) {
			list, _, err := readList(t, inFlight, Params{}, shuffled(seed))
			if err != nil {
				t.Fatal(err)
			}
			got := idsOf(list)
			slices.Sort(got)
			equal(t, "rows", ids(0, 250), got)
		})
	}
}

// Of rows that add up over passes, the later copy counts, and a status that was asked for is looked for in that copy.
//
// Fault: shuffled rows.
func TestPassesAddUpToTheLaterCopy(t *testing.T) {
	for status, want := range map[string][]int64{"Succeed": {1, 3}, "Failed": {2}, "Running": {}} {
		synctest.Test(t, func(t *testing.T) {
			list, err := scripted(t, Params{Statuses: []string{status}}, 3,
				jsonRows(`{"id":1,"status":"Succeed"}`, `{"id":2,"status":"Running"}`),
				jsonRows(`{"id":2,"status":"Failed"}`, `{"id":3,"status":"Succeed"}`))
			if err != nil {
				t.Fatal(err)
			}
			equal(t, status, want, idsOf(list))
			equal(t, "counts", map[string]int64{"Succeed": 2, "Failed": 1}, list.StatusCounts)
		})
	}
}

// Three passes over a list that is never whole are enough, unless a later one brought a new row: then there are ten.
//
// Fault: shuffled rows.
func TestPassesEnd(t *testing.T) {
	for name, tc := range map[string]struct {
		news   int // how many passes bring a new row
		passes int // how many are made
		rows   int64
		total  func(pass int) int
	}{
		"no later pass brings a new row":   {news: 1, passes: 3, rows: 1, total: func(int) int { return 100 }},
		"the second brings one":            {news: 2, passes: 10, rows: 2, total: func(int) int { return 100 }},
		"every one brings one":             {news: 100, passes: 10, rows: 10, total: func(int) int { return 100 }},
		"the total changes with each pass": {news: 100, passes: 3, rows: 1, total: func(pass int) int { return 100 + pass }},
		"the total changes once, late":     {news: 100, passes: 10, rows: 6, total: func(pass int) int { return 100 + pass/5 - pass/10 }},
		"the total changes, then no more":  {news: 4, passes: 6, rows: 1, total: func(pass int) int { return 100 + min(pass/4, 1) }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pass := 0
				_, _, err := readList(t, 1, Params{}, edit(func(offset int, p *coctest.Page) {
					if p.Data = []coctest.Row{}; offset == 0 {
						pass++
						p.Data = idRows(min(pass, tc.news))
					}
					p.Total = tc.total(pass)
				}))
				var incomplete *IncompleteError
				if !errors.As(err, &incomplete) || incomplete.Passes != tc.passes || incomplete.Rows != tc.rows || pass != tc.passes {
					t.Errorf("got %d passes and %v; want %d passes with %d rows", pass, err, tc.passes, tc.rows)
				}
			})
		})
	}
}

// scripted reads a list whose passes are given, each as one page, with a total.
func scripted(t *testing.T, params Params, total int, passes ...[]coctest.Row) (*Result, error) {
	t.Helper()
	n := 0
	list, _, err := readList(t, 1, params, edit(func(offset int, p *coctest.Page) {
		p.Total = total
		if p.Data = []coctest.Row{}; offset == 0 {
			p.Data, n = passes[min(n, len(passes)-1)], n+1
		}
	}))
	return list, err
}

func idRows(numbers ...int) []coctest.Row {
	var all []coctest.Row
	for _, n := range numbers {
		all = append(all, coctest.Row(fmt.Sprintf(`{"id":%d}`, n)))
	}
	return all
}

// A row that went and another that came leave the total as it was. The passes then hold more rows than there are, and
// only a pass that is whole by itself counts, or passes that were read after that.
//
// Fault: shuffled rows.
func TestPassesDoNotMixTwoLists(t *testing.T) {
	for name, passes := range map[string][][]coctest.Row{
		"the third is whole":              {idRows(1, 2), idRows(3, 4), idRows(3, 4, 5)},
		"the second and third add up":     {idRows(1, 2), idRows(3, 4), idRows(4, 5)},
		"the third and fourth, also back": {idRows(1, 2), idRows(6, 7), idRows(3, 4), idRows(4, 5)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				list, err := scripted(t, Params{}, 3, passes...)
				if err != nil {
					t.Fatal(err)
				}
				equal(t, "rows", []int64{3, 4, 5}, idsOf(list))
			})
		})
	}
}

// A row without any ID cannot be told from those of another pass, and so does not make a list whole.
//
// Fault: shuffled rows.
func TestKeylessRowsDoNotAddUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list, err := scripted(t, Params{}, 3, append(idRows(1), coctest.Row(`{"status":"Failed"}`)))
		var incomplete *IncompleteError
		if !errors.As(err, &incomplete) || incomplete.Rows != 2 {
			t.Errorf("got %v, %v; want an IncompleteError with 2 rows", list, err)
		}
	})
}

// The rows of all passes together are bounded as those of one are.
//
// Fault: shuffled rows.
func TestPassesTogetherAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list, err := scripted(t, Params{MaxBytes: 400}, 100, idRows(1, 2, 3), idRows(4, 5, 6))
		var large *TooLargeError
		if !errors.As(err, &large) || large.Rows != 6 {
			t.Errorf("got %v, %v; want a TooLargeError with 6 rows", list, err)
		}
	})
}

// A row that gets its second ID while the list is read is still the same row, and the later copy counts. Rows that
// differ in an ID that both have are different rows.
//
// Fault: partial IDs.
func TestRowsGetTheirSecondID(t *testing.T) {
	const first, second, grown = `{"id":1,"status":"Running"}`, `{"id":2}`, `{"id":1,"execution_instance_id":"EXI1","status":"Failed"}`
	type passes [][]coctest.Row
	for name, tc := range map[string]struct {
		passes passes
		total  int
		want   string
	}{
		"in a pass":                 {passes{jsonRows(first, second, grown)}, 2, "1 Failed, 2 "},
		"in a pass, one is missing": {passes{jsonRows(first, second, grown)}, 3, "an error"},
		"the ID is gone later":      {passes{jsonRows(grown, second, first)}, 2, "1 Running, 2 "},
		"between passes":            {passes{jsonRows(first, second), jsonRows(grown, `{"id":3}`)}, 3, "1 Failed, 2 , 3 "},
		"the ID is gone in a later pass": {passes{
			jsonRows(grown, `{"id":2,"execution_instance_id":"EXI2"}`), jsonRows(first, `{"id":3,"execution_instance_id":"EXI3"}`),
		}, 3, "1 Running, 2 , 3 "},
		"by the other ID": {passes{jsonRows(`{"execution_instance_id":"EXI1","status":"Running"}`, second, grown)}, 2, "1 Failed, 2 "},
		"of two that share one": {passes{jsonRows(second, `{"id":1,"execution_instance_id":"EXI0"}`, grown, `{"id":3}`)}, 4,
			"2 , 1 , 1 Failed, 3 "},
		"by one ID, both, the other": {passes{jsonRows(first, grown, `{"execution_instance_id":"EXI1","status":"Succeed"}`)}, 1, "0 Succeed"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := "an error"
				if list, err := scripted(t, Params{}, tc.total, tc.passes...); err == nil {
					got = statusesOf(list)
				}
				equal(t, "rows", tc.want, got)
			})
		})
	}
}

// statusesOf returns the ID and the status of each instance.
func statusesOf(list *Result) string {
	var all []string
	for i, id := range idsOf(list) {
		status, _ := ExecutionInstances.Table.Text(list.Rows[i], "status")
		all = append(all, fmt.Sprintf("%d %s", id, status))
	}
	return strings.Join(all, ", ")
}

// A warning's matter outlives a later pass that says nothing of it.
func TestPassesKeepWhatToWarnOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		of := func(id int, step, status string) coctest.Row {
			return coctest.Row(fmt.Sprintf(`{"id":%d,"execution_step_id":%q,"status":%q}`, id, step, status))
		}
		params := Params{Arguments: map[string][]string{"execution_step_id": {"EXSa"}}, Statuses: []string{"odd", "Fail"}}
		n := 0
		list, _, err := readList(t, 1, params, edit(func(offset int, p *coctest.Page) {
			p.Total, p.Data = 3, []coctest.Row{}
			if offset > 0 {
				p.ErrorMsg = ptr("")
				return
			}
			if n++; n == 1 {
				p.Data, p.ErrorMsg = []coctest.Row{of(1, "EXSb", "Odd"), of(2, "EXSa", "Failed")}, ptr("partly")
			} else {
				p.Data = []coctest.Row{of(3, "EXSa", "Failed"), of(2, "EXSa", "Failed")}
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "mismatches", []Mismatch{{Argument: "execution_step_id", Kept: 1, Example: "EXSb"}}, list.Mismatches)
		equal(t, "message", "partly", deref(list.ErrorMsg))
		equal(t, "unmatched", []string{"Fail"}, list.Unmatched)
	})
}

// A page that the rows so far make unnecessary can fail without anybody noticing, however many pages are in flight.
//
// Fault: unneeded page.
func TestFailureOfAnUnneededPage(t *testing.T) {
	for _, slow := range []bool{false, true} {
		eachInFlight(t, fmt.Sprintf("slow head %t", slow), func(t *testing.T, inFlight int) {
			params := Params{Statuses: []string{"Failed"}, MaxItems: 30}
			list, _, err := readList(t, inFlight, params, func(e *coctest.Emulator) {
				e.Fault(coctest.AtOffset(200), coctest.Error(http.StatusForbidden, "X", "no"))
				if slow {
					e.Fault(coctest.AtOffset(100), coctest.After(time.Second))
				}
			})
			if err != nil || len(list.Rows) != 30 {
				t.Errorf("got %v, %v; want 30 rows", list, err)
			}
		})
	}
}
