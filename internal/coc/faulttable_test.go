package coc

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every test that FAULTS.md names is there, in the package that it says.
func TestFaultTable(t *testing.T) {
	table, err := os.ReadFile("FAULTS.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	for _, pkg := range []string{"coc", "auth", "provider", "rest", "rows"} {
		where, pattern := " ("+pkg+")", "../"+pkg+"/*_test.go"
		if pkg == "coc" {
			where = ""
		}
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file) //nolint:gosec // our own sources
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllSubmatch(source, -1) {
				tests[string(f[1])+where] = true
			}
		}
	}
	rows := 0
	for line := range strings.Lines(string(table)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 || strings.Trim(cells[3], " -") == "" || strings.TrimSpace(cells[3]) == "tests" {
			continue
		}
		rows++
		for name := range strings.SplitSeq(cells[3], ",") {
			if name = strings.ReplaceAll(strings.TrimSpace(name), "`", ""); !tests[name] {
				t.Errorf("%s: there is no test %q", strings.TrimSpace(cells[1]), name)
			}
		}
	}
	if rows < 20 {
		t.Errorf("only %d faults were found in the table", rows)
	}
}
