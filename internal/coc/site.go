package coc

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// Site is a site of Huawei Cloud. An account belongs to one site, and its credentials are valid there only. COC has one
// endpoint for each site, not for each region.
type Site struct {
	Name     string // the value of the provider's argument site
	Title    string // the name in a sentence
	Endpoint string // that of COC, as the official SDK has it (services/coc/v1/region)
	Region   string // under which the SDK lists Endpoint
}

// The sites.
var (
	China         = Site{"china", "the China site", "https://coc.myhuaweicloud.com", "cn-north-4"}
	International = Site{"international", "the international site", "https://coc-intl.myhuaweicloud.com", "ap-southeast-3"}
	Europe        = Site{"europe", "the European site", "https://coc-eu-west-101-open-api.myhuaweicloud.eu", "eu-west-101"}
	Sites         = []Site{China, International, Europe}
)

// SiteNames are the names of all sites, for a message.
const SiteNames = "china, international or europe"

// SiteByName returns the site of a name.
func SiteByName(name string) (site Site, ok bool) {
	for _, site := range Sites {
		if site.Name == name {
			return site, true
		}
	}
	return Site{}, false
}

// SuggestedSite returns the site that most users of a region use. An account of the China site can have resources in
// ap-southeast-1, too.
func SuggestedSite(region string) Site {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return China
	case region == Europe.Region:
		return Europe
	}
	return International
}

// knownRegions are those of the public cloud for which the official SDK (v0.1.207) has an endpoint of any service
// (services/*/*/region).
var knownRegions = []string{
	"ae-ad-1", "af-north-1", "af-south-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
	"ap-southeast-5", "cn-east-2", "cn-east-3", "cn-east-4", "cn-east-5", "cn-north-1", "cn-north-11", "cn-north-12",
	"cn-north-2", "cn-north-4", "cn-north-9", "cn-south-1", "cn-south-2", "cn-south-4", "cn-southwest-2",
	"cn-southwest-3", "eu-west-0", "eu-west-101", "la-north-2", "la-south-2", "me-east-1", "my-kualalumpur-1",
	"na-mexico-1", "ru-moscow-1", "ru-northwest-2", "sa-brazil-1", "sa-peru-1", "tr-west-1",
}

// KnownRegion reports whether a region is one of knownRegions.
func KnownRegion(region string) bool { return slices.Contains(knownRegions, region) }

// CheckEndpoint checks the URL of an endpoint of COC, as [rest.ParseEndpoint] does. The API's own path, which every
// request adds, is an error, too: /v1 right after the host, or /v1/executions anywhere. Elsewhere, /v1 may be that of a
// gateway. If it is not, the diagnostic of the 404 says so (see [RepeatsVersion]).
func CheckEndpoint(endpoint string) error {
	u, err := rest.ParseEndpoint(endpoint)
	switch {
	case err != nil:
		return err
	case u.Path == version:
		return errors.New("leave " + version + " out, as every request adds it: " + u.Scheme + "://" + u.Host)
	}
	if before, _, found := strings.Cut(u.Path+"/", version+"/executions/"); found {
		return fmt.Errorf("leave %s and what follows it out, as every request adds them: %s://%s%s",
			version, u.Scheme, u.Host, before)
	}
	return nil
}

const version = "/v1" // begins the path of each request

// RepeatsVersion reports whether an endpoint ends in the version that the path of each request begins with.
func RepeatsVersion(endpoint string) bool {
	return strings.HasSuffix(strings.TrimRight(endpoint, "/"), version)
}
