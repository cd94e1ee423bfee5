package provider

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/cocops/terraform-provider-coc/internal/auth"
	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// profileOf is a KooCLI configuration whose current profile has a region.
func profileOf(region string) string {
	return fmt.Sprintf(`{"current":"p","profiles":[{"name":"p","accessKeyId":"K","secretAccessKey":"s","region":%q}]}`, region)
}

// The site is chosen by the first of these: the argument, its variable, the region of the block, of the environment, of the profile.
// The origin says which one it was.
func TestSite(t *testing.T) {
	const own = "https://coc.example.com"
	for name, tc := range map[string]struct {
		block    map[string]any
		env      map[string]string
		profile  string // region of the current KooCLI profile
		endpoint string
		site     string // empty if an endpoint is given
		choice   string
		iam      string // host, empty if IAM is not asked
	}{
		"nothing": {
			endpoint: coc.China.Endpoint, site: "the China site", choice: "default, as neither site nor region is set", iam: "iam.myhuaweicloud.com",
		},
		"the profile's region": {
			profile: "eu-west-101", endpoint: coc.Europe.Endpoint, site: "the European site",
			choice: `the region "eu-west-101" of the KooCLI profile`, iam: "iam.eu-west-101.myhuaweicloud.eu",
		},
		"the environment's region before": {
			env: map[string]string{envRegion: "ap-southeast-3"}, profile: "eu-west-101",
			endpoint: coc.International.Endpoint, site: "the international site",
			choice: `HW_REGION_NAME "ap-southeast-3"`, iam: "iam.myhuaweicloud.com",
		},
		"the block's region before": {
			block: map[string]any{"region": "cn-north-4"}, env: map[string]string{envRegion: "ap-southeast-3"}, profile: "eu-west-101",
			endpoint: coc.China.Endpoint, site: "the China site", choice: `region "cn-north-4" in the provider block`, iam: "iam.myhuaweicloud.com",
		},
		"the variable before": {
			block: map[string]any{"region": "cn-north-4"}, env: map[string]string{envSite: "europe"},
			endpoint: coc.Europe.Endpoint, site: "the European site", choice: "COC_SITE", iam: "iam.eu-west-101.myhuaweicloud.eu",
		},
		"the argument before": {
			block:    map[string]any{"site": "international", "region": "cn-north-4"},
			env:      map[string]string{envSite: "europe", envRegion: "eu-west-101"},
			endpoint: coc.International.Endpoint, site: "the international site", choice: "site in the provider block", iam: "iam.myhuaweicloud.com",
		},
		"a region abroad of the China site": {
			block:    map[string]any{"site": "china", "region": "ap-southeast-1"},
			endpoint: coc.China.Endpoint, site: "the China site", choice: "site in the provider block", iam: "iam.myhuaweicloud.com",
		},
		"a site and a region that nobody knows": {
			block:    map[string]any{"site": "europe", "region": "mars-1"},
			endpoint: coc.Europe.Endpoint, site: "the European site", choice: "site in the provider block", iam: "iam.eu-west-101.myhuaweicloud.eu",
		},
		"an endpoint before all": {
			block: map[string]any{"endpoint": own, "region": "cn-north-4"}, env: map[string]string{envRegion: "cn-north-4"}, profile: "cn-north-4",
			endpoint: own, choice: "endpoint in the provider block", iam: "iam.myhuaweicloud.com",
		},
		"an endpoint, and the profile's region for IAM": {
			block: map[string]any{"endpoint": own}, profile: "eu-west-101",
			endpoint: own, choice: "endpoint in the provider block", iam: "iam.eu-west-101.myhuaweicloud.eu",
		},
		"an endpoint of a private cloud": {
			block: map[string]any{"endpoint": own}, profile: "RegionOne", endpoint: own, choice: "endpoint in the provider block",
		},
		"an endpoint, and a site for IAM": {
			block: map[string]any{"site": "europe"}, env: map[string]string{envEndpoint: own},
			endpoint: own, choice: "COC_ENDPOINT", iam: "iam.eu-west-101.myhuaweicloud.eu",
		},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			proxy.set(nil)
			writeHome(t, ".hcloud/config.json", profileOf(tc.profile))
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			config, from, diags := resolve(t.Context(), modelOf(t, tc.block), "test")
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			want := origin{source: from.source, endpoint: tc.endpoint, site: tc.site, choice: tc.choice}
			if config.Endpoint != tc.endpoint || from != want || from.source == "" {
				t.Errorf("got %s, %+v, want %s, %+v", config.Endpoint, from, tc.endpoint, want)
			}
			// An agency is asked of IAM at once. The proxy lets nothing through.
			block := map[string]any{"assume_role": agencyBlocks(map[string]any{"agency_name": "ops", "domain_name": "one"})}
			maps.Copy(block, tc.block)
			_, _, diags = resolve(t.Context(), modelOf(t, block), "test")
			var requests []string
			if tc.iam != "" {
				requests = []string{"CONNECT " + tc.iam + ":443"}
			}
			if seen := proxy.requests(); !diags.HasError() || !slices.Equal(seen, requests) {
				t.Errorf("got %v, %v, want %s", seen, diags, requests)
			}
		})
	}
}

