package coc

import "strings"

// DefaultRegion is the region that chooses the site when no region is configured.
const DefaultRegion = "cn-north-4"

// EndpointForRegion returns the endpoint of the site that serves a region. COC has one endpoint for each site, not for each
// region. The endpoints are those of the official SDK (services/coc/v1/region).
func EndpointForRegion(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "https://coc.myhuaweicloud.com"
	case region == "eu-west-101":
		return "https://coc-eu-west-101-open-api.myhuaweicloud.eu"
	default:
		return "https://coc-intl.myhuaweicloud.com"
	}
}
