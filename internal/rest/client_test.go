package rest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

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
	if c.Endpoint() != "https://coc.example.com/gate%20way/coc/" {
		t.Errorf("the endpoint is %s", c.Endpoint())
	}
}

// The signature covers every X-* header of a request. It covers no other header, since proxies may change those.
func TestSignedHeaders(t *testing.T) {
	for _, tc := range []struct {
		name              string
		keys              coctest.Keys
		project, domain   string
		wantSignedHeaders string
	}{
		{name: "all headers", keys: testKeys, project: "project", domain: "domain", wantSignedHeaders: "x-domain-id;x-project-id;x-sdk-date;x-security-token"},
		{name: "permanent keys", keys: coctest.Keys{AccessKey: "ACCESS", SecretKey: "secret"}, wantSignedHeaders: "x-sdk-date"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := coctest.New(tc.keys, coctest.Rows(1)...)
			if _, _, err := getPage(t.Context(), newClient(t, e, func(config *Config) {
				config.Signer, config.ProjectID, config.DomainID = newSigner(t, tc.keys), tc.project, tc.domain
			})); err != nil {
				t.Fatal(err)
			}
			header := e.Requests()[0].Header
			_, rest, _ := strings.Cut(header.Get("Authorization"), "SignedHeaders=")
			signed, _, _ := strings.Cut(rest, ",")
			if signed != tc.wantSignedHeaders {
				t.Errorf("SignedHeaders are %s, want %s", signed, tc.wantSignedHeaders)
			}
			for name := range header {
				if name = strings.ToLower(name); strings.HasPrefix(name, "x-") && !slices.Contains(strings.Split(signed, ";"), name) {
					t.Errorf("%s is not signed", name)
				}
			}
		})
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
			_, err := newClient(t, check).Get(t.Context(), Request{Path: "/v1/x", Query: query}, func(io.Reader) (int, error) { return 0, nil })
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

func TestRefusedCredentials(t *testing.T) {
	for name, tc := range map[string]struct {
		keys coctest.Keys
		want string
	}{
		"wrong secret key": {keys: coctest.Keys{AccessKey: testKeys.AccessKey, SecretKey: "other", SecurityToken: testKeys.SecurityToken}, want: "does not match"},
		"no such key":      {keys: coctest.Keys{AccessKey: "other", SecretKey: "other"}, want: "no such access key"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := getPage(t.Context(), newClient(t, coctest.New(tc.keys, coctest.Rows(1)...)))
			var got *Error
			if !errors.As(err, &got) || !strings.Contains(got.Message, tc.want) {
				t.Fatalf("got %v", err)
			}
			got.Message = ""
			want := &Error{What: "a page", Endpoint: "https://coc.example.com", Status: 401, Code: "APIGW.0301", RequestID: "emulated-0001", Attempts: 1}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(Error{})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// roundTripper is a function as http.RoundTripper.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// The service refuses a request whose signed date is more than 15 minutes off.
func TestStaleDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys)
		c := newClient(t, nil, func(config *Config) {
			config.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
				time.Sleep(16 * time.Minute)
				return coctest.Transport{Handler: e}.RoundTrip(r.WithContext(context.WithoutCancel(r.Context())))
			})
		})
		_, _, err := getPage(t.Context(), c)
		var got *Error
		if !errors.As(err, &got) || got.Status != http.StatusUnauthorized || !strings.Contains(got.Message, "16m0s away") {
			t.Errorf("got %v", err)
		}
	})
}

func TestTamperedQuery(t *testing.T) {
	e := coctest.New(testKeys)
	tamper := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "limit=100", "limit=1", 1)
		e.ServeHTTP(w, r)
	})
	_, _, err := getPage(t.Context(), newClient(t, tamper))
	var got *Error
	if !errors.As(err, &got) || got.Status != http.StatusUnauthorized || !strings.Contains(got.Message, "does not match") {
		t.Errorf("got %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	signer, transport := newSigner(t, testKeys), coctest.Transport{}
	for want, config := range map[string]Config{
		`endpoint: http is accepted for a loopback address only, use https, got "http://example.com"`: {Endpoint: "http://example.com", Signer: signer, Transport: transport},
		"signer: none given":       {Endpoint: "https://example.com", Transport: transport},
		"transport: none given":    {Endpoint: "https://example.com", Signer: signer},
		"max retries: less than 0": {Endpoint: "https://example.com", Signer: signer, Transport: transport, MaxRetries: -1},
	} {
		if _, err := New(config); err == nil || err.Error() != want {
			t.Errorf("want %s, got %v", want, err)
		}
	}
}

// A signer that fails is called again only if its error is passing. The secrets that it returns are in no error.
func TestSignerThatFails(t *testing.T) {
	for name, tc := range map[string]struct {
		err      error
		attempts int
	}{
		"for good":     {err: errors.New("no key abcdefgh"), attempts: 1},
		"for a moment": {err: passingError{errors.New("no key abcdefgh")}, attempts: 3},
		"not passing":  {err: passingError{}, attempts: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := coctest.New(testKeys)
				_, _, err := getPage(t.Context(), newClient(t, e, retries(2), func(config *Config) {
					config.Signer = failingSigner{err: tc.err, secrets: []string{"abcdefgh"}}
				}))
				var got *Error
				if !errors.Is(err, ErrCredentials) || !errors.Is(err, tc.err) || !errors.As(err, &got) || got.Attempts != tc.attempts {
					t.Errorf("got %v", err)
				}
				if strings.Contains(err.Error(), "abcdefgh") || len(e.Requests()) != 0 {
					t.Errorf("got %v after %d requests", err, len(e.Requests()))
				}
			})
		})
	}
}

// passingError is a signer's error. It is passing if it wraps another error.
type passingError struct{ error }

func (e passingError) Error() string   { return "cannot sign" }
func (e passingError) Retryable() bool { return e.error != nil }

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
