package provider

import "testing"

// What is said of the source of credentials can be published.
func TestPublicSource(t *testing.T) {
	for source, want := range map[string]string{
		"the environment: HW_ACCESS_KEY and HW_SECRET_KEY":                                       "the environment",
		`the KooCLI configuration: HW_PROFILE names the profile "prod" in /root`:                 "the KooCLI configuration",
		"the metadata service of the ECS instance, for the keys of its agency, unless X is true": "the metadata service of the ECS instance",
		"the environment: HW_AUTH_TOKEN, then the agency ops of the account one":                 "the environment, and then an agency",
	} {
		if got := publicSource(source); got != want {
			t.Errorf("%s: got %q, want %q", source, got, want)
		}
	}
}
