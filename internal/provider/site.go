package provider

import (
	"cmp"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cocops/terraform-provider-coc/internal/coc"
)

// origin says where requests go and who signs them.
type origin struct {
	source   string // of the credentials, see auth.Found
	endpoint string // of COC
	site     string // of the endpoint, in words, empty if the user gave the endpoint itself
	choice   string // what chose the endpoint or its site, such as: region "cn-north-4" in the provider block
}

// asked is a sentence about the endpoint and what chose it.
func (o origin) asked() string {
	if o.site == "" {
		return fmt.Sprintf("The request went to %s (set by %s).", o.endpoint, o.choice)
	}
	return fmt.Sprintf("The request went to %s (%s), chosen by %s.", o.site, o.endpoint, o.choice)
}

// checkSite checks the site's variable. The schema has checked the argument.
func (r *resolver) checkSite() {
	if name := os.Getenv(envSite); r.model.Site.IsNull() && name != "" && !isSite(name) {
		r.malformed("site", envSite, siteMessage+", "+got(name))
	}
}

const siteMessage = "must be " + coc.SiteNames

func isSite(name string) bool {
	_, ok := coc.SiteByName(name)
	return ok
}

// site returns the site and what chose it. The first of these that is set chooses: the argument site, its environment
// variable, the region of the provider block or the environment, and that of the profile of the credentials.
func (r *resolver) site(region, ofProfile string) (site coc.Site, choice string) {
	if site, ok := coc.SiteByName(r.model.Site.ValueString()); ok {
		return site, "site in the provider block"
	}
	if site, ok := coc.SiteByName(os.Getenv(envSite)); ok {
		return site, envSite
	}
	switch {
	case region != "" && !r.model.Region.IsNull():
		return coc.SuggestedSite(region), fmt.Sprintf("region %q in the provider block", region)
	case region != "":
		return coc.SuggestedSite(region), fmt.Sprintf("%s %q", envRegion, region)
	case ofProfile != "":
		return coc.SuggestedSite(ofProfile), fmt.Sprintf("the region %q of the KooCLI profile", ofProfile)
	}
	return coc.China, "default, because neither site nor region is set"
}

// publicRegion returns the region of the public cloud whose IAM and STS are asked: the configured one or, if there is
// none or it is at another site, the site's. It is empty if the endpoint may be a private cloud's: its requests and
// tokens are not for the public cloud.
func (r *resolver) publicRegion(endpoint, region, ofProfile string) string {
	configured := cmp.Or(region, ofProfile)
	if endpoint != "" && !r.siteIsSet() && !coc.KnownRegion(configured) {
		return ""
	}
	site, _ := r.site(region, ofProfile)
	if configured == "" || coc.SuggestedSite(configured) != site {
		return site.Region
	}
	return configured
}

// siteIsSet reports whether the user chose the site itself, and not only a region.
func (r *resolver) siteIsSet() bool { return !r.model.Site.IsNull() || os.Getenv(envSite) != "" }

// checkRegion adds a warning if an unknown region has chosen the site. The region may be misspelt, and any such region
// leads to the international site. choice is from site.
func (r *resolver) checkRegion(region string, site coc.Site, choice string) {
	if region == "" || r.siteIsSet() || coc.KnownRegion(region) {
		return
	}
	r.diags.AddAttributeWarning(path.Root("region"), "Unknown region",
		fmt.Sprintf("The site was chosen by %s, which this provider does not know. Requests go to %s (%s). Correct the "+
			"region, or set site to %s.", choice, site.Title, site.Endpoint, coc.SiteNames))
}
