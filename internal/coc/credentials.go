package coc

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/global"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/impl"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
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
	return &sdkCredentials{
		sdk: sdk,
		// Never core.HcHttpClientBuilder: it writes a file into the user's home.
		http: impl.NewDefaultHttpClient(config.DefaultHttpConfig().WithTimeout(stsTimeout).WithHttpTransport(newTransport(1))),
		turn: make(chan struct{}, 1),
	}
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
			res.err = &renewalError{res.err}
		}
		return res.secrets, res.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// renewalError is a failure to renew temporary credentials, which another attempt may heal.
type renewalError struct{ err error }

func (e *renewalError) Error() string { return "renewing the temporary credentials: " + e.err.Error() }
func (e *renewalError) Unwrap() error { return e.err }

// withoutPanic turns a panic of the SDK into an error.
func withoutPanic(call func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the answer holds no usable credentials (%v)", r)
		}
	}()
	return call()
}
