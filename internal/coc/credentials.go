package coc

import (
	"context"
	"strings"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/global"
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
	return &sdkCredentials{GlobalCredentials: c}, nil
}

// sdkCredentials leaves signing to Huawei Cloud's own SDK.
type sdkCredentials struct {
	*auth.GlobalCredentials
}

func (c *sdkCredentials) authenticate(_ context.Context, r *request.DefaultHttpRequest) ([]string, error) {
	_, err := c.ProcessAuthRequest(nil, r)
	_, signature, _ := strings.Cut(r.GetHeaderParams()["Authorization"], "Signature=")
	return []string{c.AK, c.SK, c.SecurityToken, signature}, err
}
