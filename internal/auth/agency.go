package auth

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// This file gets the keys of an agency (a role in an account, which principals of other accounts may act as): by the name of the
// account from IAM, by the ID of the account from STS.

// Limits of how long the keys of an agency are valid, as IAM (by name) and STS (by ID) document them.
const (
	MinDuration       = 15 * time.Minute
	MaxDurationByName = 24 * time.Hour
	MaxDurationByID   = 12 * time.Hour
	DefaultDuration   = time.Hour
)

// maxChained is the longest life of keys that temporary keys can ask for.
const maxChained = time.Hour

// assumePath is the path of STS for the keys of an agency, see
// https://support.huaweicloud.com/intl/en-us/api-iam5/AssumeAgency.html.
const assumePath = "/v5/agencies/assume"

// sessionName names the sessions of this provider in the audit log of the agency's account.
const sessionName = "terraform-provider-coc"

// Agency is an agency that the provider acts as.
type Agency struct {
	Name string
	// DomainName or DomainID is the account of the agency. Exactly one of them is set.
	DomainName, DomainID string
	// Duration is how long the keys are valid, in whole seconds. 0 is DefaultDuration. Keys that are temporary themselves can ask
	// STS for an hour at most, and so do all agencies of a chain after the first.
	Duration time.Duration
}

// String describes the agency in errors and logs.
func (a Agency) String() string {
	account := a.DomainName
	if a.DomainID != "" {
		account = "with the ID " + a.DomainID
	}
	return fmt.Sprintf("the agency %s of the account %s", shown(a.Name), shown(account))
}

// life returns how long the keys of the agency shall be valid. Chained tells whether another agency's keys ask for them.
func (a Agency) life(signer rest.Signer, chained bool) time.Duration {
	life := cmp.Or(a.Duration, DefaultDuration)
	if chained || a.DomainID != "" && isTemporary(signer) {
		life = min(life, maxChained)
	}
	return life
}

// isTemporary tells whether the keys of a signer are temporary. Whether those of an IAM token are is not known.
func isTemporary(signer rest.Signer) bool {
	k, ok := signer.(keys)
	return !ok || k.securityToken != ""
}

// fetchAgency returns a fetchFunc that asks for the keys of an agency, at an endpoint of IAM or of STS.
func (f *finder) fetchAgency(a Agency, endpoint string, signer rest.Signer, life time.Duration) fetchFunc {
	r := keyRequest{endpoint: endpoint, signer: signer, what: "keys of " + a.String()}
	if a.DomainID != "" {
		r.path, r.body = assumePath, object{
			"agency_urn":          fmt.Sprintf("iam::%s:agency:%s", a.DomainID, a.Name),
			"agency_session_name": sessionName, "duration_seconds": seconds(life),
		}
	} else {
		r.path, r.body = keysPath, object{"auth": object{"identity": object{
			"methods":     []string{"assume_role"},
			"assume_role": object{"domain_name": a.DomainName, "agency_name": a.Name, "duration_seconds": seconds(life)},
		}}}
	}
	return func(ctx context.Context) (expiringKeys, []string, error) { return f.keys(ctx, r) }
}

// agencyEndpoint returns the endpoint that hands out the keys of an agency. Region is the one that was found with the credentials.
func (f *finder) agencyEndpoint(a Agency, region string) (string, error) {
	if a.DomainID != "" {
		return f.stsEndpoint(region)
	}
	return f.iamEndpoint("", region)
}
