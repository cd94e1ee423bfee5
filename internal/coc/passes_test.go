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

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// shuffled lets an emulator answer each request from rows in another order, as a service does whose sort has ties.
func shuffled(e *coctest.Emulator, seed uint64) {
	all := coctest.Rows(250)
	e.Edit = func(r coctest.Request, p *coctest.Page) {
		dice := rand.New(rand.NewPCG(seed, uint64(1000*r.Try+r.Offset))) //nolint:gosec // both are small
		rows := slices.Clone(all)
		dice.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		from := min(r.Offset, len(rows))
		p.Data = rows[from:min(from+r.Limit, len(rows))]
	}
}

// The rows of several passes add up while the total stays the same: a list whose equal rows come in another order each
// time is read whole.
//
// Fault: shuffled rows.
func TestPassesAddUp(t *testing.T) {
	want := ids(0, 250)
	for _, inFlight := range inFlight {
		for seed := range uint64(8) {
			synctest.Test(t, func(t *testing.T) {
				list, _, err := readList(t, inFlight, Params{}, func(e *coctest.Emulator) { shuffled(e, seed) })
				if err != nil {
					t.Fatalf("%d in flight, seed %d: %v", inFlight, seed, err)
				}
				got := idsOf(list)
				slices.Sort(got)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%d in flight, seed %d: (-want +got)\n%s", inFlight, seed, diff)
				}
			})
		}
	}
}

// Of rows that add up over passes, the later copy counts, and a status that was asked for is looked for in that copy.
//
// Fault: shuffled rows.
func TestPassesAddUpToTheLaterCopy(t *testing.T) {
	for _, tc := range []struct {
		statuses []string
		want     []int64
	}{
		{statuses: nil, want: []int64{1, 2, 3}},
		{statuses: []string{"Failed"}, want: []int64{2}},
		{statuses: []string{"Running"}, want: []int64{}},
	} {
		synctest.Test(t, func(t *testing.T) {
			row := func(id int, status string) coctest.Row {
				return coctest.Row(fmt.Sprintf(`{"id":%d,"status":%q}`, id, status))
			}
			passes := [][]coctest.Row{
				{row(1, "Succeed"), row(2, "Running")},
				{row(2, "Failed"), row(3, "Succeed")},
			}
			n := 0
			list, _, err := readList(t, 1, Params{Statuses: tc.statuses}, func(e *coctest.Emulator) {
				e.Edit = func(r coctest.Request, p *coctest.Page) {
					p.Total = 3
					if p.Data = []coctest.Row{}; r.Offset == 0 {
						p.Data, n = passes[n], n+1
					}
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, idsOf(list)); diff != "" {
				t.Errorf("%v: (-want +got)\n%s", tc.statuses, diff)
			}
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
				_, _, err := readList(t, 1, Params{}, func(e *coctest.Emulator) {
					e.Edit = func(r coctest.Request, p *coctest.Page) {
						if p.Data = []coctest.Row{}; r.Offset == 0 {
							pass++
							p.Data = []coctest.Row{coctest.Row(fmt.Sprintf(`{"id":%d}`, min(pass, tc.news)))}
						}
						p.Total = tc.total(pass)
					}
				})
				var incomplete *IncompleteError
				if !errors.As(err, &incomplete) || incomplete.Passes != tc.passes || incomplete.Rows != tc.rows || pass != tc.passes {
					t.Errorf("%d passes: %v", pass, err)
				}
			})
		})
	}
}

// scripted reads a list whose passes are given, each as one page, with a total.
func scripted(t *testing.T, params Params, total int, passes ...[]coctest.Row) (*Result, error) {
	t.Helper()
	n := 0
	list, _, err := readList(t, 1, params, func(e *coctest.Emulator) {
		e.Edit = func(r coctest.Request, p *coctest.Page) {
			p.Total = total
			if p.Data = []coctest.Row{}; r.Offset == 0 {
				p.Data, n = passes[min(n, len(passes)-1)], n+1
			}
		}
	})
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
				if diff := cmp.Diff([]int64{3, 4, 5}, idsOf(list)); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
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
			t.Errorf("%v, %v", list, err)
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
			t.Errorf("%v, %v", list, err)
		}
	})
}

