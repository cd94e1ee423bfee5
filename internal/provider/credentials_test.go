package provider

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// aSource puts credentials into one of the sources: its own access key, and the secret key "secret-" and the security token
// "token-" with it.
type aSource struct {
	name string
	// put returns what it adds to the provider block.
	put func(t *testing.T, key string) map[string]any
}

func secretOf(key string) string { return "secret-" + key }

func securityTokenOf(key string) string { return "token-" + key }

// allSources are the sources in the order in which they count.
var allSources = []aSource{
	{"block", func(_ *testing.T, key string) map[string]any {
		return map[string]any{"access_key": key, "secret_key": secretOf(key), "security_token": securityTokenOf(key)}
	}},
	{"environment", func(t *testing.T, key string) map[string]any {
		t.Setenv(envAccessKey, key)
		t.Setenv(envSecretKey, secretOf(key))
		t.Setenv(envSecurityToken, securityTokenOf(key))
		return nil
	}},
	{"named file", func(t *testing.T, key string) map[string]any {
		t.Setenv(envSharedConfigFile, writeKooCLI(t, filepath.Join(t.TempDir(), "named.json"), key))
		return nil
	}},
	{"default file", func(t *testing.T, key string) map[string]any {
		writeKooCLI(t, filepath.Join(os.Getenv("HOME"), ".hcloud", "config.json"), key)
		return nil
	}},
	{"SDK environment", func(t *testing.T, key string) map[string]any {
		t.Setenv("HUAWEICLOUD_SDK_AK", key)
		t.Setenv("HUAWEICLOUD_SDK_SK", secretOf(key))
		t.Setenv("HUAWEICLOUD_SDK_SECURITY_TOKEN", securityTokenOf(key))
		return nil
	}},
	{"SDK profile", func(t *testing.T, key string) map[string]any {
		write(t, filepath.Join(os.Getenv("HOME"), ".huaweicloud", "credentials"),
			fmt.Sprintf("[global]\nak = %s\nsk = %s\nsecurity_token = %s\n", key, secretOf(key), securityTokenOf(key)))
		return nil
	}},
	{"pod identity", func(t *testing.T, key string) map[string]any {
		t.Setenv("HC_CONTAINER_CREDENTIALS_FULL_URI", serveURL(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "pod-token" {
				http.Error(w, "no", http.StatusForbidden)
				return
			}
			_, _ = fmt.Fprintf(w, `{"credentials":{"accessKeyId":%q,"secretAccessKey":%q,"securityToken":%q,"expiration":%q}}`,
				key, secretOf(key), securityTokenOf(key), expiry())
		})))
		t.Setenv("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", write(t, filepath.Join(t.TempDir(), "token"), "pod-token"))
		return nil
	}},
	{"metadata", func(t *testing.T, key string) map[string]any {
		t.Setenv(envMetadataDisabled, "")
		serveMetadata(t, fmt.Sprintf(`{"credential":{"access":%q,"secret":%q,"securitytoken":%q,"expires_at":%q}}`,
			key, secretOf(key), securityTokenOf(key), expiry()))
		return nil
	}},
}

func expiry() string { return time.Now().Add(24 * time.Hour).UTC().Format("2006-01-02T15:04:05Z") }

func serveMetadata(t *testing.T, body string) {
	t.Helper()
	proxy.set(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/openstack/latest/securitykey" {
			http.NotFound(w, r)
			return
		}
		_, _ = fmt.Fprint(w, body)
	}), nil)
	t.Cleanup(func() { proxy.set(nil, nil) })
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

func writeKooCLI(t *testing.T, path, key string) string {
	t.Helper()
	return write(t, path, fmt.Sprintf(`{"current":"default","authEncrypt":"false","profiles":[
		{"name":"default","mode":"AKSK","accessKeyId":%q,"secretAccessKey":%q,"securityToken":%q},
		{"name":"other","mode":"AKSK","accessKeyId":"OTHER","secretAccessKey":"OTHER"}]}`, key, secretOf(key), securityTokenOf(key)))
}

// newHome gives a test a home of its own.
func newHome(t *testing.T) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
}

