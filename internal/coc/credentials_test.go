package coc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer/algorithm"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
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

// servePodIdentity stands in for the agent that hands out temporary keys. They expire so soon that the SDK renews them for
// every request.
func servePodIdentity(t *testing.T, answer http.HandlerFunc) *SDKCredentials {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("pod-token"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(EnvPodIdentityURI, server.URL)
	t.Setenv(EnvPodIdentityToken, token)
	found, err := FromPodIdentity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func temporaryKeys(w http.ResponseWriter, _ *http.Request) {
	_, _ = fmt.Fprintf(w, `{"credentials":{"accessKeyId":%q,"secretAccessKey":%q,"securityToken":%q,"expiration":%q}}`,
		testKeys.AccessKey, testKeys.SecretKey, testKeys.SecurityToken, time.Now().Add(time.Minute).UTC().Format("2006-01-02T15:04:05Z"))
}

// Temporary keys are renewed while pages are in flight. The race detector watches.
func TestRenewalWhileReading(t *testing.T) {
	var renewed atomic.Int64
	found := servePodIdentity(t, func(w http.ResponseWriter, r *http.Request) {
		renewed.Add(1)
		temporaryKeys(w, r)
	})
	e := coctest.New(testKeys, coctest.Rows(2000)...)
	c := newClient(t, e, func(config *Config) { config.Credentials, config.PagesInFlight = found.Credentials, 16 })
	list, err := c.ListExecutionInstances(t.Context(), ListExecutionInstancesParams{Limit: 50})
	if err != nil || len(list.Data) != 2000 {
		t.Fatalf("%v, %v", list, err)
	}
	if got, want := renewed.Load(), int64(len(e.Requests())); got <= want/2 {
		t.Errorf("renewed %d times for %d requests", got, want)
	}
}

// A renewal that hangs holds up nobody beyond their context.
func TestRenewalThatHangs(t *testing.T) {
	var asked atomic.Int64
	release := make(chan struct{})
	found := servePodIdentity(t, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) > 1 {
			<-release
		}
		temporaryKeys(w, r)
	})
	t.Cleanup(func() { close(release) })
	e := coctest.New(testKeys, coctest.Rows(3)...)
	c := newClient(t, e, func(config *Config) { config.Credentials = found.Credentials })
	stop := errors.New("stop")
	started := time.Now()
	for range 3 { // the second and third find the first still inside
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(50*time.Millisecond, func() { cancel(stop) })
		if _, err := c.ListExecutionInstances(ctx, ListExecutionInstancesParams{}); !errors.Is(err, stop) {
			t.Errorf("got %v", err)
		}
	}
	if n := len(e.Requests()); n != 0 {
		t.Errorf("%d requests went out unsigned", n)
	}
	if took := time.Since(started); took > 5*time.Second { // the SDK's own patience ends at 10 s
		t.Errorf("took %s", took)
	}
}

// What no further attempt heals is told at once; and an error of the SDK, which repeats a whole answer, is cut to a length.
func TestRenewalThatIsRefused(t *testing.T) {
	var asked atomic.Int64
	found := servePodIdentity(t, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) > 1 {
			http.Error(w, strings.Repeat(testKeys.SecurityToken+" ", 100_000), http.StatusServiceUnavailable)
			return
		}
		temporaryKeys(w, r)
	})
	c := newClient(t, coctest.New(testKeys), func(config *Config) { config.Credentials, config.MaxRetries = found.Credentials, 0 })
	_, err := c.ListExecutionInstances(t.Context(), ListExecutionInstancesParams{})
	if err == nil || strings.Contains(err.Error(), testKeys.SecurityToken) || len(err.Error()) > 500 {
		t.Errorf("got %.600v", err)
	}
	if err := os.Remove(os.Getenv(EnvPodIdentityToken)); err != nil {
		t.Fatal(err)
	}
	c = newClient(t, coctest.New(testKeys), func(config *Config) { config.Credentials = found.Credentials })
	_, err = c.ListExecutionInstances(t.Context(), ListExecutionInstancesParams{})
	var got *Error
	if !errors.As(err, &got) || got.Attempts != 1 || !errors.Is(err, ErrCredentials) {
		t.Errorf("got %v", err)
	}
}

// A renewal that fails is tried again; one that keeps failing is told, without a panic.
func TestRenewalThatFails(t *testing.T) {
	var asked atomic.Int64
	var broken atomic.Bool
	found := servePodIdentity(t, func(w http.ResponseWriter, r *http.Request) {
		if n := asked.Add(1); n == 2 || broken.Load() {
			_, _ = fmt.Fprint(w, `{}`)
			return
		}
		temporaryKeys(w, r)
	})
	e := coctest.New(testKeys, coctest.Rows(3)...)
	c := newClient(t, e, func(config *Config) {
		config.Credentials, config.MaxRetries, config.PagesInFlight = found.Credentials, 1, 1
	})
	if list, err := c.ListExecutionInstances(t.Context(), ListExecutionInstancesParams{}); err != nil || len(list.Data) != 3 {
		t.Errorf("%v, %v", list, err)
	}
	broken.Store(true)
	_, err := c.ListExecutionInstances(t.Context(), ListExecutionInstancesParams{})
	var got *Error
	if !errors.Is(err, ErrCredentials) || !errors.As(err, &got) || got.Attempts != 2 || !strings.Contains(err.Error(), "renewing the temporary credentials") {
		t.Errorf("got %v", err)
	}
}

// An IAM token goes out instead of a signature.
func TestToken(t *testing.T) {
	e := coctest.New(coctest.Keys{}, coctest.Rows(3)...)
	e.Token = "iam-token"
	list, err := newClient(t, e, func(config *Config) { config.Credentials = Token("iam-token") }).
		ListExecutionInstances(t.Context(), ListExecutionInstancesParams{})
	if err != nil || len(list.Data) != 3 {
		t.Fatalf("%v, %v", list, err)
	}
	if h := e.Requests()[0].Header; h.Get("X-Auth-Token") != "iam-token" || h.Get("Authorization") != "" {
		t.Errorf("%v", h)
	}
	e.Fault(coctest.Always, coctest.Error(401, "common.01010001", "iam-token is invalid"))
	_, err = newClient(t, e, func(config *Config) { config.Credentials = Token("iam-token") }).
		ListExecutionInstances(t.Context(), ListExecutionInstancesParams{})
	if err == nil || strings.Contains(err.Error(), "iam-token") || !strings.Contains(err.Error(), "*** is invalid") {
		t.Errorf("got %v", err)
	}
}

// HTTPS_PROXY and NO_PROXY are read once a process, so TestMain sets them.
func TestProxies(t *testing.T) {
	for host, want := range map[string]string{"coc.example.com": "http://127.0.0.1:9", "direct.example.com": "", "127.0.0.1": ""} {
		via, err := newTransport(1).Proxy(httptest.NewRequest(http.MethodGet, "https://"+host+"/", nil))
		got := ""
		if via != nil {
			got = via.String()
		}
		if err != nil || got != want {
			t.Errorf("%s: through %q, want %q, %v", host, got, want, err)
		}
	}
}

func TestMain(m *testing.M) {
	for name, value := range map[string]string{"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "direct.example.com"} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
