package coc

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// The measure of everything here: after a read there is every row that the service has, or an error that says what is
// missing. FAULTS.md in this folder tells which test shows which fault.

// readList reads all that an emulator has, in virtual time.
func readList(t *testing.T, inFlight int, params Params, script func(*coctest.Emulator)) (*Result, *coctest.Emulator, error) {
	t.Helper()
	e := coctest.New(testKeys, coctest.Rows(250)...)
	e.Latency = 10 * time.Millisecond
	if script != nil {
		script(e)
	}
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
func twiceWithinPages(total any) func(*coctest.Emulator) {
	return edit(func(_ int, p *coctest.Page) {
		for i := 0; i < len(p.Data); i += 3 {
			p.Data = slices.Insert(p.Data, i, p.Data[i])
		}
		p.Total = total
	})
}

// Each of these prepares an emulator by one call.

func edit(change func(offset int, p *coctest.Page)) func(*coctest.Emulator) {
	return func(e *coctest.Emulator) {
		e.Edit = func(r coctest.Request, p *coctest.Page) { change(r.Offset, p) }
	}
}

var totalOfPage = edit(func(_ int, p *coctest.Page) { p.Total = len(p.Data) })

func both(first, second func(*coctest.Emulator)) func(*coctest.Emulator) {
	return func(e *coctest.Emulator) {
		first(e)
		second(e)
	}
}

func editAt(offset int, change func(*coctest.Page)) func(*coctest.Emulator) {
	return edit(func(at int, p *coctest.Page) {
		if at == offset {
			change(p)
		}
	})
}

func total(n any) func(*coctest.Emulator) { return edit(func(_ int, p *coctest.Page) { p.Total = n }) }

func fault(when func(coctest.Request) bool, fault coctest.Fault) func(*coctest.Emulator) {
	return func(e *coctest.Emulator) { e.Fault(when, fault) }
}

func at(offset int, body string) func(*coctest.Emulator) {
	return fault(coctest.AtOffset(offset), coctest.JSON(body))
}

func always(body string) func(*coctest.Emulator) { return fault(coctest.Always, coctest.JSON(body)) }

func serve(rows ...coctest.Row) func(*coctest.Emulator) {
	return func(e *coctest.Emulator) { e.SetRows(rows...) }
}

// serveLater lets a list have other rows from the first request for an offset on.
func serveLater(offset int, before, after []coctest.Row) func(*coctest.Emulator) {
	return func(e *coctest.Emulator) {
		e.SetRows(before...)
		e.Fault(coctest.FirstTries(offset, 1), func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
			e.SetRows(after...)
			answer(w, r)
		})
	}
}

func jsonRows(texts ...string) []coctest.Row {
	rows := make([]coctest.Row, len(texts))
	for i, text := range texts {
		rows[i] = coctest.Row(text)
	}
	return rows
}

// eachInFlight runs a test in virtual time, with each number of pages in flight.
func eachInFlight(t *testing.T, name string, test func(t *testing.T, inFlight int)) {
	t.Helper()
	for _, pages := range []int{1, 4, 16} {
		t.Run(fmt.Sprintf("%s/%d", name, pages), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, pages) })
		})
	}
}

// equal fails a test if a value is not what it should be.
func equal(t *testing.T, name string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Execution{}, Result{})); diff != "" {
		t.Errorf("%s (-want +got)\n%s", name, diff)
	}
}

