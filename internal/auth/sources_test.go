package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// sourceTest is a source and how a test puts credentials there: an access key, its secret key and its security token.
type sourceTest struct {
	source string
	put    func(t *testing.T, m *machine, key string)
}

// allSources are all sources in the order in which they are asked.
var allSources = []sourceTest{
	{"block", func(_ *testing.T, m *machine, key string) {
		m.block = Block{AccessKey: key, SecretKey: secretOf(key), SecurityToken: securityTokenOf(key)}
	}},
	{"environment", func(t *testing.T, _ *machine, key string) {
		t.Setenv(EnvAccessKey, key)
		t.Setenv(EnvSecretKey, secretOf(key))
		t.Setenv(EnvSecurityToken, securityTokenOf(key))
	}},
	{"named file", func(t *testing.T, m *machine, key string) {
		t.Setenv(EnvSharedConfigFile, m.write(t, "named.json", kooCLIConfig(key)))
	}},
	{"default file", func(t *testing.T, m *machine, key string) { m.write(t, ".hcloud/config.json", kooCLIConfig(key)) }},
	{"SDK environment", func(t *testing.T, _ *machine, key string) {
		t.Setenv(EnvSDKAccessKey, key)
		t.Setenv(EnvSDKSecretKey, secretOf(key))
		t.Setenv(EnvSDKSecurityToken, securityTokenOf(key))
	}},
	{"SDK profile", func(t *testing.T, m *machine, key string) {
		m.write(t, ".huaweicloud/credentials", fmt.Sprintf("[global]\nak = %s\nsk = %s\nsecurity_token = %s\n",
			key, secretOf(key), securityTokenOf(key)))
	}},
	{"pod identity", func(t *testing.T, m *machine, key string) {
		startPodIdentity(t, m, func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, podAnswer(key, 24*time.Hour)) })
	}},
	{"metadata", func(_ *testing.T, m *machine, key string) {
		m.metadata = serveMetadata(metadataAnswer(key, 24*time.Hour))
	}},
}

// Each source is found alone, and is used before each of the sources after it.
func TestEachSourceBeforeEachOther(t *testing.T) {
	names := Names()
	exact := vars{ // the sources that say more exactly where the credentials are from
		"block":       "the provider block: access_key and secret_key",
		"environment": "the environment: HW_ACCESS_KEY and HW_SECRET_KEY",
		"named file":  "the KooCLI configuration: HW_SHARED_CONFIG_FILE names HOME/named.json",
	}
	if len(allSources) != len(names) {
		t.Fatalf("%d sources are tested, there are %d", len(allSources), len(names))
	}
	for i, first := range allSources {
		for _, second := range allSources[i:] {
			t.Run(first.source+" before "+second.source, func(t *testing.T) {
				m := newMachine(t)
				if second.source != first.source {
					second.put(t, m, "SECOND")
				}
				first.put(t, m, "FIRST")
				found := m.mustFind(t)
				if with, _ := sign(t, found.Signer); with != withKey("FIRST") {
					t.Errorf("signed with %s, want %s", with, withKey("FIRST"))
				}
				want := strings.Replace(exact[first.source], "HOME", m.home, 1)
				if want == "" {
					want = strings.ReplaceAll(names[i], "`", "")
				}
				wantSource(t, found, want)
			})
		}
	}
}

func kooCLIConfig(key string) string {
	return fmt.Sprintf(`{"current":"default","authEncrypt":"false","profiles":[
		{"name":"default","mode":"AKSK","accessKeyId":%q,"secretAccessKey":%q,"securityToken":%q},
		{"name":"other","accessKeyId":"OTHER","secretAccessKey":"s"},
		{"name":"private","mode":"AKSK","accessKeyId":"AK","secretAccessKey":"s","region":"RegionOne"}]}`,
		key, secretOf(key), securityTokenOf(key))
}

// configWithProfile returns a KooCLI configuration with one profile, which has the keys K and s and the given fields.
func configWithProfile(fields string) string {
	return `{"current":"p","profiles":[{"name":"p","accessKeyId":"K","secretAccessKey":"s",` + fields + `}]}`
}

func encrypted(file string) string {
	return strings.Replace(file, `"authEncrypt":"false"`, `"authEncrypt":"true"`, 1)
}

