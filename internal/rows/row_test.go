package rows

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/vmihailenco/msgpack/v5"
)

// keyValue has the fields of a parameter or a tag, keyValues those of a target.
var (
	keyValue  = []Field{{Name: "key", Kind: Value}, {Name: "value", Kind: Value}}
	keyValues = []Field{{Name: "key", Kind: Value}, {Name: "values", Kind: Values}}
)

// tickets is a table with all kinds of fields.
var tickets = Table{
	Fields: []Field{
		{Name: "execution_id", Kind: Text}, {Name: "type", Kind: Value}, {Name: "start_time", Kind: Integer}, {Name: "steps", Kind: Values},
		{Name: "tags", Kind: Objects, Of: keyValue}, {Name: "targets", Kind: Objects, Of: keyValues},
		{Name: "jobs", Kind: Objects, Of: []Field{{Name: "id", Kind: Integer}, {Name: "name", Kind: Text}, {Name: "properties", Kind: Flat},
			{Name: "inputs", Kind: Objects, Of: keyValue}}},
	},
	Key: []string{"execution_id"},
}

func TestKinds(t *testing.T) {
	for name, tc := range map[string]struct {
		fields string
		want   row
	}{
		"a value's text":       {fields: `"type":"a \"b\" \u00e9"`, want: row{"type": `a "b" é`}},
		"a value's empty text": {fields: `"type":""`, want: row{"type": ""}},
		"a value of null":      {fields: `"type":null`, want: row{}},
		"a value's number":     {fields: `"type":9007199254740993.10e+2`, want: row{"type": "9007199254740993.10e+2"}},
		"a value's bool":       {fields: `"type":false`, want: row{"type": "false"}},
		"a value's array":      {fields: `"type":[ 1 , 1.50 , [ ] , null ]`, want: row{"type": "[1,1.50,[],null]"}},
		"a value's object": {fields: "\"type\":{\n\t\"b\" : { } ,\r\n \"a\" : \" \\u00e9 \" , \"a\" : 2 }",
			want: row{"type": `{"b":{},"a":" \u00e9 ","a":2}`}},
		"half characters in a value": {fields: "\"type\":[\"\xff\xe6\xbc\", \"\\ud800\"]",
			want: row{"type": "[\"\ufffd\ufffd\ufffd\",\"\\ud800\"]"}},

		"values": {fields: `"steps":["a",1.50,null,true,{"b": []},"",[ 1 ]]`,
			want: row{"steps": []any{"a", "1.50", nil, "true", `{"b":[]}`, "", "[1]"}}},
		"no values":                 {fields: `"steps":[]`, want: row{"steps": []any{}}},
		"null for values":           {fields: `"steps":null`, want: row{}},
		"an empty text for values":  {fields: `"steps":""`, want: row{}},
		"values twice":              {fields: `"steps":["a","b"],"steps":["c"]`, want: row{"steps": []any{"c"}}},
		"more values than a header": {fields: `"steps":[` + strings.Repeat("1,", 15) + `1]`, want: row{"steps": repeated("1", 16)}},
		"many values":               {fields: `"steps":[` + strings.Repeat(`"x",`, 1<<16-1) + `"x"]`, want: row{"steps": repeated("x", 1<<16)}},
		"objects":                   {fields: `"tags":[{"key":"k","value":"v"}]`, want: row{"tags": []any{row{"key": "k", "value": "v"}}}},
		"objects in another order": {fields: `"tags":[{"value":"v","x":[{}],"key":"k"}]`,
			want: row{"tags": []any{row{"key": "k", "value": "v"}}}},
		"no objects":                {fields: `"tags":[]`, want: row{"tags": []any{}}},
		"null for objects":          {fields: `"tags":null`, want: row{}},
		"an empty text for objects": {fields: `"tags":""`, want: row{}},
		"an object without a field": {fields: `"tags":[{"value":"v"},{}]`,
			want: row{"tags": []any{row{"key": nil, "value": "v"}, row{"key": nil, "value": nil}}}},
		"an object's field twice": {fields: `"tags":[{"key":"k","value":"v","key":null}]`,
			want: row{"tags": []any{row{"key": nil, "value": "v"}}}},
		"a number as an object's": {fields: `"tags":[{"key":7,"value":1.50}]`, want: row{"tags": []any{row{"key": "7", "value": "1.50"}}}},
		"an object as an object's": {fields: `"tags":[{"key":"k","value":{"a": [1]}}]`,
			want: row{"tags": []any{row{"key": "k", "value": `{"a":[1]}`}}}},
		"a bare text for an object": {fields: `"tags":["v",""]`,
			want: row{"tags": []any{row{"key": nil, "value": "v"}, row{"key": nil, "value": ""}}}},
		"null for an object": {fields: `"tags":[null,"v"]`,
			want: row{"tags": []any{row{"key": nil, "value": nil}, row{"key": nil, "value": "v"}}}},
		"values in objects": {fields: `"targets":[{"key":"k","values":[{"id": 1},"x"]}]`,
			want: row{"targets": []any{row{"key": "k", "values": []any{`{"id":1}`, "x"}}}}},
		"nulls in objects": {fields: `"targets":[{"key":null,"values":null},null,{"values":""}]`,
			want: row{"targets": repeated(row{"key": nil, "values": nil}, 3)}},
		"more objects than a header": {fields: `"tags":[` + strings.Repeat("{},", 15) + `{}]`,
			want: row{"tags": repeated(row{"key": nil, "value": nil}, 16)}},
		"objects in objects": {
			fields: `"jobs":[{"inputs":["x",{"key":"k"}],"properties":{"a":{"b":1}},"name":"n","id":"7"},{"properties":[],"id":"","inputs":""}],` +
				`"type":"t"`,
			want: row{"type": "t", "jobs": []any{
				row{"id": int64(7), "name": "n", "properties": row{"a.b": "1"},
					"inputs": []any{row{"key": nil, "value": "x"}, row{"key": "k", "value": nil}}},
				row{"id": nil, "name": nil, "properties": row{}, "inputs": nil},
			}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := readOne(t, &tickets, `{`+tc.fields+`}`)
			equal(t, "row", tickets.withNulls(tc.want), decode(t, got.Encoded))
		})
	}
}

