package auth

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// publicEndpoints returns the endpoints of IAM and STS in the public cloud, as the official SDK has them. That of STS
// is not known for the European region, nor for a region that does not match [RegionID].
func publicEndpoints(region string) (iam, sts string) {
	switch {
	case region == "":
		return "", ""
	case region == "eu-west-101": // the one region of the European site
		return "https://iam.eu-west-101.myhuaweicloud.eu", ""
	case RegionID.MatchString(region):
		sts = "https://sts." + region + ".myhuaweicloud.com"
	}
	return "https://iam.myhuaweicloud.com", sts
}

// iamEndpoint returns the endpoint of IAM. Named is the one of a profile, or empty.
func (o *Options) iamEndpoint(named string) (string, error) {
	iam, _ := publicEndpoints(o.Region)
	return chooseEndpoint("iam_endpoint", cmp.Or(o.IAMEndpoint, named), EnvSDKIAMEndpoint, iam)
}

func (o *Options) stsEndpoint() (string, error) {
	_, sts := publicEndpoints(o.Region)
	return chooseEndpoint("sts_endpoint", o.STSEndpoint, EnvSDKSTSEndpoint, sts)
}

// chooseEndpoint returns the first endpoint that is set: of an argument, of an environment variable, or the usual one.
// The variable may leave out https://, as for the SDK. The error names the argument or the variable.
func chooseEndpoint(argument, value, variable, usual string) (string, error) {
	name, fromEnvironment := argument, os.Getenv(variable)
	switch {
	case value != "":
	case fromEnvironment != "":
		name, value = variable, fromEnvironment
		if !strings.Contains(value, "://") {
			value = "https://" + value
		}
	case usual != "":
		value = usual
	default:
		return "", &endpointError{argument, fmt.Errorf("%s: no default is known for this region or endpoint. Set it, or %s",
			argument, variable)}
	}
	u, err := rest.ParseEndpoint(value)
	if err != nil {
		return "", &endpointError{argument, fmt.Errorf("%s: %w", name, err)}
	}
	return u.String(), nil
}

// endpointError is for an endpoint that cannot be used.
type endpointError struct {
	argument string // of the provider block, for it
	err      error
}

func (e *endpointError) Error() string { return e.err.Error() }
