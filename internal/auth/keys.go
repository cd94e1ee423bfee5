package auth

import (
	"context"
	"strings"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
)

// keys are a signer. The security token is empty for permanent keys.
type keys struct{ accessKey, secretKey, securityToken string }

// Sign signs with the official SDK. The secrets are the keys and the signature.
func (k keys) Sign(_ context.Context, r *request.DefaultHttpRequest) ([]string, error) {
	sdk := auth.GlobalCredentials{BaseCredentials: auth.BaseCredentials{
		AK: k.accessKey, SK: k.secretKey, SecurityToken: k.securityToken,
	}}
	_, err := sdk.ProcessAuthRequest(nil, r)
	_, signature, _ := strings.Cut(r.GetHeaderParams()["Authorization"], "Signature=")
	return append(k.secrets(), signature), err
}

func (k keys) secrets() []string { return []string{k.accessKey, k.secretKey, k.securityToken} }

// iamToken is a signer that sends an IAM token, and does not sign.
type iamToken string

func (t iamToken) Sign(_ context.Context, r *request.DefaultHttpRequest) ([]string, error) {
	r.AddHeaderParam("X-Auth-Token", string(t))
	return []string{string(t)}, nil
}
