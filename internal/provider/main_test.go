package provider

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/cocops/terraform-provider-coc/internal/auth"
	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// ofTheMachine matches the variables that would change what a test sees.
var ofTheMachine = regexp.MustCompile(`^(HW_|COC_|OS_|HUAWEICLOUD_|HC_|TF_(LOG|CLI_|APPEND_|VAR_)|(?i)(https?|no)_proxy)`)

// The tests see nothing of the machine: no credentials, no home, no settings of its Terraform.
func TestMain(m *testing.M) {
	if os.Getenv(envServe) != "" {
		serveProvider()
		return
	}
	// Not UTC, so that a time of this machine's zone would be seen.
	time.Local = time.FixedZone("Tokyo", 9*60*60)
	os.Exit(func() int {
		home, err := os.MkdirTemp("", "coc-home-")
		rc := filepath.Join(home, "terraform.rc")
		if err == nil {
			err = os.WriteFile(rc, nil, 0o600)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(home) //nolint:errcheck // a leftover in the temporary folder
		defer proxy.stop()
		for _, variable := range os.Environ() {
			name, _, _ := strings.Cut(variable, "=")
			if ofTheMachine.MatchString(name) {
				_ = os.Unsetenv(name)
			}
		}
		for name, value := range map[string]string{
			"HOME": home, "USERPROFILE": home, "TF_CLI_CONFIG_FILE": rc, "CHECKPOINT_DISABLE": "1",
			auth.EnvMetadataDisabled: "true", "HTTP_PROXY": proxy.start(), "HTTPS_PROXY": proxy.server.URL,
		} {
			_ = os.Setenv(name, value)
		}
		// OpenTofu looks for a provider in a registry of its own.
		engine := exec.Command(os.Getenv("TF_ACC_TERRAFORM_PATH"), "version") //nolint:gosec // the engine that make test chose
		if version, err := engine.Output(); err == nil && strings.HasPrefix(string(version), "OpenTofu ") {
			_ = os.Setenv("TF_ACC_PROVIDER_HOST", "registry.opentofu.org")
		}
		return m.Run()
	}())
}

var providerFactories = map[string]func() (tfprotov6.ProviderServer, error){
	"coc": func() (tfprotov6.ProviderServer, error) { return NewServer("test")(), nil },
}

// binary returns the Terraform or OpenTofu that make test names. A missing one fails: a skipped test shows nothing, and the testing library
// would download one.
func binary(t *testing.T) string {
	t.Helper()
	path := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if path == "" {
		t.Fatal("TF_ACC_TERRAFORM_PATH is not set: run make test, or set it to a terraform or tofu binary")
	}
	return path
}

// acceptance runs steps through the engine.
func acceptance(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	binary(t)
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: providerFactories, Steps: steps})
}

var testKeys = coctest.Keys{AccessKey: "TESTACCESSKEY", SecretKey: "test-secret-key"}

// requireProvider is the beginning of a configuration that is initialized.
const requireProvider = `
terraform {
  required_providers {
    coc = { source = "cocops/coc" }
  }
}
`

// inEnvironment gives a test a home of its own, and lets the provider of a configuration without a provider block ask an emulator.
func inEnvironment(t *testing.T, e http.Handler) {
	t.Helper()
	newHome(t)
	t.Setenv(envEndpoint, serveURL(t, e))
	t.Setenv(auth.EnvAccessKey, testKeys.AccessKey)
	t.Setenv(auth.EnvSecretKey, testKeys.SecretKey)
	t.Setenv("TF_REATTACH_PROVIDERS", reattach(t))
}

// serve starts an emulator and returns the provider block that points at it, to which a test adds its configuration.
func serve(t *testing.T, e *coctest.Emulator) string {
	t.Helper()
	return fmt.Sprintf(`
provider "coc" {
  endpoint   = %q
  access_key = %q
  secret_key = %q
}
`, serveURL(t, e), testKeys.AccessKey, testKeys.SecretKey)
}

func serveURL(t testing.TB, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}
