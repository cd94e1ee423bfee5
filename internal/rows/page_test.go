package rows

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func ptr[T any](v T) *T { return &v }

// Fault: integers, missing fields, odd texts.
func TestRead(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		want Page // without rows
		rows []row
	}{
		"no rows": {body: `{"data":[],"total":0}`, want: Page{Listed: true, Total: ptr(int64(0))}},
		"nothing": {body: ` {} `},
		"null":    {body: `{"data":null,"total":null,"error_code":null,"error_msg":null}`},
		"success by code": {
			body: `{"error_code":"COC.00000000","error_msg":"ok","data":[{}]}`,
			want: Page{Listed: true, ErrorCode: ptr("COC.00000000"), ErrorMsg: ptr("ok")},
			rows: []row{{}},
		},
		"integers beyond 2^53, bare and in strings": {
			body: `{"total":"9007199254740993","data":[{"id":9223372036854775807,"start_time":"-9223372036854775808"}]}`,
			want: Page{Listed: true, Total: ptr(int64(9007199254740993))},
			rows: []row{{"id": int64(9223372036854775807), "start_time": int64(-9223372036854775808)}},
		},
		"unknown fields, and names by case": {
			body: `{"extra":{"data":[1,{"a":[]}]},"Data":7,"data":[{"ID":"x","unknown":[[]],"id":1}]}`,
			want: Page{Listed: true},
			rows: []row{{"id": int64(1)}},
		},
		"an escaped name":     {body: `{"d\u0061ta":[{"\u0069d":1}]}`, want: Page{Listed: true}, rows: []row{{"id": int64(1)}}},
		"a row's field twice": {body: `{"data":[{"id":1,"id":2}]}`, want: Page{Listed: true}, rows: []row{{"id": int64(2)}}},
		"a row's field twice, the later one null": {
			body: `{"data":[{"id":1,"properties":{"a":1},"id":null,"properties":null}]}`, want: Page{Listed: true}, rows: []row{{}},
		},
		"fields in any order": {
			body: `{"data":[{"status":"Failed","message":"","id":0},{"message":"a","status":"b"},{"id":-1}]}`,
			want: Page{Listed: true},
			rows: []row{{"id": int64(0), "status": "Failed", "message": ""}, {"message": "a", "status": "b"}, {"id": int64(-1)}},
		},
		"null fields": {
			body: `{"data":[{"id":null,"status":null,"properties":null},{"properties":{}}]}`,
			want: Page{Listed: true},
			rows: []row{{}, {"properties": row{}}},
		},
		// Java services send empty strings and arrays instead of null.
		"an empty text for an integer": {body: `{"total":"","data":[{"id":7,"end_time":""}]}`, want: Page{Listed: true},
			rows: []row{{"id": int64(7)}}},
		"an empty text for an object": {body: `{"data":[{"id":7,"properties":""}]}`, want: Page{Listed: true}, rows: []row{{"id": int64(7)}}},
		"an empty array for an object": {
			body: `{"data":[{"properties":[]},{"properties":[ ]}]}`, want: Page{Listed: true}, rows: []row{{"properties": row{}},
				{"properties": row{}}},
		},
		"a numeric code":        {body: `{"error_code":0}`, want: Page{ErrorCode: ptr("0")}},
		"a numeric code's text": {body: `{"error_code":1.50}`, want: Page{ErrorCode: ptr("1.50")}},
		"a byte order mark":     {body: "\ufeff{\"data\":[{\"id\":7}]}", want: Page{Listed: true}, rows: []row{{"id": int64(7)}}},
		"half a character": {
			body: "{\"error_msg\":\"\xe6\xbc\",\"data\":[{\"id\":7,\"message\":\"a\xffb\xe6\xbc\"},{\"id\":8}]}",
			want: Page{Listed: true, ErrorMsg: ptr("\ufffd\ufffd")},
			rows: []row{{"id": int64(7), "message": "a\ufffdb\ufffd\ufffd"}, {"id": int64(8)}},
		},
		"half a pair": {
			body: `{"data":[{"message":"a\ud800b"},{"message":"\udc00\ud83d\ude00"},{"properties":{"a":"\ud800","\ud800":1}}]}`,
			want: Page{Listed: true},
			rows: []row{{"message": "a\ufffdb"}, {"message": "\ufffd😀"}, {"properties": row{"a": "\ufffd", "\ufffd": "1"}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, &instances, tc.body)
			if diff := cmp.Diff(&tc.want, got, cmpopts.IgnoreFields(Page{}, "Rows")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			checkRows(t, got, tc.rows)
		})
	}
}

