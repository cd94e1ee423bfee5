package provider

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// These tests run the provider as a process of its own under a real Terraform, as a user does, for what the testing library
// hides: logs, state files and interrupts.

// envServe makes the test binary serve the provider, so that no other has to be built.
const envServe = "TEST_SERVE_PROVIDER"

func serveProvider() {
	if err := Serve("test", false); err != nil {
		log.Fatal(err)
	}
}

// terraform prepares a command in a folder with a configuration, and a log of everything.
func terraform(ctx context.Context, t *testing.T, config string, args ...string) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	link(t, filepath.Join(dir, "terraform-provider-coc"))
	rc := installFrom(t, dir, fmt.Sprintf(`dev_overrides { "cocops/coc" = %q }`, dir))
	write(t, filepath.Join(dir, "main.tf"), requireProvider+config)
	cmd := exec.CommandContext(ctx, binary(t), args...) //nolint:gosec // the engine that make test chose
	cmd.Dir = dir
	// A binary with the race detector sleeps for a second at its end unless it is told not to.
	cmd.Env = append(os.Environ(), envServe+"=1", "GORACE=atexit_sleep_ms=0", "TF_CLI_CONFIG_FILE="+rc,
		"TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(dir, "trace.log"))
	return cmd
}

// mirror returns a CLI configuration by which init finds the test binary as the provider of its published address. Each provider
// block then has a process of its own, as it has for a user.
func mirror(t *testing.T) (rc string) {
	t.Helper()
	dir := t.TempDir()
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		link(t, filepath.Join(dir, host, "cocops/coc/0.1.0", runtime.GOOS+"_"+runtime.GOARCH, "terraform-provider-coc_v0.1.0"))
	}
	return installFrom(t, dir, fmt.Sprintf("filesystem_mirror { path = %q }", dir))
}

// link makes a symbolic link to the test binary.
func link(t *testing.T, path string) {
	t.Helper()
	self, err := os.Executable()
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err == nil {
		err = os.Symlink(self, path)
	}
	noError(t, err)
}

// installFrom writes a CLI configuration that says where providers are.
func installFrom(t *testing.T, dir, method string) (rc string) {
	t.Helper()
	return write(t, filepath.Join(dir, "terraform.rc"), "provider_installation {\n"+method+"\n}\n")
}

// Nothing that is secret, no signature and no body is in a log at any level, in an error or in the state.
func TestAccNoSecretAnywhere(t *testing.T) {
	newHome(t)
	keys := coctest.Keys{AccessKey: "LEAKEDACCESSKEY", SecretKey: "leaked-secret-key", SecurityToken: "leaked-security-token"}
	for name, fault := range map[string]coctest.Fault{
		"a working read": nil,
		"a failing read": coctest.Answer(200, "text/html", "<html>web-0001 leaked-secret-key"),
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(keys, coctest.Rows(3)...)
			if fault != nil {
				e.Fault(coctest.Number(2), fault)
			}
			cmd := terraform(t.Context(), t, fmt.Sprintf(`
provider "coc" {
  endpoint       = %q
  access_key     = %q
  secret_key     = %q
  security_token = %q
}

data "coc_execution_instances" "test" {}
`, serveURL(t, e), keys.AccessKey, keys.SecretKey, keys.SecurityToken), "apply", "-auto-approve", "-no-color")
			out, err := cmd.CombinedOutput()
			if (err == nil) != (fault == nil) {
				t.Fatalf("%v\n%s", err, out)
			}
			log, err := os.ReadFile(filepath.Join(cmd.Dir, "trace.log"))
			noError(t, err)
			wantIn(t, "log", string(log), "COC request: ", "request_id=emulated-0001")
			state, err := os.ReadFile(filepath.Join(cmd.Dir, "terraform.tfstate"))
			if fault == nil {
				noError(t, err)
				wantIn(t, "state", string(state), "web-0001")
			}
			secrets := append(signatures(e), keys.AccessKey, keys.SecretKey, keys.SecurityToken)
			for where, text := range map[string][]byte{"log": log, "output": out, "state": state} {
				wantNotIn(t, where, string(text), secrets...)
			}
			for line := range strings.Lines(string(log)) {
				if strings.Contains(line, "10.2.0.1") || strings.Contains(line, "COC request") && strings.Contains(line, "<html>") {
					t.Errorf("got a body in the log, want none: %s", line)
				}
			}
		})
	}
}

// signatures are those of all requests.
func signatures(e *coctest.Emulator) (all []string) {
	for _, r := range e.Requests() {
		if _, signature, ok := strings.Cut(r.Header.Get("Authorization"), "Signature="); ok {
			all = append(all, signature)
		}
	}
	return all
}

// An interrupt ends a read that would wait for a minute.
func TestAccInterrupt(t *testing.T) {
	newHome(t)
	asked := make(chan struct{}, 100)
	e := coctest.New(testKeys)
	e.Fault(coctest.Always, func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
		asked <- struct{}{}
		coctest.Hang(w, r, answer)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := terraform(ctx, t, serve(t, e)+`data "coc_execution_instances" "test" {}`, "plan", "-no-color")
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	noError(t, cmd.Start())
	select {
	case <-asked:
	case <-ctx.Done():
		t.Fatal("the provider sent nothing")
	}
	noError(t, cmd.Process.Signal(os.Interrupt))
	if err := cmd.Wait(); err == nil || ctx.Err() != nil || !strings.Contains(out.String(), "Interrupt received") {
		t.Errorf("got %v, %v, want an error after the interrupt\n%s", err, ctx.Err(), out.String())
	}
}
