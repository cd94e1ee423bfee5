package provider

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The tests of the guide pass without an account and without any server, and would notice a gate that opens by accident.
func TestAccTestYourConfiguration(t *testing.T) {
	need(t, mocks)
	const guide = "guides/test-your-configuration"
	test := func(t *testing.T, name, passed string, edits ...string) {
		t.Helper()
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(filepath.Join(examples, name))); err != nil {
			t.Fatal(err)
		}
		if len(edits) > 0 {
			main := filepath.Join(dir, "main.tf")
			text, err := os.ReadFile(main) //nolint:gosec // our own example
			if err != nil || !strings.Contains(string(text), edits[0]) {
				t.Fatalf("%q is not in %s: %v", edits[0], main, err)
			}
			write(t, main, strings.ReplaceAll(string(text), edits[0], edits[1]))
		}
		newHome(t)
		t.Setenv("TF_REATTACH_PROVIDERS", reattach(t))
		if out, err := engine(t, dir, "init", "-no-color"); err != nil {
			t.Fatalf("init: %v\n%s", err, out)
		}
		if out, err := engine(t, dir, "test", "-no-color"); !strings.Contains(out, passed) {
			t.Errorf("got %v, want %s\n%s", err, passed, out)
		}
	}
	t.Run("the gate", func(t *testing.T) { test(t, guide, "Success! 3 passed, 0 failed.") })
	t.Run("the rows", func(t *testing.T) { test(t, guide+"/rows", "Success! 1 passed, 0 failed.") })
	t.Run("a gate that is always open", func(t *testing.T) {
		test(t, guide, "Failure! 1 passed, 2 failed.", "condition     = self.succeeded", "condition     = self.succeeded || true")
	})
}
