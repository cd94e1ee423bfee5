package auth

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// This file gets keys by the ID token of an identity provider.

// federatedDuration is how long keys are valid that the SDK's settings get by an identity provider, in seconds.
const federatedDuration = 6 * 3600

// keysByIDToken exchanges an ID token for keys at IAM, in two requests. The first one exchanges it for an IAM token, the
// second one exchanges that for keys.
func (o *Options) keysByIDToken(
	ctx context.Context, iam, provider, idToken string, seconds int64,
) (k expiringKeys, secrets []string, err error) {
	var token string
	secrets, err = o.post(ctx, keyRequest{
		endpoint: iam, path: "/v3.0/OS-AUTH/id-token/tokens", secrets: []string{idToken},
		header: map[string]string{"X-Idp-Id": provider},
		body:   object{"auth": object{"id_token": object{"id": idToken}}},
		what:   fmt.Sprintf("a token for the identity provider %s", shown(provider)),
	}, func(header http.Header, _ io.Reader) error {
		token = header.Get("X-Subject-Token")
		return nil
	})
	if err != nil {
		return k, secrets, err
	}
	r := keyRequest{
		endpoint: iam, path: keysPath, secrets: []string{idToken, token}, seconds: seconds,
		body: object{"auth": object{"identity": object{
			"methods": []string{"token"}, "token": object{"id": token, "duration_seconds": seconds},
		}}},
		what: fmt.Sprintf("keys for the identity provider %s", shown(provider)),
	}
	if token == "" || !Visible(token) {
		return k, secrets, &rest.Error{What: r.what, Endpoint: iam, Err: errNoKeys}
	}
	return o.keys(ctx, r)
}

// federated returns a signer with the keys that the SDK's settings get by an identity provider. The ID token is read
// from a file, for each renewal. The first keys are asked for when the first request is signed.
func (o *Options) federated(iam string, provider, file setting) *temporary {
	holder := fmt.Sprintf("the identity provider %s (%s, ID token in %s)",
		shown(provider.value), provider.name, shown(file.value))
	return newTemporary(holder, func(ctx context.Context) (expiringKeys, []string, error) {
		idToken, err := tokenFile(file.value)
		if err != nil {
			return expiringKeys{}, []string{idToken}, err
		}
		return o.keysByIDToken(ctx, iam, provider.value, idToken, federatedDuration)
	}, o.OnRenewalFailed)
}
