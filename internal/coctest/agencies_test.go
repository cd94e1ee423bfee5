package coctest

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var ownKeys = Keys{AccessKey: "OWN", SecretKey: "own-secret"}

// withAgencies returns an emulator of three accounts: each has an agency that trusts the one before. The first one trusts the
// account of ownKeys, and so does an identity provider's.
func withAgencies() *Emulator {
	e := New(ownKeys, Rows(3)...)
	e.accepted.DomainID = "d0"
	e.accepted.Token = "token"
	e.accepted.Accounts = []Account{
		{DomainID: "d1", Name: "one", Agencies: []Agency{{Name: "ops", TrustedDomainID: "d0"}, {Name: "pipeline", TrustedDomainID: "d7"}}},
		{DomainID: "d2", Name: "two", Agencies: []Agency{{Name: "ops", TrustedDomainID: "d1"}}},
	}
	e.accepted.IdentityProviders = []IdentityProvider{{ID: "idp", DomainID: "d7", IDTokens: []string{"old.id.token", "new.id.token"}}}
	return e
}

// call is one request.
type call struct {
	path, body string
	keys       Keys // none for a call that is not signed
	header     map[string]string
	sent       string // the body that is sent in place of the one that was signed
	method     string // POST if it is empty
}

func (c call) request() *http.Request {
	r := httptest.NewRequest(cmp.Or(c.method, http.MethodPost), "https://iam.example.com"+c.path, strings.NewReader(c.body))
	if c.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range c.header {
		r.Header.Set(name, value)
	}
	if c.keys.AccessKey != "" {
		sign(r, c.keys, time.Now())
	}
	r.Body = io.NopCloser(strings.NewReader(cmp.Or(c.sent, c.body))) // the signature has read the one before
	return r
}

func (c call) do(e *Emulator) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	e.ServeHTTP(w, c.request())
	return w
}

// sign signs a request by the algorithm that Verify checks. TestVerifyCoversTheBody holds both to a published form.
func sign(r *http.Request, k Keys, now time.Time) {
	date := now.UTC().Format(dateLayout)
	r.Header.Set("X-Sdk-Date", date)
	names := []string{"x-sdk-date"}
	if k.SecurityToken != "" {
		r.Header.Set("X-Security-Token", k.SecurityToken)
		names = []string{"x-sdk-date", "x-security-token"}
	}
	canonical, err := canonicalRequest(r, names)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(k.SecretKey))
	mac.Write([]byte(algorithm + "\n" + date + "\n" + hex.EncodeToString(sum[:])))
	r.Header.Set("Authorization", fmt.Sprintf("%s Access=%s, SignedHeaders=%s, Signature=%x", algorithm, k.AccessKey, strings.Join(names, ";"), mac.Sum(nil)))
}

func named(account, agency string, seconds int) string {
	return fmt.Sprintf(`{"auth":{"identity":{"methods":["assume_role"],"assume_role":{"domain_name":%q,"agency_name":%q,"duration_seconds":%d}}}}`,
		account, agency, seconds)
}

func urn(domainID, agency string, seconds int) string {
	return fmt.Sprintf(`{"agency_urn":"iam::%s:agency:%s","agency_session_name":"session","duration_seconds":%d}`, domainID, agency, seconds)
}

func subject(token string, seconds int) string {
	return fmt.Sprintf(`{"auth":{"identity":{"methods":["token"],"token":{"id":%q,"duration_seconds":%d}}}}`, token, seconds)
}

const idToken = `{"auth":{"id_token":{"id":"new.id.token"}}}`

var idp = map[string]string{"X-Idp-Id": "idp"}

