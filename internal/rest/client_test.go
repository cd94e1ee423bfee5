package rest

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// The signature covers every X-* header of a request, and no other: proxies may change those.
func TestGet(t *testing.T) {
	e := coctest.New(testKeys, coctest.Rows(3)...)
	e.BasePath = "/gate way/coc"
	rows, id, err := getPage(t.Context(), newClient(t, e, func(config *Config) {
		config.Endpoint = "https://coc.example.com/gate%20way/coc/"
		config.ProjectID, config.DomainID = "project", "domain"
	}))
	if err != nil || rows != 3 || id != "emulated-0001" {
		t.Fatalf("got %d rows, the id %q, %v, want 3, emulated-0001", rows, id, err)
	}
	requests := e.Requests()
	if len(requests) != 1 || requests[0].Refused != "" || requests[0].Limit != 100 || requests[0].Offset != 0 {
		t.Fatalf("%+v", requests)
	}
	for name, want := range map[string]string{
		"X-Project-Id": "project", "X-Domain-Id": "domain", "User-Agent": "test", "Accept": "application/json",
		"X-Security-Token": testKeys.SecurityToken,
	} {
		if got := requests[0].Header.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	wantSignedHeaders(t, requests[0].Header, "x-domain-id;x-project-id;x-sdk-date;x-security-token")
}

func wantSignedHeaders(t *testing.T, header http.Header, want string) {
	t.Helper()
	_, after, _ := strings.Cut(header.Get("Authorization"), "SignedHeaders=")
	if got, _, _ := strings.Cut(after, ","); got != want {
		t.Errorf("got the signed headers %s, want %s", got, want)
	}
}

func TestNewRefuses(t *testing.T) {
	for want, config := range map[string]Config{
		`endpoint: http is accepted for a loopback address only: use https, got "http://example.com"`: {Endpoint: "http://example.com"},
		"max retries: less than 0": {Endpoint: "https://example.com", MaxRetries: -1},
	} {
		if _, err := New(config); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A signer that fails is called again only if its error is retryable. Its secrets are in no error.
func TestSignerThatFails(t *testing.T) {
	for _, tc := range []struct {
		err      error
		attempts int
	}{
		{errors.New("no key abcdefgh"), 1},
		{signerError(true), 3},
		{signerError(false), 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := coctest.New(testKeys)
			_, _, err := getPage(t.Context(), newClient(t, e, retries(2), func(config *Config) {
				config.Signer = signerFunc(func(context.Context, *request.DefaultHttpRequest) ([]string, error) {
					return []string{"abcdefgh"}, tc.err
				})
			}))
			wantError(t, err, Credentials, tc.attempts, "no valid credentials: no key ***")
			if !errors.Is(err, tc.err) || len(e.Requests()) != 0 {
				t.Errorf("got %v after %d requests, want one of %v and no request", err, len(e.Requests()), tc.err)
			}
		})
	}
}

// signerError is retryable if it is true.
type signerError bool

func (e signerError) Error() string   { return "no key abcdefgh" }
func (e signerError) Retryable() bool { return bool(e) }

// FuzzSignature: the emulator verifies signatures by the published algorithm, and accepts those of the official SDK. A path and query
// parameters arrive unchanged. A name with several values arrives once for each value.
func FuzzSignature(f *testing.F) {
	f.Add("EXS2025062314121901000001", "", "/v1/executions/instances", "project")
	f.Add("a b+c/d=e&f", "/base/päth", "/v1/executions/a b?c", "")
	f.Add("%2F", "/a%20b//c", "/{x}/%2F", "p")
	f.Add("ü&=/%2F", "/..", "/a;b,c#d", "!")
	f.Add("", "", "/", "")
	f.Fuzz(func(t *testing.T, value, base, path, project string) {
		if strings.ContainsFunc(project, func(r rune) bool { return r < '!' || r > '~' }) {
			return // the provider refuses it
		}
		u, err := ParseEndpoint("https://coc.example.com" + base)
		if err != nil || u.Host != "coc.example.com" || !strings.HasPrefix(path, "/") {
			return
		}
		c := newClient(t, nil, func(config *Config) {
			config.Endpoint, config.ProjectID = "https://coc.example.com"+base, project
		})
		query := url.Values{"status": {"b", "a", "a"}, "a b": {value}, "id": {"", value}, "limit": {"100"}}
		req, _, err := c.sign(t.Context(), Request{Path: path, Query: query})
		if err != nil {
			t.Fatal(err)
		}
		in := httptest.NewRequest(req.Method, req.URL.String(), nil)
		in.Header = req.Header
		if err := testKeys.Verify(in, time.Now()); err != nil {
			t.Fatalf("%s: %v", req.URL, err)
		}
		if diff := cmp.Diff(query, in.URL.Query()); diff != "" || in.URL.Path != u.Path+path {
			t.Fatalf("got the path %q, want %q; the query (-want +got)\n%s", in.URL.Path, u.Path+path, diff)
		}
	})
}
