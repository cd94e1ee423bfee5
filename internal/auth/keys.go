package auth

import (
	"context"
	"strings"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// AccessKeys sign requests with an access key and a secret key; a security token makes them temporary.
func AccessKeys(accessKey, secretKey, securityToken string) rest.Signer {
	return keys{accessKey, secretKey, securityToken}
}

// Token is an IAM token, sent as it is (X-Auth-Token) instead of a signature.
func Token(token string) rest.Signer { return iamToken(token) }

type keys struct{ accessKey, secretKey, securityToken string }

// Sign leaves the signature to Huawei Cloud's own SDK.
func (k keys) Sign(_ context.Context, r *request.DefaultHttpRequest) ([]string, error) {
	sdk := auth.GlobalCredentials{BaseCredentials: auth.BaseCredentials{AK: k.accessKey, SK: k.secretKey, SecurityToken: k.securityToken}}
	_, err := sdk.ProcessAuthRequest(nil, r)
	_, signature, _ := strings.Cut(r.GetHeaderParams()["Authorization"], "Signature=")
	return append(k.secrets(), signature), err
}

func (k keys) secrets() []string { return []string{k.accessKey, k.secretKey, k.securityToken} }

type iamToken string

func (t iamToken) Sign(_ context.Context, r *request.DefaultHttpRequest) ([]string, error) {
	r.AddHeaderParam("X-Auth-Token", string(t))
	return []string{string(t)}, nil
}

// visible tells whether a text can travel in a header unchanged.
func visible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '!' || r > '~' })
}
