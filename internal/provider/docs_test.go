package provider

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/cocops/terraform-provider-coc/internal/auth"
)

const root = "../.."

// page is a Markdown file that people read.
type page struct {
	// name is its path from the root of the repository. That of a template is the path of the page that is made from it.
	name   string
	text   string   // without its blocks of code
	blocks []string // its blocks of code, each with the language in its first line
}

// pages returns all Markdown files below folders, which are paths from the root.
func pages(t *testing.T, folders ...string) (all []page) {
	t.Helper()
	fence := regexp.MustCompile("(?ms)^ *```(\\w*\n.*?)^ *```$")
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(file string, entry fs.DirEntry, err error) error {
			name := strings.TrimSuffix(file, ".tmpl")
			if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".md") {
				return err
			}
			text, err := os.ReadFile(file) //nolint:gosec // our own pages
			name = strings.Replace(filepath.ToSlash(name), root+"/templates/", root+"/docs/", 1)
			p := page{name: strings.TrimPrefix(name, root+"/"), text: fence.ReplaceAllString(string(text), "")}
			for _, block := range fence.FindAllStringSubmatch(string(text), -1) {
				p.blocks = append(p.blocks, block[1])
			}
			all = append(all, p)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

var everyPage = []string{
	"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs", "templates", "examples", "internal",
}

// anchors returns the anchors of a page: those of its headings, as the registry and the code's host make them, and its own.
func anchors(text string) map[string]bool {
	all := map[string]bool{"": true}
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		base := regexp.MustCompile(`[^\p{L}\p{N}_ -]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		base = strings.ReplaceAll(base, " ", "-")
		anchor := base
		for i := 1; all[anchor]; i++ {
			anchor = base + "-" + strconv.Itoa(i)
		}
		all[anchor] = true
	}
	for _, id := range regexp.MustCompile(`<a id="(.*?)">`).FindAllStringSubmatch(text, -1) {
		all[id[1]] = true
	}
	return all
}

func TestLinksResolve(t *testing.T) {
	all, there := pages(t, everyPage...), map[string]map[string]bool{}
	for _, p := range all {
		if there[p.name] == nil { // docs comes before templates, and has the headings of the schema
			there[p.name] = anchors(p.text)
		}
	}
	links := 0
	for _, p := range all {
		for _, link := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(p.text, -1) {
			file, anchor, _ := strings.Cut(link[1], "#")
			if strings.Contains(file, "://") {
				continue
			}
			links++
			target := p.name
			if file != "" {
				target = path.Join(path.Dir(p.name), file)
			}
			_, err := os.Stat(filepath.Join(root, target))
			switch found := there[target]; {
			case err != nil:
				t.Errorf("%s: %s leads nowhere: there is no %s", p.name, link[1], target)
			case anchor != "" && !found[anchor]:
				t.Errorf("%s: %s leads nowhere: %s has no such heading", p.name, link[1], target)
			}
		}
	}
	if links < 100 {
		t.Errorf("only %d links were found", links)
	}
}

// Every configuration on a page is a part of an example, and TestAccExamples applies every example. A block of another language
// is none: shell, output, the CLI's own configuration, a pipeline, data.
func TestPagesShowExamples(t *testing.T) {
	blank := regexp.MustCompile(`\s+`)
	var examined int
	var applied strings.Builder
	err := filepath.WalkDir(examples, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".tf") && !strings.HasSuffix(file, ".tftest.hcl") {
			return err
		}
		text, err := os.ReadFile(file) //nolint:gosec // our own examples
		applied.WriteString(blank.ReplaceAllString(string(text), " ") + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages(t, everyPage...) {
		for _, block := range p.blocks {
			language, text, _ := strings.Cut(block, "\n")
			if language == "terraform" {
				examined++
				if part := strings.TrimSpace(blank.ReplaceAllString(text, " ")); !strings.Contains(applied.String(), part) {
					t.Errorf("%s: this is in no example:\n%s", p.name, text)
				}
				continue
			}
			checkBlock(t, p.name, language, text)
		}
	}
	if examined < 20 {
		t.Errorf("only %d configurations were found", examined)
	}
}

// checkBlock checks a block of code that is no configuration.
func checkBlock(t *testing.T, page, language, text string) {
	t.Helper()
	switch language {
	case "json":
		if !json.Valid([]byte(text)) && !strings.HasPrefix(text, "{{") {
			t.Errorf("%s: this is no JSON:\n%s", page, text)
		}
	case "hcl":
		if !strings.HasPrefix(text, "provider_installation {") {
			t.Errorf("%s: hcl is for the CLI's configuration, terraform for examples:\n%s", page, text)
		}
	case "shell", "powershell", "text", "yaml", "ini", "mermaid":
	default:
		t.Errorf("%s: a block of code is marked %q, which nobody knows:\n%s", page, language, text)
	}
}

// The messages that the documentation explains are the ones that there are.
func TestTroubleshootingMessages(t *testing.T) {
	text, err := os.ReadFile("../../templates/guides/troubleshooting.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	source := sources(t)
	// Some messages are made of a beginning and the name of what they are about.
	isThere := func(message string) bool {
		for words := strings.Fields(message); len(words) > 0; words = words[:len(words)-1] {
			if beginning := strings.Join(words, " "); beginning == message && strings.Contains(source, message) ||
				strings.Contains(source, `"`+beginning+` "`) {
				return true
			}
		}
		return false
	}
	rows := regexp.MustCompile("(?m)^\\| (`.*?) \\|").FindAllStringSubmatch(string(text), -1)
	for _, row := range rows {
		for _, message := range regexp.MustCompile("`(.+?)`").FindAllStringSubmatch(row[1], -1) {
			status := regexp.MustCompile(`^\d{3} `).MatchString(message[1]) // net/http's own words
			if !status && !isThere(message[1]) {
				t.Errorf("no message has %q", message[1])
			}
		}
	}
	if len(rows) < 40 {
		t.Errorf("only %d messages were found in the table", len(rows))
	}
}

// sources returns the code that messages come from.
func sources(t *testing.T) string {
	t.Helper()
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
	return source.String()
}

// The page on authentication lists the places for credentials as they are searched.
func TestPlacesForCredentials(t *testing.T) {
	text, err := os.ReadFile("../../templates/guides/authentication.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for i, name := range auth.Names() {
		want.WriteString(strconv.Itoa(i+1) + ". " + name + "\n")
	}
	if !strings.Contains(string(text), want.String()) {
		t.Errorf("the page does not list these places in this order:\n%s", want.String())
	}
}

// A version that is not pinned can become one that nobody has tried.
func TestExamplesPinTheProvider(t *testing.T) {
	pin := regexp.MustCompile(`\scoc = \{\n\s+source +?= "cocops/coc"\n\s+version +?= "~> 0\.1"\n`)
	err := filepath.WalkDir(examples, func(file string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(file) != ".tf" {
			return err
		}
		text, err := os.ReadFile(file) //nolint:gosec // our own examples
		if strings.Contains(string(text), "required_providers") && !pin.Match(text) {
			t.Errorf(`%s does not begin with coc = { source = "cocops/coc", version = "~> 0.1" }`, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