// The region whose IAM and STS are asked is the configured one, unless that is of another site than the chosen one. Nothing is
// sent to the public cloud for an endpoint that may be of a private one.
//
// Fault: private cloud, another site's keys.
func TestPublicRegion(t *testing.T) {
	const own = "https://coc.example.com"
	for name, tc := range map[string]struct {
		site, endpoint, region, ofProfile string
		want                              string
	}{
		"nothing":                        {want: "cn-north-4"},
		"a region":                       {region: "cn-east-3", ofProfile: "ap-southeast-1", want: "cn-east-3"},
		"a profile's":                    {ofProfile: "ap-southeast-1", want: "ap-southeast-1"},
		"one that nobody knows":          {region: "mars-1", want: "mars-1"},
		"a site":                         {site: "international", want: "ap-southeast-3"},
		"one of the site":                {site: "china", region: "cn-east-3", want: "cn-east-3"},
		"one of another site":            {site: "china", region: "ap-southeast-1", want: "cn-north-4"},
		"Europe, with another":           {site: "europe", region: "cn-north-4", want: "eu-west-101"},
		"an endpoint":                    {endpoint: own, want: ""},
		"an endpoint and a region":       {endpoint: own, region: "eu-west-101", want: "eu-west-101"},
		"an endpoint and a profile's":    {endpoint: own, ofProfile: "eu-west-101", want: "eu-west-101"},
		"a private cloud's":              {endpoint: own, region: "RegionOne", ofProfile: "cn-north-4", want: ""},
		"a private cloud's in a profile": {endpoint: own, ofProfile: "RegionOne", want: ""},
		"an endpoint and a site":         {endpoint: own, site: "international", region: "RegionOne", want: "RegionOne"},
	} {
		t.Setenv(envSite, tc.site)
		if got := new(resolver).publicRegion(tc.endpoint, tc.region, tc.ofProfile); got != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

// A site that is none is an error. A region that nobody knows is a warning, unless it chooses nothing.
func TestSiteProblems(t *testing.T) {
	const unknownRegion = ", which is on no list of regions that this provider knows: the international site is asked " +
		"(https://coc-intl.myhuaweicloud.com). Correct the region, or set site to china, international or europe."
	for name, tc := range map[string]struct {
		block     map[string]any
		env       map[string]string
		profile   string // region of the current KooCLI profile, which is there if this is set
		attribute string
		want      string // empty for no diagnostic
		warning   bool
	}{
		"no such site": {
			block: map[string]any{"site": "China"}, attribute: "site",
			want: `Unknown site: site must be china, international or europe, got "China".`,
		},
		"an empty site": {block: map[string]any{"site": ""}, attribute: "site", want: `got "".`},
		"a site with a line end": {
			block: map[string]any{"site": "china\n"}, attribute: "site",
			want: `got "china\n" with blanks or line ends around it.`,
		},
		"by variable": {
			env: map[string]string{envSite: "cn"}, attribute: "site",
			want: `COC_SITE: must be china, international or europe, got "cn".`,
		},
		"the block before":  {block: map[string]any{"site": "china"}, env: map[string]string{envSite: "cn"}},
		"an empty variable": {env: map[string]string{envSite: ""}},
		"beside an endpoint": {
			block: map[string]any{"endpoint": "https://coc.example.com"}, env: map[string]string{envSite: "cn"}, attribute: "site",
			want: "COC_SITE: must be",
		},

		"a region that nobody knows": {
			block: map[string]any{"region": "mars-1"}, attribute: "region", warning: true,
			want: `Unknown region: The site was chosen by region "mars-1" in the provider block` + unknownRegion,
		},
		"a variable's": {
			env: map[string]string{envRegion: "mars-1"}, attribute: "region", warning: true,
			want: `chosen by HW_REGION_NAME "mars-1"` + unknownRegion,
		},
		"a profile's": {
			profile: "mars-1", attribute: "region", warning: true, want: `chosen by the region "mars-1" of the KooCLI profile` + unknownRegion,
		},
		"one of China's": {
			block: map[string]any{"region": "cn-moon-1"}, attribute: "region", warning: true,
			want: "the China site is asked (https://coc.myhuaweicloud.com)",
		},
		"with a site":                  {block: map[string]any{"region": "mars-1", "site": "international"}},
		"with a variable's site":       {block: map[string]any{"region": "mars-1"}, env: map[string]string{envSite: "international"}},
		"with an endpoint":             {block: map[string]any{"region": "mars-1", "endpoint": "https://coc.example.com"}},
		"with a variable's endpoint":   {env: map[string]string{envRegion: "mars-1", envEndpoint: "https://coc.example.com"}},
		"a known one before a profile": {block: map[string]any{"region": "sa-brazil-1"}, profile: "mars-1"},
		"a known one":                  {block: map[string]any{"region": "cn-southwest-2"}},
		"Europe's":                     {env: map[string]string{envRegion: "eu-west-101"}},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			if tc.profile != "" {
				writeHome(t, ".hcloud/config.json", profileOf(tc.profile))
			} else {
				t.Setenv(auth.EnvAccessKey, "A")
				t.Setenv(auth.EnvSecretKey, "S")
			}
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			server, schemas := newServer(t)
			got := configure(t, server, schemas, tc.block)
			if tc.want == "" {
				for _, d := range got {
					t.Errorf("%s: %s", d.Summary, d.Detail)
				}
				return
			}
			wantDiagnostic(t, got, tc.attribute, tc.want)
			if len(got) == 1 && (got[0].Severity == tfprotov6.DiagnosticSeverityWarning) != tc.warning {
				t.Errorf("severity %s", got[0].Severity)
			}
		})
	}
}

