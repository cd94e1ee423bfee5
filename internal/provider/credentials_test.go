package provider

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer/algorithm"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"

	"github.com/cocops/terraform-provider-coc/internal/auth"
	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// The sources of credentials are tested in package auth. Here is what the provider makes of them.

func secretOf(key string) string { return "secret-" + key }

func securityTokenOf(key string) string { return "token-" + key }

const podToken = "PD4m8VwL0zRc6Yv2"

// servePodIdentity starts an agent that hands out keys, and lets the environment name it.
func servePodIdentity(t *testing.T, answer http.HandlerFunc) {
	t.Helper()
	t.Setenv(auth.EnvPodIdentityURI, serveURL(t, answer))
	t.Setenv(auth.EnvPodIdentityToken, write(t, filepath.Join(t.TempDir(), "token"), podToken))
}

func podAnswer(key string, life time.Duration) string {
	return fmt.Sprintf(`{"credentials":{"accessKeyId":%q,"secretAccessKey":%q,"securityToken":%q,"expiration":%q}}`,
		key, secretOf(key), securityTokenOf(key), time.Now().Add(life).UTC().Format(time.RFC3339))
}

func kooCLI(key string) string {
	return fmt.Sprintf(`{"current":"default","authEncrypt":"false","profiles":[
		{"name":"default","mode":"AKSK","accessKeyId":%q,"secretAccessKey":%q,"securityToken":%q},
		{"name":"private","mode":"AKSK","accessKeyId":"PRIVATE","secretAccessKey":"s","region":"RegionOne"}]}`,
		key, secretOf(key), securityTokenOf(key))
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// newHome gives a test a home of its own.
func newHome(t *testing.T) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
}

// writeHome makes a file below the test's home.
func writeHome(t *testing.T, name, content string) string {
	t.Helper()
	return write(t, filepath.Join(os.Getenv("HOME"), filepath.FromSlash(name)), content)
}

// withTestKeys returns a server whose provider is configured with testKeys, unless the arguments have others, and its schemas.
func withTestKeys(t testing.TB, arguments map[string]any) (tfprotov6.ProviderServer, *tfprotov6.GetProviderSchemaResponse) {
	t.Helper()
	server, schemas := newServer(t)
	block := map[string]any{"access_key": testKeys.AccessKey, "secret_key": testKeys.SecretKey}
	maps.Copy(block, arguments)
	if got := configure(t, server, schemas, block); len(got) > 0 {
		t.Fatalf("%s: %s", got[0].Summary, got[0].Detail)
	}
	return server, schemas
}

// sentWith configures the provider, reads once and returns what the request was made with: the access key or token, and behind
// it the security token, the project and the domain, if there are any.
func sentWith(t *testing.T, block map[string]any) string {
	t.Helper()
	e := coctest.New(coctest.Keys{})
	e.Fault(coctest.Always, coctest.JSON(`{"data":[],"total":0}`))
	server, schemas := newServer(t)
	with := map[string]any{"endpoint": serveURL(t, e)}
	maps.Copy(with, block)
	if got := configure(t, server, schemas, with); len(got) > 0 {
		t.Fatalf("%s: %s", got[0].Summary, got[0].Detail)
	}
	if _, got := read(t.Context(), t, server, schemas, nil); len(got) > 0 {
		t.Fatal(got[0].Detail)
	}
	header := e.Requests()[0].Header
	_, rest, _ := strings.Cut(header.Get("Authorization"), "Access=")
	key, _, _ := strings.Cut(rest, ",")
	sent := key + header.Get("X-Auth-Token")
	for _, name := range []string{"X-Security-Token", "X-Project-Id", "X-Domain-Id"} {
		for _, value := range header.Values(name) {
			sent += ", " + name + " " + value
		}
	}
	return sent
}

// Each argument of the block goes to the sources as itself.
func TestBlockGoesToTheSources(t *testing.T) {
	for name, tc := range map[string]struct {
		block map[string]any
		want  string
	}{
		"keys":               {map[string]any{"access_key": "AK", "secret_key": "SK"}, "AK"},
		"temporary keys":     {map[string]any{"access_key": "AK", "secret_key": "SK", "security_token": "ST"}, "AK, X-Security-Token ST"},
		"a token":            {map[string]any{"token": "TOKEN"}, "TOKEN"},
		"a profile":          {map[string]any{"profile": "private"}, "PRIVATE"},
		"a file":             {map[string]any{"shared_config_file": "~/my.json"}, "MINE, X-Security-Token token-MINE"},
		"a file and profile": {map[string]any{"shared_config_file": "~/my.json", "profile": "private"}, "PRIVATE"},
		"ids":                {map[string]any{"token": "TOKEN", "project_id": "p", "domain_id": "d"}, "TOKEN, X-Project-Id p, X-Domain-Id d"},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			writeHome(t, ".hcloud/config.json", kooCLI("DEFAULT"))
			writeHome(t, "my.json", kooCLI("MINE"))
			if got := sentWith(t, tc.block); got != tc.want {
				t.Errorf("the request was made with %s, want %s", got, tc.want)
			}
		})
	}
}

