package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// This file asks IAM and STS for keys, through package rest. The SDK's functions for it are not used: they take no context, do not
// return when the keys expire, and the SDK's core has none for agencies.

// keysPath is the path of IAM for keys, see https://support.huaweicloud.com/intl/en-us/api-iam/iam_04_0101.html.
const keysPath = "/v3.0/OS-CREDENTIAL/securitytokens"

// object is a JSON object of a request.
type object map[string]any

// keyRequest is a POST to IAM or STS.
type keyRequest struct {
	endpoint, path string
	signer         rest.Signer
	header         map[string]string
	body           object
	// what describes the request in errors.
	what string
}

// post sends a request. Read gets each answer with the status of a success, as in [rest.Client.Do]. The secrets are those that the
// signer of the request reported.
func (f *finder) post(ctx context.Context, r keyRequest, read func(http.Header, io.Reader) error) (secrets []string, err error) {
	signer := &recorder{signer: r.signer}
	client, err := rest.New(rest.Config{
		Endpoint: r.endpoint, Signer: signer, Transport: f.Transport,
		UserAgent: f.UserAgent, MaxRetries: f.MaxRetries, OnAttempt: f.OnAttempt,
	})
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(r.body)
	if err != nil {
		return nil, err
	}
	_, err = client.Do(ctx, rest.Request{
		Method: http.MethodPost, Path: r.path, Header: r.header, Body: body, Secret: true, What: r.what,
	}, func(header http.Header, body io.Reader) (int, error) {
		return 0, read(header, io.LimitReader(body, maxAnswer))
	})
	return signer.secrets, err
}

// keys sends a request whose answer holds keys.
func (f *finder) keys(ctx context.Context, r keyRequest) (k expiringKeys, secrets []string, err error) {
	var header http.Header
	var body json.RawMessage
	secrets, err = f.post(ctx, r, func(h http.Header, answer io.Reader) error {
		header = h
		return json.NewDecoder(answer).Decode(&body)
	})
	if err != nil {
		return k, secrets, err
	}
	if k, err = temporaryKeys(header, body); err != nil {
		err = &rest.Error{What: r.what, Endpoint: r.endpoint, Err: err}
	}
	return k, secrets, err
}

// keysByIDToken exchanges the ID token of an identity provider for keys at IAM, in two requests. The first one exchanges it for an
// IAM token, the second one exchanges that for keys.
func (f *finder) keysByIDToken(ctx context.Context, iam, provider, idToken string, life time.Duration) (k expiringKeys, secrets []string, err error) {
	var token string
	secrets, err = f.post(ctx, keyRequest{
		endpoint: iam, path: "/v3.0/OS-AUTH/id-token/tokens", signer: unsigned{idToken},
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
		endpoint: iam, path: keysPath, signer: unsigned{idToken, token},
		body: object{"auth": object{"identity": object{
			"methods": []string{"token"}, "token": object{"id": token, "duration_seconds": seconds(life)},
		}}},
		what: fmt.Sprintf("keys for the identity provider %s", shown(provider)),
	}
	if token == "" || !visible(token) {
		return k, secrets, &rest.Error{What: r.what, Endpoint: iam, Err: errNoKeys}
	}
	return f.keys(ctx, r)
}

func seconds(life time.Duration) int { return int(life / time.Second) }

// shown makes a name of the user's fit for an error.
func shown(name string) string { return rest.Printable(name, rest.MaxShown) }

// unsigned is a signer that adds nothing to a request. It is the secrets in the request's body.
type unsigned []string

func (u unsigned) Sign(context.Context, *request.DefaultHttpRequest) ([]string, error) { return u, nil }

// recorder is a signer that remembers the secrets of its last request.
type recorder struct {
	signer  rest.Signer
	secrets []string
}

func (r *recorder) Sign(ctx context.Context, request *request.DefaultHttpRequest) ([]string, error) {
	secrets, err := r.signer.Sign(ctx, request)
	r.secrets = secrets
	return secrets, err
}
