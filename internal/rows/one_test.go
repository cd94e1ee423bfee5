package rows

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Data that is one object is the page's only row.
func TestReadOne(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		rows []row
		code string
	}{
		"an object": {body: `{"data":{"id":7,"status":"Failed","properties":{"a":{"b":1}}}}`,
			rows: []row{{"id": int64(7), "status": "Failed", "properties": row{"a.b": "1"}}}},
		"an empty object": {body: `{"data":{}}`, rows: []row{{}}},
		"null":            {body: `{"data":null}`},
		"nothing":         {body: `{"total":0}`},
		"beside a code":   {body: `{"error_code":"COC.1","data":{"id":7}}`, rows: []row{{"id": int64(7)}}, code: "COC.1"},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := instances.ReadOne(strings.NewReader(tc.body), pageBytes)
			if err != nil {
				t.Fatal(err)
			}
			got, want := []any{}, []any{}
			for _, r := range page.Rows {
				got = append(got, decode(t, r.Encoded))
			}
			for _, r := range tc.rows {
				want = append(want, instances.withNulls(r))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if len(page.Rows) > 0 && tc.rows[0]["status"] == "Failed" && page.Rows[0].Status != "Failed" {
				t.Errorf("status %q", page.Rows[0].Status)
			}
			if code := page.ErrorCode; (code != nil) != (tc.code != "") || code != nil && *code != tc.code {
				t.Errorf("code %v", code)
			}
		})
	}
}

// Anything else than an object is refused, and so is what a list's page is refused for.
func TestReadOneRefuses(t *testing.T) {
	for body, want := range map[string]string{
		`{"data":[]}`:                    "data: want an object, got an array",
		`{"data":[{"id":1}]}`:            "data: want an object, got an array",
		`{"data":""}`:                    `data: want an object, got the string ""`,
		`{"data":7}`:                     "data: want an object, got the number 7",
		`{"data":{"id":"x"}}`:            `data.id: want an integer, got the string "x"`,
		`{"data":{"id":1},"data":null}`:  "data: given twice",
		`[]`:                             "want a JSON object, got an array",
		`{"data":{"id":1}} {"data":{}}`:  "there is more JSON behind the object",
		`{"data":{"message":"123456789`:  io.ErrUnexpectedEOF.Error(),
		`{"data":{"properties":{"a":"b"`: io.ErrUnexpectedEOF.Error(),
	} {
		if page, err := instances.ReadOne(strings.NewReader(body), pageBytes); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v", body, page, err)
		}
	}
	long := `{"data":{"message":"` + strings.Repeat("x", 1000) + `"}}`
	for _, limit := range []int64{999, int64(len(long))} { // for the bytes; for what the row takes
		if _, err := instances.ReadOne(strings.NewReader(long), limit); !errors.Is(err, ErrTooLarge) {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}
