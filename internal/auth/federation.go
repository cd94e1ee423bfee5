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

// An identity provider's token becomes an IAM token, and that becomes temporary keys. The SDK does the same in one step that
// takes no context and keeps the expiry of the keys to itself.

const (
	defaultIAMEndpoint = "https://iam.myhuaweicloud.com"
	// iamTimeout is for both requests to IAM.
	iamTimeout = 30 * time.Second
	// iamKeysLife is how long the keys are to live, in seconds.
	iamKeysLife = 6 * 60 * 60
)

// iamEndpoint returns the endpoint that is named, or the environment's, or the default.
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

// fetchFederated returns a fetch that trades the token in a file for keys, at an endpoint of IAM.
func fetchFederated(endpoint, provider, file string, transport *http.Transport) fetchFunc {
	client := newClient(transport)
	return within(iamTimeout, func(ctx context.Context) (expiringKeys, []string, error) {
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

// object is a JSON object.
type object map[string]any

// post sends a body to IAM, in the name of an identity provider if there is one.
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
