package auth

import (
	"context"
	"fmt"
	"time"
)

// OIDC is an agency that the provider acts as by the ID token of an identity provider (OpenID Connect), without keys.
type OIDC struct {
	AgencyName string
	// DomainID is the ID of the agency's account.
	DomainID string
	// ProviderID is the name of the identity provider in that account.
	ProviderID string
	// Token or TokenFile holds the ID token. Exactly one of them is set. The file is read anew for each renewal of the keys.
	Token, TokenFile string
	// Duration is how long the keys are valid, in whole seconds. 0 is DefaultDuration. STS makes it an hour at most, since the keys
	// that ask for them are temporary.
	Duration time.Duration
}

func (o OIDC) agency() Agency {
	return Agency{Name: o.AgencyName, DomainID: o.DomainID, Duration: o.Duration}
}

// String describes the agency and how its keys are had, in errors and logs.
func (o OIDC) String() string {
	token := "ID token given"
	if o.TokenFile != "" {
		token = "ID token in " + shown(o.TokenFile)
	}
	return fmt.Sprintf("%s (identity provider %s, %s)", o.agency(), shown(o.ProviderID), token)
}

// fetchOIDC returns a fetchFunc that exchanges an ID token for keys at IAM, and uses these keys for one request: that for the keys of
// the agency, at STS.
func (f *finder) fetchOIDC(o OIDC, iam, sts string) fetchFunc {
	return func(ctx context.Context) (expiringKeys, []string, error) {
		idToken := o.Token
		if o.TokenFile != "" {
			var err error
			if idToken, err = tokenFile(ExpandHome(o.TokenFile)); err != nil {
				return expiringKeys{}, []string{idToken}, err
			}
		}
		k, secrets, err := f.keysByIDToken(ctx, iam, o.ProviderID, idToken, DefaultDuration)
		if err != nil {
			return expiringKeys{}, secrets, err
		}
		k, more, err := f.fetchAgency(o.agency(), sts, k.keys, o.agency().life(k.keys, true))(ctx)
		return k, append(secrets, more...), err
	}
}
