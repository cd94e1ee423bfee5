package auth

import (
	"cmp"
	"context"
	"fmt"
)

// OIDC is an agency that the provider acts as with the ID token of an identity provider (OpenID Connect).
type OIDC struct {
	AgencyName       string
	DomainID         string // of the agency's account
	ProviderID       string // the name of the identity provider in that account
	Token, TokenFile string // the ID token, exactly one of them; the file is read anew for each renewal
	Duration         *int64 // as in [Agency], but an hour at most: the keys that ask STS are temporary
}

// Validate returns what is wrong with the arguments of an assume_role_with_oidc block together, or nil.
func (o OIDC) Validate() *Problem { return o.validate(ofBlock) }

func (o OIDC) validate(r rules) *Problem {
	return cmp.Or(
		r.required("agency_name", o.AgencyName),
		r.required("domain_id", o.DomainID),
		r.required("idp_id", o.ProviderID),
		r.exactlyOne("holds the ID token", "id_token", o.Token, "id_token_file", o.TokenFile),
		r.between(o.Duration, MaxDurationByID, "domain_id"),
	)
}

func (o OIDC) agency() Agency {
	return Agency{Name: o.AgencyName, DomainID: o.DomainID, Duration: o.Duration}
}

func (o OIDC) String() string {
	token := "ID token given"
	if o.TokenFile != "" {
		token = "ID token in " + shown(o.TokenFile)
	}
	return fmt.Sprintf("%s (identity provider %s, %s)", o.agency(), shown(o.ProviderID), token)
}

// fetchOIDC returns a fetchFunc that exchanges an ID token for keys at IAM, and asks STS with these for the keys of the
// agency.
func (o *Options) fetchOIDC(oidc OIDC, iam, sts string) fetchFunc {
	return func(ctx context.Context) (expiringKeys, []string, error) {
		idToken := oidc.Token
		if oidc.TokenFile != "" {
			var err error
			if idToken, err = tokenFile(ExpandHome(oidc.TokenFile)); err != nil {
				return expiringKeys{}, []string{idToken}, err
			}
		}
		k, secrets, err := o.keysByIDToken(ctx, iam, oidc.ProviderID, idToken, DefaultDuration)
		if err != nil {
			return expiringKeys{}, secrets, err
		}
		agency := oidc.agency()
		k, more, err := o.fetchAgency(agency, sts, k.keys, agency.life(k.keys, true))(ctx)
		return k, append(secrets, more...), err
	}
}