// The sources accept credentials in several forms, some with a region, a project and a domain.
func TestForms(t *testing.T) {
	const sso = `{"current":"sso","authEncrypt":false,"profiles":[{"name":"sso","mode":"SSO","region":"eu-west-101","projectId":"file-project",
		"domainId":"file-domain","accessKeyId":"WRONG","secretAccessKey":"WRONG",
		"ssoAuth":{"stsToken":{"accessKeyId":"SSO","secretAccessKey":"s","securityToken":"t"}}}]}`
	const key = "KEY, X-Security-Token security-token-of-KEY"
	for name, tc := range map[string]struct {
		block                   Block
		env                     vars
		files                   vars // below the home
		want                    string
		region, project, domain string
	}{
		"a token":                      {block: Block{Token: "TOKEN"}, want: "TOKEN"},
		"a token from the environment": {env: vars{EnvToken: "TOKEN"}, want: "TOKEN"},
		"a named file and profile": {
			block: Block{SharedConfigFile: "~/my.json", Profile: "other"}, files: vars{"my.json": kooCLIConfig("KEY")},
			want: "OTHER",
		},
		"an encrypted file, passed over": {
			env: vars{EnvSDKAccessKey: "SDK", EnvSDKSecretKey: "SDK"}, files: vars{".hcloud/config.json": encrypted(kooCLIConfig("KEY"))},
			want: "SDK",
		},
		"a file that is none, passed over": {
			env: vars{EnvSDKAccessKey: "SDK", EnvSDKSecretKey: "SDK"}, files: vars{".hcloud/config.json": "{"},
			want: "SDK",
		},
		"the SDK's file by variable": {
			env: vars{EnvSDKCredentialsFile: "HOME/creds"}, files: vars{"creds": "[global]\nak = GLOBAL\nsk = s\n"},
			want: "GLOBAL",
		},
		"keys before a missing profile": {env: vars{EnvProfile: "prod", EnvAccessKey: "A", EnvSecretKey: "S"}, want: "A"},
		"a token before half a pair":    {block: Block{Token: "T"}, env: vars{EnvAccessKey: "A"}, want: "T"},
		"a single sign-on": {
			block: Block{Profile: "sso"}, files: vars{".hcloud/config.json": sso},
			want: "SSO, X-Security-Token t", region: "eu-west-101", project: "file-project", domain: "file-domain",
		},
		"the block's file, and not the variable's profile": {
			block: Block{SharedConfigFile: "~/my.json"}, env: vars{EnvProfile: "other"},
			files: vars{"my.json": kooCLIConfig("KEY")}, want: key,
		},
		"the block's profile, and not the variable's file": {
			block: Block{Profile: "default"}, env: vars{EnvSharedConfigFile: "~/no.json"},
			files: vars{".hcloud/config.json": kooCLIConfig("KEY"), "no.json": kooCLIConfig("NO")}, want: key,
		},
		"the block's profile before the variable's": {
			block: Block{Profile: "other"}, env: vars{EnvProfile: "default"},
			files: vars{".hcloud/config.json": kooCLIConfig("KEY")}, want: "OTHER",
		},
		"the block's file before the variable's": {
			block: Block{SharedConfigFile: "~/my.json"}, env: vars{EnvSharedConfigFile: "~/no.json"},
			files: vars{"my.json": kooCLIConfig("KEY"), "no.json": kooCLIConfig("NO")}, want: key,
		},
		"the SDK's section global before basic": {
			files: vars{".huaweicloud/credentials": "[basic]\nak = BASIC\nsk = s\nproject_id = p\n[global]\nak = GLOBAL\nsk = s\ndomain_id = d\n"},
			want:  "GLOBAL", domain: "d",
		},
		"the SDK's environment with ids": {
			env:  vars{EnvSDKAccessKey: "SDK", EnvSDKSecretKey: "s", EnvSDKProjectID: " p", EnvSDKDomainID: "d\n"},
			want: "SDK", project: "p", domain: "d",
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.block = tc.block
			for file, content := range tc.files {
				m.write(t, file, content)
			}
			for variable, value := range tc.env {
				t.Setenv(variable, strings.Replace(value, "HOME", m.home, 1))
			}
			found, err := Find(t.Context(), m.block, m.options)
			if err != nil {
				t.Fatal(err)
			}
			with, _ := sign(t, found.first.Signer)
			got := []string{with, found.Region, found.first.ProjectID, found.first.DomainID}
			if want := []string{tc.want, tc.region, tc.project, tc.domain}; !slices.Equal(got, want) {
				t.Errorf("got the key, region, project and domain %q, want %q", got, want)
			}
			m.wantNoConnection(t)
		})
	}
}

