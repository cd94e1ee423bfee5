package provider

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cocops/terraform-provider-coc/internal/auth"
	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

func TestConfigure(t *testing.T) {
	const visible = "must be visible ASCII characters, at least one, without blanks or line ends, got "
	keys := map[string]any{"access_key": "AK", "secret_key": "SK"}
	with := func(name string, value any) map[string]any {
		m := map[string]any{name: value}
		for k, v := range keys {
			if _, ok := m[k]; !ok {
				m[k] = v
			}
		}
		return m
	}
	for name, tc := range map[string]struct {
		block     map[string]any
		env       map[string]string
		attribute string
		want      string // empty for a configuration that is fine
	}{
		"keys":                      {block: keys},
		"keys from the environment": {env: map[string]string{auth.EnvAccessKey: "AK", auth.EnvSecretKey: "SK", auth.EnvSecurityToken: "ST"}},
		"a loopback endpoint":       {block: with("endpoint", "http://127.0.0.1:8080/")},
		"an endpoint with a path":   {block: with("endpoint", "https://example.com/base/")},
		"the block before the environment": {
			block: with("endpoint", "https://example.com"),
			env:   map[string]string{envEndpoint: "http://example.com"},
		},

		"no credentials": {want: "No Huawei Cloud credentials"},
		"an access key alone": {
			block: map[string]any{"access_key": "AK"}, attribute: "secret_key",
			want: "secret_key is not set. An access key",
		},
		"half a pair in the environment": {
			env: map[string]string{auth.EnvAccessKey: "AK"}, attribute: "secret_key",
			want: "HW_SECRET_KEY is not set. An access key (HW_ACCESS_KEY)",
		},
		"an empty access key": {
			block: with("access_key", ""), attribute: "access_key",
			want: "access_key must be visible ASCII characters, at least one, without blanks or line ends, which this one is not.",
		},
		"an access key that is none": {block: with("access_key", "pass-word\x01"), attribute: "access_key", want: "which this one is not."},
		"a token with blanks": {
			block: map[string]any{"token": " pass-word "}, attribute: "token",
			want: "token " + visible + "one with blanks or line ends around it.",
		},
		"a security token with a blank": {
			block: with("security_token", "pass-word again"), attribute: "security_token",
			want: "got one with blanks or line ends in it.",
		},
		"a secret key with a line end": {
			block: with("secret_key", "pass-word\n"), attribute: "secret_key",
			want: "secret_key " + visible + "one with blanks or line ends around it.",
		},
		"a project that breaks headers": {
			block: with("project_id", "a\r\nb"), attribute: "project_id",
			want: `got "a\r\nb" with blanks or line ends in it.`,
		},
		"a project by variable": {
			block: keys, env: map[string]string{envProjectID: "p "}, attribute: "project_id",
			want: "HW_PROJECT_ID: " + visible + `"p " with blanks or line ends around it.`,
		},
		"an empty region": {block: with("region", ""), attribute: "region", want: "must be visible ASCII"},
		"a region that is none": {
			block: with("region", "CN"), attribute: "region",
			want: `joined by dashes, unless endpoint is set: got "CN".`,
		},
		"a region with a blank": {
			block: with("region", "China North"), attribute: "region",
			want: "region " + visible + `"China North" with blanks or line ends in it.`,
		},
		"a region with a line end": {
			block: with("region", "cn-north-4\n"), attribute: "region",
			want: `got "cn-north-4\n" with blanks or line ends around it.`,
		},
		"a private cloud's region": {
			block: map[string]any{"access_key": "AK", "secret_key": "SK", "region": "RegionOne", "endpoint": "https://coc.example.com"},
		},
		"its endpoint by variable": {block: with("region", "RegionOne"), env: map[string]string{envEndpoint: "https://coc.example.com"}},
		"its region by variable":   {block: with("endpoint", "https://coc.example.com"), env: map[string]string{envRegion: "RegionOne"}},
		"both by variable":         {block: keys, env: map[string]string{envEndpoint: "https://coc.example.com", envRegion: "RegionOne"}},
		"its region with a blank": {
			block: with("endpoint", "https://coc.example.com"), env: map[string]string{envRegion: "Region One"}, attribute: "region",
			want: "HW_REGION_NAME: " + visible + `"Region One" with blanks or line ends in it.`,
		},
		"a region variable that is none": {
			block: keys, env: map[string]string{envRegion: "CN"}, attribute: "region",
			want: `HW_REGION_NAME: must look like cn-north-4: lower-case words and numbers, joined by dashes, got "CN".`,
		},
		"an endpoint without https": {
			block: with("endpoint", "127.0.0.1:18080"), attribute: "endpoint",
			want: `endpoint: begin it with https:// (or http:// for a loopback address), got "127.0.0.1:18080".`,
		},
		"without https by variable": {
			block: keys, env: map[string]string{envEndpoint: "127.0.0.1:18080"}, attribute: "endpoint",
			want: `COC_ENDPOINT: begin it with https:// (or http:// for a loopback address), got "127.0.0.1:18080".`,
		},
		"an endpoint with a password": {
			block: with("endpoint", "https://user:pass-word@host"), attribute: "endpoint",
			want: "a user or password does not belong in an endpoint.",
		},
		"an endpoint that ends in /v1": {
			block: with("endpoint", "https://coc.example.com/v1"), attribute: "endpoint",
			want: "endpoint: leave /v1 out, every request adds it: https://coc.example.com.",
		},
		"the whole path by variable": {
			block: keys, env: map[string]string{envEndpoint: "https://coc.example.com/v1/executions"}, attribute: "endpoint",
			want: "COC_ENDPOINT: leave /v1 and what follows it out, every request adds them: https://coc.example.com.",
		},
		"a gateway's own /v1":            {block: with("endpoint", "https://coc.example.com/base/v1")},
		"an IAM endpoint with a version": {block: with("iam_endpoint", "https://iam.example.com/v1")},
		"an IAM endpoint without https": {
			block: with("iam_endpoint", "iam.example.com"), attribute: "iam_endpoint",
			want: "iam_endpoint: begin it with https://",
		},
		"an empty endpoint": {
			block: with("endpoint", ""), attribute: "endpoint",
			want: `begin it with https:// (or http:// for a loopback address), got ""`,
		},
		"plain http": {block: with("endpoint", "http://example.com"), attribute: "endpoint", want: "loopback address only"},
		"plain http from the environment": {
			block: keys, env: map[string]string{envEndpoint: "http://example.com"}, attribute: "endpoint",
			want: `COC_ENDPOINT: http is accepted for a loopback address only, use https, got "http://example.com"`,
		},
		"a number of retries":   {block: with("max_retries", 0)},
		"too many retries":      {block: with("max_retries", 101), attribute: "max_retries", want: "between 0 and 100"},
		"fewer than no retries": {block: with("max_retries", -1), attribute: "max_retries", want: "between 0 and 100"},
		"retries by variable":   {block: keys, env: map[string]string{envMaxRetries: "7"}},
		"retries that are none": {
			block: keys, env: map[string]string{envMaxRetries: "many"}, attribute: "max_retries",
			want: `HW_MAX_RETRIES: must be a number from 0 to 100, got "many".`,
		},
		"too many by variable": {
			block: keys, env: map[string]string{envMaxRetries: "101"}, attribute: "max_retries",
			want: "HW_MAX_RETRIES: must be",
		},
		"insecure": {block: with("insecure", true), attribute: "insecure", want: "Certificates are not verified"},
		"insecure by variable": {
			block: keys, env: map[string]string{envInsecure: "1"}, attribute: "insecure",
			want: "Certificates are not verified",
		},
		"secure after all": {block: with("insecure", false), env: map[string]string{envInsecure: "true"}},
		"insecure that is neither": {
			block: keys, env: map[string]string{envInsecure: "maybe"}, attribute: "insecure",
			want: `HW_INSECURE: must be true or false, got "maybe".`,
		},
		"no such CA file": {
			block: with("cacert_file", "/nowhere.pem"), attribute: "cacert_file",
			want: "cacert_file: open /nowhere.pem",
		},
		"a CA file that is none": {
			block: with("cacert_file", "config_test.go"), attribute: "cacert_file",
			want: "no certificate in PEM form",
		},
		"no CA file's name": {block: with("cacert_file", ""), attribute: "cacert_file", want: "must be at least 1"},
		"an empty CA file": {
			block: with("cacert_file", os.DevNull), attribute: "cacert_file",
			want: "cacert_file: no certificate in PEM form",
		},
		"a proxy that is no URL": {
			block: keys, env: map[string]string{"HTTPS_PROXY": "http://user:pass-word@[::1:3128"},
			want: "HTTPS_PROXY is not the URL of a proxy",
		},
		"a CA file by variable": {
			block: keys, env: map[string]string{envCACert: "~/nowhere.pem"}, attribute: "cacert_file",
			want: "OS_CACERT: open /",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			server, schemas := newServer(t)
			got := configure(t, server, schemas, tc.block)
			for _, d := range got {
				if strings.Contains(d.Summary+d.Detail, "pass-word") {
					t.Errorf("a secret is in %s", d.Detail)
				}
			}
			if tc.want != "" {
				wantDiagnostic(t, got, tc.attribute, tc.want)
			} else if len(got) > 0 {
				t.Errorf("%s: %s", got[0].Summary, got[0].Detail)
			}
		})
	}
}

