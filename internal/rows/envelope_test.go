package rows

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// hosts is a table whose rows stand in data, next to their total.
var hosts = Table{
	Fields: []Field{{Name: "id", Kind: Integer}, {Name: "properties", Kind: Flat, Omit: "secrets"}},
	Key:    []string{"id"},
	Rows:   "hosts", Total: "count",
}

// Rows and total are those in data. Where data is no object, nothing reads as an empty list.
func TestReadRowsInData(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		want Page // without rows
		rows []row
		err  string
	}{
		"rows": {
			body: `{"data":{"count":7,"hosts":[{"id":1},{"id":2}]}}`, want: Page{Listed: true, Total: ptr(int64(7))},
			rows: []row{{"id": int64(1)}, {"id": int64(2)}},
		},
		"other members": {
			body: `{"data":{"x":{"hosts":[]},"hosts":[],"count":"0","total":9},"hosts":[1]}`,
			want: Page{Listed: true, Total: ptr(int64(0))},
		},
		"a code outside": {
			body: `{"error_code":"COC.1","data":{"hosts":[],"count":0}}`,
			want: Page{Listed: true, Total: ptr(int64(0)), ErrorCode: ptr("COC.1")},
		},
		"null rows":       {body: `{"data":{"count":1,"hosts":null}}`, want: Page{Total: ptr(int64(1))}},
		"no rows":         {body: `{"data":{"count":1}}`, want: Page{Total: ptr(int64(1))}},
		"null":            {body: `{"data":null}`},
		"nothing":         {body: `{}`},
		"a bare list":     {body: `{"data":[{"id":1}],"count":1}`, err: "data: want an object, got an array"},
		"an empty one":    {body: `{"data":[]}`, err: "data: want an object, got an array"},
		"an empty text":   {body: `{"data":""}`, err: `data: want an object, got the string ""`},
		"rows as object":  {body: `{"data":{"hosts":{}}}`, err: "data.hosts: want an array, got an object"},
		"rows twice":      {body: `{"data":{"hosts":[],"hosts":[]}}`, err: "data.hosts: given twice"},
		"count twice":     {body: `{"data":{"count":1,"hosts":[],"count":1}}`, err: "data.count: given twice"},
		"a wrong value":   {body: `{"data":{"hosts":[{},{"id":"x"}]}}`, err: `data.hosts[1].id: want an integer, got the string "x"`},
		"a wrong total":   {body: `{"data":{"count":1.5}}`, err: "data.count: want an integer, got the number 1.5"},
		"it ends early":   {body: `{"data":{"hosts":[{"id":1}]`, err: "unexpected EOF"},
		"no rows, no end": {body: `{"data":{`, err: "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := hosts.Read(strings.NewReader(tc.body), pageBytes)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Fatalf("got %+v, %v, want the error %q", got, err, tc.err)
				}
				return
			}
			if err != nil {
				t.Fatalf("got the error %v, want %d rows", err, len(tc.rows))
			}
			want := []row{}
			for _, fields := range tc.rows {
				want = append(want, hosts.withNulls(fields))
			}
			if diff := cmp.Diff(tc.want, *got, cmpopts.IgnoreFields(Page{}, "Rows")) + cmp.Diff(want, decodeRows(t, got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A fixed field has its value in each row, and other fields keep theirs.
func TestFix(t *testing.T) {
	got, err := hosts.KeepPaths(nil).Fix("id", 7).Read(strings.NewReader(`{"data":{"hosts":[{},{"id":1,"properties":{"a":"b"}}]}}`), pageBytes)
	if err != nil {
		t.Fatal(err)
	}
	want := []row{{"id": int64(7), "properties": nil}, {"id": int64(7), "properties": row{}}}
	if diff := cmp.Diff(want, decodeRows(t, got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if hosts.Fields[0].fixed != nil {
		t.Error("got a table that is changed, want a copy")
	}
}

// What a Flat field omits is in no row and in no error, wherever it is and however its name is written.
func TestOmittedMembers(t *testing.T) {
	for name, tc := range map[string]struct {
		properties string
		kept       []string // all if nil
		want       row
		err        string
	}{
		"at any depth": {
			properties: `{"a":1,"secrets":["s3cret"],"b":{"secrets":"s3cret","c":[{"secrets":{"d":"s3cret"}}]}}`, want: row{"a": "1"},
		},
		"an escaped name":     {properties: `{"\u0073ecrets":"s3cret"}`, want: row{}},
		"asked for":           {properties: `{"a":1,"secrets":"s3cret"}`, kept: []string{"a", "secrets"}, want: row{"a": "1"}},
		"a number's digits":   {properties: `{"rate":100.0}`, want: row{"rate": "100.0"}},
		"a text in its place": {properties: `"{\"secrets\":\"s3cret\"}"`, err: "data.hosts[0].properties: want an object, got a string"},
		"broken JSON":         {properties: `{"secrets":"s3cret"x}`, err: "invalid character 'x'"},
	} {
		t.Run(name, func(t *testing.T) {
			table := &hosts
			if tc.kept != nil {
				table = hosts.KeepPaths(tc.kept)
			}
			got, err := table.Read(strings.NewReader(`{"data":{"hosts":[{"properties":`+tc.properties+`}]}}`), pageBytes)
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) || strings.Contains(err.Error(), "s3cret") {
					t.Fatalf("got %+v, %v, want the error %q without the secret", got, err, tc.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]row{hosts.withNulls(row{"properties": tc.want})}, decodeRows(t, got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