// A problem of a source is one diagnostic, on the argument that it is about.
func TestCredentialProblems(t *testing.T) {
	for name, tc := range map[string]struct {
		block     map[string]any
		env       map[string]string
		attribute string
		want      string
	}{
		"two kinds": {
			block: map[string]any{"token": "T", "access_key": "A", "secret_key": "S"}, attribute: "token",
			want: "Two kinds of credentials: token is set, and so are keys (access_key, secret_key, security_token)",
		},
		"half a pair": {
			env: map[string]string{auth.EnvAccessKey: "A"}, attribute: "secret_key",
			want: "Incomplete access key: HW_SECRET_KEY is not set",
		},
		"no such file": {
			block: map[string]any{"shared_config_file": "/nowhere.json"}, attribute: "shared_config_file",
			want: "Unusable KooCLI configuration: shared_config_file in the provider block names /nowhere.json: no such file",
		},
		"an empty profile": {block: map[string]any{"profile": ""}, attribute: "profile", want: "at least 1"},
		"an empty file":    {block: map[string]any{"shared_config_file": ""}, attribute: "shared_config_file", want: "at least 1"},
		"nothing":          {want: "No Huawei Cloud credentials: Nothing was found"},
		"a profile's odd region": {
			block: map[string]any{"profile": "private"}, attribute: "profile",
			want: `the region of its profile "private" must look like cn-north-4: lower-case words and numbers, joined by dashes, got "RegionOne".`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			if tc.block["profile"] == "private" {
				writeHome(t, ".hcloud/config.json", kooCLI("K"))
			}
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			server, schemas := newServer(t)
			wantDiagnostic(t, configure(t, server, schemas, tc.block), tc.attribute, tc.want)
		})
	}
}

// A file that others can read earns a warning.
func TestReadableFile(t *testing.T) {
	newHome(t)
	file := writeHome(t, ".hcloud/config.json", kooCLI("K"))
	if err := os.Chmod(file, 0o644); err != nil { //nolint:gosec // that is the point
		t.Fatal(err)
	}
	server, schemas := newServer(t)
	wantDiagnostic(t, configure(t, server, schemas, nil), "", "Others can read the KooCLI configuration")
}

// The ids of a file go with its keys alone, and below the block's and the environment's; so does its region.
func TestIDsGoWithTheKeys(t *testing.T) {
	const file = `{"current":"p","profiles":[{"name":"p","accessKeyId":"K","secretAccessKey":"s","region":"eu-west-101",
		"projectId":"file-project","domainId":"file-domain"}]}`
	china, europe, international := coc.China.Endpoint, coc.Europe.Endpoint, coc.International.Endpoint
	for name, tc := range map[string]struct {
		block                     map[string]any
		env                       map[string]string
		project, domain, endpoint string
	}{
		"the file's": {project: "file-project", domain: "file-domain", endpoint: europe},
		"the environment's": {
			env: map[string]string{envProjectID: "env-project", envRegion: "cn-north-9"}, project: "env-project", domain: "file-domain",
			endpoint: china,
		},
		"the environment's domain": {
			env: map[string]string{envDomainID: "env-domain"}, project: "file-project", domain: "env-domain",
			endpoint: europe,
		},
		"the block's project": {
			block: map[string]any{"project_id": "block-project"}, env: map[string]string{envProjectID: "env-project"}, project: "block-project",
			domain: "file-domain", endpoint: europe,
		},
		"the block's domain": {
			block:   map[string]any{"domain_id": "block-domain", "region": "af-south-1"},
			env:     map[string]string{envRegion: "cn-north-9", envDomainID: "env-domain"},
			project: "file-project", domain: "block-domain", endpoint: international,
		},
		"other keys'": {env: map[string]string{auth.EnvAccessKey: "A", auth.EnvSecretKey: "S"}, endpoint: china},
		"an endpoint": {
			block: map[string]any{"endpoint": "https://coc.example.com/x/"}, project: "file-project", domain: "file-domain",
			endpoint: "https://coc.example.com/x/",
		},
		"a variable's endpoint": {
			env: map[string]string{envEndpoint: "https://coc.example.com", envRegion: "RegionOne"}, project: "file-project", domain: "file-domain",
			endpoint: "https://coc.example.com",
		},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			writeHome(t, ".hcloud/config.json", file)
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			config, _, diags := resolve(t.Context(), modelOf(t, tc.block), "test")
			if len(diags) > 0 || config.ProjectID != tc.project || config.DomainID != tc.domain || config.Endpoint != tc.endpoint {
				t.Errorf("%v: got project %q, domain %q, endpoint %q, want %+v", diags, config.ProjectID, config.DomainID, config.Endpoint, tc)
			}
		})
	}
}

