package coc

import (
	"context"
	"net/http"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/global"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

var testKeys = coctest.Keys{AccessKey: "TESTACCESSKEY", SecretKey: "test-secret-key", SecurityToken: "test-security-token"}

// newClient returns a client of an emulator, without a network between them.
func newClient(t testing.TB, handler http.Handler, edits ...func(*rest.Config)) *rest.Client {
	t.Helper()
	config := rest.Config{
		Endpoint:   "https://coc.example.com",
		Signer:     keySigner(testKeys),
		UserAgent:  "test",
		MaxRetries: 5,
		Transport:  coctest.Transport{Handler: handler},
	}
	for _, edit := range edits {
		edit(&config)
	}
	client, err := rest.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// keySigner signs with the official SDK.
type keySigner coctest.Keys

func (k keySigner) Sign(_ context.Context, r *request.DefaultHttpRequest) ([]string, error) {
	keys, err := global.NewCredentialsBuilder().WithAk(k.AccessKey).WithSk(k.SecretKey).WithSecurityToken(k.SecurityToken).SafeBuild()
	if err != nil {
		return nil, err
	}
	_, err = keys.ProcessAuthRequest(nil, r)
	return []string{k.SecretKey, k.SecurityToken}, err
}

func ptr[T any](v T) *T { return &v }
