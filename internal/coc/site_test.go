package coc

import "testing"

func TestEndpointForRegion(t *testing.T) {
	for region, want := range map[string]string{
		"cn-north-4":     "https://coc.myhuaweicloud.com",
		"cn-north-7":     "https://coc.myhuaweicloud.com",
		"eu-west-101":    "https://coc-eu-west-101-open-api.myhuaweicloud.eu",
		"eu-west-0":      "https://coc-intl.myhuaweicloud.com",
		"ap-southeast-3": "https://coc-intl.myhuaweicloud.com",
		"af-south-1":     "https://coc-intl.myhuaweicloud.com",
	} {
		if got := EndpointForRegion(region); got != want {
			t.Errorf("%s: got %s, want %s", region, got, want)
		}
	}
}
