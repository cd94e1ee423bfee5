package auth

import (
	"context"
	"fmt"
	"time"
)

// federatedKeysLife is how long keys are valid that the SDK's settings get by an identity provider.
const federatedKeysLife = 6 * time.Hour

// federated returns a signer with the keys that the SDK's settings get by an identity provider. The ID token is read from a file, for
// each renewal. The first keys are asked for when the first request is signed.
func (f *finder) federated(iam string, provider, file setting) *temporary {
	holder := fmt.Sprintf("the identity provider %s (%s, ID token in %s)", shown(provider.value), provider.name, shown(file.value))
	return newTemporary(holder, func(ctx context.Context) (expiringKeys, []string, error) {
		idToken, err := tokenFile(file.value)
		if err != nil {
			return expiringKeys{}, []string{idToken}, err
		}
		return f.keysByIDToken(ctx, iam, provider.value, idToken, federatedKeysLife)
	}, f.OnRenewalFailed)
}