// The source is logged by its name, never its value.
func TestSourceIsLogged(t *testing.T) {
	newHome(t)
	t.Setenv(auth.EnvAccessKey, "LOGGEDKEY")
	t.Setenv(auth.EnvSecretKey, "logged-secret")
	var logged bytes.Buffer
	if _, _, diags := resolve(tflogtest.RootLogger(t.Context(), &logged), modelOf(t, nil), "test"); diags.HasError() {
		t.Fatal(diags)
	}
	line := logged.String()
	if !strings.Contains(line, `"@level":"info"`) || !strings.Contains(line, "the environment: HW_ACCESS_KEY and HW_SECRET_KEY") ||
		strings.Contains(line, "LOGGEDKEY") || strings.Contains(line, "logged-secret") {
		t.Errorf("%s", line)
	}
}

// A renewal that fails while the keys are still valid is logged.
func TestFailedRenewalIsLogged(t *testing.T) {
	newHome(t)
	asked := 0
	servePodIdentity(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close") // the virtual time stands still as long as somebody waits for the network
		if asked++; asked > 1 {
			http.Error(w, "not "+r.Header.Get("Authorization"), http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprint(w, podAnswer("KEY", time.Hour))
	})
	synctest.Test(t, func(t *testing.T) {
		config, _, diags := resolve(t.Context(), modelOf(t, nil), "test")
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		time.Sleep(56 * time.Minute)
		var logged bytes.Buffer
		if _, err := config.Signer.Sign(tflogtest.RootLogger(t.Context(), &logged), newRequest()); err != nil {
			t.Fatal(err)
		}
		line := logged.String()
		for _, want := range []string{`"@level":"warn"`, "could not be renewed", "503 Service Unavailable"} {
			if !strings.Contains(line, want) || strings.Contains(line, podToken) {
				t.Errorf("logged %s, want %s and no token", line, want)
			}
		}
	})
}

func newRequest() *request.DefaultHttpRequest {
	return request.NewHttpRequestBuilder().WithMethod("GET").WithEndpoint("https://coc.example.com").WithPath("/v1/things").
		WithSigningAlgorithm(algorithm.HmacSHA256).AddQueryParam("limit", reflect.ValueOf(1)).Build()
}

// caFile writes the certificate of a server to a file.
func caFile(t *testing.T, server *httptest.Server) string {
	t.Helper()
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	return write(t, filepath.Join(t.TempDir(), "ca.pem"), string(certificate))
}

// Nothing is written to the user's home, and nothing is sent before a read.
func TestConfigureLeavesNothingBehind(t *testing.T) {
	newHome(t)
	e := coctest.New(testKeys)
	proxy.set(nil)
	server, schemas := withTestKeys(t, map[string]any{"endpoint": serveURL(t, e)})
	if n := len(e.Requests()) + len(proxy.requests()); n != 0 {
		t.Errorf("%d requests before a read, want none", n)
	}
	if _, got := read(t.Context(), t, server, schemas, nil); len(got) > 0 {
		t.Fatal(got[0].Detail)
	}
	entries, err := os.ReadDir(os.Getenv("HOME"))
	if err != nil || len(entries) != 0 {
		t.Errorf("got %v, %v, want an empty home", entries, err)
	}
}

// A request goes through the proxy of the environment, and says who sends it.
func TestProxyAndUserAgent(t *testing.T) {
	e := coctest.New(testKeys, coctest.Rows(3)...)
	server := httptest.NewTLSServer(e)
	t.Cleanup(server.Close)
	proxy.set(map[string]string{"coc.example.com:443": server.Listener.Addr().String()})
	t.Cleanup(func() { proxy.set(nil) })
	t.Setenv("TF_APPEND_USER_AGENT", "team/7\n\tx\x01y")
	provider, schemas := withTestKeys(t, map[string]any{"endpoint": "https://coc.example.com", "cacert_file": caFile(t, server)})
	if _, got := read(t.Context(), t, provider, schemas, nil); len(got) > 0 {
		t.Fatal(got[0].Detail)
	}
	if seen := proxy.requests(); len(seen) == 0 || seen[0] != "CONNECT coc.example.com:443" {
		t.Errorf("the proxy saw %v", seen)
	}
	if got, want := e.Requests()[0].Header.Get("User-Agent"), "Terraform/1.2.3 terraform-provider-coc/test team/7"; got != want {
		t.Errorf("User-Agent %q, want %q", got, want)
	}
}
