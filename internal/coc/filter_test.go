package coc

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// readRows reads a list from a service that sends the same rows whatever it is asked for.
func readRows(t *testing.T, list *List, params Params, sent ...string) *Result {
	t.Helper()
	e := coctest.New(testKeys)
	e.AddExecution(coctest.Execution{ExecutionID: "EX1"})
	edit(func(offset int, p *coctest.Page) { p.Data, p.Total = jsonRows(sent[min(offset, len(sent)):]...), nil })(e)
	result, err := list.Read(t.Context(), newClient(t, e), params)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// textsOf returns a text field of each row.
func textsOf(list *List, result *Result, field string) string {
	texts := make([]string, len(result.Rows))
	for i, row := range result.Rows {
		text, _ := list.Table.Text(row, field)
		texts[i] = string(text)
	}
	return strings.Join(texts, " ")
}

// Whatever the service makes of an argument, rows that do not fit it are dropped or reported, by a number and one
// example.
//
// Fault: another step, filter ignored, Unicode form.
func TestMismatches(t *testing.T) {
	const a, b = `{"execution_id":"EX1","document_name":"a","document_id":"DOC-A","creator":"ops","start_time":10,"end_time":20,` +
		`"tags":[{"key":"team","value":"x"},{"key":"stage","value":"prod"}]}`,
		`{"execution_id":"EX2","document_name":"ab","document_id":"DOC-B","creator":"ops2","start_time":15,"end_time":30,` +
			`"tags":[{"key":"team","value":"y"},{"key":"stage","value":"prod"}]}`
	const bare = `{"execution_id":"EX3"}`
	for name, tc := range map[string]struct {
		list      *List  // Executions if nil
		arguments string // as in a query
		params    Params
		sent      []string // a, b and bare if nil
		want      string
		counted   int64 // rows in status_counts, all that are wanted if 0
		mismatch  []Mismatch
	}{
		"nothing asked": {want: "EX1 EX2 EX3"},
		"document_id": {
			arguments: "document_id=DOC-A", want: "EX1",
			mismatch: []Mismatch{{Argument: "document_id", Dropped: 2, Example: "DOC-B"}},
		},
		"document_id, the newest": {
			arguments: "document_id=DOC-A", params: Params{MostRecent: true}, want: "EX1",
			mismatch: []Mismatch{{Argument: "document_id", Dropped: 2, Example: "DOC-B"}},
		},
		"document_id of no row": {
			arguments: "document_id=DOC-C",
			mismatch:  []Mismatch{{Argument: "document_id", Dropped: 3, Example: "DOC-A"}},
		},
		"names that contain the text": {arguments: "document_name=a&creator=ops", want: "EX1"},
		"a name of no row": {
			arguments: "document_name=b",
			mismatch:  []Mismatch{{Argument: "document_name", Dropped: 3, Example: "a"}},
		},
		"a name and a creator of no row together": {
			arguments: "document_name=a&creator=ops2",
			mismatch:  []Mismatch{{Argument: "document_name", Dropped: 2, Example: "ab"}, {Argument: "creator", Dropped: 2, Example: "ops"}},
		},
		"a row without the name": {arguments: "document_name=a", sent: []string{bare, a}, want: "EX1"},
		"only rows without the name": {
			arguments: "document_name=a", sent: []string{bare},
			mismatch: []Mismatch{{Argument: "document_name", Dropped: 1}},
		},
		"a name in another Unicode form": {
			arguments: "document_name=caf\u00e9", sent: []string{`{"execution_id":"EX1",` +
				`"document_name":"cafe\u0301"}`}, want: "EX1",
		},
		"start_time": {
			arguments: "start_time=11", want: "EX2 EX3",
			mismatch: []Mismatch{{Argument: "start_time", Dropped: 1, Silent: 1, Example: "10"}},
		},
		"start_time, equal": {arguments: "start_time=10", sent: []string{a, b}, want: "EX1 EX2"},
		"end_time": {
			arguments: "end_time=29", want: "EX1 EX3",
			mismatch: []Mismatch{{Argument: "end_time", Dropped: 1, Silent: 1, Example: "30"}},
		},
		"end_time, equal": {arguments: "end_time=30", sent: []string{a, b}, want: "EX1 EX2"},
		"a time of 0 is none": {
			arguments: "start_time=1", sent: []string{`{"execution_id":"EX1","start_time":0}`}, want: "EX1",
			mismatch: []Mismatch{{Argument: "start_time", Silent: 1}},
		},
		"one tag": {
			arguments: "tags=team=x", want: "EX1 EX3",
			mismatch: []Mismatch{{Argument: "tags", Dropped: 1, Silent: 1, Example: "team=y,stage=prod"}},
		},
		"two tags, of which a row has one": {
			arguments: "tags=stage=prod,team=x", sent: []string{a, b}, want: "EX1 EX2",
			mismatch: []Mismatch{{Argument: "tags", Kept: 1, Example: "team=y,stage=prod"}},
		},
		"tags that are no objects, and none": {
			arguments: "tags=team=x", sent: []string{`{"execution_id":"EX1","tags":["team=x"]}`,
				`{"execution_id":"EX2","tags":[]}`}, want: "EX1 EX2",
			mismatch: []Mismatch{{Argument: "tags", Silent: 1}},
		},
		"dropped by statuses as well": {
			arguments: "document_id=DOC-A", params: Params{Statuses: []string{"Failed"}}, counted: 1,
			mismatch: []Mismatch{{Argument: "document_id", Dropped: 2, Example: "DOC-B"}},
		},
		"steps": {
			list: ExecutionSteps, arguments: "execution_step_id_list=EXS1&execution_step_id_list=EXS2&execution_step_id_list=EXS4",
			sent:     []string{`{"execution_step_id":"EXS1"}`, `{"execution_step_id":"EXS3"}`, `{"name":"reboot"}`},
			want:     "EXS1",
			mismatch: []Mismatch{{Argument: "execution_step_id_list", Dropped: 2, Example: "EXS3", Missing: []string{"EXS2", "EXS4"}}},
		},
		"steps, dropped by statuses": {
			list: ExecutionSteps, arguments: "execution_step_id_list=EXS1", params: Params{Statuses: []string{"Failed"}},
			sent: []string{`{"execution_step_id":"EXS1","status":"Succeed"}`}, counted: 1,
		},
		"steps, cut by max_items": {
			list: ExecutionSteps, arguments: "execution_step_id_list=EXS1&execution_step_id_list=EXS2", params: Params{MaxItems: 1},
			sent: []string{`{"execution_step_id":"EXS1"}`}, want: "EXS1",
		},
		"steps, from an offset": {
			list: ExecutionSteps, arguments: "execution_step_id_list=EXS1&execution_step_id_list=EXS2", params: Params{Offset: 1},
			sent: []string{`{"execution_step_id":"EXS1"}`, `{"execution_step_id":"EXS2"}`}, want: "EXS2",
		},
		"instances of another step, and of none": {
			list: ExecutionInstances, arguments: "execution_step_id=EXS1",
			sent: []string{`{"id":1,"execution_step_id":"EXS2"}`, `{"id":2}`, `{"id":3,"execution_step_id":"EXS1"}`,
				`{"id":4,"execution_step_id":"EXS3"}`},
			want: "EXS2  EXS1 EXS3", mismatch: []Mismatch{{Argument: "execution_step_id", Kept: 2, Silent: 1, Example: "EXS2"}},
		},
		"the later copy of a row counts": {
			list: ExecutionInstances, arguments: "execution_step_id=EXS1", counted: 2,
			sent: []string{`{"id":1,"execution_step_id":"EXS2"}`, `{"id":2,"execution_step_id":"EXS1"}`,
				`{"id":1,"execution_step_id":"EXS1"}`}, want: "EXS1 EXS1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.list == nil {
				tc.list = Executions
			}
			if tc.sent == nil {
				tc.sent = []string{a, b, bare}
			}
			var err error
			if tc.params.Arguments, err = url.ParseQuery("execution_id=EX1&" + tc.arguments); err != nil {
				t.Fatal(err)
			}
			result := readRows(t, tc.list, tc.params, tc.sent...)
			field := map[*List]string{Executions: "execution_id", ExecutionSteps: "execution_step_id",
				ExecutionInstances: "execution_step_id"}[tc.list]
			equal(t, "rows", tc.want, textsOf(tc.list, result, field))
			equal(t, "mismatches", tc.mismatch, result.Mismatches)
			counted, want := int64(0), tc.counted
			for _, n := range result.StatusCounts {
				counted += n
			}
			if want == 0 {
				want = int64(len(result.Rows))
			}
			if counted != want && tc.params.MaxItems == 0 && !tc.params.MostRecent {
				t.Errorf("%d rows are counted, want %d", counted, want)
			}
		})
	}
}