// Fault: no page, wrong type.
func TestReadRefuses(t *testing.T) {
	long := strings.Repeat("é", 41)
	for body, want := range map[string]string{
		``:                         "EOF",
		"\ufeff":                   "EOF",
		"\ufeff\ufeff{}":           "invalid character",
		" \ufeff{}":                "invalid character",
		"\xef\xbb{}":               "invalid character",
		`<html>`:                   "invalid character '<'",
		`null`:                     "want a JSON object, got null",
		`[]`:                       "want a JSON object, got an array",
		`"{}"`:                     `want a JSON object, got the string "{}"`,
		`{"data":[]`:               "unexpected EOF",
		`{"data":[{"properties":[`: "unexpected EOF",
		`{"data":[]} {}`:           "more JSON after the object",
		`{"data":[]} x`:            "invalid character 'x'",
		`{"data":[],}`:             "invalid character",

		`{"data":{}}`:                     "data: want an array, got an object",
		`{"data":"[]"}`:                   `data: want an array, got the string "[]"`,
		`{"data":""}`:                     `data: want an array, got the string ""`,
		`{"total":1.5}`:                   "total: want an integer, got the number 1.5",
		`{"total":true}`:                  "total: want an integer, got true",
		`{"total":" "}`:                   `total: want an integer, got the string " "`,
		`{"total":[]}`:                    "total: want an integer, got an array",
		`{"total":"9223372036854775808"}`: `total: the string "9223372036854775808" is beyond 64 bits`,

		`{"error_code":false}`:               "error_code: want a string, got false",
		`{"error_code":{}}`:                  "error_code: want a string, got an object",
		`{"error_msg":0}`:                    "error_msg: want a string, got the number 0",
		`{"data":[],"data":[]}`:              "data: given twice",
		`{"total":1,"total":2}`:              "total: given twice",
		`{"error_code":"a","error_code":""}`: "error_code: given twice",
		`{"error_msg":null,"error_msg":""}`:  "error_msg: given twice",

		`{"data":[{},7]}`:          "data[1]: want an object, got the number 7",
		`{"data":[null]}`:          "data[0]: want an object, got null",
		`{"data":[""]}`:            `data[0]: want an object, got the string ""`,
		`{"data":[{},{"id":1.5}]}`: "data[1].id: want an integer, got the number 1.5",
		`{"data":[{"id":1e3}]}`:    "data[0].id: want an integer, got the number 1e3",
		`{"data":[{"id":"x"}]}`:    `data[0].id: want an integer, got the string "x"`,
		`{"data":[{"id":"1 "}]}`:   `data[0].id: want an integer, got the string "1 "`,
		`{"data":[{"id":{}}]}`:     "data[0].id: want an integer, got an object",

		`{"data":[{"end_time":9223372036854775808}]}`: "data[0].end_time: the number 9223372036854775808 is beyond 64 bits",
		`{"data":[{"status":1}]}`:                     "data[0].status: want a string, got the number 1",
		`{"data":[{"message":["x"]}]}`:                "data[0].message: want a string, got an array",
		`{"data":[{"properties":"{}"}]}`:              `data[0].properties: want an object, got the string "{}"`,
		`{"data":[{"properties":" "}]}`:               `data[0].properties: want an object, got the string " "`,
		`{"data":[{"properties":[1]}]}`:               "data[0].properties: want an object, got an array",
		`{"data":[{"properties":[{}]}]}`:              "data[0].properties: want an object, got an array",
		`{"data":[{"properties":[,]}]}`:               "invalid character ','",
		`{"data":[{"properties":0}]}`:                 "data[0].properties: want an object, got the number 0",

		`{"data":[{"properties":` + nestedJSON(101) + `}]}`: "data[0].properties: nested deeper than 100 levels",

		`{"data":[{"id":"` + long + `"}]}`:           `data[0].id: want an integer, got the string "` + long[:80] + `…"`,
		`{"data":[{"id":"\u001b[31m\u202e\ud800"}]}`: `data[0].id: want an integer, got the string "\x1b[31m\u202e�"`,
	} {
		checkError(t, instances.Read, body, want)
	}
}

