package rows

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// FuzzRead: for any body, Read returns either a page or an error. The page has as many rows as encoding/json finds, with the same
// texts and integers.
//
// Fault: no page.
func FuzzRead(f *testing.F) {
	body, err := json.Marshal(coctest.Page{Data: append(coctest.Rows(2), coctest.Sample()...), Total: 4})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	for _, seed := range []string{
		``, `null`, `[]`, `{}`, `<html>`, `{"data":[],"total":0}`, `{"data":[{"id":"1"}]} `, `{"data":[{"id":1.5}]}`,
		`{"error_code":"COC.00000000","data":null}`, `{"data":[{"properties":{"a":[{"b":null},1.50,"x",true]}}]}`,
		`{"data":[{"id":9223372036854775808}]}`,
		`{"data":[],"data":[{}]}`, "{\"data\":[{\"message\":\"\xff\"}]}", `{"data":[{"message":"\ud800"}]}`,
		"\ufeff{\"data\":[{\"end_time\":\"\",\"properties\":\"\"},{\"properties\":[]}],\"total\":\"\",\"error_code\":0}",
		`{"data":[{"execution_id":"EX1","type":[1, {"a":1.50}],"steps":["a",null,{}],"tags":["v",null,{"key":"k","value":7}],` +
			`"targets":[{"values":[[]]}]}]}`,
		`{"data":[{"jobs":[{"id":1,"properties":{"a":{"b":1},"a.b":2},"inputs":[{}]}]}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, table := range []*Table{&instances, &tickets} {
			p, err := table.Read(bytes.NewReader(body), 1<<20)
			if err != nil {
				if p != nil {
					t.Fatalf("a page besides an error: %v", err)
				}
				continue
			}
			var other map[string]json.RawMessage
			var rows []map[string]any
			if err := json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &other); err != nil {
				t.Fatalf("another parser refuses it: %v", err)
			}
			if raw, ok := other["data"]; ok {
				dec := json.NewDecoder(bytes.NewReader(raw))
				dec.UseNumber()
				if err := dec.Decode(&rows); err != nil {
					t.Fatalf("another parser refuses data: %v", err)
				}
			}
			if len(rows) != len(p.Rows) {
				t.Fatalf("%d rows, another parser has %d", len(p.Rows), len(rows))
			}
			for i, decoded := range decodeRows(t, p) {
				compareRow(t, table, p.Rows[i], decoded, rows[i])
			}
		}
	})
}

// compareRow compares the texts and integers of a row with those that encoding/json finds.
func compareRow(t *testing.T, table *Table, r Row, decoded row, other map[string]any) {
	if len(decoded) != len(table.Fields) {
		t.Fatalf("%d fields", len(decoded))
	}
	for _, field := range table.Fields {
		value, there := decoded[field.Name]
		if !there {
			t.Fatalf("no field %s", field.Name)
		}
		var want, got any
		switch field.Kind {
		case Text:
			want = other[field.Name]
			if text, ok := table.Text(r.Encoded, field.Name); ok {
				got = string(text)
			}
		case Integer:
			if digits := fmt.Sprint(other[field.Name]); other[field.Name] != nil && digits != "" {
				n, err := strconv.ParseInt(digits, 10, 64)
				if err != nil {
					t.Fatal(err)
				}
				want = n
			}
			if n, ok := table.Integer(r.Encoded, field.Name); ok {
				got = n
			}
		default:
			continue
		}
		if value != want || got != want {
			t.Fatalf("%s: got %#v and %#v, want %#v", field.Name, value, got, want)
		}
	}
}

// FuzzFlatten: the map has the path of each leaf, with its last value, and no other path.
//
// Fault: any properties.
func FuzzFlatten(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"provider":"ecs","properties":{"host_name":"h","fixed_ip":null}}`, `{"a":{"b":1},"a.b":2,"a":{"c":3}}`,
		`{"a":[1.50,[],{},{"":""}],"":0}`, `{"a":1,"a":{"a":{"a":true,"a":[false]}}}`, `{"x":9007199254740993,"y":-0,"z":1E400}`,
		`{"\"a\"":"\u00e9\ud83d\ude00","a":"\n"}`, nestedJSON(40), nestedJSON(101),
		`{"\u00e9":{"a":1},"e\u0301":{"b":2},"a.\u00e9":1,"a":{"e\u0301":2}}`, "{\"\xff\":1,\"\\ud800\":\"\xe6\xbc\"}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		if !strings.HasPrefix(strings.TrimLeft(doc, " \t\r\n"), "{") || !json.Valid([]byte(doc)) {
			return
		}
		flat, err := flatten(t, doc, 1<<24)
		if err != nil {
			if !errors.Is(err, ErrTooLarge) && !strings.Contains(err.Error(), "nested deeper") {
				t.Fatalf("another parser takes it: %v", err)
			}
			return
		}
		dec := json.NewDecoder(strings.NewReader(doc))
		dec.UseNumber()
		want := row{}
		readNode(t, dec).walk(nil, want)
		if diff := cmp.Diff(want, flat); diff != "" {
			t.Fatalf("%s: (-want +got)\n%s", doc, diff)
		}
		checkKeepPaths(t, doc, flat)
		for path, value := range flat {
			text, _ := value.(string)
			if !norm.NFC.IsNormalString(path) || !utf8.ValidString(path) || !utf8.ValidString(text) {
				t.Fatalf("%q: %q", path, text)
			}
		}
	})
}

// node is a JSON value as encoding/json reads it. Its members are in the order of the document. If a name is given twice, only its
// last value is there, at the place of that value.
type node struct {
	leaf    any // nil, bool, string, json.Number, or {} or [] as a string
	names   []string
	members []node
}

func readNode(t *testing.T, dec *json.Decoder) node {
	tok, err := dec.Token()
	if err != nil {
		t.Fatalf("another parser refuses it: %v", err)
	}
	delim, ok := tok.(json.Delim)
	if !ok {
		return node{leaf: tok}
	}
	var n node
	for i := 0; dec.More(); i++ {
		name := strconv.Itoa(i)
		if delim == '{' {
			key, err := dec.Token()
			if err != nil {
				t.Fatal(err)
			}
			name = norm.NFC.String(fmt.Sprint(key))
		}
		value := readNode(t, dec)
		for at, earlier := range n.names {
			if delim == '{' && earlier == name {
				n.names = append(n.names[:at:at], n.names[at+1:]...)
				n.members = append(n.members[:at:at], n.members[at+1:]...)
				break
			}
		}
		n.names, n.members = append(n.names, name), append(n.members, value)
	}
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
	if n.names == nil {
		n.leaf = map[json.Delim]string{'{': "{}", '[': "[]"}[delim]
	}
	return n
}

// walk adds the leaves of a node to a map.
func (n node) walk(path []string, into row) {
	if n.names == nil {
		if into[strings.Join(path, ".")] = n.leaf; n.leaf != nil {
			into[strings.Join(path, ".")] = fmt.Sprint(n.leaf)
		}
		if len(path) == 0 {
			clear(into) // an empty object has no leaf
		}
		return
	}
	for i, name := range n.names {
		n.members[i].walk(append(path[:len(path):len(path)], name), into)
	}
}
