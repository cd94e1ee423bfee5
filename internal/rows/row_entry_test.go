package rows

import "testing"

func TestEntry(t *testing.T) {
	row := readOne(t, &instances, `{"status":"Failed","properties":{"a":"x","b":{"c":1},"n":null,"e":""}}`).Encoded
	for _, tc := range []struct {
		field, path, want string
		ok                bool
	}{
		{"properties", "a", "x", true},
		{"properties", "b.c", "1", true},
		{"properties", "e", "", true},
		{"properties", "n", "", false},
		{"properties", "b", "", false},
		{"properties", "", "", false},
		{"status", "a", "", false},
		{"message", "a", "", false},
		{"none", "a", "", false},
	} {
		if got, ok := instances.Entry(row, tc.field, tc.path); string(got) != tc.want || ok != tc.ok {
			t.Errorf("%s, %q: got %q, %t; want %q, %t", tc.field, tc.path, got, ok, tc.want, tc.ok)
		}
	}
}
