package rows

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// Data that is one object is the page's only row.
func TestReadOne(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		rows []row
		code *string
	}{
		"an object": {body: `{"data":{"id":7,"status":"Failed","properties":{"a":{"b":1}}}}`,
			rows: []row{{"id": int64(7), "status": "Failed", "properties": row{"a.b": "1"}}}},
		"an empty object": {body: `{"data":{}}`, rows: []row{{}}},
		"null":            {body: `{"data":null}`},
		"nothing":         {body: `{"total":0}`},
		"next to a code":  {body: `{"error_code":"COC.1","data":{"id":7}}`, rows: []row{{"id": int64(7)}}, code: ptr("COC.1")},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := instances.ReadOne(strings.NewReader(tc.body), pageBytes)
			if err != nil {
				t.Fatal(err)
			}
			checkRows(t, page, tc.rows)
			equal(t, "code", tc.code, page.ErrorCode)
		})
	}
}

// Anything other than an object is an error, and so is what is an error in a page of a list.
func TestReadOneRefuses(t *testing.T) {
	for body, want := range map[string]string{
		`{"data":[]}`:                    "data: want an object, got an array",
		`{"data":[{"id":1}]}`:            "data: want an object, got an array",
		`{"data":""}`:                    `data: want an object, got the string ""`,
		`{"data":7}`:                     "data: want an object, got the number 7",
		`{"data":{"id":"x"}}`:            `data.id: want an integer, got the string "x"`,
		`{"data":{"id":1},"data":null}`:  "data: given twice",
		`[]`:                             "want a JSON object, got an array",
		`{"data":{"id":1}} {"data":{}}`:  "there is more JSON after the object",
		`{"data":{"message":"123456789`:  io.ErrUnexpectedEOF.Error(),
		`{"data":{"properties":{"a":"b"`: io.ErrUnexpectedEOF.Error(),
	} {
		checkError(t, instances.ReadOne, body, want)
	}
	long := `{"data":{"message":"` + strings.Repeat("x", 1000) + `"}}`
	for _, limit := range []int64{999, int64(len(long))} { // for the bytes; for what the row takes
		if _, err := instances.ReadOne(strings.NewReader(long), limit); !errors.Is(err, ErrTooLarge) {
			t.Errorf("limit %d: got %v, want %v", limit, err, ErrTooLarge)
		}
	}
}