// A row that gets its second ID while the list is read is still the same row, and the later copy counts. Rows that
// differ in an ID that both have are different rows.
//
// Fault: partial IDs.
func TestRowsGetTheirSecondID(t *testing.T) {
	row := func(text string) coctest.Row { return coctest.Row(text) }
	first, second, grown := row(`{"id":1,"status":"Running"}`), row(`{"id":2}`), row(`{"id":1,"execution_instance_id":"EXI1",`+
		`"status":"Failed"}`)
	for name, tc := range map[string]struct {
		passes [][]coctest.Row
		total  int
		want   string
	}{
		"in a pass":                 {[][]coctest.Row{{first, second, grown}}, 2, "1 Failed, 2 "},
		"in a pass, one is missing": {[][]coctest.Row{{first, second, grown}}, 3, "an error"},
		"the ID is gone later":      {[][]coctest.Row{{grown, second, first}}, 2, "1 Running, 2 "},
		"between passes":            {[][]coctest.Row{{first, second}, {grown, row(`{"id":3}`)}}, 3, "1 Failed, 2 , 3 "},
		"the ID is gone in a later pass": {
			[][]coctest.Row{
				{grown, row(`{"id":2,"execution_instance_id":"EXI2"}`)},
				{first, row(`{"id":3,"execution_instance_id":"EXI3"}`)},
			}, 3, "1 Running, 2 , 3 ",
		},
		"by the other ID": {
			[][]coctest.Row{{row(`{"execution_instance_id":"EXI1","status":"Running"}`), second, grown}}, 2, "1 Failed, 2 ",
		},
		"of two that share one": {
			[][]coctest.Row{{second, row(`{"id":1,"execution_instance_id":"EXI0"}`), grown, row(`{"id":3}`)}}, 4, "2 , 1 , 1 Failed, 3 ",
		},
		"by one ID, both, the other": {
			[][]coctest.Row{{first, grown, row(`{"execution_instance_id":"EXI1","status":"Succeed"}`)}}, 1, "0 Succeed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				list, err := scripted(t, Params{}, tc.total, tc.passes...)
				if err != nil {
					if tc.want != "an error" {
						t.Error(err)
					}
					return
				}
				var got []string
				for i, id := range idsOf(list) {
					status, _ := ExecutionInstances.Table.Text(list.Rows[i], "status")
					got = append(got, fmt.Sprintf("%d %s", id, status))
				}
				if s := strings.Join(got, ", "); s != tc.want {
					t.Errorf("got %s, want %s", s, tc.want)
				}
			})
		})
	}
}

// A warning's matter outlives a later pass that says nothing of it.
func TestPassesKeepWhatToWarnOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		of := func(id int, step, status string) coctest.Row {
			return coctest.Row(fmt.Sprintf(`{"id":%d,"execution_step_id":%q,"status":%q}`, id, step, status))
		}
		params := Params{Arguments: map[string][]string{"execution_step_id": {"EXSa"}}, Statuses: []string{"odd", "Fail"}}
		n := 0
		list, _, err := readList(t, 1, params, func(e *coctest.Emulator) {
			e.Edit = func(r coctest.Request, p *coctest.Page) {
				p.Total, p.Data = 3, []coctest.Row{}
				if r.Offset > 0 {
					p.ErrorMsg = ptr("")
					return
				}
				if n++; n == 1 {
					p.Data, p.ErrorMsg = []coctest.Row{of(1, "EXSb", "Odd"), of(2, "EXSa", "Failed")}, ptr("partly")
				} else {
					p.Data = []coctest.Row{of(3, "EXSa", "Failed"), of(2, "EXSa", "Failed")}
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []Mismatch{{Argument: "execution_step_id", Kept: 1, Example: "EXSb"}}
		if diff := cmp.Diff(want, list.Mismatches); diff != "" || deref(list.ErrorMsg) != "partly" ||
			!slices.Equal(list.Unmatched, []string{"Fail"}) {
			t.Errorf("message %q, want partly; unmatched %q, want Fail (-want +got)\n%s", deref(list.ErrorMsg), list.Unmatched, diff)
		}
	})
}

// A page that the rows so far make unnecessary can fail without anybody noticing, however many pages are in flight.
//
// Fault: unneeded page.
func TestFailureOfAnUnneededPage(t *testing.T) {
	for _, inFlight := range inFlight {
		for name, status := range map[string]int{"not found": http.StatusNotFound, "forbidden": http.StatusForbidden} {
			for _, slow := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%d/slow head %t", name, inFlight, slow), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						params := Params{Statuses: []string{"Failed"}, MaxItems: 30}
						list, _, err := readList(t, inFlight, params, func(e *coctest.Emulator) {
							e.Fault(coctest.AtOffset(200), coctest.Error(status, "X", "no"))
							if slow {
								e.Fault(coctest.AtOffset(100), coctest.After(time.Second))
							}
						})
						if err != nil || len(list.Rows) != 30 {
							t.Errorf("%v, %v", list, err)
						}
					})
				})
			}
		}
	}
}
