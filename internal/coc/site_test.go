package coc

import (
	"strings"
	"testing"

	"github.com/cocops/terraform-provider-coc/internal/auth"
)

func TestSites(t *testing.T) {
	for _, want := range []Site{
		{"china", "the China site", "https://coc.myhuaweicloud.com", "cn-north-4"},
		{"international", "the international site", "https://coc-intl.myhuaweicloud.com", "ap-southeast-3"},
		{"europe", "the European site", "https://coc-eu-west-101-open-api.myhuaweicloud.eu", "eu-west-101"},
	} {
		got, ok := SiteByName(want.Name)
		if !ok || got != want {
			t.Errorf("%s: got %+v, %t", want.Name, got, ok)
		}
		if SuggestedSite(got.Region) != got || !KnownRegion(got.Region) {
			t.Errorf("%s: its own region suggests another site, or is not known", want.Name)
		}
		if !strings.Contains(SiteNames, want.Name) {
			t.Errorf("%s is not among the names", want.Name)
		}
	}
	for _, name := range []string{"", "China", "eu", "cn-north-4"} {
		if site, ok := SiteByName(name); ok {
			t.Errorf("%q is the site %+v", name, site)
		}
	}
	if len(Sites) != 3 {
		t.Errorf("%d sites, want 3", len(Sites))
	}
}

func TestSuggestedSite(t *testing.T) {
	for region, want := range map[string]Site{
		"cn-north-7": China, "eu-west-0": International, "af-south-1": International, "mars-1": International,
	} {
		if got := SuggestedSite(region); got != want {
			t.Errorf("%s: got %s, want %s", region, got.Name, want.Name)
		}
	}
}

func TestKnownRegion(t *testing.T) {
	for region, want := range map[string]bool{
		"cn-north-4": true, "cn-southwest-2": true, "ap-southeast-1": true, "eu-west-0": true, "sa-brazil-1": true,
		"mars-1": false, "": false, "cn-north": false, "cn-north-44": false, "CN-NORTH-4": false,
	} {
		if got := KnownRegion(region); got != want {
			t.Errorf("%q: got %t, want %t", region, got, want)
		}
	}
	for i, region := range knownRegions {
		if !auth.RegionID.MatchString(region) || i > 0 && knownRegions[i-1] >= region {
			t.Errorf("%s is malformed or out of order", region)
		}
	}
}

// An endpoint that has the path of a request is an error. After a base path, /v1 may be the version of a gateway.
//
// Fault: bad configuration.
func TestCheckEndpoint(t *testing.T) {
	const whole = "leave /v1 and what follows it out, as every request adds them: "
	for endpoint, want := range map[string]string{
		"https://coc.example.com": "", "https://coc.example.com/": "", "https://coc.example.com/base": "", "http://127.0.0.1:8080": "",
		"https://coc.example.com/base/v1": "", "https://coc.example.com/v1/base": "", "https://coc.example.com/v12": "",

		"https://coc.example.com/v1":                              "leave /v1 out, as every request adds it: https://coc.example.com",
		"https://coc.example.com:8443/v1/":                        "leave /v1 out, as every request adds it: https://coc.example.com:8443",
		"https://coc.example.com/v1/executions":                   whole + "https://coc.example.com",
		"https://coc.example.com/base/v1/executions/EX1/steps":    whole + "https://coc.example.com/base",
		"https://coc.example.com/v1/executions/instances?limit=1": "a query or fragment does not belong in an endpoint",
		"coc.example.com/v1": `begin it with https:// (or http:// for a loopback address), got ` +
			`"coc.example.com/v1"`,
	} {
		got := ""
		if err := CheckEndpoint(endpoint); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", endpoint, got, want)
		}
	}
}

func TestRepeatsVersion(t *testing.T) {
	for endpoint, want := range map[string]bool{
		"https://coc.example.com/base/v1": true, "https://coc.example.com/base/v1/": true,
		"https://coc.example.com/base": false,
		"https://coc.example.com":      false, "https://coc.example.com/v1/base": false, "https://coc.example.com/base-v1": false,
	} {
		if got := RepeatsVersion(endpoint); got != want {
			t.Errorf("%s: got %t, want %t", endpoint, got, want)
		}
	}
}
