package coc

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ptr[T any](v T) *T { return &v }

func TestDecodePage(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		want page
	}{
		"no rows": {`{"data":[],"total":0}`, page{listed: true, total: ptr(int64(0))}},
		"nothing": {` {} `, page{}},
		"null":    {`{"data":null,"total":null,"error_code":null,"error_msg":null}`, page{}},
		"success by code": {
			`{"error_code":"COC.00000000","error_msg":"ok","data":[{}]}`,
			page{listed: true, rows: []ExecutionInstance{{}}, errorCode: ptr("COC.00000000"), errorMsg: ptr("ok")},
		},
		"integers beyond 2^53, bare and in strings": {
			`{"total":"9007199254740993","data":[{"id":9223372036854775807,"start_time":"-9223372036854775808"}]}`,
			page{listed: true, total: ptr(int64(9007199254740993)), rows: []ExecutionInstance{
				{ID: ptr(int64(9223372036854775807)), StartTime: ptr(int64(-9223372036854775808))},
			}},
		},
		"unknown fields, and names by case": {
			`{"extra":{"data":[1,{"a":[]}]},"Data":7,"data":[{"ID":"x","unknown":[[]],"id":1}]}`,
			page{listed: true, rows: []ExecutionInstance{{ID: ptr(int64(1))}}},
		},
		"a row's field twice": {`{"data":[{"id":1,"id":2}]}`, page{listed: true, rows: []ExecutionInstance{{ID: ptr(int64(2))}}}},
		"null fields": {
			`{"data":[{"id":null,"status":null,"properties":null},{"properties":{}}]}`,
			page{listed: true, rows: []ExecutionInstance{{}, {Properties: map[string]*string{}}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := decodePage(strings.NewReader(tc.body), maxPageBytes)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tc.want, got, cmp.AllowUnexported(page{})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestDecodePageRefuses(t *testing.T) {
	for body, want := range map[string]string{
		``:                         "EOF",
		`<html>`:                   "invalid character '<'",
		`null`:                     "want a JSON object, got null",
		`[]`:                       "want a JSON object, got an array",
		`"{}"`:                     `want a JSON object, got the string "{}"`,
		`{"data":[]`:               "unexpected EOF",
		`{"data":[]} {}`:           "more JSON behind the object",
		`{"data":[]} x`:            "invalid character 'x'",
		`{"data":[],}`:             "invalid character",
		`{"data":{}}`:              "data: want an array, got an object",
		`{"data":"[]"}`:            `data: want an array, got the string "[]"`,
		`{"total":1.5}`:            "total: want an integer, got the number 1.5",
		`{"total":true}`:           "total: want an integer, got true",
		`{"error_code":0}`:         "error_code: want a string, got the number 0",
		`{"data":[],"data":[]}`:    "data: given twice",
		`{"total":1,"total":2}`:    "total: given twice",
		`{"data":[{},7]}`:          "data[1]: want an object, got the number 7",
		`{"data":[null]}`:          "data[0]: want an object, got null",
		`{"data":[{},{"id":1.5}]}`: "data[1].id: want an integer, got the number 1.5",
		`{"data":[{"id":1e3}]}`:    "data[0].id: want an integer, got the number 1e3",
		`{"data":[{"id":"x"}]}`:    `data[0].id: want an integer, got the string "x"`,
		`{"data":[{"id":""}]}`:     `data[0].id: want an integer, got the string ""`,
		`{"data":[{"id":{}}]}`:     "data[0].id: want an integer, got an object",
		`{"data":[{"end_time":9223372036854775808}]}`:   "data[0].end_time: the number 9223372036854775808 is beyond 64 bits",
		`{"data":[{"status":1}]}`:                       "data[0].status: want a string, got the number 1",
		`{"data":[{"message":["x"]}]}`:                  "data[0].message: want a string, got an array",
		`{"data":[{"properties":"{}"}]}`:                `data[0].properties: want an object, got the string "{}"`,
		`{"data":[{"properties":[1]}]}`:                 "data[0].properties: want an object, got an array",
		`{"data":[{"properties":` + nested(101) + `}]}`: "data[0].properties: nested deeper than 100 levels",
		"{\"data\":[{\"message\":\"\xff\"}]}":           `invalid UTF-8 within "/data/0/message"`,
		`{"data":[{"message":"\ud800"}]}`:               `within "/data/0/message"`,
	} {
		p, err := decodePage(strings.NewReader(body), maxPageBytes)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: got %v, %v; want an error with %q", body, p, err, want)
		}
	}
}

// Each of these would take much more memory than it has bytes.
func TestDecodePageStopsAtTheLimit(t *testing.T) {
	const limit = 1 << 20
	for start, rest := range map[string]string{
		`{"data":[{}`:                     `,{}`,
		`{"data":[{"properties":{"a":[1`:  `,1`,
		`{"data":[{"properties":{"a":[[]`: `,[]`,
		`{"unknown":"`:                    `x`,
	} {
		body := &counter{r: io.MultiReader(strings.NewReader(start), repeat(rest))}
		if _, err := decodePage(body, limit); !errors.Is(err, ErrPageTooLarge) {
			t.Errorf("%s: %v", start, err)
		}
		if body.n > limit+1 {
			t.Errorf("%s: read %d bytes", start, body.n)
		}
	}
}

// repeat reads as a text again and again.
type repeat string

func (r repeat) Read(p []byte) (int, error) {
	p = p[:len(p)-len(p)%len(r)]
	for n := 0; n < len(p); {
		n += copy(p[n:], r)
	}
	return len(p), nil
}

type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

func TestLimitedReader(t *testing.T) {
	for size, want := range map[int]error{0: nil, 9: nil, 10: nil, 11: ErrPageTooLarge, 100: ErrPageTooLarge} {
		_, err := io.ReadAll(&limitedReader{r: strings.NewReader(strings.Repeat("x", size)), left: 10})
		if !errors.Is(err, want) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}
