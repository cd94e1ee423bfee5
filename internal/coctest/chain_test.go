package coctest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// withChain returns an emulator without instances that takes the requests of get.
func withChain(executions ...Execution) *Emulator {
	e := New(Keys{})
	e.accepted.Token = "token"
	e.AddExecution(executions...)
	return e
}

func get(e *Emulator, target string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Header.Set("X-Auth-Token", "token")
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

// answer returns the body of a 200.
func answer(t *testing.T, e *Emulator, target string) (body struct {
	Data  json.RawMessage
	Total int
}) {
	t.Helper()
	w := get(e, target)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d: %s", target, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	return body
}

// column returns one field of the rows of a list, and the total.
func column(t *testing.T, e *Emulator, target, field string) ([]any, int) {
	t.Helper()
	body := answer(t, e, target)
	var rows []map[string]any
	if err := json.Unmarshal(body.Data, &rows); err != nil {
		t.Fatal(err)
	}
	values := []any{}
	for _, row := range rows {
		values = append(values, row[field])
	}
	return values, body.Total
}

func compact(t *testing.T, row Row) string {
	t.Helper()
	var value any
	if err := json.Unmarshal(row, &value); err != nil {
		t.Fatal(err)
	}
	return string(encode(value))
}

func TestSamplesAreServedAsTheyAre(t *testing.T) {
	samples := SampleExecutions()
	e := withChain(samples[1], samples[0])
	for _, tc := range []struct{ name, target, want string }{
		{"tickets", ExecutionsPath, compact(t, encode(sampleExecutions()))},
		{"steps", StepsPath(SampleExecutionID), compact(t, encode(sampleSteps()))},
		{"one ticket", ExecutionPath(SampleExecutionID), compact(t, sampleExecutions()[0])},
		{"a ticket without steps", StepsPath("EX202506240200xxxxxxx"), "[]"},
	} {
		if got := compact(t, answer(t, e, tc.target).Data); got != tc.want {
			t.Errorf("%s: got  %s\nwant %s", tc.name, got, tc.want)
		}
	}
	if stepOf(SampleSteps()[0].Row) != SampleStepID || stepOf(Steps(1)[0].row()) != StepID {
		t.Error("the steps do not lead to the rows of Sample and Rows")
	}
}

func TestSamplesHaveEveryDocumentedField(t *testing.T) {
	for _, tc := range []struct {
		name   string
		row    Row
		fields string
	}{
		{"ticket", sampleExecutions()[0], "creator description document_id document_name document_version document_version_id end_time " +
			"execution_id id parameters start_time status sys_tags tags target_parameter_name targets type update_time"},
		{"step", sampleSteps()[0], "action end_time execution_step_id inputs message name outputs properties start_time status"},
	} {
		var row map[string]json.RawMessage
		if err := json.Unmarshal(tc.row, &row); err != nil {
			t.Fatal(err)
		}
		var names []string
		for name, value := range row {
			names = append(names, name)
			if string(value) == "null" {
				t.Errorf("%s: %s is null", tc.name, name)
			}
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != tc.fields {
			t.Errorf("%s: got %s, want %s", tc.name, got, tc.fields)
		}
	}
}

func TestTicketGoesThroughItsStatuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		e := withChain(Execution{ExecutionID: "EX1", Phases: []Phase{
			{Status: "Pending"},
			{After: 2 * time.Second, Status: "Running"},
			{After: 5 * time.Second, Status: "Failed"},
			{After: 60 * time.Second, Status: "Running"}, // retried
			{After: 70 * time.Second, Status: ""},
			{After: 80 * time.Second, Status: "Aborted", Ended: true},
			{After: 90 * time.Second, Status: "TIMEOUT"},
		}})
		ms := func(after time.Duration) int64 { return begin.Add(after).UnixMilli() }
		for _, tc := range []struct {
			at     time.Duration
			status string
			end    string
			update int64
		}{
			{at: 0, status: `"Pending"`, end: "null", update: ms(0)},
			{at: 2*time.Second - 1, status: `"Pending"`, end: "null", update: ms(0)},
			{at: 2 * time.Second, status: `"Running"`, end: "null", update: ms(2 * time.Second)},
			{at: 5 * time.Second, status: `"Failed"`, end: fmt.Sprint(ms(5 * time.Second)), update: ms(5 * time.Second)},
			{at: 59 * time.Second, status: `"Failed"`, end: fmt.Sprint(ms(5 * time.Second)), update: ms(5 * time.Second)},
			{at: 60 * time.Second, status: `"Running"`, end: "null", update: ms(60 * time.Second)},
			{at: 70 * time.Second, status: `null`, end: "null", update: ms(70 * time.Second)},
			{at: 80 * time.Second, status: `"Aborted"`, end: fmt.Sprint(ms(80 * time.Second)), update: ms(80 * time.Second)},
			{at: 90 * time.Second, status: `"TIMEOUT"`, end: fmt.Sprint(ms(90 * time.Second)), update: ms(90 * time.Second)},
		} {
			time.Sleep(time.Until(begin.Add(tc.at)))
			row := answer(t, e, ExecutionPath("EX1")).Data
			var got struct {
				Status json.RawMessage `json:"status"`
				Start  int64           `json:"start_time"`
				End    json.RawMessage `json:"end_time"`
				Update int64           `json:"update_time"`
			}
			if err := json.Unmarshal(row, &got); err != nil {
				t.Fatal(err)
			}
			if string(got.Status) != tc.status || got.Start != ms(0) || string(got.End) != tc.end || got.Update != tc.update {
				t.Errorf("after %s: %s", tc.at, row)
			}
			if listed := answer(t, e, ExecutionsPath).Data; compact(t, listed) != "["+compact(t, row)+"]" {
				t.Errorf("after %s: the list has %s", tc.at, listed)
			}
		}
	})
}

func TestStepGetsItsIDAndItsStatuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := withChain(Execution{ExecutionID: "EX1", Steps: []Step{
			{ExecutionStepID: "EXS1", Name: "run", IDAfter: time.Second, Phases: []Phase{
				{After: 2 * time.Second, Status: "Running"}, {After: 3 * time.Second, Status: "Succeed"},
			}},
			{ExecutionStepID: "EXS2", Name: "check", IDAfter: 2 * time.Second, NoID: true},
		}})
		begin := time.Now().UnixMilli()
		type step struct {
			ID     *string `json:"execution_step_id"`
			Name   string  `json:"name"`
			Status *string `json:"status"`
			Start  *int64  `json:"start_time"`
			End    *int64  `json:"end_time"`
		}
		none, first, second, running, succeed, failed := "", "EXS1", "EXS2", "Running", "Succeed", "Failed"
		at2, at3, sampleStart, sampleEnd := begin+2000, begin+3000, int64(1750659139000), int64(1750659210000)
		for i, want := range [][2]step{
			{{&none, "run", nil, nil, nil}, {nil, "check", &failed, &sampleStart, &sampleEnd}},
			{{&first, "run", nil, nil, nil}, {nil, "check", &failed, &sampleStart, &sampleEnd}},
			{{&first, "run", &running, &at2, nil}, {&second, "check", &failed, &sampleStart, &sampleEnd}},
			{{&first, "run", &succeed, &at2, &at3}, {&second, "check", &failed, &sampleStart, &sampleEnd}},
		} {
			var got [2]step
			if err := json.Unmarshal(answer(t, e, StepsPath("EX1")).Data, &got); err != nil {
				t.Fatal(err)
			}
			if string(encode(got)) != string(encode(want)) {
				t.Errorf("after %d s: got  %s\nwant %s", i, encode(got), encode(want))
			}
			// A step is found by the ID that it has, not by the one that it will have.
			names, total := column(t, e, StepsPath("EX1")+"?execution_step_id_list=EXS2", "name")
			if wantTotal := i / 2; total != wantTotal || len(names) != wantTotal {
				t.Errorf("after %d s: EXS2 is found %d times", i, total)
			}
			time.Sleep(time.Second)
		}
	})
}