// sentWith configures the provider, reads once and returns what the request was made with: the access key or token, and behind
// it the security token, the project and the domain, if there are any.
func sentWith(t *testing.T, block map[string]any) string {
	t.Helper()
	e := coctest.New(coctest.Keys{})
	e.Fault(coctest.Always, coctest.JSON(`{"data":[],"total":0}`))
	server, schemas := newServer(t)
	with := map[string]any{"endpoint": serveURL(t, e)}
	for name, value := range block {
		with[name] = value
	}
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

// Every cell: each source alone, and each with each of the sources behind it.
func TestCredentialSources(t *testing.T) {
	for i, first := range allSources {
		for _, second := range allSources[i:] {
			t.Run(first.name+" before "+second.name, func(t *testing.T) {
				newHome(t)
				block := map[string]any{}
				if second.name != first.name {
					block = second.put(t, "SECOND")
				}
				for name, value := range first.put(t, "FIRST") {
					if block == nil {
						block = map[string]any{}
					}
					block[name] = value
				}
				if got := sentWith(t, block); got != "FIRST, X-Security-Token token-FIRST" {
					t.Errorf("the request is made with %s", got)
				}
			})
		}
	}
	if len(allSources) != len(sources) {
		t.Errorf("%d sources are tested, there are %d", len(allSources), len(sources))
	}
}

// A real Terraform finds each source, with all that come behind it present and wrong.
func TestAccCredentialSources(t *testing.T) {
	for i, source := range allSources {
		t.Run(source.name, func(t *testing.T) {
			newHome(t)
			for _, other := range allSources[i+1:] {
				other.put(t, "WRONG")
			}
			var arguments strings.Builder
			for name, value := range source.put(t, "RIGHT") {
				fmt.Fprintf(&arguments, "  %s = %q\n", name, value)
			}
			t.Setenv(envEndpoint, serveURL(t, coctest.New(
				coctest.Keys{AccessKey: "RIGHT", SecretKey: secretOf("RIGHT"), SecurityToken: securityTokenOf("RIGHT")}, coctest.Rows(2)...)))
			acceptance(t, resource.TestStep{
				Config:            "provider \"coc\" {\n" + arguments.String() + "}\ndata \"coc_execution_instances\" \"test\" {}",
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(address, attribute("total"), knownvalue.Int64Exact(2))},
			})
		})
	}
}

