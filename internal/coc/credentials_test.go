package coc

import (
	"reflect"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer/algorithm"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
)

// The published vector of the official SDK (core/auth/signer/signer_test.go).
func TestAccessKeysSignThePublishedVector(t *testing.T) {
	keys, err := AccessKeys("AccessKey", "SecretKey", "")
	if err != nil {
		t.Fatal(err)
	}
	r := request.NewHttpRequestBuilder().
		WithMethod("GET").
		WithEndpoint("https://example.huaweicloud.com").
		WithPath("/path").
		WithSigningAlgorithm(algorithm.HmacSHA256).
		AddQueryParam("limit", reflect.ValueOf(1)).
		AddHeaderParam("X-Sdk-Date", "20060102T150405Z").
		Build()
	if _, err := keys.authenticate(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	const want = "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=x-sdk-date, " +
		"Signature=5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624"
	if got := r.GetHeaderParams()["Authorization"]; got != want {
		t.Errorf("Authorization:\n got %s\nwant %s", got, want)
	}
}
