package coc

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// FuzzDecodePage: whatever comes in, rows or an error come out, and rows are as many as another parser counts.
func FuzzDecodePage(f *testing.F) {
	body, err := json.Marshal(coctest.Page{Data: append(coctest.Rows(2), coctest.Sample()...), Total: 4})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	for _, seed := range []string{
		``, `null`, `[]`, `{}`, `<html>`, `{"data":[],"total":0}`, `{"data":[{"id":"1"}]} `, `{"data":[{"id":1.5}]}`,
		`{"error_code":"COC.00000000","data":null}`, `{"data":[{"properties":{"a":[{"b":null},1.50,"x",true]}}]}`,
		`{"data":[{"id":9223372036854775808}]}`, `{"data":[],"data":[{}]}`, "{\"data\":[{\"message\":\"\xff\"}]}", `{"data":[{"message":"\ud800"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := decodePage(strings.NewReader(string(body)), 1<<20)
		if err != nil {
			if p != nil {
				t.Fatalf("a page besides an error: %v", err)
			}
			return
		}
		var other map[string]json.RawMessage
		var rows []json.RawMessage
		if err := json.Unmarshal(body, &other); err != nil {
			t.Fatalf("another parser refuses it: %v", err)
		}
		if raw, ok := other["data"]; ok {
			if err := json.Unmarshal(raw, &rows); err != nil {
				t.Fatalf("another parser refuses data: %v", err)
			}
		}
		if len(rows) != len(p.rows) {
			t.Fatalf("%d rows, another parser has %d", len(p.rows), len(rows))
		}
	})
}

// FuzzFlatten: nothing is lost. The path of each leaf is in the map, with its last value, and nothing else is.
func FuzzFlatten(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"provider":"ecs","properties":{"host_name":"h","fixed_ip":null}}`, `{"a":{"b":1},"a.b":2,"a":{"c":3}}`,
		`{"a":[1.50,[],{},{"":""}],"":0}`, `{"a":1,"a":{"a":{"a":true,"a":[false]}}}`, `{"x":9007199254740993,"y":-0,"z":1E400}`,
		`{"\"a\"":"\u00e9\ud83d\ude00","a":"\n"}`, nested(40), nested(101),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		if !strings.HasPrefix(strings.TrimLeft(doc, " \t\r\n"), "{") {
			return
		}
		flat, err := flatten(doc, 1<<20)
		if err != nil {
			return
		}
		dec := json.NewDecoder(strings.NewReader(doc))
		dec.UseNumber()
		want := values{}
		readNode(t, dec).walk(nil, want)
		if diff := cmp.Diff(want, plain(flat)); diff != "" {
			t.Fatalf("%s: (-want +got)\n%s", doc, diff)
		}
	})
}

// node is a JSON value as another parser reads it, slowly and plainly: members in document order, of a name given twice the
// last one at its own place.
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
			name = fmt.Sprint(key)
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

func (n node) walk(path []string, into values) {
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

// FuzzSignature: the emulator's verifier, written from the published algorithm, accepts what the official signer signs.
func FuzzSignature(f *testing.F) {
	f.Add("EXS2025062314121901000001", "", "project")
	f.Add("a b+c/d=e&f", "/base/päth", "")
	f.Add("%2F", "/a%20b//c", "p")
	f.Add("~", "/..", "!")
	f.Fuzz(func(t *testing.T, step, base, project string) {
		if strings.ContainsFunc(project, func(r rune) bool { return r < '!' || r > '~' }) {
			return // the provider refuses it
		}
		if _, err := ParseEndpoint("https://coc.example.com" + base); err != nil {
			return
		}
		if u, err := url.Parse("https://coc.example.com" + base); err != nil || u.Host != "coc.example.com" {
			return
		}
		c := newClient(t, nil, func(config *Config) {
			config.Endpoint, config.ProjectID = "https://coc.example.com"+base, project
		})
		req, _, err := c.request(t.Context(), query{stepID: step, limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		in := httptest.NewRequest(req.Method, req.URL.String(), nil)
		in.Header = req.Header
		if err := testKeys.Verify(in, time.Now()); err != nil {
			t.Fatalf("%s: %v", req.URL, err)
		}
		if got := in.URL.Query().Get("execution_step_id"); got != step {
			t.Fatalf("step %q arrives as %q", step, got)
		}
	})
}
