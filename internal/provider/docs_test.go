package provider

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The messages that the documentation explains are the ones that there are.
func TestTroubleshootingMessages(t *testing.T) {
	page, err := os.ReadFile("../../templates/index.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| message | meaning |")
	var source strings.Builder
	for _, pattern := range []string{"*.go", "../coc/*.go", "../rest/*.go", "../auth/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file) //nolint:gosec // our own sources
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(file, "_test.go") {
				source.Write(text)
			}
		}
	}
	rows := regexp.MustCompile("(?m)^\\| (`.*?) \\|").FindAllStringSubmatch(table, -1)
	for _, row := range rows {
		for _, message := range regexp.MustCompile("`(.+?)`").FindAllStringSubmatch(row[1], -1) {
			status := regexp.MustCompile(`^\d{3} `).MatchString(message[1]) // net/http's own words
			if !status && !strings.Contains(source.String(), message[1]) {
				t.Errorf("got no message with %q, want one, as the page explains it", message[1])
			}
		}
	}
	if len(rows) < 20 {
		t.Errorf("got %d messages from the table, want at least 20", len(rows))
	}
}

// The README's configurations are parts of examples, which are tested.
func TestReadmeShowsExamples(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var tested strings.Builder
	for _, file := range []string{"failed-hosts/main.tf", "provider/provider.tf", "data-sources/coc_run/data-source.tf"} {
		text, err := os.ReadFile(filepath.Join(examples, file)) //nolint:gosec // our own examples
		if err != nil {
			t.Fatal(err)
		}
		tested.Write(text)
	}
	blocks := regexp.MustCompile("(?s)```terraform\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	for _, block := range blocks {
		if !strings.Contains(tested.String(), block[1]) {
			t.Errorf("want a part of an example, got:\n%s", block[1])
		}
	}
	if len(blocks) == 0 {
		t.Error("got no configuration in the README, want one")
	}
}
