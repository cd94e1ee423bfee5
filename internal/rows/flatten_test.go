package rows

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// flatTable is a table of one flat field.
var flatTable = Table{Fields: []Field{{Name: "p", Kind: Flat}}}

// flatten reads a document as a flat field, and returns the map that it becomes.
func flatten(tb testing.TB, doc string, budget int64) (row, error) {
	tb.Helper()
	return flattenWith(tb, &flatTable, doc, budget)
}

// flattenWith does the same by another table.
func flattenWith(tb testing.TB, table *Table, doc string, budget int64) (row, error) {
	tb.Helper()
	r := newDecoder(table, strings.NewReader(doc), pageBytes)
	r.budget = budget
	if err := r.flatValue(); err != nil {
		return nil, err
	}
	flat, ok := decode(tb, r.values).(row)
	if !ok {
		tb.Fatalf("%x is no map", r.values)
	}
	return flat, nil
}

// checkFlatten checks the map that a document becomes.
func checkFlatten(t *testing.T, doc string, want row) {
	t.Helper()
	flat, err := flatten(t, doc, 1<<20)
	if diff := cmp.Diff(want, flat); err != nil || diff != "" {
		t.Errorf("%s: %v (-want +got)\n%s", doc, err, diff)
	}
}

// Fault: any properties.
func TestFlatten(t *testing.T) {
	for doc, want := range map[string]row{
		`{}`:                           {},
		`{"a":{}, "b":[]}`:             {"a": "{}", "b": "[]"},
		`{"a":null}`:                   {"a": nil},
		`{"a":""}`:                     {"a": ""},
		`{"a":true,"b":false}`:         {"a": "true", "b": "false"},
		`{"a":"\u00e9\n\ud83d\ude00"}`: {"a": "é\n😀"},
		// Numbers keep their digits.
		`{"a":9007199254740993,"b":1.50,"c":-0,"d":1E400,"e":0.1e-7}`: {"a": "9007199254740993", "b": "1.50", "c": "-0", "d": "1E400",
			"e": "0.1e-7"},
		// Paths.
		`{"provider":"ecs","properties":{"host_name":"h","fixed_ip":null}}`: {"provider": "ecs", "properties.host_name": "h",
			"properties.fixed_ip": nil},
		`{"ids":["a",["b",{"c":null}],{}]}`: {"ids.0": "a", "ids.1.0": "b", "ids.1.1.c": nil, "ids.2": "{}"},
		`{"":"x","a":{"":{"":"y"}}}`:        {"": "x", "a..": "y"},
		`{"":{"":1,"a":2}}`:                 {".": "1", ".a": "2"},
		`{"a.b":{"c.d":1}}`:                 {"a.b.c.d": "1"},
		`{"\"a\"":1,"a":2}`:                 {`"a"`: "1", "a": "2"},
		// If a name is given twice, its last value counts, and nothing of the first one stays.
		`{"region_id":"cn-north-1","x":1,"region_id":"cn-north-4"}`: {"region_id": "cn-north-4", "x": "1"},
		`{"a":{"b":1},"a":{"c":2}}`:                                 {"a.c": "2"},
		`{"a":{"b":1},"a":"x"}`:                                     {"a": "x"},
		`{"a":1,"a":{}}`:                                            {"a": "{}"},
		`{"a":1,"a":null}`:                                          {"a": nil},
		`{"a":[1,2,3],"a":[4]}`:                                     {"a.0": "4"},
		`{"o":{"a":1,"a":2},"p":{"a":3}}`:                           {"o.a": "2", "p.a": "3"},
		`{"a":1,"a":2,"a":3,"b":4}`:                                 {"a": "3", "b": "4"},
		`{"a":1,"\u0061":2}`:                                        {"a": "2"},
		// If two paths are the same, the last one in the document counts. A leaf that a repeated name replaced takes no part in that.
		`{"a.b":1,"a":{"b":2}}`:             {"a.b": "2"},
		`{"a":{"b":2},"a.b":1}`:             {"a.b": "1"},
		`{"a.b":1,"a":{"b":2},"c":3}`:       {"a.b": "2", "c": "3"},
		`{"a.b":2,"a":{"b":1},"a":{"c":3}}`: {"a.b": "2", "a.c": "3"},
		`{"a":{"b":1},"a.b":2,"a":{"c":3}}`: {"a.b": "2", "a.c": "3"},
		`{"a":["x"],"a.0":"y"}`:             {"a.0": "y"},
		`{".b":1,"":{"b":2}}`:               {".b": "2"},
		`{"a":{"b":{"c":1},"b.c":2}}`:       {"a.b.c": "2"},
	} {
		checkFlatten(t, doc, want)
		checkKeepPaths(t, doc, want)
	}
}

