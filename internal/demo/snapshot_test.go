//go:build snapshot

package main

import (
	"archive/zip"
	"bytes"
	"debug/buildinfo"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/cocops/terraform-provider-coc/internal/engine"
)

// The zip that make snapshot left in dist/, by its release name, is what an engine gets from a registry: it installs
// that very file and runs what is in it, without a development override.
func TestSnapshotInstallsAndRuns(t *testing.T) {
	binary := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if binary == "" {
		t.Fatal("TF_ACC_TERRAFORM_PATH is not set: run make release-check")
	}
	path, version := findSnapshot(t)
	name := filepath.Base(path)

	archive, err := os.ReadFile(path) //nolint:gosec // from dist/
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	mirror := filepath.Join(dir, "mirror")
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		write(t, filepath.Join(mirror, host, "cocops", "coc", name), archive)
	}

	emulator := newEmulator(0)
	server := httptest.NewServer(emulator)
	t.Cleanup(server.Close)
	tf, err := engine.New(binary, "../../examples/failed-hosts", mirror, dir,
		"HW_ACCESS_KEY="+demoKeys.AccessKey, "HW_SECRET_KEY="+demoKeys.SecretKey, "COC_ENDPOINT="+server.URL,
		"TF_VAR_job="+jobName)
	if err != nil {
		t.Fatal(err)
	}
	// A version that is not a release is installed only if it is asked for by name.
	write(t, filepath.Join(tf.Work, "version_override.tf"), fmt.Appendf(nil, `
terraform {
  required_providers {
    coc = {
      source  = "cocops/coc"
      version = %q
    }
  }
}
`, version))
	var out strings.Builder
	for _, args := range [][]string{{"init", "-input=false", "-no-color"}, {"apply", "-input=false", "-auto-approve", "-no-color"}} {
		if err := tf.Run(t.Context(), &out, args...); err != nil {
			t.Fatalf("%v\n%s", err, &out)
		}
	}

	out.Reset()
	if err := tf.Run(t.Context(), &out, "output", "-no-color"); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	const want = `failed_hosts = {
  "ecs-0007" = [
    "the agent is offline",
  ]
  "web-0003" = [
    "exit status 1",
  ]
  "web-0004" = [
    "Canceled",
  ]
}
succeeded = false
summary = <<EOT
Run EX2025062314121900000001 of job "patch-kernel" has not succeeded: it ended with status Failed at TIME.
7 instances: 4 Succeed, 2 Failed, 1 Canceled.
Steps that have not succeeded: "run-script" is Failed.
  web-0003 (10.2.0.2) is Failed: exit status 1
  web-0004 (10.2.0.3) is Canceled
  ecs-0007 (192.168.1.6) is Failed: the agent is offline
EOT
`
	if got := regexp.MustCompile(`\d{4}-\S+Z`).ReplaceAllString(out.String(), "TIME"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, r := range emulator.Requests() {
		if agent := r.Header.Get("User-Agent"); !strings.HasSuffix(agent, " terraform-provider-coc/"+version) {
			t.Errorf("the provider calls itself %q, want version %s", agent, version)
		}
	}
}

// The archive has the licences of everything that its binary says it is linked with.
func TestSnapshotHoldsNotices(t *testing.T) {
	path, version := findSnapshot(t)
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close() //nolint:errcheck // it was only read
	content := func(name string) []byte {
		file, err := archive.Open(name)
		if err != nil {
			t.Fatalf("%v in %s", err, path)
		}
		defer file.Close() //nolint:errcheck // it was only read
		all, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	name := "terraform-provider-coc_v" + version
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	info, err := buildinfo.Read(bytes.NewReader(content(name)))
	if err != nil {
		t.Fatal(err)
	}
	notices := string(content("THIRD_PARTY_NOTICES"))
	want := []string{info.GoVersion}
	for _, module := range info.Deps {
		want = append(want, module.Path+"@"+module.Version)
	}
	for _, name := range want {
		if !strings.Contains(notices, "\n"+name+"/LICENSE") {
			t.Errorf("THIRD_PARTY_NOTICES has no licence of %s", name)
		}
	}
}

// findSnapshot returns the archive in dist/ for this machine, and its version.
func findSnapshot(t *testing.T) (path, version string) {
	t.Helper()
	const prefix = "terraform-provider-coc_"
	suffix := fmt.Sprintf("_%s_%s.zip", runtime.GOOS, runtime.GOARCH)
	found, err := filepath.Glob("../../dist/" + prefix + "*" + suffix)
	if err != nil || len(found) != 1 {
		t.Fatalf("want one archive in dist/, run make snapshot: %q, %v", found, err)
	}
	return found[0], strings.TrimSuffix(strings.TrimPrefix(filepath.Base(found[0]), prefix), suffix)
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