func repeated(value any, n int) []any { return slices.Repeat([]any{value}, n) }

func TestKindsRefuse(t *testing.T) {
	for fields, want := range map[string]string{
		`"steps":"a"`:                      `data[0].steps: want an array, got the string "a"`,
		`"steps":{}`:                       "data[0].steps: want an array, got an object",
		`"steps":7`:                        "data[0].steps: want an array, got the number 7",
		`"tags":{"a":"b"}`:                 "data[0].tags: want an array, got an object",
		`"tags":" "`:                       `data[0].tags: want an array, got the string " "`,
		`"tags":[{},7]`:                    "data[0].tags[1]: want an object, got the number 7",
		`"tags":[[]]`:                      "data[0].tags[0]: want an object, got an array",
		`"targets":[{},"a"]`:               `data[0].targets[1]: want an object, got the string "a"`,
		`"targets":[{"values":"a"}]`:       `data[0].targets[0].values: want an array, got the string "a"`,
		`"jobs":[{},{"id":1.5}]`:           "data[0].jobs[1].id: want an integer, got the number 1.5",
		`"jobs":[{"name":7}]`:              "data[0].jobs[0].name: want a string, got the number 7",
		`"jobs":[{"properties":[1]}]`:      "data[0].jobs[0].properties: want an object, got an array",
		`"jobs":[{"inputs":[{},false]}]`:   "data[0].jobs[0].inputs[1]: want an object, got false",
		`"type":[1,]`:                      "invalid character ']'",
		`"type":{"a" 1}`:                   "invalid character '1'",
		`"tags":[{"key":1 "value":2}]`:     "invalid character '\"'",
		`"execution_id":{"a":["b"]},"x":1`: "data[0].execution_id: want a string, got an object",
	} {
		checkError(t, tickets.Read, `{"data":[{`+fields+`}]}`, want)
	}
}