// Names are normalized to Unicode's NFC, as Terraform stores them. Two names that are then the same are one name. Values are not
// normalized.
//
// Fault: composed names.
func TestFlattenNormalizesNames(t *testing.T) {
	const composed, decomposed = "\u00e9", "e\u0301"
	for doc, want := range map[string]row{
		`{"` + decomposed + `":1}`: {composed: "1"},

		`{"` + decomposed + `":1,"` + composed + `":2}`: {composed: "2"},
		`{"` + composed + `":1,"` + decomposed + `":2}`: {composed: "2"},
		`{"` + composed + `":1,"e\u0301":2,"x":3}`:      {composed: "2", "x": "3"},

		`{"` + composed + `":{"a":1,"b":1},"` + decomposed + `":{"a":2}}`: {composed + ".a": "2"},
		`{"a":[{"` + composed + `":1,"` + decomposed + `":2}]}`:           {"a.0." + composed: "2"},
		`{"a.` + composed + `":1,"a":{"` + decomposed + `":2}}`:           {"a." + composed: "2"},
		`{"a":{"` + decomposed + `":2},"a.` + composed + `":1}`:           {"a." + composed: "1"},

		`{"e":{"\u0301":1},"\u00e9":2}`:       {"e.\u0301": "1", composed: "2"},
		`{"\u1100\u1161":1,"\uac00":2}`:       {"가": "2"},
		`{"\ufb01\u00b2":1,"fi2":2}`:          {"\ufb01\u00b2": "1", "fi2": "2"}, // alike, but not in NFC
		`{"\u212b":1,"A\u030a":2,"\u00c5":3}`: {"Å": "3"},

		`{"a":"` + decomposed + `","b":["e\u0301"],"c":"` + composed + `"}`:        {"a": decomposed, "b.0": decomposed, "c": composed},
		"{\"\xff\":1,\"\xfe\":2,\"\\ud800\":3,\"a\xe6\xbc\":\"\xff\"}":             {"\ufffd": "3", "a\ufffd\ufffd": "\ufffd"},
		`{"` + decomposed + strings.Repeat("n", 200) + `":1}`:                      {composed + strings.Repeat("n", 200): "1"},
		`{"x":{"` + decomposed + `":1},"y":{"` + decomposed + `":2},"\u0065":"3"}`: {"x." + composed: "1", "y." + composed: "2", "e": "3"},
	} {
		checkFlatten(t, doc, want)
	}
}

// The example in the documentation is right.
//
// Fault: any properties.
func TestFlattenDocumented(t *testing.T) {
	doc, err := os.ReadFile("testdata/flattening/properties.json")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/flattening/flat.json")
	if err != nil {
		t.Fatal(err)
	}
	documented := row{}
	if err := json.Unmarshal(want, &documented); err != nil {
		t.Fatal(err)
	}
	checkFlatten(t, string(doc), documented)
}

// nestedJSON returns an object with the given number of levels.
func nestedJSON(levels int) string {
	return strings.Repeat(`{"a":`, levels) + `1` + strings.Repeat(`}`, levels)
}