// Fault: code in a 200, no data, rows due, short pages, long pages, moving rows, useless total, integers, partial IDs,
// no ID, rows repeated in a page.
func TestEveryRow(t *testing.T) {
	rows := coctest.Rows(250)
	for name, tc := range map[string]struct {
		script func(*coctest.Emulator)
		params Params
		want   []int64 // all if nil
		// requests is how many a reader of one page at a time needs; more in flight may guess wrong.
		requests int
	}{
		"a service in order":        {requests: 4},
		"a limit of 1000":           {params: Params{Limit: 1000}, requests: 2},
		"from an offset":            {params: Params{Offset: 120}, want: ids(120, 130), requests: 3},
		"from an offset at the end": {params: Params{Offset: 250}, want: []int64{}, requests: 1},
		"from an offset after the end, null": {
			script: always(`{"data":null,"total":250}`), params: Params{Offset: 251}, want: []int64{}, requests: 1,
		},
		"no rows":                    {script: serve(), want: []int64{}, requests: 1},
		"no rows, data null":         {script: always(`{"data":null,"total":0}`), want: []int64{}, requests: 1},
		"no rows, data missing":      {script: always(`{"total":0}`), want: []int64{}, requests: 1},
		"no rows, no total":          {script: always(`{"data":[]}`), want: []int64{}, requests: 1},
		"the limit clamped to 50":    {script: func(e *coctest.Emulator) { e.MaxLimit = 50 }, requests: 6},
		"the limit clamped to 7":     {script: func(e *coctest.Emulator) { e.MaxLimit = 7 }, requests: 37},
		"the limit ignored":          {script: edit(func(at int, p *coctest.Page) { p.Data = rows[min(at, 250):] }), requests: 2},
		"a short page in the middle": {script: editAt(100, func(p *coctest.Page) { p.Data = p.Data[:70] }), requests: 4},
		"every page short by its own": {
			script:   edit(func(offset int, p *coctest.Page) { p.Data = p.Data[:min(len(p.Data), 30+offset%17)] }),
			requests: 8,
		},
		"a short first page":          {script: editAt(0, func(p *coctest.Page) { p.Data = p.Data[:1] }), requests: 5},
		"total null":                  {script: total(nil), requests: 4},
		"total zero":                  {script: total(0), requests: 4},
		"total too low":               {script: total(101), requests: 4},
		"data null at the end":        {script: at(250, `{"data":null,"total":250}`), requests: 4},
		"an empty object at the end":  {script: at(250, `{}`), requests: 4},
		"total of less than nothing":  {script: total(int64(math.MinInt64)), requests: 4},
		"total negative":              {script: total(-1), requests: 4},
		"total as a string":           {script: total("250"), requests: 4},
		"total of the page":           {script: totalOfPage, requests: 4},
		"total of the rest":           {script: edit(func(offset int, p *coctest.Page) { p.Total = 250 - offset }), requests: 4},
		"total growing with the list": {script: serveLater(100, coctest.Rows(150), coctest.Rows(250)), requests: 4},
		"a row twice on two pages": {
			script: both(serve(slices.Insert(coctest.Rows(250), 200, rows[99])...), total(250)), requests: 4,
		},
		"a list that moved once":  {script: serveLater(100, coctest.Rows(251)[1:], coctest.Rows(251)), want: ids(0, 251)},
		"rows that vanished once": {script: fault(coctest.FirstTries(100, 1), coctest.JSON(`{"data":[],"total":250}`)), requests: 6},
		"data null once, with rows still due": {
			script:   fault(coctest.FirstTries(200, 2), coctest.JSON(`{"data":null,"total":250}`)),
			requests: 10,
		},
		"data missing once":    {script: fault(coctest.FirstTries(0, 1), coctest.JSON(`{"total":250}`)), requests: 5},
		"rows twice in a page": {script: twiceWithinPages(250), requests: 4},
		"the same, no total":   {script: twiceWithinPages(nil), requests: 4},
		"pages of nothing but earlier rows": {
			script: both(total(250), serve(slices.Concat(rows[:30], rows[:30], rows[10:20], rows[30:], rows)...)),
			params: Params{Limit: 10}, requests: 55,
		},
		"throttled, cut off and reset on the way": {
			script: func(e *coctest.Emulator) {
				e.Fault(coctest.FirstTries(0, 1), coctest.Error(http.StatusTooManyRequests, "APIG.0308", "throttled", "Retry-After", "1"))
				e.Fault(coctest.FirstTries(100, 2), coctest.CutOff(700))
				e.Fault(coctest.FirstTries(200, 1), coctest.Reset)
				e.Fault(coctest.FirstTries(250, 1), coctest.Hang)
			},
			requests: 9,
		},
		"ids as strings": {
			script: serve(jsonRows(`{"id":"9007199254740993","start_time":"1"}`)...),
			want:   []int64{9007199254740993}, requests: 2,
		},
		"rows without any ID, on one page": {
			script: serve(jsonRows(`{"id":1}`, `{"execution_instance_id":"EXI1"}`, `{}`, `{}`)...),
			want:   []int64{1, 0, 0, 0}, requests: 2,
		},
		"rows with the number alone": {script: serve(edited(coctest.Rows(250), "execution_instance_id")...), requests: 4},
		"rows with the number alone, and one inserted in front": {
			script: serveLater(100, edited(coctest.Rows(251)[1:], "execution_instance_id"), edited(coctest.Rows(251), "execution_instance_id")),
			want:   ids(0, 251),
		},
		"a message besides the rows": {script: editAt(0, func(p *coctest.Page) { p.ErrorMsg = ptr("partly") }), requests: 4},
		"rows of one instance and two ids": {
			script: serve(jsonRows(`{"id":1,"execution_instance_id":"a"}`, `{"id":2,"execution_instance_id":"a"}`)...),
			want:   []int64{1, 2}, requests: 2,
		},
		"rows of one id and two instances": {
			script: serve(jsonRows(`{"id":1,"execution_instance_id":"a"}`, `{"id":1,"execution_instance_id":"b"}`)...),
			want:   []int64{1, 1}, requests: 2,
		},
		"a code that means success": {script: edit(func(_ int, p *coctest.Page) { p.ErrorCode = ptr("COC.00000000") }), requests: 4},
		"at most 99 rows":           {params: Params{MaxItems: 99}, want: ids(0, 99), requests: 1},
		"at most 100 rows":          {params: Params{MaxItems: 100}, want: ids(0, 100), requests: 1},
		"at most 101 rows":          {params: Params{MaxItems: 101}, want: ids(0, 101), requests: 2},
		"at most 251 rows":          {params: Params{MaxItems: 251}, requests: 4},
		"at most 5 from an offset":  {params: Params{MaxItems: 5, Offset: 120}, want: ids(120, 5), requests: 1},
		"with one status":           {params: Params{Statuses: []string{"fAILED"}}, want: every(4, ids(3, 247)), requests: 4},
		"with two statuses":         {params: Params{Statuses: []string{"FAILED", "succeed"}}, requests: 4},
		"with no status there is":   {params: Params{Statuses: []string{"Running"}}, want: []int64{}, requests: 4},
		"at most 30 with one status": {
			params: Params{Statuses: []string{"Failed"}, MaxItems: 30},
			want:   every(4, ids(3, 247))[:30], requests: 2,
		},
	} {
		eachInFlight(t, name, func(t *testing.T, pages int) {
			list, e, err := readList(t, pages, tc.params, tc.script)
			if err != nil {
				t.Fatal(err)
			}
			if tc.want == nil {
				tc.want = ids(0, 250)
			}
			equal(t, "rows", tc.want, idsOf(list))
			if pages == 1 && tc.requests > 0 {
				equal(t, "requests", tc.requests, len(e.Requests()))
			}
		})
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
	var rows []coctest.Row
	for _, text := range []string{"1 Running", "2 Failed", "3 Failed", "1 Failed", "2 Succeed", "3 Failed"} {
		rows = append(rows, coctest.Row(fmt.Sprintf(`{"id":%c,"execution_instance_id":"EXI%c","status":%q}`, text[0], text[0], text[2:])))
	}
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
		eachInFlight(t, fmt.Sprint(tc.params.Statuses, tc.params.MaxItems), func(t *testing.T, pages int) {
			tc.params.Limit = 2
			list, _, err := readList(t, pages, tc.params, both(serve(rows...), total(3)))
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "rows", tc.want, statusesOf(list))
		})
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
		"total never reached": {total(251), Params{},
			"250 distinct rows from offset 0, but the service gave a total of 251; read 3 times", 12},
		"total enormous": {total(int64(1) << 62), Params{}, "a total of 4611686018427387904; read 3 times", 12},
		"total never reached, null": {always(`{"data":null,"total":250}`), Params{},
			"0 distinct rows from offset 0, but the service gave a total of 250; read 3 times", 3},
		"total never reached, missing": {always(`{"total":250}`), Params{}, "0 distinct rows", 3},
		"rows lost in the middle": {
			at(100, `{"data":[],"total":250}`),
			Params{}, "100 distinct rows from offset 0, but the service gave a total of 250; read 3 times", 6,
		},
		"rows lost in the middle, from an offset": {
			at(130, `{"data":[],"total":250}`),
			Params{Offset: 30}, "100 distinct rows from offset 30, but the service gave a total of 250", 6,
		},
		"rows lost, with one status asked for":   {total(251), Params{Statuses: []string{"Failed"}}, "250 distinct rows", 12},
		"rows lost, before as many as asked for": {total(252), Params{MaxItems: 251}, "250 distinct rows", 12},
		"offset ignored": {
			edit(func(_ int, p *coctest.Page) { p.Data = coctest.Rows(100) }),
			Params{}, "100 distinct rows from offset 0, but the service gave a total of 250; the page at offset 100 only repeated earlier " +
				"rows; read 3 times", 9,
		},
		"offset ignored, no total": {
			edit(func(_ int, p *coctest.Page) { p.Data, p.Total = coctest.Rows(100), nil }),
			Params{}, "but the service gave no total; the page at offset 100 only repeated", 9,
		},
		"offset ignored, rows with the instance's ID alone": {
			edit(func(_ int, p *coctest.Page) { p.Data = edited(coctest.Rows(50), "id") }),
			Params{}, "50 distinct rows from offset 0, but the service gave a total of 250; the page at offset 50 only repeated", 12,
		},
		"offset ignored, one row of a page without an ID": {
			edit(func(_ int, p *coctest.Page) {
				p.Data = append(coctest.Rows(99), coctest.Row(`{"status":"Failed"}`))
			}),
			Params{}, `rows without an ID cannot be told apart: 2 rows have none of ["id" "execution_instance_id"], and the list has more than ` +
				`one page`, 2,
		},
		"a message without rows and without a code": {
			always(`{"error_msg":"internal failure","data":[],"total":0}`),
			Params{}, "200 OK: internal failure (request id emulated-0001)", 1,
		},
		"a message without data and with an empty code": {
			always(`{"error_code":"","error_msg":"internal failure","total":0}`), Params{}, "200 OK: internal failure", 1,
		},
		"a message on the empty page at the end": {
			at(250, `{"error_msg":"internal failure","data":[],"total":250}`),
			Params{}, "offset 250 from https://coc.example.com: 200 OK: internal failure", 4,
		},
		"more rows than may be held, none of them asked for": {
			nil, Params{MaxBytes: 14_000,
				Statuses: []string{"Running"}}, "too many or too long: over 0 MiB after 200 rows", 2,
		},
		"nothing in the object": {always(`{}`), Params{},
			"data is missing or null, and no total says that this is the end (request id emulated-0001)", 1},
		"data null":                 {always(`{"data":null}`), Params{}, "data is missing or null", 1},
		"data null, total negative": {always(`{"data":null,"total":-1}`), Params{}, "data is missing or null", 1},
		"nothing in the object, later": {
			both(total(nil), at(100, `{}`)),
			Params{}, "reading instances at offset 100 from https://coc.example.com: 200 OK: the answer is not JSON of the documented form", 2,
		},
		"nothing in the object, later, after totals of the page": {
			both(totalOfPage, at(100, `{"error":"backend busy"}`)),
			Params{}, "offset 100 from https://coc.example.com: 200 OK: the answer is not JSON of the documented form", 2,
		},
		"data null, later, after a total of zero": {
			both(total(0), at(100, `{"data":null,"total":0}`)),
			Params{}, "data is missing or null", 2,
		},
		"data null, later, without a total": {
			at(200, `{"data":null}`),
			Params{}, "200 distinct rows from offset 0, but the service gave a total of 250; read 3 times", 9,
		},
		"nothing in the object, after the only page": {
			both(serve(coctest.Rows(2)...), at(2, `{}`)),
			Params{}, "data is missing or null, and no total says that this is the end", 2,
		},
		"a page that stays broken": {
			fault(coctest.AtOffset(200), coctest.CutOff(700)),
			Params{}, "offset 200 from https://coc.example.com: 200 OK: the answer was cut off after 700 bytes: unexpected EOF (request id " +
				"emulated-", 8,
		},
		"a refusal in the middle": {
			fault(coctest.AtOffset(200), coctest.Error(http.StatusForbidden, "APIGW.0302", "no")),
			Params{}, "offset 200 from https://coc.example.com: 403 Forbidden: APIGW.0302: no", 3,
		},
		"a redirect in the middle": {
			fault(coctest.AtOffset(100), coctest.Redirect(http.StatusFound, "/login")),
			Params{}, "offset 100 from https://coc.example.com: 302 Found: redirects are not followed", 2,
		},
		"an error_code in a 200": {
			always(`{"error_code":"COC.00067003","error_msg":"the ticket is missing","data":[{"id":1}],"total":1}`),
			Params{}, "200 OK: COC.00067003: the ticket is missing (request id emulated-0001)", 1,
		},
		"an error_code on a later page": {
			at(100, `{"error_code":"COC.00040701","data":[],"total":100}`),
			Params{}, "offset 100 from https://coc.example.com: 200 OK: COC.00040701", 2,
		},
		"an empty body": {always(``), Params{},
			`content type "application/json", an empty body: the answer is not JSON of the documented form`, 1},
		"HTML": {fault(coctest.Always, coctest.Answer(200, "text/html", "<html>\n\x1b[31mSign in")), Params{},
			`content type "text/html", a body that begins with "<html> ?[31mSign in"`, 1},
		"HTML on a later page": {fault(coctest.AtOffset(200), coctest.Answer(200, "text/html", "<html>")), Params{}, "offset 200", 3},
		"null": {always(`null`), Params{},
			`begins with "null": the answer is not JSON of the documented form: want a JSON object, got null`, 1},
		"JSON that ends early": {always(`{"data":[{"id":1}`), Params{},
			`begins with "{\"data\":[{\"id\":1}": the answer is not JSON of the documented form`, 6},
		"JSON as another type": {fault(coctest.Always, coctest.Answer(200, "text/plain", `{"error":"x"}`)), Params{}, "data is missing", 1},
		"a fraction": {serve(append(coctest.Rows(120), coctest.Row(`{"id":1.5}`))...), Params{},
			"data[20].id: want an integer, got the number 1.5", 2},
		"a page beyond the limit":    {fault(coctest.Always, coctest.Endless), Params{}, "200 OK: the page is larger than 64 MiB", 1},
		"more rows than may be kept": {nil, Params{MaxBytes: 100_000}, "too many or too long: over 0 MiB after 200 rows", 2},
		"a status of 204":            {fault(coctest.Always, coctest.Answer(204, "", "")), Params{}, "204 No Content", 1},
	} {
		eachInFlight(t, name, func(t *testing.T, pages int) {
			list, e, err := readList(t, pages, tc.params, tc.script)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("got %v, %v; want an error with %s", list, err, tc.want)
			}
			if list != nil {
				t.Errorf("rows besides an error: %v", list)
			}
			if pages == 1 {
				equal(t, "requests", tc.requests, len(e.Requests()))
			}
		})
	}
}

// However the list shrinks while it is read, what comes back is the list before or after.
//
// Fault: moving rows.
func TestListThatShrinks(t *testing.T) {
	eachInFlight(t, "250 to 249", func(t *testing.T, pages int) {
		list, _, err := readList(t, pages, Params{}, serveLater(200, coctest.Rows(250), coctest.Rows(250)[1:]))
		if err != nil {
			t.Fatal(err)
		}
		// With one page at a time the change hits the third page, and the pass is one row short.
		if diff := cmp.Diff(ids(1, 249), idsOf(list)); diff != "" && cmp.Diff(ids(0, 250), idsOf(list)) != "" {
			t.Errorf("rows, also other than those before (-want +got)\n%s", diff)
		}
	})
}
