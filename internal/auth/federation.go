package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// This file gets temporary keys from IAM in two requests. The first exchanges the token of an identity provider for an IAM token,
// the second exchanges the IAM token for keys. The SDK's function for both is not used, since it takes no context and does not
// return when the keys expire.

const (
	defaultIAMEndpoint = "https://iam.myhuaweicloud.com"
	// iamTimeout limits both requests to IAM together.
	iamTimeout = 30 * time.Second
	// iamKeysLife is how long the keys are valid, in seconds.
	iamKeysLife = 6 * 60 * 60
)

// iamEndpoint returns the endpoint of IAM: the one that a profile names, or else the environment's, or else the default.
func iamEndpoint(named string) (string, error) {
	name := "iam_endpoint"
	if named == "" {
		name, named = EnvSDKIAMEndpoint, os.Getenv(EnvSDKIAMEndpoint)
		if named != "" && !strings.Contains(named, "://") {
			named = "https://" + named
		}
	}
	if named == "" {
		return defaultIAMEndpoint, nil
	}
	u, err := rest.ParseEndpoint(named)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return u.String(), nil
}

// fetchFederated returns a fetchFunc that exchanges the token of an identity provider for keys, at an endpoint of IAM. The token is
// read from a file, for each request.
func fetchFederated(endpoint, provider, file string, transport *http.Transport) fetchFunc {
	client := newClient(transport)
	return withTimeout(iamTimeout, func(ctx context.Context) (expiringKeys, []string, error) {
		idToken, err := tokenFile(file)
		secrets := []string{idToken}
		if err != nil {
			return expiringKeys{}, secrets, err
		}
		var body any = object{"auth": object{"id_token": object{"id": idToken}}}
		a, err := post(ctx, client, endpoint+"/v3.0/OS-AUTH/id-token/tokens", provider, body, secrets)
		if err != nil {
			return expiringKeys{}, secrets, err
		}
		token := a.header.Get("X-Subject-Token")
		if token == "" {
			return expiringKeys{}, secrets, errNoKeys
		}
		secrets = append(secrets, token)
		body = object{"auth": object{"identity": object{
			"methods": []string{"token"}, "token": object{"id": token, "duration_seconds": iamKeysLife},
		}}}
		a, err = post(ctx, client, endpoint+"/v3.0/OS-CREDENTIAL/securitytokens", "", body, secrets)
		if err != nil {
			return expiringKeys{}, secrets, err
		}
		k, err := temporaryKeys(a.body)
		return k, secrets, err
	})
}

// object is a JSON object of a request.
type object map[string]any

// post sends a body to IAM. It also sends the name of the identity provider, if there is one. An answer that is not a success is an
// error.
func post(ctx context.Context, client *http.Client, to, provider string, body any, secrets []string) (*answer, error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(encoded))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json;charset=UTF-8")
	if provider != "" {
		r.Header.Set("X-Idp-Id", provider)
	}
	a, err := ask(client, r, secrets)
	if err == nil && (a.status < 200 || a.status > 299) {
		err = refusal(a, secrets)
	}
	return a, err
}
