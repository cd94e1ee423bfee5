package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each text is found once, in the package's folder and those above it, and nothing next to or above the module's.
func TestAddTexts(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"LICENSE", "module/License.md", "module/NOTICE.txt", "module/licensing.go", "module/notices_test.go",
		"module/copied/COPYING", "module/copied/pkg/code.go", "module/other/LICENSE",
	} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("the text of "+filepath.Base(name)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	root := filepath.Join(dir, "module")
	texts, seen := map[string][]string{}, map[string]bool{}
	for _, folder := range []string{"copied/pkg", "copied", ""} {
		p := pkg{filepath.Join(root, filepath.FromSlash(folder)), root, "example.com/module@v1.2.3"}
		if err := p.addTexts(texts, seen); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string][]string{
		"the text of COPYING":    {"example.com/module@v1.2.3/copied/COPYING"},
		"the text of License.md": {"example.com/module@v1.2.3/License.md"},
		"the text of NOTICE.txt": {"example.com/module@v1.2.3/NOTICE.txt"},
	}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("the texts (-want +got):\n%s", diff)
	}
}

func TestNoLicence(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "NOTICE"), []byte("no licence"), 0o600); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		root:               "example.com/module@v1.2.3 has no licence in " + root,
		filepath.Dir(root): "example.com/module@v1.2.3: " + filepath.Dir(root) + " is not below " + root,
	} {
		err := pkg{dir, root, "example.com/module@v1.2.3"}.addTexts(map[string][]string{}, map[string]bool{})
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// A platform that is released without being listed here would lack the notices of the modules that it alone is linked with.
func TestPlatforms(t *testing.T) {
	config, err := os.ReadFile("../../.goreleaser.yml")
	if err != nil {
		t.Fatal(err)
	}
	list := func(key string) []string {
		found := regexp.MustCompile(`(?m)^ +` + key + `: \[(.*)\]$`).FindSubmatch(config)
		if found == nil {
			t.Fatalf(".goreleaser.yml has no list %s", key)
		}
		return strings.Split(strings.ReplaceAll(string(found[1]), `"`, ""), ", ")
	}
	var want []string
	for _, goos := range list("goos") {
		for _, goarch := range list("goarch") {
			ignored := regexp.MustCompile(`- goos: ` + goos + `\n +goarch: "?` + goarch + `"?\n`)
			if !ignored.Match(config) {
				want = append(want, goos+"/"+goarch)
			}
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, platforms); diff != "" {
		t.Errorf("the platforms (-.goreleaser.yml +notices):\n%s", diff)
	}
}
