package coc

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// The measure of everything here: after a read there is every row that the service has, or an error that says what is
// missing. FAULTS.md in this folder tells which test shows which fault.

// inFlight are the numbers of pages in flight with which every fault is tried.
var inFlight = []int{1, 4, 16}

// readList reads all that an emulator has, in virtual time.
func readList(t *testing.T, inFlight int, params Params, script func(*coctest.Emulator)) (*Result, *coctest.Emulator, error) {
	t.Helper()
	e := coctest.New(testKeys, coctest.Rows(250)...)
	e.Latency = 10 * time.Millisecond
	script(e)
	list, err := ExecutionInstances.read(t.Context(), newClient(t, e), params, make(chan struct{}, inFlight), 1<<20)
	return list, e, err
}

// ids of the rows that coctest.Rows makes, from one on.
func ids(from, count int) []int64 {
	s := make([]int64, count)
	for i := range s {
		s[i] = int64(4482 + from + i)
	}
	return s
}

func idsOf(list *Result) []int64 {
	s := make([]int64, len(list.Rows))
	for i, row := range list.Rows {
		s[i], _ = ExecutionInstances.Table.Integer(row, "id")
	}
	return s
}

func total(n any) func(coctest.Request, *coctest.Page) {
	return func(_ coctest.Request, p *coctest.Page) { p.Total = n }
}

// edited returns rows without one of their fields.
func edited(all []coctest.Row, without string) []coctest.Row {
	for i, row := range all {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(row, &fields); err != nil {
			panic(err)
		}
		delete(fields, without)
		var err error
		if all[i], err = json.Marshal(fields); err != nil {
			panic(err)
		}
	}
	return all
}

// twiceWithinPages lets every second row of a page come twice, as after a join.
func twiceWithinPages(e *coctest.Emulator, total any) {
	e.Edit = func(_ coctest.Request, p *coctest.Page) {
		for i := 0; i < len(p.Data); i += 3 {
			p.Data = slices.Insert(p.Data, i, p.Data[i])
		}
		p.Total = total
	}
}

func always(fault coctest.Fault) func(*coctest.Emulator) {
	return func(e *coctest.Emulator) { e.Fault(coctest.Always, fault) }
}

