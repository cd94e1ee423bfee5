package rows

import (
	"bytes"
	"strings"
	"testing"
)

// A row of the kept fields is the same whether the others are not read or are taken out later. Those that are not read may
// be of any type, and take nothing of the limit.
func TestKeepFields(t *testing.T) {
	long := strings.Repeat("x", 4096)
	row := func(message string) string {
		return `{"id":7,"execution_instance_id":"EXI7","status":"Failed","message":` + message + `,"properties":{"a":"` + long + `"}}`
	}
	kept := map[string]bool{"id": true, "status": true}
	want := readOne(t, &instances, `{"id":7,"status":"Failed"}`).Encoded
	if got := instances.Narrow(readOne(t, &instances, row(`"secret"`)).Encoded, kept); !bytes.Equal(got, want) {
		t.Errorf("Narrow: got %q, want %q", got, want)
	}
	got := readOne(t, instances.KeepFields(kept), row(`[{}]`)).Encoded
	if !bytes.Equal(got, want) {
		t.Errorf("KeepFields: got %q, want %q", got, want)
	}
	page := `{"data":[` + row("null") + "," + row("null") + "]}"
	if _, err := instances.KeepFields(kept).Read(strings.NewReader(page), int64(len(page))); err != nil {
		t.Errorf("a page within its limit: got %v, want no error", err)
	}
}

func TestKeepFieldsOfNeverNull(t *testing.T) {
	table := Table{Fields: []Field{{Name: "id", Kind: Text, NeverNull: true}, {Name: "name", Kind: Text}}, Key: []string{"id"}}
	kept := map[string]bool{"name": true}
	read := readOne(t, &table, `{"id":"EXS1","name":"run"}`)
	want := readOne(t, &table, `{"id":"","name":"run"}`).Encoded
	if got := table.Narrow(read.Encoded, kept); !bytes.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
