package rows

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Fault: dropped property.
func TestKeepPaths(t *testing.T) {
	const host = `{"properties":{"host_name":"h","fixed_ip":null},"ids":["a",["b"]],"empty":{},"a.b":1}`
	for _, test := range []struct {
		name string
		doc  string // host if empty
		kept []string
		want row
	}{
		{name: "none", kept: []string{}, want: row{}},
		{name: "one", kept: []string{"properties.host_name"}, want: row{"properties.host_name": "h"}},
		{name: "a null", kept: []string{"properties.fixed_ip"}, want: row{"properties.fixed_ip": nil}},
		{name: "elements", kept: []string{"ids.0", "ids.1.0"}, want: row{"ids.0": "a", "ids.1.0": "b"}},
		{name: "an empty object", kept: []string{"empty"}, want: row{"empty": "{}"}},
		{name: "a path that the row lacks", kept: []string{"properties.host_name", "resource_name"},
			want: row{"properties.host_name": "h"}},
		{name: "the path of an object", kept: []string{"properties"}, want: row{}},
		{name: "a path below a leaf", kept: []string{"properties.host_name.x"}, want: row{}},
		{name: "the beginning of a path", kept: []string{"properties.host"}, want: row{}},
		{name: "a name with a dot", kept: []string{"a.b"}, want: row{"a.b": "1"}},
		{name: "a path and one below it", doc: `{"a":1,"a.b":2,"c":3}`, kept: []string{"a", "a.b"}, want: row{"a": "1", "a.b": "2"}},
		{name: "no member", doc: `{}`, kept: []string{"a"}, want: row{}},
		{name: "a name given twice", doc: `{"a":{"b":1},"a":"x"}`, kept: []string{"a.b"}, want: row{}},
		{name: "a path given twice", doc: `{"a.b":1,"a":{"b":2}}`, kept: []string{"a.b"}, want: row{"a.b": "2"}},
		{name: "a name that is composed differently", doc: `{"e\u0301":1}`, kept: []string{"\u00e9"}, want: row{"\u00e9": "1"}},
	} {
		if test.doc == "" {
			test.doc = host
		}
		flat, err := flattenWith(t, flatTable.KeepPaths(test.kept), test.doc, 1<<12)
		if diff := cmp.Diff(test.want, flat); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", test.name, err, diff)
		}
	}
}

// What is not kept is neither copied nor counted: a dropped leaf takes nothing of the budget, however large it is.
//
// Fault: dropped property.
func TestDroppedLeavesAreNotCounted(t *testing.T) {
	doc := `{"a":1,"log":"` + strings.Repeat("x", 4096) + `"}`
	if _, err := flattenWith(t, &flatTable, doc, 1024); !errors.Is(err, ErrTooLarge) {
		t.Fatalf("all paths: %v", err)
	}
	flat, err := flattenWith(t, flatTable.KeepPaths([]string{"a"}), doc, 1024)
	if diff := cmp.Diff(row{"a": "1"}, flat); diff != "" || err != nil {
		t.Fatalf("%v (-want +got)\n%s", err, diff)
	}
}

// What is not kept is still checked to be JSON.
//
// Fault: dropped property.
func TestDroppedLeavesAreJSON(t *testing.T) {
	for _, value := range []string{`nul`, `{"b":}`, `[1,]`, `1.`, `"\x"`, `{"b":[}]`} {
		table := instances.KeepPaths([]string{})
		if _, err := table.Read(strings.NewReader(`{"data":[{"id":1,"properties":{"a":`+value+`}}]}`), pageBytes); err == nil {
			t.Errorf("%s: got no error, want one", value)
		}
	}
}

// The other fields of a row, and its key and its status, are the same whatever is kept. A null stays null, and is not an empty map.
//
// Fault: dropped property.
func TestKeepPathsLeavesTheRest(t *testing.T) {
	const fields = `{"id":1,"status":"Failed","message":"m","properties":{"a":"1","b":"2"}}`
	whole, narrowed := readOne(t, &instances, fields), readOne(t, instances.KeepPaths([]string{"b"}), fields)
	want, ok := decode(t, whole.Encoded).(row)
	if !ok {
		t.Fatal("no object")
	}
	want["properties"] = row{"b": "2"}
	if diff := cmp.Diff(want, decode(t, narrowed.Encoded)); diff != "" || narrowed.Key != whole.Key || narrowed.Status != "Failed" {
		t.Errorf("%q, %q (-want +got)\n%s", narrowed.Key, narrowed.Status, diff)
	}
	null := readOne(t, instances.KeepPaths([]string{}), `{"id":1,"properties":null}`)
	equal(t, "null", instances.withNulls(row{"id": int64(1)}), decode(t, null.Encoded))
}

// checkKeepPaths compares what a document keeps for several sets of paths with the same entries of the whole map.
func checkKeepPaths(t *testing.T, doc string, whole row) {
	t.Helper()
	all := slices.Sorted(maps.Keys(whole))
	sets := [][]string{{}, all}
	for i := range min(len(all), 8) {
		sets = append(sets, all[i:i+1], all[:i])
	}
	for _, kept := range sets {
		want := row{}
		for _, path := range kept {
			want[path] = whole[path]
		}
		got, err := flattenWith(t, flatTable.KeepPaths(kept), doc, 1<<24)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatalf("%s, keeping %q: %v (-want +got)\n%s", doc, kept, err, diff)
		}
	}
}
