// Notices writes a file with the licences and notices of everything that is linked into a release on any platform: Go's
// standard library and each module. It fails if one of them has no licence.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const header = `terraform-provider-coc is built from Go's standard library and other modules. Their licences and
notices follow, each under its name. A text that several of them share appears once, under all of its names. To get the
source of a module, run "go mod download -json MODULE@VERSION".
`

// platforms are those of .goreleaser.yml.
var platforms = []string{
	"darwin/amd64", "darwin/arm64", "freebsd/386", "freebsd/amd64", "freebsd/arm", "freebsd/arm64",
	"linux/386", "linux/amd64", "linux/arm", "linux/arm64", "windows/386", "windows/amd64", "windows/arm64",
}

var (
	licence = regexp.MustCompile(`(?i)^(copying|licen[cs]e)([-._]|$)`)
	notice  = regexp.MustCompile(`(?i)^(notices?|patents|third[-_]party[-_]notices?)([-._]|$)`)
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: notices FILE")
		os.Exit(2)
	}
	if err := write(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

func write(ctx context.Context, file string) error {
	texts := map[string][]string{} // each with its names
	seen := map[string]bool{}
	goEnv, err := run(ctx, nil, "env", "GOROOT", "GOVERSION")
	if err != nil {
		return err
	}
	for _, platform := range platforms {
		packages, err := linked(ctx, platform, goEnv[0], goEnv[1])
		if err != nil {
			return err
		}
		for _, p := range packages {
			if err := p.addTexts(texts, seen); err != nil {
				return err
			}
		}
	}
	return os.WriteFile(file, []byte(join(texts)), 0o644) //nolint:gosec // anyone may read it
}

// pkg is a package that is not the provider's own.
type pkg struct {
	dir string
	// root is the folder of its module, whose name and version are owner. For the standard library, they are Go's.
	root, owner string
}

// linked returns the packages that a platform's binary is linked from.
func linked(ctx context.Context, platform, goRoot, goVersion string) ([]pkg, error) {
	const format = `{{.Dir}}|{{with .Module}}{{if not .Main}}{{.Dir}}|{{.Path}}@{{.Version}}{{end}}{{else}}Go{{end}}`
	goos, goarch, _ := strings.Cut(platform, "/")
	env := []string{"GOOS=" + goos, "GOARCH=" + goarch, "CGO_ENABLED=0"}
	listed, err := run(ctx, env, "list", "-deps", "-f", format, ".")
	if err != nil {
		return nil, err
	}
	var packages []pkg
	for _, line := range listed {
		dir, module, _ := strings.Cut(line, "|")
		switch root, owner, _ := strings.Cut(module, "|"); root {
		case "": // the provider's own
		case "Go":
			packages = append(packages, pkg{dir, goRoot, goVersion})
		default:
			packages = append(packages, pkg{dir, root, owner})
		}
	}
	return packages, nil
}

// run returns the lines that a go command prints.
func run(ctx context.Context, env []string, args ...string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // the arguments are ours
	cmd.Env, cmd.Stderr = append(os.Environ(), env...), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%v go %s: %w", env, args[0], err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n"), nil
}

// addTexts adds the texts in the package's folder and in the folders above it, up to the root. It skips folders that it
// has seen.
func (p pkg) addTexts(texts map[string][]string, seen map[string]bool) error {
	for dir := p.dir; !seen[dir]; dir = filepath.Dir(dir) {
		seen[dir] = true
		where, err := filepath.Rel(p.root, dir)
		if err != nil || !filepath.IsLocal(where) {
			return fmt.Errorf("%s: %s is not below %s", p.owner, p.dir, p.root)
		}
		licensed, err := addFolder(texts, dir, p.owner+"/"+filepath.ToSlash(where))
		if err != nil {
			return err
		}
		if where == "." {
			if !licensed {
				return fmt.Errorf("%s has no licence in %s", p.owner, dir)
			}
			break
		}
	}
	return nil
}

// addFolder adds the licences and notices in one folder, under its name. It reports whether there was a licence.
func addFolder(texts map[string][]string, dir, name string) (licensed bool, err error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return false, err
	}
	for _, file := range files {
		isLicence := licence.MatchString(file.Name())
		if file.IsDir() || filepath.Ext(file.Name()) == ".go" || !isLicence && !notice.MatchString(file.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, file.Name())) //nolint:gosec // go list names the folder
		if err != nil {
			return false, err
		}
		texts[string(text)] = append(texts[string(text)], path.Join(name, file.Name()))
		licensed = licensed || isLicence
	}
	return licensed, nil
}

// join returns the texts in the order of their names, each text under its names.
func join(texts map[string][]string) string {
	for _, names := range texts {
		slices.Sort(names)
	}
	byName := func(a, b string) int { return slices.Compare(texts[a], texts[b]) }
	rule := strings.Repeat("=", 80)
	var out strings.Builder
	out.WriteString(header)
	for _, text := range slices.SortedFunc(maps.Keys(texts), byName) {
		fmt.Fprintf(&out, "\n%s\n%s\n%s\n\n%s\n", rule, strings.Join(texts[text], "\n"), rule, strings.TrimSpace(text))
	}
	return out.String()
}