// A 401 says which credentials were sent where, and why.
//
// Fault: another site's keys.
func TestUnauthorized(t *testing.T) {
	newHome(t)
	t.Setenv(auth.EnvAccessKey, "WRONG")
	t.Setenv(auth.EnvSecretKey, "wrong-secret")
	e := coctest.New(testKeys, coctest.Rows(3)...)
	endpoint := serveURL(t, e)
	t.Setenv(envEndpoint, endpoint)
	server, schemas := newServer(t)
	if got := configure(t, server, schemas, nil); len(got) > 0 {
		t.Fatal(got[0].Detail)
	}
	want := "The request was signed with credentials from the environment: HW_ACCESS_KEY and HW_SECRET_KEY. The request went to " +
		endpoint + " (set by COC_ENDPOINT). "
	for name, arguments := range map[string]map[string]any{dataSource: nil, executionSource: {"execution_id": executionID}} {
		_, got := readOf(t.Context(), t, server, schemas, name, arguments)
		wantDiagnostic(t, got, "", want)
		if strings.Contains(got[0].Detail, "wrong-secret") || strings.Contains(got[0].Detail, "WRONG") {
			t.Errorf("a key is in %s", got[0].Detail)
		}
	}
}

// newQuietTLSServer starts a server with a certificate that nobody trusts. It does not log the handshakes that fail.
func newQuietTLSServer(t *testing.T, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// What a wrong scheme is said to be, by real servers: not a matter of certificates.
func TestWrongScheme(t *testing.T) {
	plain := httptest.NewServer(coctest.New(testKeys))
	t.Cleanup(plain.Close)
	secure := newQuietTLSServer(t, coctest.New(testKeys))
	for name, tc := range map[string]struct {
		endpoint string
		want     string // %s is the endpoint
	}{
		"https to an http port": {
			endpoint: strings.Replace(plain.URL, "http:", "https:", 1),
			want: "the endpoint does not speak TLS: http: server gave HTTP response to HTTPS client.\n\nCheck the port: COC is served by TLS only. " +
				"An emulator or a tunnel on this machine without TLS is http://, which is accepted for loopback addresses. The request went to %s (set by endpoint in the provider block).",
		},
		"http to an https port": {
			endpoint: strings.Replace(secure.URL, "https:", "http:", 1),
			want: "400 Bad Request: the endpoint speaks TLS only.\n\nBegin the endpoint with https:// instead of http://. " +
				"The request went to %s (set by endpoint in the provider block).",
		},
	} {
		t.Run(name, func(t *testing.T) {
			server, schemas := withTestKeys(t, map[string]any{"endpoint": tc.endpoint})
			_, got := read(t.Context(), t, server, schemas, nil)
			wantDiagnostic(t, got, "", fmt.Sprintf(tc.want, tc.endpoint))
		})
	}
}

// Credentials that were found, and for which IAM then gives no keys, are named by their source. An untrusted certificate of IAM leads to
// cacert_file.
func TestCredentialsThatCannotBeUsed(t *testing.T) {
	secure := newQuietTLSServer(t, http.NotFoundHandler())
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	for name, tc := range map[string]struct {
		iam  string
		want []string
	}{
		"a certificate of an unknown authority": {
			iam: secure.URL, want: []string{"certificate signed by unknown authority", "IAM or STS could not prove its identity.", "set the provider's cacert_file"},
		},
		"no TLS":    {iam: strings.Replace(plain.URL, "http:", "https:", 1), want: []string{"Check the port: IAM or STS is served by TLS only."}},
		"a refusal": {iam: plain.URL, want: []string{"404 Not Found", "They were found but cannot be used: fix the problem above."}},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			t.Setenv(auth.EnvSDKIdentity, "idp")
			t.Setenv(auth.EnvSDKIdentityToken, writeHome(t, "token", "id-token"))
			t.Setenv(auth.EnvSDKIAMEndpoint, tc.iam)
			server, schemas := newServer(t)
			if got := configure(t, server, schemas, map[string]any{"endpoint": serveURL(t, coctest.New(testKeys)), "max_retries": 0}); len(got) > 0 {
				t.Fatal(got[0].Detail)
			}
			_, got := read(t.Context(), t, server, schemas, nil)
			for _, want := range append(tc.want, tc.iam, "The credentials are from the SDK's environment: ") {
				wantDiagnostic(t, got, "", want)
			}
		})
	}
}