// handedOut reads the keys and their expiry in an answer of IAM or STS.
func handedOut(t *testing.T, w *httptest.ResponseRecorder, status int) (Keys, string) {
	t.Helper()
	var body struct {
		Credential struct {
			Access, Secret, SecurityToken string
			ExpiresAt                     string `json:"expires_at"`
		}
		Credentials struct {
			Access     string `json:"access_key_id"`
			Secret     string `json:"secret_access_key"`
			Token      string `json:"security_token"`
			Expiration string `json:"expiration"`
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != status {
		t.Fatalf("status %d, want %d, %v: %s", w.Code, status, err, w.Body)
	}
	if c := body.Credentials; c.Access != "" {
		return Keys{c.Access, c.Secret, c.Token}, c.Expiration
	}
	return Keys{body.Credential.Access, body.Credential.Secret, body.Credential.SecurityToken}, body.Credential.ExpiresAt
}

func rows(e *Emulator, keys Keys, header map[string]string) *httptest.ResponseRecorder {
	return call{path: Path, keys: keys, header: header, method: http.MethodGet}.do(e)
}

// bodyVector was computed with OpenSSL.
const bodyVector = "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=content-type;x-sdk-date, Signature=0fb423f79176c6f564838271b0d1a9a4319a4623e338036a5f6ad7b1c8bf7cbb"

func TestVerifyCoversTheBody(t *testing.T) {
	const body = `{"agency_urn":"iam::d1:agency:ops"}`
	for _, tc := range []struct{ name, body, want string }{
		{name: "as signed", body: body},
		{name: "another body", body: body + " ", want: "the signature does not match the request"},
		{name: "no body", want: "the signature does not match the request"},
	} {
		r := httptest.NewRequest(http.MethodPost, "https://sts.example.com/v5/agencies/assume", strings.NewReader(tc.body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Sdk-Date", "20060102T150405Z")
		r.Header.Set("Authorization", bodyVector)
		got := ""
		if err := vectorKeys.Verify(r, vectorTime); err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestChainOfAgencies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := withAgencies()
		e.accepted.ServedDomainID = "d2"
		begin := time.Now()
		first, expires := handedOut(t, call{path: SecurityTokensPath, keys: ownKeys, body: named("one", "ops", 86400)}.do(e), 201)
		if want := begin.Add(24 * time.Hour).UTC().Format("2006-01-02T15:04:05.000000Z"); expires != want {
			t.Errorf("expires %s, want %s", expires, want)
		}
		second, _ := handedOut(t, call{path: AssumePath, keys: first, body: urn("d2", "ops", 3600)}.do(e), 200)
		if w := rows(e, second, nil); w.Code != 200 {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
		if got := e.Issued(); !slices.Equal(got, []Keys{first, second}) {
			t.Errorf("issued %v", got)
		}
		for _, tc := range []struct {
			name string
			keys Keys
			want int
		}{
			{name: "own keys", keys: ownKeys, want: 403},
			{name: "keys of the first agency", keys: first, want: 403},
			{name: "without the security token", keys: Keys{AccessKey: second.AccessKey, SecretKey: second.SecretKey}, want: 401},
			{name: "with another's security token", keys: Keys{second.AccessKey, second.SecretKey, first.SecurityToken}, want: 401},
			{name: "with another's secret key", keys: Keys{second.AccessKey, first.SecretKey, second.SecurityToken}, want: 401},
		} {
			if w := rows(e, tc.keys, nil); w.Code != tc.want {
				t.Errorf("%s: status %d, want %d: %s", tc.name, w.Code, tc.want, w.Body)
			}
		}
		if w := rows(e, second, map[string]string{"X-Domain-Id": "d0"}); w.Code != 403 {
			t.Errorf("with another account's X-Domain-Id: status %d", w.Code)
		}
		if w := rows(e, second, map[string]string{"X-Domain-Id": "d2"}); w.Code != 200 {
			t.Errorf("with its own X-Domain-Id: status %d", w.Code)
		}
		var by []string
		for _, r := range e.Requests()[:4] {
			by = append(by, r.Account+"/"+r.Agency)
		}
		if want := []string{"d0/", "d1/ops", "d2/ops", "d0/"}; !slices.Equal(by, want) {
			t.Errorf("signed by %v, want %v", by, want)
		}
		time.Sleep(time.Hour - time.Nanosecond)
		if w := rows(e, second, nil); w.Code != 200 {
			t.Errorf("just before the expiry: status %d", w.Code)
		}
		time.Sleep(time.Nanosecond)
		w := rows(e, second, nil)
		if w.Code != 401 || !strings.Contains(w.Body.String(), "the keys expired at "+begin.Add(time.Hour).UTC().Format("2006-01-02T15:04:05")) {
			t.Errorf("at the expiry: status %d: %s", w.Code, w.Body)
		}
	})
}

func TestKeysForAnIDToken(t *testing.T) {
	e := withAgencies()
	w := call{path: IDTokensPath, header: idp, body: idToken}.do(e)
	token := w.Header().Get("X-Subject-Token")
	if w.Code != 201 || token == "" || !slices.Equal(e.SubjectTokens(), []string{token}) || strings.Contains(w.Body.String(), token) {
		t.Fatalf("status %d, token %q of %v: %s", w.Code, token, e.SubjectTokens(), w.Body)
	}
	keys, _ := handedOut(t, call{path: SecurityTokensPath, body: subject(token, 900)}.do(e), 201)
	agency, _ := handedOut(t, call{path: AssumePath, keys: keys, body: urn("d1", "pipeline", 900)}.do(e), 200)
	e.accepted.ServedDomainID = "d1"
	if w := rows(e, agency, nil); w.Code != 200 {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	if w := rows(e, keys, nil); w.Code != 403 {
		t.Errorf("with the keys before the agency's: status %d", w.Code)
	}
}

// The emulator's clock decides about signatures and expiry, and tells the time in every answer.
func TestSkew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, skew := range []time.Duration{15 * time.Minute, -15 * time.Minute} {
			e := withAgencies()
			e.Skew = skew
			w := call{path: SecurityTokensPath, keys: ownKeys, body: named("one", "ops", 900)}.do(e)
			keys, expires := handedOut(t, w, 201)
			if want := time.Now().Add(skew + 15*time.Minute).UTC().Format(expiryLayout); expires != want {
				t.Errorf("expires %s, want %s", expires, want)
			}
			if got, want := w.Header().Get("Date"), time.Now().Add(skew).UTC().Format(http.TimeFormat); got != want {
				t.Errorf("Date %s, want %s", got, want)
			}
			if w := rows(e, keys, nil); w.Code != 200 {
				t.Errorf("status %d: %s", w.Code, w.Body)
			}
			e.Skew += skew / 900 // a second
			if w := (call{path: SecurityTokensPath, keys: ownKeys, body: named("one", "ops", 900)}).do(e); w.Code != 401 {
				t.Errorf("more than 15 minutes: status %d", w.Code)
			}
		}
	})
}

func TestKeyCallsThatAreRefused(t *testing.T) {
	good := call{path: SecurityTokensPath, keys: ownKeys, body: named("one", "ops", 900)}
	byID := call{path: AssumePath, keys: ownKeys, body: urn("d1", "ops", 900)}
	oidc := call{path: IDTokensPath, header: idp, body: idToken}
	tampered, unsigned := good, good
	tampered.sent, unsigned.keys = named("one", "ops", 901), Keys{}
	with := func(c call, body string) call { c.body = body; return c }
	by := func(c call, keys Keys) call { c.keys = keys; return c }
	header := func(c call, name, value string) call {
		c.header = map[string]string{"X-Idp-Id": c.header["X-Idp-Id"], name: value}
		if c.header["X-Idp-Id"] == "" {
			delete(c.header, "X-Idp-Id")
		}
		return c
	}
	temporary := Keys{AccessKey: "the keys of the agency in account one"}
	for _, tc := range []struct {
		name   string
		call   call
		status int
		want   string // in the body; empty for a success
	}{
		{name: "by name", call: good, status: 201},
		{name: "a charset", call: header(good, "Content-Type", "application/json;charset=UTF-8"), status: 201},
		{name: "the longest by name", call: with(good, named("one", "ops", 86400)), status: 201},
		{name: "the longest by name with temporary keys", call: by(with(good, named("two", "ops", 86400)), temporary), status: 201},
		{name: "by ID", call: byID, status: 200},
		{name: "the longest by ID", call: with(byID, urn("d1", "ops", 43200)), status: 200},
		{name: "the longest by ID with temporary keys", call: by(with(byID, urn("d2", "ops", 3600)), temporary), status: 200},
		{name: "an ID token", call: oidc, status: 201},
		{name: "a signed IAM token by name", call: header(unsigned, "X-Auth-Token", "token"), status: 201},

		{name: "a body changed after signing", call: tampered, status: 401, want: "the signature does not match the request"},
		{name: "not signed", call: unsigned, status: 401, want: "want one Authorization header, got 0"},
		{name: "another secret key", call: by(good, Keys{AccessKey: "OWN", SecretKey: "other"}), status: 401, want: "the signature does not match"},
		{name: "a token and a signature", call: header(good, "X-Auth-Token", "token"), status: 401, want: "a token and a signature at once"},
		{name: "a token for STS", call: header(by(byID, Keys{}), "X-Auth-Token", "token"), status: 400, want: "STS takes signed calls alone"},
		{name: "GET", call: call{path: AssumePath, method: http.MethodGet, keys: ownKeys}, status: 405, want: "method GET"},
		{name: "a parameter", call: call{path: AssumePath + "?a=b", keys: ownKeys, body: urn("d1", "ops", 900)}, status: 400, want: "no parameters"},
		{name: "a content type", call: header(good, "Content-Type", "text/plain"), status: 400, want: "the Content-Type is not application/json"},
		{name: "a project ID", call: header(good, "X-Project-Id", "p"), status: 400, want: "X-Project-Id belongs"},
		{name: "a domain ID", call: header(byID, "X-Domain-Id", "d0"), status: 400, want: "X-Domain-Id belongs"},
		{name: "an identity provider", call: header(byID, "X-Idp-Id", "idp"), status: 400, want: "X-Idp-Id belongs"},

		{name: "another account's agency", call: by(good, temporary), status: 403, want: "does not trust the account"},
		{name: "another account's agency by ID", call: with(byID, urn("d2", "ops", 900)), status: 403, want: "does not trust the account"},
		{name: "no such account", call: with(good, named("three", "ops", 900)), status: 403, want: "does not exist"},
		{name: "no such agency", call: with(good, named("one", "dev", 900)), status: 403, want: "does not exist"},

		{name: "too short", call: with(good, named("one", "ops", 899)), status: 400, want: "not between 900 and 86400: 899"},
		{name: "too long", call: with(good, named("one", "ops", 86401)), status: 400, want: "not between 900 and 86400: 86401"},
		{name: "too short by ID", call: with(byID, urn("d1", "ops", 899)), status: 400, want: "not between 900 and 43200: 899"},
		{name: "too long by ID", call: with(byID, urn("d1", "ops", 43201)), status: 400, want: "not between 900 and 43200: 43201"},
		{name: "too long by ID with temporary keys", call: by(with(byID, urn("d2", "ops", 3601)), temporary), status: 400, want: "not between 900 and 3600: 3601"},

		{name: "no JSON", call: with(good, "auth"), status: 400, want: "neither of the two bodies"},
		{name: "two values", call: with(good, good.body+good.body), status: 400, want: "neither of the two bodies"},
		{name: "no duration", call: with(good, strings.Replace(good.body, `,"duration_seconds":900`, "", 1)), status: 400, want: "a member is missing or not known"},
		{name: "one more member", call: with(good, strings.Replace(good.body, `"domain_name"`, `"domain_id":"d1","domain_name"`, 1)), status: 400, want: "a member is missing or not known"},
		{name: "another case", call: with(good, strings.Replace(good.body, `"auth"`, `"Auth"`, 1)), status: 400, want: "a member is missing or not known"},
		{name: "a duration as a text", call: with(good, strings.Replace(good.body, `900`, `"900"`, 1)), status: 400, want: "cannot unmarshal string"},
		{name: "two methods", call: with(good, strings.Replace(good.body, `"assume_role"]`, `"assume_role","token"]`, 1)), status: 400, want: "neither of the two bodies"},
		{name: "no session name", call: with(byID, strings.Replace(byID.body, `"agency_session_name":"session",`, "", 1)), status: 400, want: "a member is missing or not known"},
		{name: "a session name of 1", call: with(byID, strings.Replace(byID.body, `"session"`, `"s"`, 1)), status: 400, want: "not 2 to 128 characters: 1"},
		{name: "a session name of 2", call: with(byID, strings.Replace(byID.body, `"session"`, `"se"`, 1)), status: 200},
		{name: "a session name of 128", call: with(byID, strings.Replace(byID.body, `"session"`, `"`+strings.Repeat("s", 128)+`"`, 1)), status: 200},
		{name: "a session name of 129", call: with(byID, strings.Replace(byID.body, `"session"`, `"`+strings.Repeat("s", 129)+`"`, 1)), status: 400, want: "not 2 to 128 characters: 129"},
		{name: "a URN of another service", call: with(byID, strings.Replace(byID.body, "iam::", "sts::", 1)), status: 400, want: "not of the form"},
		{name: "a URN without an account", call: with(byID, strings.Replace(byID.body, "::d1:", ":::", 1)), status: 400, want: "not of the form"},
		{name: "a URN with a region", call: with(byID, strings.Replace(byID.body, "::d1:", ":cn-north-4:d1:", 1)), status: 400, want: "not of the form"},
		{name: "a URN without a name", call: with(byID, strings.Replace(byID.body, ":ops", ":", 1)), status: 400, want: "not of the form"},

		{name: "an ID token of nobody", call: with(oidc, `{"auth":{"id_token":{"id":"other"}}}`), status: 401, want: "no identity provider of this name"},
		{name: "an ID token without a provider", call: call{path: IDTokensPath, body: idToken}, status: 401, want: "no identity provider of this name"},
		{name: "another provider", call: header(oidc, "X-Idp-Id", "idp2"), status: 401, want: "no identity provider of this name"},
		{name: "a signed ID token", call: by(oidc, ownKeys), status: 400, want: "has the header Authorization"},
		{name: "an ID token with a token", call: header(oidc, "X-Auth-Token", "token"), status: 400, want: "has the header X-Auth-Token"},
		{name: "an ID token with one more member", call: with(oidc, `{"auth":{"id_token":{"id":"new.id.token","scope":{}}}}`), status: 400, want: "a member is missing or not known"},
		{name: "an IAM token of nobody", call: call{path: SecurityTokensPath, body: subject("other", 900)}, status: 401, want: "no such IAM token"},
		{name: "a signed IAM token", call: call{path: SecurityTokensPath, keys: ownKeys, body: subject("other", 900)}, status: 400, want: "has the header Authorization"},
		{name: "an IAM token for too long", call: call{path: SecurityTokensPath, body: subject("other", 86401)}, status: 400, want: "not between 900 and 86400: 86401"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := withAgencies()
			if tc.call.keys == temporary {
				tc.call.keys, _ = handedOut(t, good.do(e), 201)
			}
			before := len(e.Issued()) + len(e.SubjectTokens())
			w := tc.call.do(e)
			if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.want) {
				t.Errorf("status %d: %s\nwant %d with %q", w.Code, w.Body, tc.status, tc.want)
			}
			requests := e.Requests()
			refused := requests[len(requests)-1].Refused
			if (refused != "") != (tc.want != "") {
				t.Errorf("the log says %q", refused)
			}
			if issued := len(e.Issued()) + len(e.SubjectTokens()) - before; (issued == 0) != (tc.want != "") {
				t.Errorf("%d keys or tokens were handed out", issued)
			}
			if iam := tc.call.path == SecurityTokensPath || tc.call.path == IDTokensPath; tc.want != "" && strings.Contains(w.Body.String(), `"error":{"code":`) != iam {
				t.Errorf("the error has not the form of its service: %s", w.Body)
			}
		})
	}
}

// A fault stands in the place of an answer, and no keys are handed out behind it.
func TestFaultOnAKeyCall(t *testing.T) {
	e := withAgencies()
	e.Fault(OnPath(AssumePath, FirstTries(0, 1)), Error(http.StatusServiceUnavailable, "STS.1", "busy"))
	c := call{path: AssumePath, keys: ownKeys, body: urn("d1", "ops", 900)}
	if w := c.do(e); w.Code != 503 || len(e.Issued()) != 0 {
		t.Errorf("status %d, issued %v", w.Code, e.Issued())
	}
	if w := c.do(e); w.Code != 200 || len(e.Issued()) != 1 {
		t.Errorf("status %d, issued %v", w.Code, e.Issued())
	}
	if r := e.Requests()[1]; r.Try != 2 || r.Body != c.body || r.Path != AssumePath {
		t.Errorf("the log has try %d of %s with %s", r.Try, r.Path, r.Body)
	}
}