// The other ways to name credentials in a source, and what goes along with them.
func TestCredentialForms(t *testing.T) {
	const sso = `{"current":"sso","authEncrypt":false,"profiles":[{"name":"sso","mode":"SSO","region":"eu-west-101","projectId":"file-project",
		"domainId":"file-domain","accessKeyId":"WRONG","secretAccessKey":"WRONG",
		"ssoAuth":{"stsToken":{"accessKeyId":"SSO","secretAccessKey":"s","securityToken":"t"}}}]}`
	for name, tc := range map[string]struct {
		block map[string]any
		env   map[string]string
		files map[string]string // below the home
		want  string
	}{
		"a token":                       {block: map[string]any{"token": "TOKEN"}, want: "TOKEN"},
		"a token from the environment":  {env: map[string]string{envToken: "TOKEN"}, want: "TOKEN"},
		"a profile of the default file": {block: map[string]any{"profile": "other"}, files: map[string]string{".hcloud/config.json": kooCLI("KEY")}, want: "OTHER"},
		"a profile by variable":         {env: map[string]string{envProfile: "other"}, files: map[string]string{".hcloud/config.json": kooCLI("KEY")}, want: "OTHER"},
		"a named file":                  {block: map[string]any{"shared_config_file": "~/my.json"}, files: map[string]string{"my.json": kooCLI("KEY")}, want: "KEY"},
		"a named file and profile":      {block: map[string]any{"shared_config_file": "~/my.json", "profile": "other"}, files: map[string]string{"my.json": kooCLI("KEY")}, want: "OTHER"},
		"a file by variable, a profile in the block": {
			block: map[string]any{"profile": "other"}, env: map[string]string{envSharedConfigFile: "~/my.json"}, files: map[string]string{"my.json": kooCLI("KEY")}, want: "OTHER",
		},
		"a single sign-on":                 {block: map[string]any{"profile": "sso"}, files: map[string]string{".hcloud/config.json": sso}, want: "SSO, X-Security-Token t, X-Project-Id file-project, X-Domain-Id file-domain"},
		"the block's token before keys":    {block: map[string]any{"token": "TOKEN"}, env: map[string]string{envAccessKey: "AK", envSecretKey: "SK"}, want: "TOKEN"},
		"an encrypted file, passed over":   {env: map[string]string{"HUAWEICLOUD_SDK_AK": "SDK", "HUAWEICLOUD_SDK_SK": "SDK"}, files: map[string]string{".hcloud/config.json": encrypted(kooCLI("KEY"))}, want: "SDK"},
		"a file that is none, passed over": {env: map[string]string{"HUAWEICLOUD_SDK_AK": "SDK", "HUAWEICLOUD_SDK_SK": "SDK"}, files: map[string]string{".hcloud/config.json": "{"}, want: "SDK"},
		"the SDK's section basic":          {files: map[string]string{".huaweicloud/credentials": "[basic]\nak = BASIC\nsk = s\nproject_id = p\n"}, want: "BASIC, X-Project-Id p"},
		"the SDK's file by variable":       {env: map[string]string{"HUAWEICLOUD_SDK_CREDENTIALS_FILE": "HOME/creds"}, files: map[string]string{"creds": "[global]\nak = GLOBAL\nsk = s\n"}, want: "GLOBAL"},
		"the block's profile before the variable's": {
			block: map[string]any{"profile": "other"}, env: map[string]string{envProfile: "default"},
			files: map[string]string{".hcloud/config.json": kooCLI("KEY")}, want: "OTHER",
		},
		"the block's file before the variable's": {
			block: map[string]any{"shared_config_file": "~/my.json"}, env: map[string]string{envSharedConfigFile: "~/no.json"},
			files: map[string]string{"my.json": kooCLI("KEY"), "no.json": kooCLI("NO")}, want: "KEY",
		},
		"a profile with a security token and ids": {
			block: map[string]any{"profile": "p"},
			files: map[string]string{".hcloud/config.json": oneProfile(`"securityToken":"ST","projectId":"file-project","domainId":"file-domain"`)},
			want:  "K, X-Security-Token ST, X-Project-Id file-project, X-Domain-Id file-domain",
		},
		"the SDK's section global before basic": {
			files: map[string]string{".huaweicloud/credentials": "[basic]\nak = BASIC\nsk = s\nproject_id = p\n[global]\nak = GLOBAL\nsk = s\ndomain_id = d\n"},
			want:  "GLOBAL, X-Domain-Id d",
		},
		"the SDK's environment with ids": {
			env: map[string]string{
				"HUAWEICLOUD_SDK_AK": "SDK", "HUAWEICLOUD_SDK_SK": "s", "HUAWEICLOUD_SDK_PROJECT_ID": "p", "HUAWEICLOUD_SDK_DOMAIN_ID": "d",
			},
			want: "SDK, X-Project-Id p, X-Domain-Id d",
		},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			for file, content := range tc.files {
				write(t, filepath.Join(os.Getenv("HOME"), filepath.FromSlash(file)), content)
			}
			for variable, value := range tc.env {
				t.Setenv(variable, strings.Replace(value, "HOME", os.Getenv("HOME"), 1))
			}
			if got := sentWith(t, tc.block); got != tc.want {
				t.Errorf("the request is made with %s, want %s", got, tc.want)
			}
		})
	}
}

func kooCLI(key string) string {
	return fmt.Sprintf(`{"current":"default","authEncrypt":"false","profiles":[
		{"name":"default","mode":"AKSK","accessKeyId":%q,"secretAccessKey":"s"},{"name":"other","accessKeyId":"OTHER","secretAccessKey":"s"},
		{"name":"agency","mode":"EcsAgency"},{"name":"half","mode":"AKSK","accessKeyId":"HALF"},
		{"name":"odd","mode":"AKSK","accessKeyId":"a b","secretAccessKey":"s"},
		{"name":"nowhere","mode":"AKSK","accessKeyId":"AK","secretAccessKey":"s","region":"Mars"}]}`, key)
}