// The values of a profile that are sent in headers must be one or more visible ASCII characters.
func TestOddProfiles(t *testing.T) {
	for field, value := range map[string]string{
		"access key": `"accessKeyId":"a b"`, "secret key": `"secretAccessKey":"s\n"`, "security token": `"securityToken":"\t"`,
		"project": `"projectId":"a\r\nX-Evil: b"`, "domain": `"domainId":"é"`, "region": `"region":"North Pole"`,
	} {
		t.Run(field, func(t *testing.T) {
			m := newMachine(t)
			m.block, m.options.AnyRegion = Block{Profile: "p"}, true
			m.write(t, ".hcloud/config.json", configWithProfile(value))
			m.wantProblem(t, "profile", "Unusable KooCLI configuration", "the "+field+` of its profile "p" must be one or more visible ASCII`)
		})
	}
}

// With AnyRegion, the region of a profile may have any name.
func TestRegionOfPrivateCloud(t *testing.T) {
	m := newMachine(t)
	m.write(t, ".hcloud/config.json", kooCLIConfig("KEY"))
	m.block.Profile = "private"
	m.wantProblem(t, "profile", `the region of its profile "private" must look like cn-north-4: lower-case words and numbers, `+
		`joined by dashes, got "RegionOne"`)
	m.options.AnyRegion = true
	if found, err := Find(t.Context(), m.block, m.options); err != nil || found.Region != "RegionOne" {
		t.Errorf("got %+v, %v, want the region RegionOne", found, err)
	}
}

// A mistake in the configuration is a problem with the argument that it is about. No service is asked after it.
//
// Fault: no credentials.
func TestProblems(t *testing.T) {
	const one, two = "is not set. An access key", "Two kinds of credentials"
	for name, tc := range map[string]struct {
		block    Block
		env      vars
		file     string // ~/.hcloud/config.json
		argument string
		want     string
	}{
		"an access key alone":     {block: Block{AccessKey: "A"}, argument: "secret_key", want: "secret_key " + one},
		"a secret key alone":      {block: Block{SecretKey: "S"}, argument: "access_key", want: "access_key " + one},
		"half in the environment": {env: vars{EnvAccessKey: "A"}, argument: "secret_key", want: "HW_SECRET_KEY " + one},
		"a variable with a line end": {
			env: vars{EnvAccessKey: "A", EnvSecretKey: "S\n"}, argument: "secret_key",
			want: "Malformed environment variable: HW_SECRET_KEY: must be one or more visible ASCII",
		},
		"a token with a line end":      {env: vars{EnvToken: "T\n"}, argument: "token", want: "HW_AUTH_TOKEN: must be one or more visible ASCII"},
		"a token and keys":             {block: Block{Token: "T", AccessKey: "A", SecretKey: "S"}, argument: "token", want: two},
		"a token and a profile":        {block: Block{Token: "T", Profile: "p"}, argument: "profile", want: two},
		"keys and a file":              {block: Block{AccessKey: "A", SharedConfigFile: "f"}, argument: "shared_config_file", want: two},
		"a token and keys by variable": {env: vars{EnvToken: "T", EnvAccessKey: "A"}, argument: "token", want: two},
		"a missing profile before the SDK's keys": {
			env: vars{EnvProfile: "prod", EnvSDKAccessKey: "A", EnvSDKSecretKey: "S"}, argument: "profile", want: `"prod"`,
		},
		"a file that is none": {block: Block{Profile: "p"}, file: "[", argument: "profile", want: "it is not KooCLI's configuration"},
		"an encrypted profile": {
			block: Block{Profile: "default"}, file: encrypted(kooCLIConfig("K")), argument: "profile",
			want: "hcloud configure set --cli-auth-encrypt=false",
		},
		"an odd project for the SDK": {
			env:  vars{EnvSDKAccessKey: "A", EnvSDKSecretKey: "S", EnvSDKProjectID: "a\nb"},
			want: "such as blanks or line ends",
		},
		"an odd IAM endpoint": {
			env:  vars{EnvSDKIdentity: "i", EnvSDKIdentityToken: "f", EnvSDKIAMEndpoint: "http://iam.example.com"},
			want: "the SDK's environment: HUAWEICLOUD_SDK_IAM_ENDPOINT: http is accepted for a loopback address only",
		},
		"half of a pod's identity": {env: vars{EnvPodIdentityURI: "http://127.0.0.1:1"}, want: "the pod identity agent: only one of"},
		"metadata neither on nor off": {
			env:  vars{EnvMetadataDisabled: "maybe"},
			want: `COC_METADATA_DISABLED: must be true or false, got "maybe"`,
		},
		"keys and identity for the SDK": {
			env:  vars{EnvSDKAccessKey: "A", EnvSDKSecretKey: "S", EnvSDKIdentity: "i", EnvSDKIdentityToken: "f"},
			want: two + ": the SDK's environment: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_IDP_ID are both set",
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.block = tc.block
			m.metadata = serveMetadata(metadataAnswer("ANOTHER", time.Hour))
			if tc.file != "" {
				m.write(t, ".hcloud/config.json", tc.file)
			}
			setAll(t, tc.env)
			m.wantProblem(t, tc.argument, tc.want)
			m.wantNoConnection(t)
		})
	}
}

