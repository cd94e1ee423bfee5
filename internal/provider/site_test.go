package provider

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

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
	own := coc.Site{Endpoint: "https://coc.example.com"} // whose site is not known
	for name, tc := range map[string]struct {
		block   args
		env     vars
		profile string // region of the current KooCLI profile
		want    coc.Site
		choice  string
	}{
		"nothing":                  {want: coc.China, choice: "default, because neither site nor region is set"},
		"the profile's region":     {nil, nil, "eu-west-101", coc.Europe, `the region "eu-west-101" of the KooCLI profile`},
		"the environment's region": {nil, vars{envRegion: "ap-southeast-3"}, "eu-west-101", coc.International, `HW_REGION_NAME "ap-southeast-3"`},
		"the block's region before": {
			args{"region": "cn-north-4"}, vars{envRegion: "ap-southeast-3"}, "eu-west-101", coc.China,
			`region "cn-north-4" in the provider block`,
		},
		"the variable before": {args{"region": "cn-north-4"}, vars{envSite: "europe"}, "", coc.Europe, "COC_SITE"},
		"the argument before": {
			args{"site": "international", "region": "cn-north-4"}, vars{envSite: "europe", envRegion: "eu-west-101"}, "", coc.International,
			"site in the provider block",
		},
		"abroad, of the China site": {args{"site": "china", "region": "ap-southeast-1"}, nil, "", coc.China, "site in the provider block"},
		"an endpoint before all": {
			args{"endpoint": own.Endpoint, "region": "cn-north-4"}, vars{envRegion: "cn-north-4"}, "cn-north-4", own,
			"endpoint in the provider block",
		},
		"an endpoint's variable, and a site": {args{"site": "europe"}, vars{envEndpoint: own.Endpoint}, "RegionOne", own, "COC_ENDPOINT"},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			writeHome(t, ".hcloud/config.json", profileOf(tc.profile))
			setenv(t, tc.env)
			config, from := mustResolve(t, io.Discard, tc.block)
			if from.source == "" {
				t.Error("got no source, want the profile")
			}
			want := origin{source: from.source, endpoint: tc.want.Endpoint, site: tc.want.Title, choice: tc.choice}
			if config.Endpoint != want.endpoint || from != want {
				t.Errorf("got %s, %+v, want %+v", config.Endpoint, from, want)
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
		wantEqual(t, name, new(resolver).publicRegion(tc.endpoint, tc.region, tc.ofProfile), tc.want)
	}
	t.Setenv(envSite, "")
	// That is where an agency is asked for. The proxy lets nothing through.
	for profile, want := range map[string][]string{"eu-west-101": {"CONNECT iam.eu-west-101.myhuaweicloud.eu:443"}, "RegionOne": nil} {
		newHome(t)
		proxy.set(nil)
		writeHome(t, ".hcloud/config.json", profileOf(profile))
		agency := agencyBlocks(args{"agency_name": "ops", "domain_name": "one"})
		if got := configuring(t, args{"assume_role": agency, "endpoint": own}); len(got) != 1 {
			t.Errorf("%s: got %v, want one diagnostic", profile, got)
		}
		wantEqual(t, profile, proxy.requests(), want)
	}
}

// A site that is none is an error. A region that nobody knows is a warning, unless it chooses nothing.
func TestSiteProblems(t *testing.T) {
	const unknownRegion = ", which this provider does not know. Requests go to the international site " +
		"(https://coc-intl.myhuaweicloud.com). Correct the region, or set site to china, international or europe."
	const own = "https://coc.example.com"
	for name, tc := range map[string]struct {
		block   args
		env     vars
		profile string // region of the current KooCLI profile
		want    string // a warning on region or an error on site, empty for no diagnostic
	}{
		"no such site":        {args{"site": "China"}, nil, "", `Unknown site: site must be china, international or europe, got "China".`},
		"an empty site":       {args{"site": ""}, nil, "", `got "".`},
		"besides an endpoint": {args{"endpoint": own}, vars{envSite: "cn"}, "", "COC_SITE: must be"},
		"the block before":    {args{"site": "china"}, vars{envSite: "cn"}, "", ""},

		"a region that nobody knows": {
			args{"region": "mars-1"}, nil, "", `Unknown region: The site was chosen by region "mars-1" in the provider block` + unknownRegion,
		},
		"a variable's": {nil, vars{envRegion: "mars-1"}, "", `chosen by HW_REGION_NAME "mars-1"` + unknownRegion},
		"a profile's":  {nil, nil, "mars-1", `chosen by the region "mars-1" of the KooCLI profile` + unknownRegion},
		"one of China's": {
			args{"region": "cn-moon-1"}, nil, "",
			"Requests go to the China site (https://coc.myhuaweicloud.com)",
		},
		"with a site":                  {args{"region": "mars-1", "site": "international"}, nil, "", ""},
		"with a variable's site":       {args{"region": "mars-1"}, vars{envSite: "international"}, "", ""},
		"with an endpoint":             {args{"region": "mars-1", "endpoint": own}, nil, "", ""},
		"a known one before a profile": {args{"region": "sa-brazil-1"}, nil, "mars-1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			newHome(t)
			writeHome(t, ".hcloud/config.json", profileOf(tc.profile))
			setenv(t, tc.env)
			got := configuring(t, tc.block)
			attribute, severity := "site", tfprotov6.DiagnosticSeverityError
			if len(got) == 1 && got[0].Summary == "Unknown region" {
				attribute, severity = "region", tfprotov6.DiagnosticSeverityWarning
			}
			wantDiagnostic(t, got, attribute, tc.want)
			for _, d := range got {
				wantEqual(t, "severity", d.Severity, severity)
			}
		})
	}
}

// A 401 says which credentials were sent where, and why.
//
// Fault: another site's keys.
func TestUnauthorized(t *testing.T) {
	endpoint := serveURL(t, coctest.New(testKeys))
	setenv(t, vars{auth.EnvAccessKey: "WRONG", auth.EnvSecretKey: "wrong-secret", envEndpoint: endpoint})
	server, schemas := newServer(t)
	wantDiagnostic(t, configure(t, server, schemas, nil), "", "")
	for name, arguments := range map[string]args{dataSource: nil, executionSource: {"execution_id": executionID}} {
		_, got := readOf(t.Context(), t, server, schemas, name, arguments)
		wantDiagnostic(t, got, "", "The request was signed with credentials from the environment: HW_ACCESS_KEY and HW_SECRET_KEY. "+
			"The request went to "+endpoint+" (set by COC_ENDPOINT). ")
		wantNotIn(t, name, got[0].Detail, "wrong-secret", "WRONG")
	}
}

// Credentials that were found, and for which IAM then gives no keys, are named by their source.
func TestCredentialsThatCannotBeUsed(t *testing.T) {
	newHome(t)
	iam := serveURL(t, http.NotFoundHandler())
	setenv(t, vars{
		auth.EnvSDKIdentity: "idp", auth.EnvSDKIdentityToken: writeHome(t, "token", "id-token"), auth.EnvSDKIAMEndpoint: iam,
	})
	server, schemas := newServer(t)
	wantDiagnostic(t, configure(t, server, schemas, args{"endpoint": serveURL(t, coctest.New(testKeys)), "max_retries": 0}), "", "")
	_, got := read(t.Context(), t, server, schemas, nil)
	wantDiagnostic(t, got, "", iam)
	wantIn(t, "diagnostic", got[0].Detail, "404 Not Found", "The credentials are from the SDK's environment: ",
		"They were found but cannot be used: fix the problem above.")
}
