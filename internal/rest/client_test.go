package rest

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// The signature covers every X-* header of a request, and no other: proxies may change those.
func TestGet(t *testing.T) {
	e := coctest.New(testKeys, coctest.Rows(3)...)
	e.BasePath = "/gate way/coc"
	c := newClient(t, e, func(config *Config) {
		config.Endpoint = "https://coc.example.com/gate%20way/coc/"
		config.ProjectID, config.DomainID = "project", "domain"
	})
	rows, id, err := getPage(t.Context(), c)
	if err != nil || rows != 3 || id != "emulated-0001" {
		t.Fatalf("%d rows, id %q, %v", rows, id, err)
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
	_, after, _ := strings.Cut(requests[0].Header.Get("Authorization"), "SignedHeaders=")
	if signed, _, _ := strings.Cut(after, ","); signed != "x-domain-id;x-project-id;x-sdk-date;x-security-token" {
		t.Errorf("SignedHeaders are %s", signed)
	}
	if c.Endpoint() != "https://coc.example.com/gate%20way/coc/" {
		t.Errorf("the endpoint is %s", c.Endpoint())
	}
}

// Query parameters arrive unchanged, and the signature covers them. A name with several values arrives once for each value.
func TestQuery(t *testing.T) {
	for name, query := range map[string]url.Values{
		"a name given twice":   {"status": {"Failed", "Abnormal"}, "limit": {"100"}},
		"another order":        {"status": {"b", "a", "a"}},
		"what must be escaped": {"a b": {"+", "ü&=/%2F"}, "c": {"d e"}},
		"an empty value":       {"name": {""}, "other": {"", "x"}},
		"a name without value": {"name": {}, "other": {"x"}},
		"nothing":              nil,
	} {
		t.Run(name, func(t *testing.T) {
			var got url.Values
			check := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = r.URL.Query()
				if err := testKeys.Verify(r, time.Now()); err != nil {
					http.Error(w, err.Error(), http.StatusUnauthorized)
				}
			})
			_, err := newClient(t, check).Get(t.Context(), Request{Path: "/v1/x", Query: query}, func(io.Reader) error { return nil })
			want := url.Values{}
			for name, values := range query {
				if len(values) > 0 {
					want[name] = values
				}
			}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	signer, transport := newSigner(t, testKeys), coctest.Transport{}
	for want, config := range map[string]Config{
		`endpoint: http is accepted for a loopback address only, use https, got "http://example.com"`: {
			Endpoint: "http://example.com", Signer: signer, Transport: transport,
		},
		"max retries: less than 0": {Endpoint: "https://example.com", Signer: signer, Transport: transport, MaxRetries: -1},
	} {
		if _, err := New(config); err == nil || err.Error() != want {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}

// A signer that fails is called again only if its error is retryable. The secrets that it returns are in no error.
func TestSignerThatFails(t *testing.T) {
	for _, tc := range []struct {
		err      error
		attempts int
		want     string
	}{
		{errors.New("no key abcdefgh"), 1, "no valid credentials: no key ***"},
		{retryableError{errors.New("no key abcdefgh")}, 3, "no valid credentials: cannot sign"},
		{retryableError{}, 1, "no valid credentials: cannot sign"},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := coctest.New(testKeys)
			_, _, err := getPage(t.Context(), newClient(t, e, retries(2), func(config *Config) {
				config.Signer = failingSigner{err: tc.err, secrets: []string{"abcdefgh"}}
			}))
			wantError(t, err, Credentials, tc.attempts, tc.want)
			if !errors.Is(err, tc.err) || len(e.Requests()) != 0 {
				t.Errorf("got %v after %d requests, want one of %v and no request", err, len(e.Requests()), tc.err)
			}
		})
	}
}

// retryableError is a signer's error. It is retryable if it wraps another error.
type retryableError struct{ error }

func (e retryableError) Error() string   { return "cannot sign" }
func (e retryableError) Retryable() bool { return e.error != nil }

// FuzzSignature: the emulator verifies signatures by the published algorithm, and accepts those of the official SDK. A path and a
// query value arrive unchanged.
func FuzzSignature(f *testing.F) {
	f.Add("EXS2025062314121901000001", "", "/v1/executions/instances", "project")
	f.Add("a b+c/d=e&f", "/base/päth", "/v1/executions/a b?c", "")
	f.Add("%2F", "/a%20b//c", "/{x}/%2F", "p")
	f.Add("~", "/..", "/a;b,c#d", "!")
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
		req, _, err := c.sign(t.Context(), Request{Path: path, Query: url.Values{"execution_step_id": {value}, "limit": {"100"}}})
		if err != nil {
			t.Fatal(err)
		}
		in := httptest.NewRequest(req.Method, req.URL.String(), nil)
		in.Header = req.Header
		if err := testKeys.Verify(in, time.Now()); err != nil {
			t.Fatalf("%s: %v", req.URL, err)
		}
		if got := in.URL.Query().Get("execution_step_id"); got != value {
			t.Fatalf("value %q arrives as %q", value, got)
		}
		if in.URL.Path != u.Path+path {
			t.Fatalf("path %q arrives as %q", u.Path+path, in.URL.Path)
		}
	})
}