// oneProfile is a file with one profile, current, of the keys K and s and some more fields.
func oneProfile(fields string) string {
	return `{"current":"p","profiles":[{"name":"p","accessKeyId":"K","secretAccessKey":"s",` + fields + `}]}`
}

func encrypted(file string) string {
	return strings.Replace(file, `"authEncrypt":"false"`, `"authEncrypt":"true"`, 1)
}

// Whatever of a profile would go into a header must fit into one.
func TestOddProfiles(t *testing.T) {
	for field, value := range map[string]string{
		"access key": `"accessKeyId":"a b"`, "secret key": `"secretAccessKey":"s\n"`, "security token": `"securityToken":"\t"`,
		"project": `"projectId":"a\r\nX-Evil: b"`, "domain": `"domainId":"é"`,
	} {
		t.Run(field, func(t *testing.T) {
			newHome(t)
			write(t, filepath.Join(os.Getenv("HOME"), ".hcloud", "config.json"), oneProfile(value))
			server, schemas := newServer(t)
			wantDiagnostic(t, configure(t, server, schemas, map[string]any{"profile": "p"}), "profile",
				"the "+field+` of its profile "p" must be visible ASCII`)
		})
	}
}

// One diagnostic, on the attribute, before any request.
func TestCredentialErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		block     map[string]any
		env       map[string]string
		file      string // ~/.hcloud/config.json
		attribute string
		want      string
	}{
		"a token and keys":                 {block: map[string]any{"token": "T", "access_key": "A", "secret_key": "S"}, attribute: "token", want: "Two kinds of credentials"},
		"a token and half a pair":          {block: map[string]any{"token": "T", "access_key": "A"}, attribute: "token", want: "Two kinds of credentials"},
		"a token and a profile":            {block: map[string]any{"token": "T", "profile": "p"}, attribute: "token", want: "Two kinds of credentials"},
		"keys and a profile":               {block: map[string]any{"access_key": "A", "secret_key": "S", "profile": "p"}, attribute: "profile", want: "Two kinds of credentials"},
		"keys and a file":                  {block: map[string]any{"access_key": "A", "secret_key": "S", "shared_config_file": "f"}, attribute: "shared_config_file", want: "Two kinds of credentials"},
		"a token and keys by variable":     {env: map[string]string{envToken: "T", envAccessKey: "A", envSecretKey: "S"}, attribute: "token", want: "HW_AUTH_TOKEN is set, and so are keys"},
		"a token with a line end":          {env: map[string]string{envToken: "T\n"}, attribute: "token", want: "HW_AUTH_TOKEN: must be visible ASCII"},
		"no such file":                     {block: map[string]any{"shared_config_file": "/nowhere.json"}, attribute: "shared_config_file", want: "/nowhere.json: no such file"},
		"no such file by variable":         {env: map[string]string{envSharedConfigFile: "/nowhere.json"}, attribute: "shared_config_file", want: "/nowhere.json: no such file"},
		"no default file":                  {block: map[string]any{"profile": "p"}, attribute: "profile", want: "config.json: no such file"},
		"a file that is none":              {block: map[string]any{"profile": "p"}, file: "[", attribute: "profile", want: "it is not KooCLI's configuration"},
		"no such profile":                  {block: map[string]any{"profile": "p"}, file: kooCLI("K"), attribute: "profile", want: `it has no profile "p"`},
		"no such profile by variable":      {env: map[string]string{envProfile: "p"}, file: kooCLI("K"), attribute: "profile", want: `it has no profile "p"`},
		"a profile of another mode":        {block: map[string]any{"profile": "agency"}, file: kooCLI("K"), attribute: "profile", want: `has the mode "EcsAgency", and only AKSK and SSO`},
		"a profile with half a pair":       {block: map[string]any{"profile": "half"}, file: kooCLI("K"), attribute: "profile", want: "lacks an access key or a secret key"},
		"a profile with odd keys":          {block: map[string]any{"profile": "odd"}, file: kooCLI("K"), attribute: "profile", want: `the access key of its profile "odd" must be visible ASCII`},
		"a profile with an odd region":     {block: map[string]any{"profile": "nowhere"}, file: kooCLI("K"), attribute: "profile", want: `the region of its profile "nowhere" must look like`},
		"an encrypted profile":             {block: map[string]any{"profile": "default"}, file: encrypted(kooCLI("K")), attribute: "profile", want: "hcloud configure set --cli-auth-encrypt=false"},
		"an encrypted file":                {env: map[string]string{envSharedConfigFile: "~/.hcloud/config.json"}, file: encrypted(kooCLI("K")), attribute: "shared_config_file", want: "its keys are encrypted"},
		"an empty profile":                 {block: map[string]any{"profile": ""}, attribute: "profile", want: "at least 1"},
		"an empty file":                    {block: map[string]any{"shared_config_file": ""}, attribute: "shared_config_file", want: "at least 1"},
		"an unknown token":                 {block: map[string]any{"token": unknown}, attribute: "token", want: "known only after apply"},
		"an unknown profile":               {block: map[string]any{"profile": unknown}, attribute: "profile", want: "known only after apply"},
		"an unknown file":                  {block: map[string]any{"shared_config_file": unknown}, attribute: "shared_config_file", want: "known only after apply"},
		"half of the SDK's keys":           {env: map[string]string{"HUAWEICLOUD_SDK_AK": "A"}, want: "the SDK's environment: only one of HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK is set"},
		"half of the SDK's identity":       {env: map[string]string{"HUAWEICLOUD_SDK_ID_TOKEN_FILE": "f"}, want: "only one of HUAWEICLOUD_SDK_IDP_ID and HUAWEICLOUD_SDK_ID_TOKEN_FILE"},
		"an SDK key with a line end":       {env: map[string]string{"HUAWEICLOUD_SDK_AK": "A", "HUAWEICLOUD_SDK_SK": "S\n"}, want: "such as blanks or line ends"},
		"an odd project for the SDK":       {env: map[string]string{"HUAWEICLOUD_SDK_AK": "A", "HUAWEICLOUD_SDK_SK": "S", "HUAWEICLOUD_SDK_PROJECT_ID": "a\nb"}, want: "such as blanks or line ends"},
		"an odd domain for the SDK":        {env: map[string]string{"HUAWEICLOUD_SDK_AK": "A", "HUAWEICLOUD_SDK_SK": "S", "HUAWEICLOUD_SDK_DOMAIN_ID": "a b"}, want: "such as blanks or line ends"},
		"no such file for the SDK":         {env: map[string]string{"HUAWEICLOUD_SDK_CREDENTIALS_FILE": "/nowhere"}, want: "/nowhere (HUAWEICLOUD_SDK_CREDENTIALS_FILE): no such file"},
		"a file that is none, for the SDK": {env: map[string]string{"HUAWEICLOUD_SDK_CREDENTIALS_FILE": "credentials_test.go"}, want: "credentials_test.go (HUAWEICLOUD_SDK_CREDENTIALS_FILE): "},
		"half of a pod's identity":         {env: map[string]string{"HC_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1"}, want: "the pod identity agent: only one of"},
		"a pod's agent that is away":       {env: map[string]string{"HC_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1", "HC_CONTAINER_AUTHORIZATION_TOKEN_FILE": "credentials_test.go"}, want: "the pod identity agent: "},
		"metadata neither on nor off":      {env: map[string]string{envMetadataDisabled: "maybe"}, want: "COC_METADATA_DISABLED: must be true or false"},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			if tc.file != "" {
				write(t, filepath.Join(os.Getenv("HOME"), ".hcloud", "config.json"), tc.file)
			}
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			server, schemas := newServer(t)
			wantDiagnostic(t, configure(t, server, schemas, tc.block), tc.attribute, tc.want)
		})
	}
}