func TestChainFilters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now().UnixMilli()
		run := []Phase{{Status: "Running"}}
		ended := []Phase{{Status: "Running"}, {After: 10 * time.Second, Status: "Succeed"}}
		e := withChain(
			Execution{ExecutionID: "EX1", DocumentName: "patch", DocumentID: "D1", Creator: "ops", Phases: ended, Tags: map[string]string{"a": "1", "b": "2"}, Steps: Steps(3)},
			Execution{ExecutionID: "EX2", DocumentName: "patch-canary", DocumentID: "D2", Creator: "devops", Phases: run, Start: time.Now().Add(time.Second), Tags: map[string]string{}},
			Execution{ExecutionID: "EX3", DocumentName: "re-patch", DocumentID: "D1", Creator: "ann", Phases: run, Child: true, Tags: map[string]string{"a": "1", "b": "20"}},
			Execution{ExecutionID: "EX4", Row: Row(`{"document_name":"old","start_time":5,"end_time":9,"tags":null}`)},
		)
		time.Sleep(10 * time.Second)
		for _, tc := range []struct{ query, want string }{
			{"", "EX4 EX3 EX2 EX1"},
			{"document_name=patch", "EX3 EX2 EX1"},
			{"document_name=patch-", "EX2"},
			{"creator=ops", "EX2 EX1"},
			{"document_id=D1", "EX3 EX1"},
			{"document_id=D", ""},
			{"tags=a%3D1", "EX3 EX1"},
			{"tags=a%3D1%2Cb%3D2", "EX1"},
			{"tags=c%3D1", ""},
			{fmt.Sprintf("start_time=%d", begin-1), "EX3 EX2 EX1"},
			{fmt.Sprintf("start_time=%d", begin), "EX2"},
			{"start_time=4", "EX4 EX3 EX2 EX1"},
			{fmt.Sprintf("end_time=%d", begin+10_001), "EX4 EX1"},
			{fmt.Sprintf("end_time=%d", begin+10_000), "EX4"},
			{"end_time=9", ""},
			{"exclude_child_executions=true", "EX4 EX2 EX1"},
			{"exclude_child_executions=false", "EX4 EX3 EX2 EX1"},
			{"document_name=patch&creator=ops&exclude_child_executions=true", "EX2 EX1"},
			{"document_name=patch&limit=1&offset=1", "EX2 of 3"},
		} {
			ids, total := column(t, e, ExecutionsPath+"?"+tc.query, "execution_id")
			got := strings.Trim(fmt.Sprint(ids), "[]")
			if total != len(ids) {
				got += fmt.Sprintf(" of %d", total)
			}
			if got != tc.want {
				t.Errorf("%q: got %s, want %s", tc.query, got, tc.want)
			}
		}
		for _, tc := range []struct{ query, want string }{
			{"", "step-0001 step-0002 step-0003"},
			{"?execution_step_id_list=" + StepID, "step-0001"},
			{"?execution_step_id_list=EXS2025062314121901000003&execution_step_id_list=" + StepID, "step-0001 step-0003"},
			{"?execution_step_id_list=EXS9", ""},
		} {
			names, _ := column(t, e, StepsPath("EX1")+tc.query, "name")
			if got := strings.Trim(fmt.Sprint(names), "[]"); got != tc.want {
				t.Errorf("steps %q: got %s, want %s", tc.query, got, tc.want)
			}
		}
	})
}

func TestChainPages(t *testing.T) {
	executions := Executions(25)
	executions[24].Steps = Steps(12)
	e := withChain(executions...)
	last := executions[24].ExecutionID
	for _, tc := range []struct {
		target, field string
		limit         int // MaxLimit
		rows, total   int
		first         any
	}{
		{target: ExecutionsPath, field: "execution_id", rows: 10, total: 25, first: last},
		{target: ExecutionsPath + "?limit=20&offset=20", field: "execution_id", rows: 5, total: 25, first: executions[4].ExecutionID},
		{target: ExecutionsPath + "?limit=20&offset=25", field: "execution_id", rows: 0, total: 25},
		{target: ExecutionsPath + "?limit=20&offset=20", field: "execution_id", limit: 3, rows: 3, total: 25, first: executions[4].ExecutionID},
		{target: StepsPath(last), field: "name", rows: 10, total: 12, first: "step-0001"},
		{target: StepsPath(last) + "?limit=5&offset=10", field: "name", rows: 2, total: 12, first: "step-0011"},
		{target: StepsPath(last) + "?limit=5&offset=99", field: "name", rows: 0, total: 12},
	} {
		e.MaxLimit = tc.limit
		values, total := column(t, e, tc.target, tc.field)
		if len(values) != tc.rows || total != tc.total || tc.rows > 0 && values[0] != tc.first {
			t.Errorf("%s: got %v of %d, want %d of %d from %v on", tc.target, values, total, tc.rows, tc.total, tc.first)
		}
	}
}

func TestTicketsAppearWhileTheListIsRead(t *testing.T) {
	executions := Executions(5)
	e := withChain(executions[:3]...)
	e.Edit = func(r Request, p *Page) {
		if r.Path == ExecutionsPath && r.Offset == 0 {
			e.AddExecution(executions[3])
		}
		if strings.HasSuffix(r.Path, "/steps") {
			p.Total = 7
		}
	}
	e.Fault(OnPath(ExecutionsPath, AtOffset(4)), func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
		e.AddExecution(executions[4])
		answer(w, r)
	})
	for _, tc := range []struct {
		offset, total int
		want          string
	}{
		{offset: 0, total: 3, want: executions[2].ExecutionID},
		{offset: 1, total: 4, want: executions[2].ExecutionID},
		{offset: 4, total: 5, want: executions[0].ExecutionID},
	} {
		ids, total := column(t, e, fmt.Sprintf("%s?limit=1&offset=%d", ExecutionsPath, tc.offset), "execution_id")
		if len(ids) != 1 || ids[0] != tc.want || total != tc.total {
			t.Errorf("offset %d: got %v of %d, want %s of %d", tc.offset, ids, total, tc.want, tc.total)
		}
	}
	if body := answer(t, e, StepsPath(executions[0].ExecutionID)); body.Total != 7 {
		t.Errorf("Edit left the steps' total at %d", body.Total)
	}
}