// If no source has credentials, the problem lists every source and what it lacks.
//
// Fault: no credentials.
func TestNothingFound(t *testing.T) {
	m := newMachine(t)
	m.metadata = serveMetadata(`{}`)
	m.write(t, ".hcloud/config.json", encrypted(kooCLIConfig("K")))
	want := "No Huawei Cloud credentials: Nothing was found in any of these places, tried in this order:"
	for i, lacks := range []string{
		"none of them is set", "none of them is set", "none of them is set",
		"its keys are encrypted: to change that, run hcloud configure set --cli-auth-encrypt=false",
		"neither HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK nor HUAWEICLOUD_SDK_IDP_ID and HUAWEICLOUD_SDK_ID_TOKEN_FILE are set",
		"there is no such file", "neither HC_CONTAINER_CREDENTIALS_FULL_URI nor HC_CONTAINER_AUTHORIZATION_TOKEN_FILE is set",
		"the answer holds no usable credentials",
	} {
		want += fmt.Sprintf("\n  %d. %s: %s", i+1, strings.ReplaceAll(Names()[i], "`", ""), lacks)
	}
	want += "\n\nThe usual next step is to set an access key in the environment:\n\n  export HW_ACCESS_KEY=… HW_SECRET_KEY=…"
	_, err := m.find(t)
	wantError(t, err, want)
	t.Setenv(EnvMetadataDisabled, "1")
	m.wantProblem(t, "", "is true: turned off by COC_METADATA_DISABLED")
}

// A search whose context ends returns the cause of the context.
func TestSearchIsCancelled(t *testing.T) {
	m := newMachine(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	m.servePodIdentity(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the client has gone
		cancel(stop)
		<-r.Context().Done()
	})
	found, err := Find(ctx, m.block, m.options)
	if seen := m.connections(); found != nil || !errors.Is(err, stop) || slices.Contains(seen, metadataAddress) {
		t.Errorf("got %+v, %v after connections to %v, want %v and none to the metadata service", found, err, seen, stop)
	}
}

// A KooCLI configuration that others can read is used, with a warning.
func TestReadableFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a mode says nothing of who reads there")
	}
	m := newMachine(t)
	file := m.write(t, ".hcloud/config.json", kooCLIConfig("K"))
	if err := os.Chmod(file, 0o644); err != nil { //nolint:gosec // that is the point
		t.Fatal(err)
	}
	found, err := Find(t.Context(), m.block, m.options)
	want := []Problem{{
		Summary: "Others can read the KooCLI configuration",
		Detail:  file + " holds keys in plain text. Let nobody else read it: chmod 600.",
	}}
	if err != nil || !slices.Equal(found.Warnings, want) {
		t.Errorf("got %+v, %v, want the warnings %+v", found, err, want)
	}
}

func TestExpandHome(t *testing.T) {
	m := newMachine(t)
	for path, want := range map[string]string{"~": m.home, "~/a/b": m.home + "/a/b", "~a": "~a", "/~": "/~", "a": "a", "": ""} {
		if got := ExpandHome(path); got != want {
			t.Errorf("%q became %q, want %q", path, got, want)
		}
	}
}
