package rows

import (
	"strings"
	"testing"
)

// A field that is never null is an empty string where the service has null or nothing.
func TestNeverNull(t *testing.T) {
	table := Table{Fields: []Field{{Name: "a", Kind: Text, NeverNull: true}, {Name: "b", Kind: Text}}}
	for body, want := range map[string]string{`{"a":null}`: "", `{}`: "", `{"a":""}`: "", `{"a":"x"}`: "x"} {
		page, err := table.Read(strings.NewReader(`{"data":[`+body+`]}`), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := table.Text(page.Rows[0].Encoded, "a"); !ok || string(got) != want {
			t.Errorf("%s: a is %q, %t", body, got, ok)
		}
		if _, ok := table.Text(page.Rows[0].Encoded, "b"); ok {
			t.Errorf("%s: b is not null", body)
		}
	}
}