// Fault: any properties.
func TestFlattenDepth(t *testing.T) {
	for _, levels := range []int{40, maxDepth} {
		checkFlatten(t, nestedJSON(levels), row{strings.TrimSuffix(strings.Repeat("a.", levels), "."): "1"})
	}
	for _, doc := range []string{nestedJSON(maxDepth + 1),
		`{"a":` + strings.Repeat(`[`, maxDepth) + `1` + strings.Repeat(`]`, maxDepth) + `}`} {
		if _, err := flatten(t, doc, 1<<20); err == nil || err.Error() != "nested deeper than 100 levels" {
			t.Errorf("one level too many: got %v, want nested deeper than 100 levels", err)
		}
	}
	// An empty object has no level below it.
	checkFlatten(t, strings.Replace(nestedJSON(maxDepth), "1", "{}", 1), row{strings.Repeat("a.", maxDepth-1) + "a": "{}"})
}

// The path of each leaf takes from the budget.
//
// Fault: huge page.
func TestFlattenBudget(t *testing.T) {
	doc := fmt.Sprintf(`{%q:[1,2,3]}`, strings.Repeat("a", 1000))
	const bytes = int64(3 * (leafBytes + 1000 + len(".0") + len("1")))
	if _, err := flatten(t, doc, bytes); err != nil {
		t.Errorf("at the budget: got %v, want no error", err)
	}
	if _, err := flatten(t, doc, bytes-1); !errors.Is(err, ErrTooLarge) {
		t.Errorf("beyond the budget: got %v, want %v", err, ErrTooLarge)
	}
}

// Names beyond the limits for interning are read correctly, and are not interned.
func TestFlattenManyNames(t *testing.T) {
	var doc strings.Builder
	want := row{}
	doc.WriteString(`{"last":{}`)
	for i := range 3 * maxInterned {
		name := fmt.Sprintf("%d-%s", i, strings.Repeat("n", i%(2*maxInternedLength)))
		fmt.Fprintf(&doc, `,%q:%d`, name, i)
		want[name] = fmt.Sprint(i)
	}
	doc.WriteString(`,"last":{"a":1}}`)
	want["last.a"] = "1"

	r := newDecoder(&flatTable, strings.NewReader(`{"data":[{"p":`+doc.String()+`},{"p":`+doc.String()+`}]}`), pageBytes)
	p, err := r.read()
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range decodeRows(t, p) {
		if diff := cmp.Diff(row{"p": want}, got); diff != "" {
			t.Errorf("row %d: (-want +got)\n%s", i, diff)
		}
	}
	if n := len(r.flat.names); n != maxInterned {
		t.Errorf("got %d names that are interned, want %d", n, maxInterned)
	}
	for raw := range r.flat.index {
		if len(raw) > maxInternedLength {
			t.Errorf("a name of %d bytes is interned", len(raw))
		}
	}
}

// A list of members finds each of its names, with and without an index. Reset drops a large list.
func TestMembers(t *testing.T) {
	var m members
	for _, n := range []int{0, 1, shortList, shortList + 1, 2 * maxKeptMembers, 3} {
		m.reset()
		for i := range n {
			name := fmt.Sprint(i)
			if m.find(name) != nil {
				t.Errorf("of %d: %s is there before it is put", n, name)
			}
			m.put(name, span{i, i + 1})
		}
		for i := range n {
			if found := m.find(fmt.Sprint(i)); found == nil || found.leaves != (span{i, i + 1}) {
				t.Errorf("of %d: %d is %v", n, i, found)
			}
		}
		if long := m.places != nil; long != (n > shortList) {
			t.Errorf("of %d: found by a map: %t", n, long)
		}
		if m.reset(); cap(m.list) > maxKeptMembers {
			t.Errorf("of %d: keeps room for %d", n, cap(m.list))
		}
	}
}
