package coctest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// vector is the published one of the official SDK (core/auth/signer/signer_test.go), with whose signer Keys.Verify must
// agree.
const vector = "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=x-sdk-date, " +
	"Signature=5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624"

// bodyVector is the signature of a POST to sts.example.com. It was computed with OpenSSL.
const bodyVector = "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=content-type;x-sdk-date, " +
	"Signature=0fb423f79176c6f564838271b0d1a9a4319a4623e338036a5f6ad7b1c8bf7cbb"

var (
	vectorKeys = Keys{AccessKey: "AccessKey", SecretKey: "SecretKey"}
	vectorTime = time.Date(2006, 1, 2, 15, 4, 5, 0, time.UTC)
)

// If Verify accepts what it must not, no other test shows that, because the client signs correctly.
func TestVerify(t *testing.T) {
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, tc := range map[string]struct {
		body   string // of a POST that bodyVector signs
		tamper func(*http.Request)
		at     time.Duration
		want   string // in the error; empty if there is none
	}{
		"the published vector":         {},
		"15 minutes later":             {at: maxSkew},
		"a header added after signing": {tamper: header("X-Project-Id", "added")},
		"a body":                       {body: `{"agency_urn":"iam::d1:agency:ops"}`},
		"another body":                 {body: `{"agency_urn":"iam::d2:agency:ops"}`, want: "does not match"},
		"a stale date":                 {at: maxSkew + time.Second, want: "15m1s away"},
		"another date":                 {tamper: header("X-Sdk-Date", "20060102T150406Z"), want: "does not match"},
		"an added parameter":           {tamper: func(r *http.Request) { r.URL.RawQuery += "&offset=0" }, want: "does not match"},
		"a token nobody asked for":     {tamper: header("X-Security-Token", "token"), want: "security token does not belong"},
		"an unsigned date": {
			tamper: header("Authorization", strings.Replace(vector, "=x-sdk-date", "=host", 1)), want: "X-Sdk-Date is not signed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "https://example.huaweicloud.com/path?limit=1", nil)
			r.Header.Set("Authorization", vector)
			if tc.body != "" {
				r = httptest.NewRequest(http.MethodPost, "https://sts.example.com/v5/agencies/assume", strings.NewReader(tc.body))
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Authorization", bodyVector)
			}
			r.Header.Set("X-Sdk-Date", "20060102T150405Z")
			if tc.tamper != nil {
				tc.tamper(r)
			}
			got := ""
			if err := vectorKeys.Verify(r, vectorTime.Add(tc.at)); err != nil {
				got = err.Error()
			}
			if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
				t.Errorf("got the error %q, want %q in it", got, tc.want)
			}
		})
	}
}
