package auth

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// This file asks IAM and STS for keys. The SDK's functions for this take no context and do not return when the keys
// expire, and its core has none for agencies.

// keysPath is a path of IAM, see https://support.huaweicloud.com/intl/en-us/api-iam/iam_04_0101.html.
const keysPath = "/v3.0/OS-CREDENTIAL/securitytokens"

// object is a JSON object of a request.
type object map[string]any

// keyRequest is a POST to IAM or STS.
type keyRequest struct {
	endpoint, path string
	signer         rest.Signer // nil for a request that is not signed
	secrets        []string    // in the body of a request that is not signed
	header         map[string]string
	body           object
	life           int64  // of the keys that is asked for, in seconds
	what           string // describes the request in errors
}

// post sends a request. Read is as in [rest.Client.Do]. The secrets are those that the request was made with.
func (o *Options) post(
	ctx context.Context, r keyRequest, read func(http.Header, io.Reader) error,
) (secrets []string, err error) {
	signer := &recorder{signer: r.signer, secrets: r.secrets}
	client, err := rest.New(rest.Config{
		Endpoint: r.endpoint, Signer: signer, Transport: o.Transport,
		UserAgent: o.UserAgent, MaxRetries: o.MaxRetries, OnAttempt: o.OnAttempt,
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
	}, func(header http.Header, body io.Reader) error {
		return read(header, io.LimitReader(body, maxAnswer))
	})
	return signer.secrets, err
}

// keys sends a request whose answer holds keys. They count as valid no longer than was asked for, whatever the Date of
// the answer makes of their expiry.
func (o *Options) keys(ctx context.Context, r keyRequest) (k expiringKeys, secrets []string, err error) {
	var header http.Header
	var body json.RawMessage
	secrets, err = o.post(ctx, r, func(h http.Header, answer io.Reader) error {
		header = h
		return json.NewDecoder(answer).Decode(&body)
	})
	if err != nil {
		return k, secrets, err
	}
	if k, err = temporaryKeys(header, body); err != nil {
		return k, secrets, &rest.Error{What: r.what, Endpoint: r.endpoint, Err: err}
	}
	longest := time.Now().Round(0).Add(time.Duration(r.life) * time.Second)
	if k.expires.After(longest) {
		k.expires = longest
	}
	return k, secrets, nil
}

// keysByIDToken exchanges an ID token for an IAM token at IAM, and that for keys.
func (o *Options) keysByIDToken(
	ctx context.Context, iam, provider, idToken string, life int64,
) (k expiringKeys, secrets []string, err error) {
	var token string
	secrets, err = o.post(ctx, keyRequest{
		endpoint: iam, path: "/v3.0/OS-AUTH/id-token/tokens", secrets: []string{idToken},
		header: map[string]string{"X-Idp-Id": provider},
		body:   object{"auth": object{"id_token": object{"id": idToken}}},
		what:   "a token for the identity provider " + shown(provider),
	}, func(header http.Header, _ io.Reader) error {
		token = header.Get("X-Subject-Token")
		return nil
	})
	if err != nil {
		return k, secrets, err
	}
	r := keyRequest{
		endpoint: iam, path: keysPath, secrets: []string{idToken, token}, life: life,
		body: object{"auth": object{"identity": object{
			"methods": []string{"token"}, "token": object{"id": token, "duration_seconds": life},
		}}},
		what: "keys for the identity provider " + shown(provider),
	}
	if token == "" || !Visible(token) {
		return k, secrets, &rest.Error{What: r.what, Endpoint: iam, Err: errNoKeys}
	}
	return o.keys(ctx, r)
}

// recorder remembers the secrets of its last request.
type recorder struct {
	signer  rest.Signer // nil to add nothing to the request
	secrets []string
}

func (r *recorder) Sign(ctx context.Context, request *request.DefaultHttpRequest) ([]string, error) {
	if r.signer == nil {
		return r.secrets, nil
	}
	secrets, err := r.signer.Sign(ctx, request)
	r.secrets = secrets
	return secrets, err
}