// The error for a page that is cut off anywhere wraps io.ErrUnexpectedEOF, so that the caller can ask for it again.
func TestReadCutOff(t *testing.T) {
	const body = "\ufeff" + `{"data":[{"id":"7","message":"a","properties":{"a":[1,{"b":null}]}},{"properties":[]}],"total":"1",` +
		`"error_code":0}`
	for n := len("\ufeff{"); n < len(body); n++ {
		if p, err := instances.Read(strings.NewReader(body[:n]), pageBytes); p != nil || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: got %v, %v; want %v", body[:n], p, err, io.ErrUnexpectedEOF)
		}
	}
	read(t, &instances, body)
}

// Read returns the error of a body, even if the body returns it only once and then goes on. It also reads a body that comes byte by
// byte.
func TestReadBrokenBody(t *testing.T) {
	const body = `{"data":[{"id":7}],"total":1}`
	broken := errors.New("broken")
	for n := range len(body) {
		once := io.MultiReader(strings.NewReader(body[:n]), &errorOnce{broken}, strings.NewReader(body[n:]))
		if p, err := instances.Read(once, pageBytes); p != nil || !errors.Is(err, broken) {
			t.Errorf("after %d bytes: got %v, %v; want %v", n, p, err, broken)
		}
	}
	p, err := instances.Read(iotest.OneByteReader(strings.NewReader("\ufeff"+body)), pageBytes)
	if err != nil || len(p.Rows) != 1 {
		t.Errorf("byte by byte: got %v, %v; want a row", p, err)
	}
}

// errorOnce is a reader that returns an error once, and then io.EOF.
type errorOnce struct{ err error }

func (e *errorOnce) Read([]byte) (int, error) {
	err := e.err
	e.err = io.EOF
	return 0, err
}

// heavyPages are endless pages: a start, followed by the same text again and again. Most take more memory than they have bytes.
var heavyPages = map[string]struct{ start, rest string }{
	"rows":               {start: `{"data":[{}`, rest: `,{}`},
	"leaves of an array": {start: `{"data":[{"properties":{"a":[1`, rest: `,1`},
	"empty arrays":       {start: `{"data":[{"properties":{"a":[[]`, rest: `,[]`},
	"empty names":        {start: `{"data":[{"properties":{"":1`, rest: `,"":1`},
	"objects":            {start: `{"data":[{"properties":{},"tags":[null`, rest: `,null`},
	"an unknown field":   {start: `{"unknown":"`, rest: `x`},
	"an unknown array":   {start: `{"data":[{"unknown":[0`, rest: `,0`},
	"a message":          {start: `{"data":[{"message":"`, rest: `x`},
}

// heavyTable is the table instances with a list of objects in addition.
var heavyTable = Table{Fields: append([]Field{{Name: "tags", Kind: Objects, Of: keyValue}}, instances.Fields...), Key: instances.Key,
	Status: "status"}

// Fault: huge page, memory of rows.
func TestReadStopsAtTheLimit(t *testing.T) {
	const limit = 1 << 20
	for name, tc := range heavyPages {
		body := &countingReader{r: io.MultiReader(strings.NewReader(tc.start), &endlessReader{text: tc.rest})}
		if _, err := heavyTable.Read(body, limit); !errors.Is(err, ErrTooLarge) || body.n > limit+1 {
			t.Errorf("%s: got %v after %d bytes, want %v after %d", name, err, body.n, ErrTooLarge, limit+1)
		}
	}
}