// What came in an earlier pass is not missing.
//
// Fault: filter ignored.
func TestNothingIsMissingOfTwoPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys)
		e.AddExecution(coctest.Execution{ExecutionID: "EX1"})
		pass := 0
		edit(func(offset int, p *coctest.Page) {
			if p.Data, p.Total = []coctest.Row{}, 2; offset == 0 {
				pass++
				p.Data = jsonRows(fmt.Sprintf(`{"execution_step_id":"EXS%d"}`, pass))
			}
		})(e)
		params := Params{Arguments: url.Values{"execution_id": {"EX1"}, "execution_step_id_list": {"EXS1", "EXS2"}}}
		list, err := ExecutionSteps.Read(t.Context(), newClient(t, e), params)
		if err != nil || len(list.Rows) != 2 || list.Mismatches != nil {
			t.Errorf("got %+v, %v; want 2 rows and no mismatch", list, err)
		}
	})
}

// Of rows that do not fit, one example is kept, cut and without a secret, and a number: no text for each of them.
//
// Fault: texts of any length, repeated secret.
func TestMismatchesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent []coctest.Row
		for i := range 200 {
			sent = append(sent,
				coctest.Row(fmt.Sprintf(`{"id":%d,"execution_step_id":"%s %d%s"}`, i, testKeys.SecretKey, i, strings.Repeat("x", 4000))))
		}
		params := Params{Arguments: url.Values{"execution_step_id": {"EXS1"}}, Statuses: []string{"none"}, MaxBytes: 20_000}
		list, err := scripted(t, params, len(sent), sent)
		if err != nil {
			t.Fatal(err)
		}
		m := list.Mismatches[0]
		if m.Kept != 200 || len(m.Example) > maxShown+len("…") || !strings.HasPrefix(m.Example, "*** 0xx") {
			t.Errorf("got %d rows and %q, want 200 and the first example, cut, without the secret", m.Kept, m.Example)
		}
	})
}

