package provider

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer/algorithm"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"

	"github.com/cocops/terraform-provider-coc/internal/auth"
	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// The sources of credentials are tested in package auth. Here is what the provider makes of them.

const podToken = "PD4m8VwL0zRc6Yv2"

// servePodIdentity starts an agent that hands out keys, and lets the environment name it.
func servePodIdentity(t *testing.T, answer http.HandlerFunc) {
	t.Helper()
	t.Setenv(auth.EnvPodIdentityURI, serveURL(t, answer))
	t.Setenv(auth.EnvPodIdentityToken, write(t, filepath.Join(t.TempDir(), "token"), podToken))
}

func podAnswer(key string, life time.Duration) string {
	return fmt.Sprintf(`{"credentials":{"accessKeyId":"%s","secretAccessKey":"secret-%[1]s","securityToken":"token-%[1]s","expiration":%q}}`,
		key, time.Now().Add(life).UTC().Format(time.RFC3339))
}

func kooCLI(key string) string {
	return fmt.Sprintf(`{"current":"default","authEncrypt":"false","profiles":[
		{"name":"default","mode":"AKSK","accessKeyId":%q,"secretAccessKey":"s"},
		{"name":"private","mode":"AKSK","accessKeyId":"PRIVATE","secretAccessKey":"s","region":"RegionOne"}]}`, key)
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	noError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	noError(t, os.WriteFile(path, []byte(content), 0o600))
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

// Each argument of the block goes to the sources as itself.
func TestBlockGoesToTheSources(t *testing.T) {
	model := modelOf(t, args{
		"access_key": "AK", "secret_key": "SK", "security_token": "ST", "token": "T", "shared_config_file": "file", "profile": "name",
		"assume_role":           agencyBlocks(args{"agency_name": "a", "domain_name": "n", "domain_id": "d", "duration": 900}),
		"assume_role_with_oidc": oidcBlock(args{"agency_name": "a", "domain_id": "d", "idp_id": "i", "id_token": "t", "id_token_file": "f"}),
	})
	wantEqual(t, "block", model.credentials(), auth.Block{
		AccessKey: "AK", SecretKey: "SK", SecurityToken: "ST", Token: "T", SharedConfigFile: "file", Profile: "name",
		Agencies: []auth.Agency{{Name: "a", DomainName: "n", DomainID: "d", Duration: new(int64(900))}},
		OIDC:     &auth.OIDC{AgencyName: "a", DomainID: "d", ProviderID: "i", Token: "t", TokenFile: "f"},
	})
}

// A problem of a source is one diagnostic, on the argument that it is about.
func TestCredentialProblems(t *testing.T) {
	for name, tc := range map[string]struct {
		block           args
		attribute, want string
	}{
		"two kinds": {
			args{"token": "T", "access_key": "A", "secret_key": "S"}, "token",
			"Two kinds of credentials: token is set, and so are keys (access_key, secret_key, security_token)",
		},
		"no such file": {
			args{"shared_config_file": "/nowhere.json"}, "shared_config_file",
			"Unusable KooCLI configuration: shared_config_file in the provider block names /nowhere.json: no such file",
		},
		"an empty profile": {args{"profile": ""}, "profile", "at least 1"},
		"an empty file":    {args{"shared_config_file": ""}, "shared_config_file", "at least 1"},
		"nothing":          {nil, "", "No Huawei Cloud credentials: Nothing was found"},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			wantDiagnostic(t, configuring(t, tc.block), tc.attribute, tc.want)
		})
	}
}

// A file that others can read earns a warning.
func TestReadableFile(t *testing.T) {
	newHome(t)
	noError(t, os.Chmod(writeHome(t, ".hcloud/config.json", kooCLI("K")), 0o644)) //nolint:gosec // that is the point
	wantDiagnostic(t, configuring(t, nil), "", "Others can read the KooCLI configuration")
}

// The IDs of a file go with its keys alone, and come after the block's and the environment's.
func TestIDsGoWithTheKeys(t *testing.T) {
	for name, tc := range map[string]struct {
		block           args
		env             vars
		project, domain string
	}{
		"the file's":               {project: "file-project", domain: "file-domain"},
		"the environment's":        {env: vars{envProjectID: "env-project"}, project: "env-project", domain: "file-domain"},
		"the environment's domain": {env: vars{envDomainID: "env-domain"}, project: "file-project", domain: "env-domain"},
		"the block's": {
			args{"project_id": "block-project", "domain_id": "block-domain"}, vars{envProjectID: "env-project", envDomainID: "env-domain"},
			"block-project", "block-domain",
		},
		"other keys'": {env: vars{auth.EnvAccessKey: "A", auth.EnvSecretKey: "S"}},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			writeHome(t, ".hcloud/config.json", `{"current":"p","profiles":[{"name":"p","accessKeyId":"K","secretAccessKey":"s",
				"projectId":"file-project","domainId":"file-domain"}]}`)
			setenv(t, tc.env)
			config, _ := mustResolve(t, io.Discard, tc.block)
			wantEqual(t, "project and domain", []string{config.ProjectID, config.DomainID}, []string{tc.project, tc.domain})
		})
	}
}