// Each argument of the schema, at any depth, is an error if its value is not known yet, and so is the block.
//
// Fault: ambiguous agency.
func TestUnknownProviderArguments(t *testing.T) {
	server, schemas := newServer(t)
	object := schemas.Provider.ValueType().(tftypes.Object)
	want := func(attribute string, arguments map[string]any) {
		t.Helper()
		got, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: block(t, schemas.Provider, arguments)})
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("The value of %q is known only after apply", attribute)
		if d := got.Diagnostics; len(d) != 1 || dotted(d[0].Attribute) != attribute || !strings.Contains(d[0].Detail, text) {
			t.Errorf("got %v, want one diagnostic on %s", d, attribute)
		}
	}
	for name := range object.AttributeTypes {
		want(name, map[string]any{name: unknown})
	}
	for _, nested := range schemas.Provider.Block.BlockTypes {
		of := object.AttributeTypes[nested.TypeName].(tftypes.List).ElementType.(tftypes.Object)
		for _, attribute := range nested.Block.Attributes {
			known := tftypes.NewValue(of, attributesOf(of.AttributeTypes, nil))
			open := tftypes.NewValue(of, attributesOf(of.AttributeTypes, map[string]any{attribute.Name: unknown}))
			want(fmt.Sprintf("%s[1].%s", nested.TypeName, attribute.Name), map[string]any{nested.TypeName: []tftypes.Value{known, open}})
		}
	}
	both, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: block(t, schemas.Provider, map[string]any{"site": unknown, "region": unknown}),
	})
	if err != nil || len(both.Diagnostics) != 2 || dotted(both.Diagnostics[0].Attribute) != "region" {
		t.Errorf("got %v, %v, want one for region and one for site", both, err)
	}
}