// A path that no row has is named if there are rows.
//
// Fault: unused path.
func TestUnusedPaths(t *testing.T) {
	rows := []string{`{"id":1,"properties":{"a":{"b":1}}}`, `{"id":2,"status":"Failed","properties":{"c":null}}`}
	for _, tc := range []struct {
		params Params
		want   []string
	}{
		{Params{PropertyPaths: []string{"a.b", "c"}}, nil},
		{Params{PropertyPaths: []string{"a", "c", "d"}}, []string{"a", "d"}},
		{Params{PropertyPaths: []string{"a.b"}, Statuses: []string{"Failed"}}, []string{"a.b"}},
		{Params{PropertyPaths: []string{"d"}, Statuses: []string{"Running"}}, nil},
		{Params{}, nil},
	} {
		if got := readRows(t, ExecutionInstances, tc.params, rows...).UnusedPaths; !slices.Equal(got, tc.want) {
			t.Errorf("%+v: got %q, want %q", tc.params, got, tc.want)
		}
	}
}

// What identifies the owner of the rows is an argument of one ID or one text.
func TestNaming(t *testing.T) {
	arguments := url.Values{"document_name": {"a"}, "creator": {""}, "tags": {"a=b"}, "start_time": {"1"}, "document_id": {"DOC"}}
	var got []string
	for _, argument := range Executions.Naming(arguments) {
		got = append(got, argument.Name)
	}
	if want := []string{"document_name", "document_id"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
