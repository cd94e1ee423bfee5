package coc

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// The sample that the emulator has of a ticket, value for value.
func TestExecutionsSample(t *testing.T) {
	e := coctest.New(testKeys)
	e.AddExecution(coctest.SampleExecutions()...)
	list, err := Executions.Read(t.Context(), newClient(t, e), Params{Arguments: url.Values{"document_name": {"patch-kernel"}}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "rows", []map[string]any{sampleTicket}, decoded(t, list.Rows))
}

// run is one run of a job, as the service sends it.
func run(id int, name, creator, status, start string) coctest.Execution {
	return coctest.Execution{Row: coctest.Row(fmt.Sprintf(`{"execution_id":"EX%d","document_name":%s,"creator":%s,"status":%q,`+
		`"start_time":%s}`,
		id, name, creator, status, start))}
}

// The service finds names and creators that contain the text. Rows of another one are dropped, before max_items, and
// count for the completeness of the list all the same.
//
// Fault: names that contain.
func TestExecutionsExactly(t *testing.T) {
	patch := url.Values{"document_name": {"patch"}}
	for name, tc := range map[string]struct {
		params Params
		want   string
	}{
		"a name": {Params{Arguments: patch}, "EX1 EX3 EX5"},
		"a name and a creator": {
			Params{Arguments: url.Values{"document_name": {"patch"}, "creator": {"ops"}}}, "EX1",
		},
		"a name, two rows":     {Params{Arguments: patch, MaxItems: 2}, "EX1 EX3"},
		"a name and a status":  {Params{Arguments: patch, Statuses: []string{"failed"}}, "EX3"},
		"a name that none has": {Params{Arguments: url.Values{"document_name": {"atc"}}}, ""},
		"everything":           {Params{}, "EX1 EX2 EX3 EX4 EX5 EX6"},
		"the last of a name":   {Params{Arguments: patch, MostRecent: true}, "EX5"},
		"the last of a status": {Params{Arguments: patch, Statuses: []string{"Failed"}, MostRecent: true},
			"EX3"},
		"the last of no row": {Params{Arguments: url.Values{"document_name": {"atc"}}, MostRecent: true}, ""},
		"the last of equal age": {Params{Statuses: []string{"Succeed", "Failed"}, Arguments: url.Values{"creator": {"ops2"}}, MostRecent: true},
			"EX5"},
	} {
		eachInFlight(t, name, func(t *testing.T, inFlight int) {
			e := coctest.New(testKeys)
			// The list begins with the ticket that was added last.
			e.AddExecution(
				run(6, `null`, `"ops"`, "Succeed", "null"),
				run(5, `"patch"`, `"ops2"`, "Succeed", "50"),
				run(4, `"patch-all"`, `"ops2"`, "Succeed", "50"),
				run(3, `"patch"`, `"ops2"`, "Failed", "50"),
				run(2, `"Patch"`, `"ops"`, "Succeed", "90"),
				run(1, `"patch"`, `"ops"`, "Canceled", "9"),
			)
			tc.params.Limit = 2
			list, err := Executions.read(t.Context(), newClient(t, e), tc.params, make(chan struct{}, inFlight), maxPageBytes)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			size := int64(0)
			for _, row := range list.Rows {
				size += int64(len(row))
				id, _ := Executions.Table.Text(row, "execution_id")
				got = append(got, string(id))
			}
			if s := strings.Join(got, " "); s != tc.want || list.Size != size {
				t.Errorf("got %q of %d bytes, want %q of %d", s, list.Size, tc.want, size)
			}
		})
	}
}

// Rows that are dropped do not make up for rows that are missing.
//
// Fault: names that contain.
func TestExecutionsAreWholeBeforeRowsAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys)
		e.AddExecution(run(2, `"patch"`, `"ops"`, "Succeed", "1"), run(1, `"patch-all"`, `"ops"`, "Succeed", "1"))
		e.Edit = func(_ coctest.Request, p *coctest.Page) { p.Total = 3 }
		_, err := Executions.Read(t.Context(), newClient(t, e), Params{Arguments: url.Values{"document_name": {"patch"}}})
		if err == nil || !strings.Contains(err.Error(), "2 distinct rows from offset 0, but the service gave a total of 3") {
			t.Errorf("got %v", err)
		}
	})
}

// A row that has not begun is the newest, and texts and numbers are compared as what they are.
//
// Fault: not begun.
func TestCompareAge(t *testing.T) {
	row := func(fields string) []byte {
		page, err := readPage(&Executions.Table, strings.NewReader(`{"data":[`+fields+`]}`), maxPageBytes)
		if err != nil {
			t.Fatal(err)
		}
		return page.Rows[0].Encoded
	}
	for _, tc := range []struct {
		a, b string
		want int
	}{
		{`{"start_time":9,"execution_id":"EX9"}`, `{"start_time":10,"execution_id":"EX1"}`, -1},
		{`{"start_time":9,"execution_id":"EX9"}`, `{"start_time":9,"execution_id":"EX1"}`, 1},
		{`{"start_time":9,"execution_id":"EX1"}`, `{"start_time":9,"execution_id":"EX1"}`, 0},
		{`{"start_time":null,"execution_id":"EX1"}`, `{"start_time":1750659138000,"execution_id":"EX9"}`, 1},
		{`{"start_time":0,"execution_id":"EX1"}`, `{"start_time":9,"execution_id":"EX9"}`, 1},
		{`{"start_time":null,"execution_id":"EX9"}`, `{"start_time":0,"execution_id":"EX1"}`, 1},
		{`{"execution_id":"EX9"}`, `{"execution_id":"EX1"}`, 1},
		{`{"start_time":1}`, `{"start_time":1,"execution_id":"EX1"}`, -1},
		{`{}`, `{}`, 0},
	} {
		if got := Executions.compareAge(row(tc.a), row(tc.b)); got != tc.want {
			t.Errorf("%s and %s: %d, want %d", tc.a, tc.b, got, tc.want)
		}
		if got := Executions.compareAge(row(tc.b), row(tc.a)); got != -tc.want {
			t.Errorf("%s and %s: %d, want %d", tc.b, tc.a, got, -tc.want)
		}
	}
}
