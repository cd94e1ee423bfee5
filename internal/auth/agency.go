package auth

import (
	"cmp"
	"context"
	"fmt"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// Limits of how long the keys of an agency are valid, in seconds, as IAM (by name) and STS (by ID) document them.
const (
	MinDuration       = 900
	MaxDurationByName = 24 * 3600
	MaxDurationByID   = 12 * 3600
	DefaultDuration   = 3600
)

// maxChained is the longest life of keys that temporary keys can ask for, in seconds.
const maxChained = 3600

// assumePath is the path of STS for the keys of an agency, see
// https://support.huaweicloud.com/intl/en-us/api-iam5/AssumeAgency.html.
const assumePath = "/v5/agencies/assume"

// sessionName names the sessions of this provider in the audit log of the agency's account.
const sessionName = "terraform-provider-coc"

// Agency is an agency that the provider acts as: principals of other accounts may act as it in its own account.
type Agency struct {
	Name string
	// DomainName or DomainID is the account of the agency. Exactly one of them is set.
	DomainName, DomainID string
	// Duration is how long the keys are valid, in seconds, nil for DefaultDuration. Keys that are temporary themselves
	// can ask STS for an hour at most, and so do all agencies of a chain after the first.
	Duration *int64
}

// String describes the agency in errors and logs.
func (a Agency) String() string {
	account := a.DomainName
	if a.DomainID != "" {
		account = "with the ID " + a.DomainID
	}
	return fmt.Sprintf("the agency %s of the account %s", shown(a.Name), shown(account))
}

// Validate returns what is wrong with the arguments of a block assume_role together, or nil.
func (a Agency) Validate() *Problem { return a.validate(arguments) }

func (a Agency) validate(n names) *Problem {
	longest, with := int64(MaxDurationByID), "domain_id"
	if a.DomainID == "" {
		longest, with = MaxDurationByName, "domain_name"
	}
	return cmp.Or(
		n.required("agency_name", a.Name),
		n.exactlyOne("names the agency's account", "domain_name", a.DomainName, "domain_id", a.DomainID),
		n.between(a.Duration, longest, with),
	)
}

// life returns how long the keys of the agency shall be valid, in seconds. Chained reports whether another agency's keys
// ask for them.
func (a Agency) life(signer rest.Signer, chained bool) int64 {
	life := int64(DefaultDuration)
	if a.Duration != nil {
		life = *a.Duration
	}
	if chained || a.DomainID != "" && isTemporary(signer) {
		life = min(life, maxChained)
	}
	return life
}

// isTemporary reports whether the keys of a signer are temporary. Whether those of an IAM token are is not known.
func isTemporary(signer rest.Signer) bool {
	k, ok := signer.(keys)
	return !ok || k.securityToken != ""
}

// fetchAgency returns a fetchFunc that asks for the keys of an agency, at an endpoint of IAM or of STS.
func (o *Options) fetchAgency(a Agency, endpoint string, signer rest.Signer, life int64) fetchFunc {
	r := keyRequest{endpoint: endpoint, signer: signer, seconds: life, what: "keys of " + a.String()}
	if a.DomainID != "" {
		r.path, r.body = assumePath, object{
			"agency_urn":          fmt.Sprintf("iam::%s:agency:%s", a.DomainID, a.Name),
			"agency_session_name": sessionName, "duration_seconds": life,
		}
	} else {
		r.path, r.body = keysPath, object{"auth": object{"identity": object{
			"methods": []string{"assume_role"},
			"assume_role": object{
				"domain_name": a.DomainName, "agency_name": a.Name, "duration_seconds": life,
			},
		}}}
	}
	return func(ctx context.Context) (expiringKeys, []string, error) { return o.keys(ctx, r) }
}