// A field of an unknown kind is an error.
func TestUnknownKind(t *testing.T) {
	table := Table{Fields: []Field{{Name: "a", Kind: Objects + 1}}}
	checkError(t, table.Read, `{"data":[{"a":1}]}`, "a field of the unknown kind 6")
}

// An encoded row has the fields of the table in the order of the table, whatever their order in the JSON.
func TestFieldOrder(t *testing.T) {
	for _, fields := range []string{`{}`, `{"properties":{"a":1},"message":"m","id":1}`, `{"id":1,"message":"m"}`} {
		dec := msgpack.NewDecoder(bytes.NewReader(readOne(t, &instances, fields).Encoded))
		n, err := dec.DecodeMapLen()
		if err != nil || n != len(instances.Fields) {
			t.Fatalf("%s: %d fields, %v", fields, n, err)
		}
		for _, field := range instances.Fields {
			if name, err := dec.DecodeString(); err != nil || name != field.Name {
				t.Errorf("%s: %q, %v instead of %q", fields, name, err, field.Name)
			}
			if err := dec.Skip(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Rows do not share memory: writing to one row, up to its capacity, changes no other row.
func TestRowsAreApart(t *testing.T) {
	rows := read(t, &instances, `{"data":[{"id":1,"message":"a","properties":{"a":"b"}},{"id":2},{"message":"c"}]}`).Rows
	for i := range rows {
		for j := range rows {
			if i != j {
				encoded := bytes.Clone(rows[j].Encoded)
				clear(rows[i].Encoded[:cap(rows[i].Encoded)])
				if !bytes.Equal(rows[j].Encoded, encoded) {
					t.Errorf("row %d changes row %d", i, j)
				}
			}
		}
	}
}

// Rows have the same key exactly if their key fields have the same values. Null and an empty string count as missing.
func TestKey(t *testing.T) {
	same := [][]string{
		{`{}`, `{"id":null}`, `{"execution_instance_id":null,"id":""}`, `{"execution_instance_id":""}`, `{"status":"x","message":"EXI1"}`},
		{`{"id":1,"execution_instance_id":"EXI1"}`, `{"execution_instance_id":"EXI1","id":"1","status":"x"}`,
			`{"id":2,"id":1,"execution_instance_id":"\u0045XI1"}`},
		{`{"id":1}`, `{"id":"1","execution_instance_id":null}`, `{"execution_instance_id":"","id":1}`,
			`{"id":1,"execution_instance_id":"x","execution_instance_id":null}`},
		{`{"execution_instance_id":"EXI1"}`, `{"id":null,"execution_instance_id":"EXI1"}`, `{"execution_instance_id":"EXI1","id":""}`},
		{`{"id":1,"execution_instance_id":"EXI2"}`},
		{`{"id":2,"execution_instance_id":"EXI1"}`},
		{`{"id":0}`},
		{`{"id":-1}`},
		{`{"id":256}`},
		{`{"execution_instance_id":"1"}`},
		{`{"execution_instance_id":" "}`},
		{`{"execution_instance_id":"` + strings.Repeat("x", 1000) + `"}`},
	}
	group := map[string]int{}
	for i, rows := range same {
		for j, fields := range rows {
			key := readOne(t, &instances, fields).Key
			if (key == "") != (i == 0) {
				t.Errorf("%s: key %q", fields, key)
			}
			switch other, seen := group[key]; {
			case seen && other != i:
				t.Errorf("%s has the key of %s", fields, same[other][0])
			case !seen && j > 0:
				t.Errorf("%s has another key than %s", fields, rows[0])
			}
			group[key] = i
		}
	}
	if key := readOne(t, &Table{Fields: instances.Fields}, `{"id":1}`).Key; key != "" {
		t.Errorf("without key fields: key %q", key)
	}
}

// Keys differ if the texts of the key fields differ, even if the texts are the same when they are joined.
func TestKeyOfTexts(t *testing.T) {
	table := Table{Fields: []Field{{Name: "a", Kind: Text}, {Name: "b", Kind: Text}}, Key: []string{"b", "a"}}
	keys := map[string]string{}
	for _, fields := range []string{
		`{"a":"x","b":"y"}`, `{"a":"y","b":"x"}`, `{"a":"xy"}`,
		`{"b":"xy"}`, `{"a":"x"}`, `{"a":"x","b":"xy"}`, `{"a":"xx","b":"y"}`, `{"a":"\u00a1x","b":"y"}`,
	} {
		key := readOne(t, &table, fields).Key
		if other, twice := keys[key]; twice {
			t.Errorf("%s and %s have the key %q", fields, other, key)
		}
		keys[key] = fields
	}
}

// Rows with the same status share one copy of it.
func TestStatus(t *testing.T) {
	rows := read(t, &instances,
		`{"data":[{"status":"Failed"},{"status":"F\u0061iled"},{"status":"failed"},{"status":null},{},{"status":""},{"status":"a",`+
			`"status":"b"}]}`).Rows
	for i, want := range []string{"Failed", "Failed", "failed", "", "", "", "b"} {
		if rows[i].Status != want {
			t.Errorf("row %d: got %q, want %q", i, rows[i].Status, want)
		}
	}
	if unsafe.StringData(rows[0].Status) != unsafe.StringData(rows[1].Status) { //nolint:gosec // only compared
		t.Error("a status has two copies")
	}
	if status := readOne(t, &tickets, `{"execution_id":"x"}`).Status; status != "" {
		t.Errorf("a table without a status: %q", status)
	}
}

// A page with many statuses shares only some of them. Each row still has its own status.
func TestManyStatuses(t *testing.T) {
	const rows = 3 * maxSharedStatuses
	var body strings.Builder
	for i := range rows {
		fmt.Fprintf(&body, `,{"status":"s%d"}`, i)
	}
	r := newDecoder(&instances, strings.NewReader(`{"data":[`+body.String()[1:]+`]}`), pageBytes)
	p, err := r.read()
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range p.Rows {
		if want := fmt.Sprintf("s%d", i); row.Status != want {
			t.Errorf("got %q, want %q", row.Status, want)
		}
	}
	if n := len(r.statuses); n != maxSharedStatuses {
		t.Errorf("got %d copies of statuses, want %d", n, maxSharedStatuses)
	}
}

func TestTextAndInteger(t *testing.T) {
	encoded := readOne(t, &tickets, `{"execution_id":"EX1","type":{"a":1},"start_time":1750659138000,"steps":["x"],"tags":["x"]}`).Encoded
	empty := readOne(t, &tickets, `{"execution_id":"","type":null}`).Encoded
	negative := readOne(t, &tickets, `{"start_time":-1,"jobs":[]}`).Encoded
	for name, tc := range map[string]struct {
		encoded []byte
		field   string
		text    any // nil for none
		integer any
	}{
		"a text":           {encoded: encoded, field: "execution_id", text: "EX1"},
		"a value":          {encoded: encoded, field: "type", text: `{"a":1}`},
		"an integer":       {encoded: encoded, field: "start_time", integer: int64(1750659138000)},
		"a negative one":   {encoded: negative, field: "start_time", integer: int64(-1)},
		"a list":           {encoded: encoded, field: "steps"},
		"objects":          {encoded: encoded, field: "tags"},
		"the last field":   {encoded: encoded, field: "jobs"},
		"an unknown field": {encoded: encoded, field: "x"},
		"no field":         {encoded: encoded, field: ""},
		"an empty text":    {encoded: empty, field: "execution_id", text: ""},
		"a null":           {encoded: empty, field: "type"},
		"a missing text":   {encoded: negative, field: "execution_id"},
		"a missing number": {encoded: empty, field: "start_time"},
		"no row":           {encoded: nil, field: "execution_id"},
		"half a row":       {encoded: encoded[:3], field: "start_time"},
		"no object":        {encoded: []byte{0xc0}, field: "execution_id"},
	} {
		var text, integer any
		if s, ok := tickets.Text(tc.encoded, tc.field); ok {
			text = string(s)
		}
		if n, ok := tickets.Integer(tc.encoded, tc.field); ok {
			integer = n
		}
		if text != tc.text || integer != tc.integer {
			t.Errorf("%s: got %#v, %#v; want %#v, %#v", name, text, integer, tc.text, tc.integer)
		}
	}
}