// Fault: code in a 200, no data, rows due, short pages, long pages, moving rows, useless total, integers, partial IDs,
// no ID, rows repeated in a page.
func TestEveryRow(t *testing.T) {
	all := ids(0, 250)
	for name, tc := range map[string]struct {
		script func(*coctest.Emulator)
		params Params
		want   []int64
		// requests is how many a reader of one page at a time needs; more in flight may guess in vain.
		requests int
	}{
		"a service in order":        {script: func(*coctest.Emulator) {}, want: all, requests: 4},
		"a limit of 1000":           {script: func(*coctest.Emulator) {}, params: Params{Limit: 1000}, want: all, requests: 2},
		"from an offset":            {script: func(*coctest.Emulator) {}, params: Params{Offset: 120}, want: ids(120, 130), requests: 3},
		"from an offset at the end": {script: func(*coctest.Emulator) {}, params: Params{Offset: 250}, want: ids(0, 0), requests: 1},
		"from an offset behind the end, null": {
			script: always(coctest.JSON(`{"data":null,"total":250}`)), params: Params{Offset: 251}, want: ids(0, 0), requests: 1,
		},
		"no rows":                 {script: func(e *coctest.Emulator) { e.SetRows() }, want: ids(0, 0), requests: 1},
		"no rows, data null":      {script: always(coctest.JSON(`{"data":null,"total":0}`)), want: ids(0, 0), requests: 1},
		"no rows, data missing":   {script: always(coctest.JSON(`{"total":0}`)), want: ids(0, 0), requests: 1},
		"no rows, no total":       {script: always(coctest.JSON(`{"data":[]}`)), want: ids(0, 0), requests: 1},
		"the limit clamped to 50": {script: func(e *coctest.Emulator) { e.MaxLimit = 50 }, want: all, requests: 6},
		"the limit clamped to 7":  {script: func(e *coctest.Emulator) { e.MaxLimit = 7 }, want: all, requests: 37},
		"the limit ignored": {
			script: func(e *coctest.Emulator) {
				e.Edit = func(r coctest.Request, p *coctest.Page) { p.Data = coctest.Rows(250)[min(r.Offset, 250):] }
			},
			want: all, requests: 2,
		},
		"a short page in the middle": {
			script: func(e *coctest.Emulator) {
				e.Edit = func(r coctest.Request, p *coctest.Page) {
					if r.Offset == 100 {
						p.Data = p.Data[:70]
					}
				}
			},
			want: all, requests: 4,
		},
		"every page short by its own": {
			script: func(e *coctest.Emulator) {
				e.Edit = func(r coctest.Request, p *coctest.Page) { p.Data = p.Data[:min(len(p.Data), 30+r.Offset%17)] }
			},
			want: all, requests: 8,
		},
		"a short first page": {
			script: func(e *coctest.Emulator) {
				e.Edit = func(r coctest.Request, p *coctest.Page) {
					if r.Offset == 0 {
						p.Data = p.Data[:1]
					}
				}
			},
			want: all, requests: 5,
		},
		"total null":    {script: func(e *coctest.Emulator) { e.Edit = total(nil) }, want: all, requests: 4},
		"total zero":    {script: func(e *coctest.Emulator) { e.Edit = total(0) }, want: all, requests: 4},
		"total too low": {script: func(e *coctest.Emulator) { e.Edit = total(101) }, want: all, requests: 4},
		"data null at the end": {
			script: func(e *coctest.Emulator) { e.Fault(coctest.AtOffset(250), coctest.JSON(`{"data":null,"total":250}`)) }, want: all, requests: 4,
		},
		"nothing in the object at the end, as promised": {
			script: func(e *coctest.Emulator) { e.Fault(coctest.AtOffset(250), coctest.JSON(`{}`)) }, want: all, requests: 4,
		},
		"total of less than nothing": {script: func(e *coctest.Emulator) { e.Edit = total(int64(math.MinInt64)) }, want: all, requests: 4},
		"total negative":             {script: func(e *coctest.Emulator) { e.Edit = total(-1) }, want: all, requests: 4},
		"total as a string":          {script: func(e *coctest.Emulator) { e.Edit = total("250") }, want: all, requests: 4},
		"total of the page": {
			script: func(e *coctest.Emulator) { e.Edit = func(_ coctest.Request, p *coctest.Page) { p.Total = len(p.Data) } },
			want:   all, requests: 4,
		},
		"total of the rest": {
			script: func(e *coctest.Emulator) {
				e.Edit = func(r coctest.Request, p *coctest.Page) { p.Total = 250 - r.Offset }
			},
			want: all, requests: 4,
		},
		"total growing with the list": {
			script: func(e *coctest.Emulator) {
				e.SetRows(coctest.Rows(150)...)
				e.Fault(coctest.FirstTries(100, 1), func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
					e.SetRows(coctest.Rows(250)...)
					answer(w, r)
				})
			},
			want: all, requests: 4,
		},
		"a row twice on two pages": {
			script: func(e *coctest.Emulator) {
				rows := coctest.Rows(250)
				e.SetRows(slices.Insert(rows, 200, rows[99])...)
				e.Edit = total(250)
			},
			want: all, requests: 4,
		},
		"a list that moved once": {
			script: func(e *coctest.Emulator) {
				e.SetRows(coctest.Rows(251)[1:]...) // a row appears in front once the first page is read
				e.Fault(coctest.FirstTries(100, 1), func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
					e.SetRows(coctest.Rows(251)...)
					answer(w, r)
				})
			},
			want: ids(0, 251),
		},
		"rows that vanished once": {
			script: func(e *coctest.Emulator) {
				e.Fault(coctest.FirstTries(100, 1), coctest.JSON(`{"data":[],"total":250}`))
			},
			want: all, requests: 6,
		},
		"data null once, with rows still due": {
			script: func(e *coctest.Emulator) {
				e.Fault(coctest.FirstTries(200, 2), coctest.JSON(`{"data":null,"total":250}`))
			},
			want: all, requests: 10,
		},
		"data missing once on the first page": {
			script: func(e *coctest.Emulator) { e.Fault(coctest.FirstTries(0, 1), coctest.JSON(`{"total":250}`)) },
			want:   all, requests: 5,
		},
		"every second row twice within its page": {
			script: func(e *coctest.Emulator) { twiceWithinPages(e, 250) }, want: all, requests: 4,
		},
		"every second row twice within its page, no total": {
			script: func(e *coctest.Emulator) { twiceWithinPages(e, nil) }, want: all, requests: 4,
		},
		"pages of nothing but earlier rows": {
			script: func(e *coctest.Emulator) {
				rows := coctest.Rows(250)
				e.SetRows(slices.Concat(rows[:30], rows[:30], rows[10:20], rows[30:], rows)...)
				e.Edit = total(250)
			},
			params: Params{Limit: 10}, want: all, requests: 55,
		},
		"throttled, cut off and reset on the way": {
			script: func(e *coctest.Emulator) {
				e.Fault(coctest.FirstTries(0, 1), coctest.Error(http.StatusTooManyRequests, "APIG.0308", "throttled", "Retry-After", "1"))
				e.Fault(coctest.FirstTries(100, 2), coctest.CutOff(700))
				e.Fault(coctest.FirstTries(200, 1), coctest.Reset)
				e.Fault(coctest.FirstTries(250, 1), coctest.Hang)
			},
			want: all, requests: 9,
		},
		"ids as strings": {
			script: func(e *coctest.Emulator) { e.SetRows(coctest.Row(`{"id":"9007199254740993","start_time":"1"}`)) },
			want:   []int64{9007199254740993}, requests: 2,
		},
		"rows without any ID, on one page": {
			script: func(e *coctest.Emulator) {
				e.SetRows(coctest.Row(`{"id":1}`), coctest.Row(`{"execution_instance_id":"EXI1"}`), coctest.Row(`{}`), coctest.Row(`{}`))
			},
			want: []int64{1, 0, 0, 0}, requests: 2,
		},
		"rows with the number alone": {
			script: func(e *coctest.Emulator) { e.SetRows(edited(coctest.Rows(250), "execution_instance_id")...) }, want: all, requests: 4,
		},
		"rows with the number alone, and one inserted in front": {
			script: func(e *coctest.Emulator) {
				e.SetRows(edited(coctest.Rows(251)[1:], "execution_instance_id")...)
				e.Fault(coctest.FirstTries(100, 1), func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
					e.SetRows(edited(coctest.Rows(251), "execution_instance_id")...)
					answer(w, r)
				})
			},
			want: ids(0, 251),
		},
		"a message beside the rows": {
			script: func(e *coctest.Emulator) {
				e.Edit = func(r coctest.Request, p *coctest.Page) {
					if r.Offset == 0 {
						p.ErrorMsg = ptr("partly")
					}
				}
			},
			want: all, requests: 4,
		},
		"rows of one instance and two ids": {
			script: func(e *coctest.Emulator) {
				e.SetRows(coctest.Row(`{"id":1,"execution_instance_id":"a"}`), coctest.Row(`{"id":2,"execution_instance_id":"a"}`))
			},
			want: []int64{1, 2}, requests: 2,
		},
		"rows of one id and two instances": {
			script: func(e *coctest.Emulator) {
				e.SetRows(coctest.Row(`{"id":1,"execution_instance_id":"a"}`), coctest.Row(`{"id":1,"execution_instance_id":"b"}`))
			},
			want: []int64{1, 1}, requests: 2,
		},
		"a code that means success": {
			script: func(e *coctest.Emulator) {
				e.Edit = func(_ coctest.Request, p *coctest.Page) { p.ErrorCode = ptr("COC.00000000") }
			},
			want: all, requests: 4,
		},
		"at most 5 rows":   {script: func(*coctest.Emulator) {}, params: Params{MaxItems: 5}, want: ids(0, 5), requests: 1},
		"at most 99 rows":  {script: func(*coctest.Emulator) {}, params: Params{MaxItems: 99}, want: ids(0, 99), requests: 1},
		"at most 100 rows": {script: func(*coctest.Emulator) {}, params: Params{MaxItems: 100}, want: ids(0, 100), requests: 1},
		"at most 101 rows": {script: func(*coctest.Emulator) {}, params: Params{MaxItems: 101}, want: ids(0, 101), requests: 2},
		"at most 251 rows": {script: func(*coctest.Emulator) {}, params: Params{MaxItems: 251}, want: all, requests: 4},
		"at most 5 from an offset": {script: func(*coctest.Emulator) {}, params: Params{MaxItems: 5, Offset: 120}, want: ids(120, 5),
			requests: 1},
		"with one status": {
			script: func(*coctest.Emulator) {}, params: Params{Statuses: []string{"fAILED"}},
			want: every(4, ids(3, 247)), requests: 4,
		},
		"with two statuses": {
			script: func(*coctest.Emulator) {}, params: Params{Statuses: []string{"FAILED", "succeed"}}, want: all, requests: 4,
		},
		"with no status there is": {
			script: func(*coctest.Emulator) {}, params: Params{Statuses: []string{"Running"}}, want: ids(0, 0), requests: 4,
		},
		"at most 30 with one status": {
			script: func(*coctest.Emulator) {}, params: Params{Statuses: []string{"Failed"}, MaxItems: 30},
			want: every(4, ids(3, 247))[:30], requests: 2,
		},
	} {
		for _, pages := range inFlight {
			t.Run(fmt.Sprintf("%s/%d", name, pages), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					list, e, err := readList(t, pages, tc.params, tc.script)
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(tc.want, idsOf(list)); diff != "" {
						t.Errorf("(-want +got)\n%s", diff)
					}
					if n := len(e.Requests()); pages == 1 && tc.requests > 0 && n != tc.requests {
						t.Errorf("%d requests, want %d", n, tc.requests)
					}
				})
			})
		}
	}
}