// A variable that names credentials, and is not used since others come first, is logged.
func TestUnusedVariableIsLogged(t *testing.T) {
	const line = `"@message":"A variable that names COC credentials is not used: there are credentials in an earlier place"`
	for name, tc := range map[string]struct {
		block map[string]any
		env   map[string]string
		want  string // the variables
	}{
		"a profile behind keys": {
			env:  map[string]string{auth.EnvProfile: "gone", auth.EnvAccessKey: "A", auth.EnvSecretKey: "S"},
			want: "HW_PROFILE",
		},
		"a file behind the block's token": {
			block: map[string]any{"token": "T"}, env: map[string]string{auth.EnvSharedConfigFile: "/nowhere"},
			want: "HW_SHARED_CONFIG_FILE",
		},
		"a profile that is used": {env: map[string]string{auth.EnvProfile: "private", envEndpoint: "https://coc.example.com"}},
		"neither":                {env: map[string]string{auth.EnvAccessKey: "A", auth.EnvSecretKey: "S"}},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			writeHome(t, ".hcloud/config.json", kooCLI("K"))
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			var logged bytes.Buffer
			if _, _, diags := resolve(tflogtest.RootLogger(t.Context(), &logged), modelOf(t, tc.block), "test"); diags.HasError() {
				t.Fatal(diags)
			}
			var got []string
			for entry := range strings.Lines(logged.String()) {
				if strings.Contains(entry, line) && strings.Contains(entry, `"@level":"info"`) {
					got = append(got, variableOf.FindStringSubmatch(entry)[1])
				}
			}
			if strings.Join(got, " ") != tc.want {
				t.Errorf("got %v, want %s", got, tc.want)
			}
		})
	}
}

var variableOf = regexp.MustCompile(`"variable":"([^"]*)"`)
