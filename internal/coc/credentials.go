package coc

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/global"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/impl"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
)

// Credentials prove to the service who asks.
type Credentials interface {
	// authenticate completes a request, and returns the values that no message may repeat. The signer signs every header it
	// sees, so whatever must not be signed comes after.
	authenticate(ctx context.Context, r *request.DefaultHttpRequest) (secrets []string, err error)
}

// AccessKeys sign requests with an access key and a secret key; a security token makes them temporary.
func AccessKeys(accessKey, secretKey, securityToken string) (Credentials, error) {
	c, err := global.NewCredentialsBuilder().WithAk(accessKey).WithSk(secretKey).WithSecurityToken(securityToken).SafeBuild()
	if err != nil {
		return nil, err
	}
	return newSDKCredentials(c), nil
}

// Token is an IAM token, sent as it is (X-Auth-Token) instead of a signature.
func Token(token string) Credentials { return iamToken(token) }

type iamToken string

func (t iamToken) authenticate(_ context.Context, r *request.DefaultHttpRequest) ([]string, error) {
	r.AddHeaderParam("X-Auth-Token", string(t))
	return []string{string(t)}, nil
}

// stsTimeout is for one request that the SDK sends to get temporary credentials from IAM.
const stsTimeout = 15 * time.Second

// sdkCredentials leaves signing, and the renewal of temporary credentials, to Huawei Cloud's own SDK. Its renewal is neither
// safe for concurrent callers nor cancellable, and it panics at an answer without credentials. So one caller at a time is
// inside the SDK, in a goroutine of its own; the others wait for their turn, and everybody for their context.
type sdkCredentials struct {
	sdk  *auth.GlobalCredentials
	http *impl.DefaultHttpClient
	turn chan struct{}
}

func newSDKCredentials(sdk *auth.GlobalCredentials) *sdkCredentials {
	c := &sdkCredentials{sdk: sdk, turn: make(chan struct{}, 1)}
	c.useTransport(newTransport(1))
	return c
}

// useTransport lets requests to IAM go the way of all others, with the same trust.
func (c *sdkCredentials) useTransport(transport *http.Transport) {
	// Never core.HcHttpClientBuilder: it writes a file into the user's home.
	c.http = impl.NewDefaultHttpClient(config.DefaultHttpConfig().WithTimeout(stsTimeout).WithHttpTransport(transport))
}

func (c *sdkCredentials) authenticate(ctx context.Context, r *request.DefaultHttpRequest) ([]string, error) {
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	type result struct {
		secrets []string
		err     error
	}
	done := make(chan result, 1)
	go func() {
		defer func() { <-c.turn }()
		err := withoutPanic(func() error {
			_, err := c.sdk.ProcessAuthRequest(c.http, r)
			return err
		})
		_, signature, _ := strings.Cut(r.GetHeaderParams()["Authorization"], "Signature=")
		done <- result{[]string{c.sdk.AK, c.sdk.SK, c.sdk.SecurityToken, signature}, err}
	}()
	select {
	case res := <-done:
		if res.err != nil && c.sdk.StsAccessor != nil {
			res.err = newRenewalError(res.err, res.secrets)
		}
		return res.secrets, res.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// renewalError is a failure to renew temporary credentials.
type renewalError struct {
	text string
	// passing tells that another attempt may heal it.
	passing bool
}

// newRenewalError keeps of an error of the SDK, which repeats whole answers, what a person can read.
func newRenewalError(err error, secrets []string) *renewalError {
	var refused *sdkerr.ServiceResponseError
	var inFile *fs.PathError
	passing := networkError(err).retryable
	if errors.As(err, &refused) {
		passing = retryableStatus(refused.StatusCode)
	}
	return &renewalError{
		text:    printable(redact(err.Error(), secrets), maxShown),
		passing: passing && !errors.As(err, &inFile),
	}
}

func (e *renewalError) Error() string { return "renewing the temporary credentials: " + e.text }

// withoutPanic turns a panic of the SDK into an error.
func withoutPanic(call func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the answer holds no usable credentials (%v)", r)
		}
	}()
	return call()
}