// every returns each nth element.
func every(n int, s []int64) []int64 {
	var out []int64
	for i := 0; i < len(s); i += n {
		out = append(out, s[i])
	}
	return out
}

// The later copy of a row wins, also when the statuses that were asked for make the difference.
//
// Fault: moving rows.
func TestLaterCopyWins(t *testing.T) {
	row := func(id int, status string) coctest.Row {
		return coctest.Row(fmt.Sprintf(`{"id":%d,"execution_instance_id":"EXI%d","status":%q}`, id, id, status))
	}
	rows := []coctest.Row{row(1, "Running"), row(2, "Failed"), row(3, "Failed"), row(1, "Failed"), row(2, "Succeed"), row(3, "Failed")}
	for _, tc := range []struct {
		params Params
		want   string
	}{
		{Params{}, "1 Failed, 2 Succeed, 3 Failed"},
		{Params{Statuses: []string{"Failed"}}, "1 Failed, 3 Failed"},
		{Params{Statuses: []string{"Running"}}, ""},
		{Params{Statuses: []string{"Succeed"}}, "2 Succeed"},
		{Params{Statuses: []string{"Failed"}, MaxItems: 1}, "2 Failed"},
		{Params{MaxItems: 4}, "1 Failed, 2 Succeed, 3 Failed"},
	} {
		for _, pages := range inFlight {
			synctest.Test(t, func(t *testing.T) {
				tc.params.Limit = 2
				list, _, err := readList(t, pages, tc.params, func(e *coctest.Emulator) {
					e.SetRows(rows...)
					e.Edit = total(3)
				})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for i, id := range idsOf(list) {
					status, _ := ExecutionInstances.Table.Text(list.Rows[i], "status")
					got = append(got, fmt.Sprintf("%d %s", id, status))
				}
				if s := strings.Join(got, ", "); s != tc.want {
					t.Errorf("%+v: got %s, want %s", tc.params, s, tc.want)
				}
			})
		}
	}
}

