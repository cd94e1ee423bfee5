package auth

import (
	"cmp"
	"context"
	"fmt"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

const (
	// maxChained is the longest life, in seconds, of keys that temporary keys can ask for.
	maxChained = 3600
	// assumePath is a path of STS, see https://support.huaweicloud.com/intl/en-us/api-iam5/AssumeAgency.html.
	assumePath = "/v5/agencies/assume"
	// sessionName appears in the audit log of the agency's account.
	sessionName = "terraform-provider-coc"
)

// Agency is an agency that the provider acts as: principals of other accounts may act as it in its account.
type Agency struct {
	Name                 string
	DomainName, DomainID string // of its account, exactly one of them
	// Duration is how long the keys are valid, in seconds, nil for DefaultDuration. Temporary keys can ask STS for an
	// hour at most, and so can each agency for the next one of a chain.
	Duration *int64
}

func (a Agency) String() string {
	account := a.DomainName
	if a.DomainID != "" {
		account = "with the ID " + a.DomainID
	}
	return fmt.Sprintf("the agency %s of the account %s", shown(a.Name), shown(account))
}

// Validate returns what is wrong with the arguments of an assume_role block together, or nil.
func (a Agency) Validate() *Problem { return a.validate(ofBlock) }

func (a Agency) validate(r rules) *Problem {
	longest, with := int64(MaxDurationByID), "domain_id"
	if a.DomainID == "" {
		longest, with = MaxDurationByName, "domain_name"
	}
	return cmp.Or(
		r.required("agency_name", a.Name),
		r.exactlyOne("names the agency's account", "domain_name", a.DomainName, "domain_id", a.DomainID),
		r.between(a.Duration, longest, with),
	)
}

// life returns how long the keys are to be valid, in seconds. Chained reports whether another agency's keys ask for
// them. An IAM token counts as temporary keys: it may come from such keys.
func (a Agency) life(signer rest.Signer, chained bool) int64 {
	life := int64(DefaultDuration)
	if a.Duration != nil {
		life = *a.Duration
	}
	if k, ok := signer.(keys); chained || a.DomainID != "" && (!ok || k.securityToken != "") {
		life = min(life, maxChained)
	}
	return life
}

// fetchAgency returns a fetchFunc that asks for the keys of an agency, at an endpoint of IAM or of STS.
func (o *Options) fetchAgency(a Agency, endpoint string, signer rest.Signer, life int64) fetchFunc {
	r := keyRequest{endpoint: endpoint, signer: signer, life: life, what: "keys of " + a.String()}
	if a.DomainID != "" {
		r.path, r.body = assumePath, object{
			"agency_urn":          fmt.Sprintf("iam::%s:agency:%s", a.DomainID, a.Name),
			"agency_session_name": sessionName, "duration_seconds": life,
		}
	} else {
		r.path, r.body = keysPath, object{"auth": object{"identity": object{
			"methods":     []string{"assume_role"},
			"assume_role": object{"domain_name": a.DomainName, "agency_name": a.Name, "duration_seconds": life},
		}}}
	}
	return func(ctx context.Context) (expiringKeys, []string, error) { return o.keys(ctx, r) }
}
