package auth

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

const (
	defaultRegion = "cn-north-4"
	// europe is the one region of the European site.
	europe             = "eu-west-101"
	defaultIAMEndpoint = "https://iam.myhuaweicloud.com"
)

// PublicEndpoints returns the endpoints of IAM and STS in the public cloud, by region. An empty region is cn-north-4. The endpoint of
// STS is empty where none is known: in the European region, and in a region that does not match [RegionID]. The endpoints are those
// of the official SDK.
func PublicEndpoints(region string) (iam, sts string) {
	region = cmp.Or(region, defaultRegion)
	switch {
	case region == europe:
		return "https://iam.eu-west-101.myhuaweicloud.eu", ""
	case !RegionID.MatchString(region):
		return defaultIAMEndpoint, ""
	}
	return defaultIAMEndpoint, "https://sts." + region + ".myhuaweicloud.com"
}

// iamEndpoint returns the endpoint of IAM. Named is the one that a profile names, region the one that was found with the credentials;
// both may be empty.
func (f *finder) iamEndpoint(named, region string) (string, error) {
	iam, _ := f.endpoints(region)
	return chooseEndpoint("iam_endpoint", cmp.Or(f.IAMEndpoint, named), EnvSDKIAMEndpoint, iam)
}

// stsEndpoint returns the endpoint of STS. Region is the one that was found with the credentials, or empty.
func (f *finder) stsEndpoint(region string) (string, error) {
	_, sts := f.endpoints(region)
	return chooseEndpoint("sts_endpoint", f.STSEndpoint, EnvSDKSTSEndpoint, sts)
}

func (f *finder) endpoints(region string) (iam, sts string) {
	if f.Endpoints == nil {
		return PublicEndpoints(region)
	}
	return f.Endpoints(region)
}

// chooseEndpoint returns the first endpoint that is set: of an argument, of an environment variable, or the usual one. The variable
// may leave out https://, as for the SDK. The error names the argument or the variable.
func chooseEndpoint(argument, value, variable, usual string) (string, error) {
	name := argument
	if value == "" {
		name, value = variable, os.Getenv(variable)
		if value != "" && !strings.Contains(value, "://") {
			value = "https://" + value
		}
	}
	if value == "" {
		name, value = argument, usual
	}
	if value == "" {
		return "", &endpointError{argument, fmt.Errorf("%s: none is known for this region or endpoint. Give it, or set %s", argument, variable)}
	}
	u, err := rest.ParseEndpoint(value)
	if err != nil {
		return "", &endpointError{argument, fmt.Errorf("%s: %w", name, err)}
	}
	return u.String(), nil
}

// endpointError is the error for an endpoint that cannot be used. Argument is the argument of the provider block for it.
type endpointError struct {
	argument string
	err      error
}

func (e *endpointError) Error() string { return e.err.Error() }
func (e *endpointError) Unwrap() error { return e.err }