// With nothing found, one error lists every source and what it lacked.
func TestNoCredentials(t *testing.T) {
	newHome(t)
	t.Setenv(envMetadataDisabled, "")
	serveMetadata(t, `{}`) // an answer at which the SDK panics
	write(t, filepath.Join(os.Getenv("HOME"), ".hcloud", "config.json"), encrypted(kooCLI("K")))
	server, schemas := newServer(t)
	got := configure(t, server, schemas, nil)
	wantDiagnostic(t, got, "", "No Huawei Cloud credentials")
	for i, lacks := range []string{
		"none of them is set", "none of them is set", "none of them is set",
		"its keys are encrypted, which hcloud configure set --cli-auth-encrypt=false changes",
		"neither HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK nor HUAWEICLOUD_SDK_IDP_ID and HUAWEICLOUD_SDK_ID_TOKEN_FILE are set",
		"there is no such file", "neither HC_CONTAINER_CREDENTIALS_FULL_URI nor HC_CONTAINER_AUTHORIZATION_TOKEN_FILE is set", "the answer holds no usable credentials",
	} {
		want := fmt.Sprintf("\n  %d. %s: %s", i+1, strings.ReplaceAll(sources[i].name, "`", ""), lacks)
		if !strings.Contains(got[0].Detail, want) {
			t.Errorf("no line %s in\n%s", want, got[0].Detail)
		}
	}
	if seen := strings.Join(proxy.requests(), "\n"); seen != "PUT http://169.254.169.254/meta-data/latest/api/token\nGET http://169.254.169.254/openstack/latest/securitykey" {
		t.Errorf("asked for\n%s", seen)
	}
}

