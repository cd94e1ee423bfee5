package coc

import "strings"

// DefaultRegion is the region whose site is asked when nobody names one.
const DefaultRegion = "cn-north-4"

// EndpointForRegion returns the endpoint of the site that serves region. COC is a global service with one endpoint a site,
// whatever region the hosts are in; the endpoints are those of the official SDK (services/coc/v1/region).
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