// Fault: code in a 200, no page, no data, rows due, offset ignored, total not reached, wrong type, huge page, partial
// IDs, no ID, message without a code, memory of rows, too many rows.
func TestOrAnError(t *testing.T) {
	for name, tc := range map[string]struct {
		script func(*coctest.Emulator)
		params Params
		want   string
		// requests is how many a reader of one page at a time sends.
		requests int
	}{
		"total never reached": {func(e *coctest.Emulator) { e.Edit = total(251) }, Params{},
			"250 distinct rows from offset 0 on, while the service gave a total of 251; read 3 times", 12},
		"total enormous": {func(e *coctest.Emulator) { e.Edit = total(int64(1) << 62) }, Params{},
			"a total of 4611686018427387904; read 3 times", 12},
		"total never reached, null": {always(coctest.JSON(`{"data":null,"total":250}`)), Params{},
			"0 distinct rows from offset 0 on, while the service gave a total of 250; read 3 times", 3},
		"total never reached, missing": {always(coctest.JSON(`{"total":250}`)), Params{}, "0 distinct rows", 3},
		"rows lost in the middle": {
			func(e *coctest.Emulator) { e.Fault(coctest.AtOffset(100), coctest.JSON(`{"data":[],"total":250}`)) },
			Params{}, "100 distinct rows from offset 0 on, while the service gave a total of 250; read 3 times", 6,
		},
		"rows lost in the middle, from an offset": {
			func(e *coctest.Emulator) { e.Fault(coctest.AtOffset(130), coctest.JSON(`{"data":[],"total":250}`)) },
			Params{Offset: 30}, "100 distinct rows from offset 30 on, while the service gave a total of 250", 6,
		},
		"rows lost, with one status asked for": {
			func(e *coctest.Emulator) { e.Edit = total(251) }, Params{Statuses: []string{"Failed"}}, "250 distinct rows", 12,
		},
		"rows lost, before as many as asked for": {
			func(e *coctest.Emulator) { e.Edit = total(252) }, Params{MaxItems: 251}, "250 distinct rows", 12,
		},
		"offset ignored": {
			func(e *coctest.Emulator) {
				e.Edit = func(_ coctest.Request, p *coctest.Page) { p.Data = coctest.Rows(100) }
			},
			Params{}, "100 distinct rows from offset 0 on, while the service gave a total of 250; the page at offset 100 only repeated earlier " +
				"rows; read 3 times", 9,
		},
		"offset ignored, no total": {
			func(e *coctest.Emulator) {
				e.Edit = func(_ coctest.Request, p *coctest.Page) { p.Data, p.Total = coctest.Rows(100), nil }
			},
			Params{}, "while the service gave no total; the page at offset 100 only repeated", 9,
		},
		"offset ignored, rows with the instance's ID alone": {
			func(e *coctest.Emulator) {
				e.Edit = func(_ coctest.Request, p *coctest.Page) { p.Data = edited(coctest.Rows(50), "id") }
			},
			Params{}, "50 distinct rows from offset 0 on, while the service gave a total of 250; the page at offset 50 only repeated", 12,
		},
		"offset ignored, one row of a page without an ID": {
			func(e *coctest.Emulator) {
				e.Edit = func(_ coctest.Request, p *coctest.Page) {
					p.Data = append(coctest.Rows(99), coctest.Row(`{"status":"Failed"}`))
				}
			},
			Params{}, `rows without an ID cannot be told apart: 2 rows have none of ["id" "execution_instance_id"], and the list has more than ` +
				`one page`, 2,
		},
		"a message without rows and without a code": {
			always(coctest.JSON(`{"error_msg":"internal failure","data":[],"total":0}`)),
			Params{}, "200 OK: internal failure (request id emulated-0001)", 1,
		},
		"a message without data and with an empty code": {
			always(coctest.JSON(`{"error_code":"","error_msg":"internal failure","total":0}`)), Params{}, "200 OK: internal failure", 1,
		},
		"a message on the empty page at the end": {
			func(e *coctest.Emulator) {
				e.Fault(coctest.AtOffset(250), coctest.JSON(`{"error_msg":"internal failure","data":[],"total":250}`))
			},
			Params{}, "offset 250 from https://coc.example.com: 200 OK: internal failure", 4,
		},
		"more rows than may be held, none of them asked for": {
			func(*coctest.Emulator) {}, Params{MaxBytes: 14_000,
				Statuses: []string{"Running"}}, "too many or too long: over 0 MiB after 200 rows", 2,
		},
		"nothing in the object": {always(coctest.JSON(`{}`)), Params{},
			"data is missing or null, and no total says that this is the end (request id emulated-0001)", 1},
		"data null":                 {always(coctest.JSON(`{"data":null}`)), Params{}, "data is missing or null", 1},
		"data null, total negative": {always(coctest.JSON(`{"data":null,"total":-1}`)), Params{}, "data is missing or null", 1},
		"nothing in the object, later": {
			func(e *coctest.Emulator) {
				e.Edit = total(nil)
				e.Fault(coctest.AtOffset(100), coctest.JSON(`{}`))
			},
			Params{}, "reading instances at offset 100 from https://coc.example.com: 200 OK: the answer is not JSON of the documented form", 2,
		},
		"nothing in the object, later, after totals of the page": {
			func(e *coctest.Emulator) {
				e.Edit = func(_ coctest.Request, p *coctest.Page) { p.Total = len(p.Data) }
				e.Fault(coctest.AtOffset(100), coctest.JSON(`{"error":"backend busy"}`))
			},
			Params{}, "offset 100 from https://coc.example.com: 200 OK: the answer is not JSON of the documented form", 2,
		},
		"data null, later, after a total of zero": {
			func(e *coctest.Emulator) {
				e.Edit = total(0)
				e.Fault(coctest.AtOffset(100), coctest.JSON(`{"data":null,"total":0}`))
			},
			Params{}, "data is missing or null", 2,
		},
		"data null, later, without a total": {
			func(e *coctest.Emulator) { e.Fault(coctest.AtOffset(200), coctest.JSON(`{"data":null}`)) },
			Params{}, "200 distinct rows from offset 0 on, while the service gave a total of 250; read 3 times", 9,
		},
		"nothing in the object, behind the only page": {
			func(e *coctest.Emulator) {
				e.SetRows(coctest.Rows(2)...)
				e.Fault(coctest.AtOffset(2), coctest.JSON(`{}`))
			},
			Params{}, "data is missing or null, and no total says that this is the end", 2,
		},
		"a page that stays broken": {
			func(e *coctest.Emulator) { e.Fault(coctest.AtOffset(200), coctest.CutOff(700)) },
			Params{}, "offset 200 from https://coc.example.com: 200 OK: the answer was cut off after 700 bytes: unexpected EOF (request id " +
				"emulated-", 8,
		},
		"a refusal in the middle": {
			func(e *coctest.Emulator) {
				e.Fault(coctest.AtOffset(200), coctest.Error(http.StatusForbidden, "APIGW.0302", "no"))
			},
			Params{}, "offset 200 from https://coc.example.com: 403 Forbidden: APIGW.0302: no", 3,
		},
		"a redirect in the middle": {
			func(e *coctest.Emulator) {
				e.Fault(coctest.AtOffset(100), coctest.Redirect(http.StatusFound, "/login"))
			},
			Params{}, "offset 100 from https://coc.example.com: 302 Found: redirects are not followed", 2,
		},
		"an error_code in a 200": {
			always(coctest.JSON(`{"error_code":"COC.00067003","error_msg":"the ticket is missing","data":[{"id":1}],"total":1}`)),
			Params{}, "200 OK: COC.00067003: the ticket is missing (request id emulated-0001)", 1,
		},
		"an error_code on a later page": {
			func(e *coctest.Emulator) {
				e.Fault(coctest.AtOffset(100), coctest.JSON(`{"error_code":"COC.00040701","data":[],"total":100}`))
			},
			Params{}, "offset 100 from https://coc.example.com: 200 OK: COC.00040701", 2,
		},
		"an empty body": {always(coctest.JSON(``)), Params{},
			`content type "application/json", an empty body: the answer is not JSON of the documented form`, 1},
		"HTML": {always(coctest.Answer(200, "text/html", "<html>\n\x1b[31mSign in")), Params{},
			`content type "text/html", a body that begins with "<html> ?[31mSign in"`, 1},
		"HTML on a later page": {func(e *coctest.Emulator) { e.Fault(coctest.AtOffset(200), coctest.Answer(200, "text/html", "<html>")) },
			Params{}, "offset 200", 3},
		"null": {always(coctest.JSON(`null`)), Params{},
			`begins with "null": the answer is not JSON of the documented form: want a JSON object, got null`, 1},
		"an array": {always(coctest.JSON(`[{"id":1}]`)), Params{}, "want a JSON object, got an array", 1},
		"JSON that ends early": {always(coctest.JSON(`{"data":[{"id":1}`)), Params{},
			`begins with "{\"data\":[{\"id\":1}": the answer is not JSON of the documented form`, 6},
		"JSON that goes on":    {always(coctest.JSON(`{"data":[],"total":0}{}`)), Params{}, "more JSON behind the object", 1},
		"JSON as another type": {always(coctest.Answer(200, "text/plain", `{"error":"x"}`)), Params{}, "data is missing", 1},
		"a fraction": {func(e *coctest.Emulator) { e.SetRows(append(coctest.Rows(120), coctest.Row(`{"id":1.5}`))...) }, Params{},
			"offset 100 from https://coc.example.com: 200 OK: content type \"application/json\", a body that begins with", 2},
		"a fraction, its place": {func(e *coctest.Emulator) { e.SetRows(append(coctest.Rows(120), coctest.Row(`{"id":1.5}`))...) }, Params{},
			"data[20].id: want an integer, got the number 1.5", 2},
		"a page beyond the limit": {always(coctest.Endless), Params{}, "200 OK: the page is larger than 64 MiB", 1},
		"more rows than may be kept": {func(*coctest.Emulator) {}, Params{MaxBytes: 100_000}, "too many or too long: over 0 MiB after 200 rows",
			2},
		"a status of 204": {always(coctest.Answer(204, "", "")), Params{}, "204 No Content", 1},
	} {
		for _, pages := range inFlight {
			t.Run(fmt.Sprintf("%s/%d", name, pages), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					list, e, err := readList(t, pages, tc.params, tc.script)
					if err == nil || !strings.Contains(err.Error(), tc.want) {
						t.Fatalf("got %v, %v; want an error with %s", list, err, tc.want)
					}
					if list != nil {
						t.Errorf("rows besides an error: %v", list)
					}
					if n := len(e.Requests()); pages == 1 && n != tc.requests {
						t.Errorf("%d requests, want %d", n, tc.requests)
					}
				})
			})
		}
	}
}