// The source is logged by its name, never its value, and so is a variable that is not used since another source comes first.
func TestSourceIsLogged(t *testing.T) {
	keys := vars{auth.EnvAccessKey: "LOGGED-KEY", auth.EnvSecretKey: "LOGGED-secret"}
	const ofKeys = "the environment: HW_ACCESS_KEY and HW_SECRET_KEY"
	for name, tc := range map[string]struct {
		block          args
		env            vars
		source, unused string
	}{
		"keys":                 {env: keys, source: ofKeys},
		"a profile after keys": {env: vars{auth.EnvProfile: "gone"}, source: ofKeys, unused: "HW_PROFILE"},
		"a file after a token": {
			block: args{"token": "LOGGED-token"}, env: vars{auth.EnvSharedConfigFile: "/nowhere"}, unused: "HW_SHARED_CONFIG_FILE",
		},
		"a profile that is used": {env: vars{auth.EnvProfile: "private", envEndpoint: "https://coc.example.com"}},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			writeHome(t, ".hcloud/config.json", kooCLI("K"))
			if tc.source != "" {
				setenv(t, keys)
			}
			setenv(t, tc.env)
			var logged bytes.Buffer
			mustResolve(t, &logged, tc.block)
			wantNotIn(t, "log", logged.String(), "LOGGED")
			lines, err := tflogtest.MultilineJSONDecode(&logged)
			noError(t, err)
			var unused any
			for _, line := range lines {
				wantEqual(t, "level", line["@level"], any("info"))
				if strings.HasPrefix(line["@message"].(string), "A variable that names COC credentials is not used") {
					unused = line["variable"]
				}
			}
			if (unused != nil || tc.unused != "") && unused != any(tc.unused) {
				t.Errorf("got the unused variable %v, want %s", unused, tc.unused)
			}
			source, _ := lines[0]["source"].(string)
			wantIn(t, "source", source, tc.source)
		})
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
		config, _ := mustResolve(t, io.Discard, nil)
		time.Sleep(56 * time.Minute)
		var logged bytes.Buffer
		if _, err := config.Signer.Sign(tflogtest.RootLogger(t.Context(), &logged), newRequest()); err != nil {
			t.Fatal(err)
		}
		wantIn(t, "log", logged.String(), `"@level":"warn"`, "could not be renewed", "503 Service Unavailable")
		wantNotIn(t, "log", logged.String(), podToken)
	})
}

func newRequest() *request.DefaultHttpRequest {
	return request.NewHttpRequestBuilder().WithMethod("GET").WithEndpoint("https://coc.example.com").WithPath("/v1/things").
		WithSigningAlgorithm(algorithm.HmacSHA256).AddQueryParam("limit", reflect.ValueOf(1)).Build()
}

// Nothing is written to the user's home, and nothing is sent before a read.
func TestConfigureLeavesNothingBehind(t *testing.T) {
	newHome(t)
	e := coctest.New(testKeys)
	proxy.set(nil)
	server, schemas := connected(t, e)
	wantEqual(t, "requests before a read", len(e.Requests())+len(proxy.requests()), 0)
	mustRead(t, server, schemas)
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
	proxy.set(vars{"coc.example.com:443": server.Listener.Addr().String()})
	t.Cleanup(func() { proxy.set(nil) })
	t.Setenv("TF_APPEND_USER_AGENT", "team/7\n\tx\x01y")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	ca := write(t, filepath.Join(t.TempDir(), "ca.pem"), string(certificate))
	provider, schemas := withTestKeys(t, args{"endpoint": "https://coc.example.com", "cacert_file": ca})
	mustRead(t, provider, schemas)
	if seen := proxy.requests(); len(seen) == 0 || seen[0] != "CONNECT coc.example.com:443" {
		t.Errorf("the proxy saw %v, want CONNECT coc.example.com:443", seen)
	}
	agent := e.Requests()[0].Header.Get("User-Agent")
	wantEqual(t, "User-Agent", agent, "Terraform/1.2.3 terraform-provider-coc/test team/7")
}
