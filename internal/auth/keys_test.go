package auth

import (
	"reflect"
	"slices"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer/algorithm"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
)

// The published vector of the official SDK (core/auth/signer/signer_test.go).
func TestAccessKeysSignThePublishedVector(t *testing.T) {
	r := request.NewHttpRequestBuilder().
		WithMethod("GET").
		WithEndpoint("https://example.huaweicloud.com").
		WithPath("/path").
		WithSigningAlgorithm(algorithm.HmacSHA256).
		AddQueryParam("limit", reflect.ValueOf(1)).
		AddHeaderParam("X-Sdk-Date", "20060102T150405Z").
		Build()
	secrets, err := keys{"AccessKey", "SecretKey", ""}.Sign(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	const signature = "5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624"
	const want = "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=x-sdk-date, Signature=" + signature
	if got := r.GetHeaderParams()["Authorization"]; got != want {
		t.Errorf("Authorization:\n got %s\nwant %s", got, want)
	}
	if want := []string{"AccessKey", "SecretKey", "", signature}; !slices.Equal(secrets, want) {
		t.Errorf("the secrets are %q, want %q", secrets, want)
	}
}

// An IAM token is sent instead of a signature.
func TestToken(t *testing.T) {
	r := newRequest()
	secrets, err := iamToken("iam-token").Sign(t.Context(), r)
	if err != nil || !slices.Equal(secrets, []string{"iam-token"}) {
		t.Errorf("secrets %q, %v", secrets, err)
	}
	if header := r.GetHeaderParams(); header["X-Auth-Token"] != "iam-token" || header["Authorization"] != "" {
		t.Errorf("got the headers %v, want the token and no signature", header)
	}
}