// A file that others can read earns a warning.
func TestReadableFile(t *testing.T) {
	newHome(t)
	file := write(t, filepath.Join(os.Getenv("HOME"), ".hcloud", "config.json"), kooCLI("K"))
	if err := os.Chmod(file, 0o644); err != nil { //nolint:gosec // that is the point
		t.Fatal(err)
	}
	server, schemas := newServer(t)
	wantDiagnostic(t, configure(t, server, schemas, nil), "", "Others can read the KooCLI configuration")
}

// The ids of a file go with its keys alone, and below the block's and the environment's; so does its region.
func TestIDsGoWithTheKeys(t *testing.T) {
	const file = `{"current":"p","profiles":[{"name":"p","accessKeyId":"K","secretAccessKey":"s","region":"eu-west-101","projectId":"file-project","domainId":"file-domain"}]}`
	for name, tc := range map[string]struct {
		block                     map[string]any
		env                       map[string]string
		project, domain, endpoint string
	}{
		"the file's":        {nil, nil, "file-project", "file-domain", "https://coc-eu-west-101-open-api.myhuaweicloud.eu"},
		"the environment's": {nil, map[string]string{envProjectID: "env-project", envRegion: "cn-north-7"}, "env-project", "file-domain", "https://coc.myhuaweicloud.com"},
		"the block's":       {map[string]any{"domain_id": "block-domain", "region": "af-south-1"}, map[string]string{envRegion: "cn-north-7"}, "file-project", "block-domain", "https://coc-intl.myhuaweicloud.com"},
		"other keys'":       {nil, map[string]string{envAccessKey: "A", envSecretKey: "S"}, "", "", "https://coc.myhuaweicloud.com"},
		"an endpoint":       {map[string]any{"endpoint": "https://coc.example.com/x/"}, nil, "file-project", "file-domain", "https://coc.example.com/x/"},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			write(t, filepath.Join(os.Getenv("HOME"), ".hcloud", "config.json"), file)
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			config, diags := resolve(t.Context(), modelOf(t, tc.block))
			if len(diags) > 0 || config.ProjectID != tc.project || config.DomainID != tc.domain || config.Endpoint != tc.endpoint {
				t.Errorf("%v: project %q, domain %q, endpoint %q", diags, config.ProjectID, config.DomainID, config.Endpoint)
			}
		})
	}
}

