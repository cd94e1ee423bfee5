// Package auth finds credentials in the provider block, the environment, files and services of the machine, acts with
// them as agencies of other accounts, and signs requests. It reports a user's mistake as a [Problem].
package auth

import (
	"context"
	"net/http"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// Options are settings of the search that are not about credentials.
type Options struct {
	// These are for requests to IAM and STS, see [rest.Config]. The services of the machine are asked without a proxy.
	Transport  *http.Transport
	UserAgent  string
	MaxRetries int
	OnAttempt  func(context.Context, rest.Attempt)
	// IAMEndpoint and STSEndpoint are arguments of the provider block, empty if not set. The environment variables
	// [EnvSDKIAMEndpoint] and [EnvSDKSTSEndpoint] come next, and Region last.
	IAMEndpoint, STSEndpoint string
	// Region is that of the public cloud whose IAM and STS are asked. If it is empty, the user must name the endpoints:
	// the requests and tokens of a private cloud are not for the public one.
	Region    string
	AnyRegion bool // accept any visible text as the region of a profile, and not only a [RegionID]
	// OnRenewalFailed, if set, is called, perhaps concurrently, when temporary keys could not be renewed and the old ones,
	// which are still valid, were used.
	OnRenewalFailed func(context.Context, error)
}
