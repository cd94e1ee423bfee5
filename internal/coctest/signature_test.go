package coctest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// The published vector of the official SDK (core/auth/signer/signer_test.go), whose signer this verifier must agree with.
const vector = "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=x-sdk-date, " +
	"Signature=5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624"

// projectVector is the signature of the same request with X-Project-Id "project" as a second signed header. It was computed with
// OpenSSL.
const projectVector = "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=x-project-id;x-sdk-date, " +
	"Signature=a75c60a1bace687bd5582241fbe85ac44a18bbdedfab50730c30cf51fd18966c"

func vectorRequest() *http.Request {
	r := httptest.NewRequest(http.MethodGet, "https://example.huaweicloud.com/path?limit=1", nil)
	r.Header.Set("X-Sdk-Date", "20060102T150405Z")
	r.Header.Set("Authorization", vector)
	return r
}

var (
	vectorKeys = Keys{AccessKey: "AccessKey", SecretKey: "SecretKey"}
	vectorTime = time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC)
)

func TestVerifyThePublishedVector(t *testing.T) {
	for _, now := range []time.Time{vectorTime, vectorTime.Add(maxSkew), vectorTime.Add(-maxSkew)} {
		if err := vectorKeys.Verify(vectorRequest(), now); err != nil {
			t.Errorf("at %s: %v", now, err)
		}
	}
}

// The vendor's Terraform provider signs first and adds X-Project-Id afterwards. The gateway verifies the headers in SignedHeaders
// and takes such a request.
func TestVerifyAcceptsAHeaderAddedAfterSigning(t *testing.T) {
	r := vectorRequest()
	r.Header.Set("X-Project-Id", "added-after-signing")
	if err := vectorKeys.Verify(r, vectorTime); err != nil {
		t.Error(err)
	}
}

func TestVerifyCoversEverySignedHeader(t *testing.T) {
	r := vectorRequest()
	signedProject("project")(r)
	if err := vectorKeys.Verify(r, vectorTime); err != nil {
		t.Error(err)
	}
}

// signedProject signs the request with the X-Project-Id "project" and then sets the header to value.
func signedProject(value string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("X-Project-Id", value)
		r.Header.Set("Authorization", projectVector)
	}
}

func TestVerifyRefuses(t *testing.T) {
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, tc := range map[string]struct {
		tamper func(*http.Request)
		keys   Keys
		at     time.Duration
		want   string
	}{
		"another access key":      {keys: Keys{AccessKey: "Other", SecretKey: "SecretKey"}, want: "no such access key"},
		"another secret key":      {keys: Keys{AccessKey: "AccessKey", SecretKey: "Other"}, want: "does not match"},
		"a missing token":         {keys: Keys{"AccessKey", "SecretKey", "token"}, want: "security token does not belong"},
		"a token nobody asked":    {tamper: header("X-Security-Token", "token"), want: "security token does not belong"},
		"a stale date":            {at: maxSkew + time.Second, want: "15m1s away"},
		"a date to come":          {at: -maxSkew - time.Second, want: "-15m1s away"},
		"another date":            {tamper: header("X-Sdk-Date", "20060102T150406Z"), want: "does not match"},
		"no date":                 {tamper: func(r *http.Request) { r.Header.Del("X-Sdk-Date") }, want: "X-Sdk-Date"},
		"a tampered query":        {tamper: func(r *http.Request) { r.URL.RawQuery = "limit=2" }, want: "does not match"},
		"an added parameter":      {tamper: func(r *http.Request) { r.URL.RawQuery += "&offset=0" }, want: "does not match"},
		"another path":            {tamper: func(r *http.Request) { r.URL.Path = "/paths" }, want: "does not match"},
		"another method":          {tamper: func(r *http.Request) { r.Method = http.MethodDelete }, want: "does not match"},
		"an unsigned date":        {tamper: header("Authorization", strings.Replace(vector, "=x-sdk-date", "=host", 1)), want: "X-Sdk-Date is not signed"},
		"a changed header":        {tamper: signedProject("another"), want: "does not match"},
		"no authorization":        {tamper: func(r *http.Request) { r.Header.Del("Authorization") }, want: "want one Authorization"},
		"two authorizations":      {tamper: func(r *http.Request) { r.Header.Add("Authorization", vector) }, want: "want one Authorization"},
		"another algorithm":       {tamper: header("Authorization", strings.Replace(vector, "HMAC", "ECDSA", 1)), want: "is not SDK-HMAC"},
		"a missing signature":     {tamper: header("Authorization", strings.Split(vector, ", Sig")[0]), want: "three parts"},
		"an empty signature":      {tamper: header("Authorization", vector[:strings.Index(vector, "5a2c")]), want: "lacks Signature"},
		"a signed header missing": {tamper: header("Authorization", strings.Replace(vector, "=x-sdk-date", "=x-a;x-sdk-date", 1)), want: "comes 0 times"},
		"unsorted headers":        {tamper: header("Authorization", strings.Replace(vector, "=x-sdk-date", "=x-sdk-date;a", 1)), want: "not sorted"},
	} {
		t.Run(name, func(t *testing.T) {
			r, keys := vectorRequest(), tc.keys
			if keys == (Keys{}) {
				keys = vectorKeys
			}
			if tc.tamper != nil {
				tc.tamper(r)
			}
			err := keys.Verify(r, vectorTime.Add(tc.at))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want an error with %q", err, tc.want)
			}
		})
	}
}