// An identity provider with its token counts as the SDK's environment, whose ids go with it, before the SDK's profile. It is
// asked for keys no sooner than a read needs them.
func TestSDKIdentity(t *testing.T) {
	newHome(t)
	proxy.set(nil, nil)
	write(t, filepath.Join(os.Getenv("HOME"), ".huaweicloud", "credentials"), "[global]\nak = WRONG\nsk = s\ndomain_id = profile-domain\n")
	t.Setenv("HUAWEICLOUD_SDK_IDP_ID", "idp")
	t.Setenv("HUAWEICLOUD_SDK_ID_TOKEN_FILE", write(t, filepath.Join(t.TempDir(), "token"), "id-token"))
	t.Setenv("HUAWEICLOUD_SDK_PROJECT_ID", "env-project")
	t.Setenv("HUAWEICLOUD_SDK_DOMAIN_ID", "env-domain")
	config, diags := resolve(t.Context(), modelOf(t, nil))
	if len(diags) > 0 || config.Credentials == nil || config.ProjectID != "env-project" || config.DomainID != "env-domain" {
		t.Errorf("%v: %T, project %q, domain %q", diags, config.Credentials, config.ProjectID, config.DomainID)
	}
	if seen := proxy.requests(); len(seen) > 0 {
		t.Errorf("asked for %v", seen)
	}
}

// The source is logged by its name, never its value.
func TestSourceIsLogged(t *testing.T) {
	newHome(t)
	t.Setenv(envAccessKey, "LOGGEDKEY")
	t.Setenv(envSecretKey, "logged-secret")
	var log bytes.Buffer
	if _, diags := resolve(tflogtest.RootLogger(t.Context(), &log), modelOf(t, nil)); diags.HasError() {
		t.Fatal(diags)
	}
	line := log.String()
	if !strings.Contains(line, `"@level":"info"`) || !strings.Contains(line, "the environment: HW_ACCESS_KEY and HW_SECRET_KEY") ||
		strings.Contains(line, "LOGGEDKEY") || strings.Contains(line, "logged-secret") {
		t.Errorf("%s", line)
	}
}

// Nothing is written to the user's home, and nothing is sent before a read.
func TestConfigureLeavesNothingBehind(t *testing.T) {
	newHome(t)
	e := coctest.New(testKeys)
	proxy.set(nil, nil)
	server, schemas := newServer(t)
	block := map[string]any{"endpoint": serveURL(t, e), "access_key": testKeys.AccessKey, "secret_key": testKeys.SecretKey}
	if got := configure(t, server, schemas, block); len(got) > 0 {
		t.Fatal(got[0].Detail)
	}
	if n := len(e.Requests()) + len(proxy.requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
	if _, got := read(t.Context(), t, server, schemas, nil); len(got) > 0 {
		t.Fatal(got[0].Detail)
	}
	entries, err := os.ReadDir(os.Getenv("HOME"))
	if err != nil || len(entries) != 0 {
		t.Errorf("%v %v", entries, err)
	}
}

// A request goes through the proxy of the environment, and says who sends it.
func TestProxyAndUserAgent(t *testing.T) {
	e := coctest.New(testKeys, coctest.Rows(3)...)
	tls := httptest.NewTLSServer(e)
	t.Cleanup(tls.Close)
	ca := write(t, filepath.Join(t.TempDir(), "ca.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: tls.Certificate().Raw})))
	proxy.set(nil, map[string]string{"coc.example.com:443": tls.Listener.Addr().String()})
	t.Cleanup(func() { proxy.set(nil, nil) })
	t.Setenv("TF_APPEND_USER_AGENT", "team/7\n\tx\x01y")
	server, schemas := newServer(t)
	if got := configure(t, server, schemas, map[string]any{
		"endpoint": "https://coc.example.com", "access_key": testKeys.AccessKey, "secret_key": testKeys.SecretKey, "cacert_file": ca,
	}); len(got) > 0 {
		t.Fatal(got[0].Detail)
	}
	if _, got := read(t.Context(), t, server, schemas, nil); len(got) > 0 {
		t.Fatal(got[0].Detail)
	}
	if seen := proxy.requests(); len(seen) == 0 || seen[0] != "CONNECT coc.example.com:443" {
		t.Errorf("the proxy saw %v", seen)
	}
	if got, want := e.Requests()[0].Header.Get("User-Agent"), "Terraform/1.2.3 terraform-provider-coc/test team/7"; got != want {
		t.Errorf("User-Agent %q, want %q", got, want)
	}
}
