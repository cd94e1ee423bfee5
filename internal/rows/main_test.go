package rows

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vmihailenco/msgpack/v5"
)

const pageBytes = 64 << 20

// instances is the table of step instances, as in package coc.
var instances = Table{
	Fields: []Field{
		{Name: "id", Kind: Integer}, {Name: "execution_instance_id", Kind: Text}, {Name: "execution_step_id", Kind: Text},
		{Name: "start_time", Kind: Integer}, {Name: "end_time", Kind: Integer}, {Name: "status", Kind: Text},
		{Name: "message", Kind: Text}, {Name: "properties", Kind: Flat},
	},
	Key:    []string{"id", "execution_instance_id"},
	Status: "status",
}

// row is a decoded row, object or map. Its values are nil, int64, string, []any or row.
type row map[string]any

// withNulls returns a row with all fields of the table. Those that are not in fields are nil.
func (t *Table) withNulls(fields row) row {
	full := row{}
	for i := range t.Fields {
		full[t.Fields[i].Name] = nil
	}
	for name, value := range fields {
		if _, known := full[name]; !known {
			panic("a row has no field " + name)
		}
		full[name] = value
	}
	return full
}

// decode decodes MessagePack by a library other than the one that encoded it. A name given twice and bytes after the value fail the
// test.
func decode(tb testing.TB, encoded []byte) any {
	tb.Helper()
	r := bytes.NewReader(encoded)
	dec := msgpack.NewDecoder(r)
	dec.UseLooseInterfaceDecoding(true) // every integer is an int64, in lists, too
	dec.SetMapDecoder(func(dec *msgpack.Decoder) (any, error) {
		n, err := dec.DecodeMapLen()
		if err != nil {
			return nil, err
		}
		fields := row{}
		for range n {
			name, err := dec.DecodeString()
			if err != nil {
				return nil, err
			}
			if _, twice := fields[name]; twice {
				return nil, fmt.Errorf("%q is there twice", name)
			}
			if fields[name], err = dec.DecodeInterfaceLoose(); err != nil {
				return nil, err
			}
		}
		return fields, nil
	})
	value, err := dec.DecodeInterfaceLoose()
	if err != nil {
		tb.Fatalf("%x: %v", encoded, err)
	}
	if _, err := dec.PeekCode(); !errors.Is(err, io.EOF) {
		tb.Fatalf("%x: there is more after the value", encoded)
	}
	return value
}

// decodeRows returns the decoded rows of a page.
func decodeRows(tb testing.TB, p *Page) []row {
	tb.Helper()
	decoded := []row{}
	for _, r := range p.Rows {
		fields, ok := decode(tb, r.Encoded).(row)
		if !ok {
			tb.Fatalf("%x is no object", r.Encoded)
		}
		decoded = append(decoded, fields)
	}
	return decoded
}

// read reads a page. An error fails the test.
func read(tb testing.TB, t *Table, body string) *Page {
	tb.Helper()
	p, err := t.Read(strings.NewReader(body), pageBytes)
	if err != nil {
		tb.Fatalf("%.200s: %v", body, err)
	}
	return p
}

// checkRows checks the rows of a page, of which want has the fields that are not null.
func checkRows(t *testing.T, p *Page, want []row) {
	t.Helper()
	full := []row{}
	for _, fields := range want {
		full = append(full, instances.withNulls(fields))
	}
	equal(t, "rows", full, decodeRows(t, p))
}

// checkError checks that a body gives an error with a text, and no page.
func checkError(t *testing.T, read func(io.Reader, int64) (*Page, error), body, want string) {
	t.Helper()
	p, err := read(strings.NewReader(body), pageBytes)
	if p != nil || err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%.60s: got %v, %v; want an error with %q", body, p, err, want)
	}
}

// equal fails a test if a value is not what it should be.
func equal(t *testing.T, name string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", name, diff)
	}
}

// readOne reads a page with one row, and returns the row.
func readOne(tb testing.TB, t *Table, fields string) Row {
	tb.Helper()
	p := read(tb, t, `{"data":[`+fields+`]}`)
	if len(p.Rows) != 1 {
		tb.Fatalf("%d rows", len(p.Rows))
	}
	return p.Rows[0]
}
