package coc

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every fault in FAULTS.md is named by a test, in a comment such as "Fault: redirect, no page.", and no test names
// another one.
func TestFaultTable(t *testing.T) {
	table, err := os.ReadFile("FAULTS.md")
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]bool{} // by the name of a fault, whether a test holds it
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]+) \| [^|]+ \| [^|]+ \|$`).FindAllStringSubmatch(string(table), -1) {
		held[row[1]] = false
	}
	delete(held, "name")
	files, err := filepath.Glob("../*/*_test.go")
	if err != nil || len(held) < 20 || len(files) < 20 {
		t.Fatalf("%d faults and %d files with tests, want more: %v", len(held), len(files), err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file) //nolint:gosec // our own sources
		if err != nil {
			t.Fatal(err)
		}
		for _, comment := range regexp.MustCompile(`(?m)^// Fault: ([^.]+)\.\nfunc (?:Test|Fuzz)`).FindAllStringSubmatch(string(source), -1) {
			for name := range strings.SplitSeq(strings.ReplaceAll(comment[1], "\n//", ""), ", ") {
				if _, known := held[name]; !known {
					t.Errorf("%s: FAULTS.md has no fault %q", file, name)
				}
				held[name] = true
			}
		}
	}
	for name, ok := range held {
		if !ok {
			t.Errorf("no test holds the fault %q", name)
		}
	}
}
