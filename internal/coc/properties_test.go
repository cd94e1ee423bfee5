package coc

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

func flatten(doc string, budget int64) (map[string]*string, error) {
	dec := jsontext.NewDecoder(strings.NewReader(doc), jsontext.AllowDuplicateNames(true))
	return newFlattener(budget).flatten(dec)
}

// values is a flat map that reads well in a table; null is a nil.
type values map[string]any

func plain(flat map[string]*string) values {
	v := values{}
	for path, value := range flat {
		v[path] = nil
		if value != nil {
			v[path] = *value
		}
	}
	return v
}

func TestFlatten(t *testing.T) {
	for doc, want := range map[string]values{
		`{}`:                           {},
		`{"a":{}, "b":[]}`:             {"a": "{}", "b": "[]"},
		`{"a":null}`:                   {"a": nil},
		`{"a":""}`:                     {"a": ""},
		`{"a":true,"b":false}`:         {"a": "true", "b": "false"},
		`{"a":"\u00e9\n\ud83d\ude00"}`: {"a": "é\n😀"},
		// Numbers keep their digits.
		`{"a":9007199254740993,"b":1.50,"c":-0,"d":1E400,"e":0.1e-7}`: {"a": "9007199254740993", "b": "1.50", "c": "-0", "d": "1E400", "e": "0.1e-7"},
		// Paths.
		`{"provider":"ecs","properties":{"host_name":"h","fixed_ip":null}}`: {"provider": "ecs", "properties.host_name": "h", "properties.fixed_ip": nil},
		`{"ids":["a",["b",{"c":null}],{}]}`:                                 {"ids.0": "a", "ids.1.0": "b", "ids.1.1.c": nil, "ids.2": "{}"},
		`{"":"x","a":{"":{"":"y"}}}`:                                        {"": "x", "a..": "y"},
		`{"a.b":{"c.d":1}}`:                                                 {"a.b.c.d": "1"},
		`{"\"a\"":1,"a":2}`:                                                 {`"a"`: "1", "a": "2"},
		// Of a name given twice the last one counts, whole.
		`{"region_id":"cn-north-1","x":1,"region_id":"cn-north-4"}`: {"region_id": "cn-north-4", "x": "1"},
		`{"a":{"b":1},"a":{"c":2}}`:                                 {"a.c": "2"},
		`{"a":{"b":1},"a":"x"}`:                                     {"a": "x"},
		`{"a":1,"a":{}}`:                                            {"a": "{}"},
		`{"a":[1,2,3],"a":[4]}`:                                     {"a.0": "4"},
		`{"o":{"a":1,"a":2},"p":{"a":3}}`:                           {"o.a": "2", "p.a": "3"},
		// Of paths that collide the last in document order counts, and what a repeated name covered up stays.
		`{"a.b":1,"a":{"b":2}}`:             {"a.b": "2"},
		`{"a":{"b":2},"a.b":1}`:             {"a.b": "1"},
		`{"a.b":2,"a":{"b":1},"a":{"c":3}}`: {"a.b": "2", "a.c": "3"},
		`{"a":{"b":1},"a.b":2,"a":{"c":3}}`: {"a.b": "2", "a.c": "3"},
		`{"a":["x"],"a.0":"y"}`:             {"a.0": "y"},
	} {
		flat, err := flatten(doc, 1<<10)
		if err != nil {
			t.Errorf("%s: %v", doc, err)
			continue
		}
		if diff := cmp.Diff(want, plain(flat)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", doc, diff)
		}
	}
}

// The example in the documentation.
func TestFlattenDocumented(t *testing.T) {
	doc, err := os.ReadFile("testdata/flattening/properties.json")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/flattening/flat.json")
	if err != nil {
		t.Fatal(err)
	}
	documented := values{}
	if err := json.Unmarshal(want, &documented); err != nil {
		t.Fatal(err)
	}
	flat, err := flatten(string(doc), 1<<10)
	if diff := cmp.Diff(documented, plain(flat)); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

func nested(levels int) string {
	return strings.Repeat(`{"a":`, levels) + `1` + strings.Repeat(`}`, levels)
}

func TestFlattenDepth(t *testing.T) {
	for _, levels := range []int{40, maxDepth} {
		flat, err := flatten(nested(levels), 1<<20)
		want := values{strings.TrimSuffix(strings.Repeat("a.", levels), "."): "1"}
		if diff := cmp.Diff(want, plain(flat)); err != nil || diff != "" {
			t.Errorf("%d levels: %v %s", levels, err, diff)
		}
	}
	for _, doc := range []string{nested(maxDepth + 1), `{"a":` + strings.Repeat(`[`, maxDepth) + `1` + strings.Repeat(`]`, maxDepth) + `}`} {
		if _, err := flatten(doc, 1<<20); !errors.Is(err, errTooDeep) {
			t.Errorf("one level too many: %v", err)
		}
	}
}

// A long path stands before every leaf below it.
func TestFlattenBudget(t *testing.T) {
	doc := fmt.Sprintf(`{%q:[1,2,3]}`, strings.Repeat("a", 1000))
	const bytes = int64(3 * (leafBytes + 1000 + len(".0") + len("1")))
	if _, err := flatten(doc, bytes); err != nil {
		t.Errorf("at the budget: %v", err)
	}
	if _, err := flatten(doc, bytes-1); !errors.Is(err, ErrPageTooLarge) {
		t.Errorf("beyond the budget: %v", err)
	}
}

// More names and longer ones than are interned come out the same.
func TestFlattenManyNames(t *testing.T) {
	var doc strings.Builder
	want := values{}
	doc.WriteString(`{"last":{}`)
	for i := range 3 * maxInterned {
		name := fmt.Sprintf("%d-%s", i, strings.Repeat("n", i%(2*maxInternedLength)))
		fmt.Fprintf(&doc, `,%q:%d`, name, i)
		want[name] = fmt.Sprint(i)
	}
	doc.WriteString(`,"last":{"a":1}}`)
	want["last.a"] = "1"
	flat, err := flatten(doc.String(), maxPageBytes)
	if diff := cmp.Diff(want, plain(flat)); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}