// The memory that Read allocates is a small multiple of the limit, for any page.
func TestReadMemory(t *testing.T) {
	const limit = 4 << 20
	bodies := map[string]io.Reader{
		"tiny properties": io.MultiReader(strings.NewReader(`{"data":[{"properties":{`), &numberedReader{format: `"%d":1,`}),
		"tiny rows":       io.MultiReader(strings.NewReader(`{"data":[`), &numberedReader{format: `{"id":%d},`}),
		"long names": io.MultiReader(strings.NewReader(`{"data":[{"properties":{`),
			&numberedReader{format: `"%d` + strings.Repeat("n", 1000) + `":1,`}),
		"rows with many properties": io.MultiReader(strings.NewReader(`{"data":[`),
			&numberedReader{format: `{"id":%d,"properties":{"a":[` + strings.Repeat("1,", 1000) + `1]}},`}),
		"other names in each row": io.MultiReader(strings.NewReader(`{"data":[`), &numberedReader{format: `{"properties":{"%d":1}},`}),
	}
	for name, tc := range heavyPages {
		bodies[name] = io.MultiReader(strings.NewReader(tc.start), &endlessReader{text: tc.rest})
	}
	for name, body := range bodies {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := heavyTable.Read(body, limit)
		runtime.ReadMemStats(&after)
		// TotalAlloc counts all allocations, including buffers that were replaced by larger ones.
		if taken := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, ErrTooLarge) || taken > 6*limit {
			t.Errorf("%s: got %v and %.1f times the limit, want %v and at most 6", name, err, float64(taken)/limit, ErrTooLarge)
		}
	}
}

// Each row takes from the budget what it keeps in memory: its bytes, key and status, and rowBytes. What its leaves take is given
// back.
func TestReadBudget(t *testing.T) {
	const rows = 3
	id := strings.Repeat("i", 1000)
	one := fmt.Sprintf(`{"execution_instance_id":%q,"status":"Failed","properties":{"a":1}}`, id)
	body := `{"data":[` + one + strings.Repeat(","+one, rows-1) + `]}`
	r := readOne(t, &instances, one)
	if len(r.Key) < len(id) {
		t.Fatalf("key %q", r.Key)
	}
	takes := int64(rows * (rowBytes + len(r.Encoded) + len(r.Key) + len("Failed")))
	if _, err := instances.Read(strings.NewReader(body), takes); err != nil {
		t.Errorf("at the budget: got %v, want no error", err)
	}
	if _, err := instances.Read(strings.NewReader(body), takes-1); !errors.Is(err, ErrTooLarge) {
		t.Errorf("beyond the budget: got %v, want %v", err, ErrTooLarge)
	}
}

// endlessReader is a reader of a text that repeats without an end.
type endlessReader struct {
	text string
	at   int
}

func (r *endlessReader) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.text[r.at]
		r.at = (r.at + 1) % len(r.text)
	}
	return len(p), nil
}

// numberedReader is a reader of a text that repeats without an end, with a number in it that counts up.
type numberedReader struct {
	format string
	n      int
	rest   []byte
}

func (r *numberedReader) Read(p []byte) (int, error) {
	for len(r.rest) < len(p) {
		r.rest = fmt.Appendf(r.rest, r.format, r.n)
		r.n++
	}
	n := copy(p, r.rest)
	r.rest = r.rest[:copy(r.rest, r.rest[n:])]
	return n, nil
}

// countingReader counts the bytes that are read.
type countingReader struct {
	r io.Reader
	n int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// Fault: huge page.
func TestLimitedReader(t *testing.T) {
	for size, want := range map[int]error{0: nil, 9: nil, 10: nil, 11: ErrTooLarge, 100: ErrTooLarge} {
		_, err := io.ReadAll(&limitedReader{r: strings.NewReader(strings.Repeat("x", size)), left: 10})
		if !errors.Is(err, want) {
			t.Errorf("%d bytes: got %v, want %v", size, err, want)
		}
	}
}
