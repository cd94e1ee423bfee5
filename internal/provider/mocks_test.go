package provider

import (
	"os"
	"strings"
	"testing"
)

// A module that reads rows can be tested without COC: mocks fill data and the lists in it, fields that are left out included.
func TestAccMocks(t *testing.T) {
	need(t, partialMocks)
	dir := t.TempDir()
	noError(t, os.CopyFS(dir, os.DirFS("testdata/mocks")))
	newHome(t)
	t.Setenv("TF_REATTACH_PROVIDERS", reattach(t))
	for _, args := range [][]string{{"init"}, {"test"}} {
		out, err := engine(t, dir, append(args, "-no-color")...)
		if err != nil || args[0] == "test" && !strings.Contains(out, "Success! 1 passed, 0 failed.") {
			t.Fatalf("%s: got %v, want 1 passed\n%s", args[0], err, out)
		}
	}
}