// However the list shrinks while it is read, what comes back is the list before or after.
//
// Fault: moving rows.
func TestListThatShrinks(t *testing.T) {
	for _, pages := range inFlight {
		synctest.Test(t, func(t *testing.T) {
			list, _, err := readList(t, pages, Params{}, func(e *coctest.Emulator) {
				e.Fault(coctest.FirstTries(200, 1), func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
					e.SetRows(coctest.Rows(250)[1:]...)
					answer(w, r)
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			// With one page at a time the change hits the third page, and the pass is one row short.
			if diff := cmp.Diff(ids(1, 249), idsOf(list)); diff != "" && cmp.Diff(ids(0, 250), idsOf(list)) != "" {
				t.Errorf("%d in flight: (-want +got)\n%s", pages, diff)
			}
		})
	}
}

// A list that never holds still ends in an error with both figures.
//
// Fault: moving rows.
func TestListThatNeverHoldsStill(t *testing.T) {
	for _, pages := range inFlight {
		synctest.Test(t, func(t *testing.T) {
			_, _, err := readList(t, pages, Params{}, func(e *coctest.Emulator) {
				e.Edit = func(_ coctest.Request, p *coctest.Page) {
					if len(p.Data) > 0 {
						p.Data = p.Data[1:]
					}
				}
				e.MaxLimit = 100
				e.Fault(coctest.AtOffset(99), coctest.JSON(`{"data":[],"total":250}`))
			})
			var incomplete *IncompleteError
			if !errors.As(err, &incomplete) || incomplete.Passes != 3 || incomplete.Rows != 99 || *incomplete.Total != 250 {
				t.Errorf("%d in flight: %v", pages, err)
			}
		})
	}
}
