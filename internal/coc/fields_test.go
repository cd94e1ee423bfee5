package coc

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// A read of some fields is the read of all of them, with the other fields gone: the same rows, counts and warnings.
func TestFields(t *testing.T) {
	long := strings.Repeat("x", 1000)
	row := func(id, status, start string) string {
		return `{"execution_id":"` + id + `","document_name":"a","description":"` + long + `","status":"` + status +
			`","start_time":` + start + `,"tags":[{"key":"team","value":"` + strings.ToLower(id) + `"}]}`
	}
	sent := []string{row("EX1", "Failed", "10"), row("EX2", "Succeed", "30"), row("EX3", "Odd", "20"), row("EX1", "Failed", "11")}
	for name, params := range map[string]Params{
		"all":         {},
		"statuses":    {Statuses: []string{"failed"}},
		"most recent": {MostRecent: true},
		"max items":   {MaxItems: 2},
		"a filter":    {Arguments: url.Values{"start_time": {"15"}}},
		"tags":        {Arguments: url.Values{"tags": {"team=ex2"}}, MostRecent: true},
	} {
		for _, fields := range [][]string{{"document_name"}, {"execution_id", "tags"}, {"start_time"}} {
			want := readRows(t, Executions, params, sent...)
			for i, encoded := range want.Rows {
				want.Rows[i] = Executions.Table.Narrow(encoded, setOf(fields))
			}
			want.Size = 0
			for _, encoded := range want.Rows {
				want.Size += int64(len(encoded))
			}
			narrowed := params
			narrowed.Fields = fields
			got := readRows(t, Executions, narrowed, sent...)
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Result{})); diff != "" {
				t.Errorf("%s, %q (-want +got)\n%s", name, fields, diff)
			}
		}
	}
}

// What is not kept takes nothing of the limit of an answer.
func TestFieldsThatAreNotKeptTakeNoRoom(t *testing.T) {
	sent := `{"id":1,"message":"` + strings.Repeat("x", 5000) + `"}`
	params := Params{MaxBytes: 1000}
	e := coctest.New(testKeys, coctest.Row(sent))
	_, err := ExecutionInstances.Read(t.Context(), newClient(t, e), params)
	if large := new(TooLargeError); !errors.As(err, &large) {
		t.Errorf("with all fields: got %v, want a TooLargeError", err)
	}
	params.Fields = []string{"id"}
	if _, err := ExecutionInstances.Read(t.Context(), newClient(t, e), params); err != nil {
		t.Errorf("with id alone: got %v, want no error", err)
	}
}

// property_paths narrow properties where these are kept, and are no reason for a warning where they are not.
func TestFieldsAndPaths(t *testing.T) {
	const sent = `{"id":1,"status":"Failed","properties":{"a":"x","b":"y"}}`
	for _, tc := range []struct {
		fields []string
		want   string // properties.a, then properties.b
		unused int
	}{
		{[]string{"properties"}, "x,", 1}, {[]string{"status"}, ",", 0}, {nil, "x,", 1},
	} {
		result := readRows(t, ExecutionInstances, Params{Fields: tc.fields, PropertyPaths: []string{"a", "c"}}, sent)
		a, _ := ExecutionInstances.Table.Entry(result.Rows[0], "properties", "a")
		b, _ := ExecutionInstances.Table.Entry(result.Rows[0], "properties", "b")
		if got := string(a) + "," + string(b); got != tc.want || len(result.UnusedPaths) != tc.unused {
			t.Errorf("%q: got %q and unused %q, want %q and %d", tc.fields, got, result.UnusedPaths, tc.want, tc.unused)
		}
	}
}