// The number of retries is the block's, or else the environment's, or else 5; 0 is a number too.
func TestMaxRetries(t *testing.T) {
	for name, tc := range map[string]struct {
		block map[string]any
		env   string
		want  int
	}{
		"by default":                 {want: 5},
		"the block's":                {block: map[string]any{"max_retries": 7}, want: 7},
		"none":                       {block: map[string]any{"max_retries": 0}, want: 0},
		"the environment's":          {env: "9", want: 9},
		"none by variable":           {env: "0", want: 0},
		"the most by variable":       {env: "100", want: 100},
		"the block's before":         {block: map[string]any{"max_retries": 7}, env: "9", want: 7},
		"none before the variable's": {block: map[string]any{"max_retries": 0}, env: "9", want: 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(auth.EnvAccessKey, "AK")
			t.Setenv(auth.EnvSecretKey, "SK")
			t.Setenv(envMaxRetries, tc.env)
			config, _, diags := resolve(t.Context(), modelOf(t, tc.block), "test")
			if len(diags) > 0 || config.MaxRetries != tc.want {
				t.Errorf("%v: %d retries, want %d", diags, config.MaxRetries, tc.want)
			}
		})
	}
}

// Without retries a read that fails has sent one request.
func TestNoRetries(t *testing.T) {
	e := coctest.New(testKeys)
	e.Fault(coctest.Always, coctest.Error(http.StatusServiceUnavailable, "COC.1", "busy"))
	server, schemas := withTestKeys(t, map[string]any{"endpoint": serveURL(t, e), "max_retries": 0})
	_, got := read(t.Context(), t, server, schemas, nil)
	wantDiagnostic(t, got, "", "503 Service Unavailable: COC.1: busy")
	if n := len(e.Requests()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// What is wrong with another argument is told before any source of credentials is looked at, above all over the network.
func TestArgumentsBeforeSources(t *testing.T) {
	for name, tc := range map[string]struct {
		block     map[string]any
		variable  string
		attribute string
	}{
		"site":                     {variable: envSite, attribute: "site"},
		"region":                   {variable: envRegion, attribute: "region"},
		"project":                  {variable: envProjectID, attribute: "project_id"},
		"domain":                   {variable: envDomainID, attribute: "domain_id"},
		"endpoint":                 {variable: envEndpoint, attribute: "endpoint"},
		"retries":                  {variable: envMaxRetries, attribute: "max_retries"},
		"insecure":                 {variable: envInsecure, attribute: "insecure"},
		"CA file":                  {variable: envCACert, attribute: "cacert_file"},
		"a file is not looked for": {block: map[string]any{"shared_config_file": "/nowhere.json"}, variable: envRegion, attribute: "region"},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			servePodIdentity(t, func(http.ResponseWriter, *http.Request) { t.Error("the agent is asked for keys") })
			t.Setenv(tc.variable, "no good")
			server, schemas := newServer(t)
			wantDiagnostic(t, configure(t, server, schemas, tc.block), tc.attribute, tc.variable+": ")
		})
	}
}

func set(elements ...any) []tftypes.Value {
	values := []tftypes.Value{}
	for _, e := range elements {
		values = append(values, tftypes.NewValue(tftypes.String, e))
	}
	return values
}

func timeout(read string) map[string]tftypes.Value {
	return map[string]tftypes.Value{"read": tftypes.NewValue(tftypes.String, read)}
}
