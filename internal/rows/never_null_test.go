package rows

import (
	"testing"
)

// A field that is never null is an empty string where the service has null or nothing.
func TestNeverNull(t *testing.T) {
	table := Table{Fields: []Field{{Name: "a", Kind: Text, NeverNull: true}, {Name: "b", Kind: Text}}}
	for body, want := range map[string]string{`{"a":null}`: "", `{}`: "", `{"a":""}`: "", `{"a":"x"}`: "x"} {
		equal(t, body, row{"a": want, "b": nil}, decode(t, readOne(t, &table, body).Encoded))
	}
}
