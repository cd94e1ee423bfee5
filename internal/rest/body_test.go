package rest

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

func TestReadError(t *testing.T) {
	type want struct{ code, message, requestID string }
	for _, tc := range []struct {
		body string
		want
	}{
		{`{"error_msg":"no"}`, want{"", "no", ""}},
		{`{"error_code":"COC.1","error_msg":null}`, want{"COC.1", "", ""}},
		{`{"error_code":0,"error_msg":"no"}`, want{"0", "no", ""}},
		{`{"error_code":9007199254740993,"error_msg":"no"}`, want{"9007199254740993", "no", ""}},
		{"\ufeff" + `{"error_code":"COC.1","error_msg":"no","request_id":"r"}`, want{"COC.1", "no", "r"}},
		{`{"error":{"code":"IAM.1","message":"no","title":"x"}}`, want{"IAM.1", "no", ""}},
		{`{"code":"X.1","message":"no"}`, want{"X.1", "no", ""}},
		{`{"code":"X.1","error_code":"COC.1"}`, want{"COC.1", "", ""}},
		{`{"error_code":{"a":1},"error_msg":"no","request_id":{"a":1}}`, want{"", "no", ""}},
		{`{"status":400,"error":"Bad Request"}`, want{"", `{"status":400,"error":"Bad Request"}`, ""}},
		{`{"message":"<b> & more","request_id":"r"}`, want{"", "<b> & more", "r"}},
		{`"limit is\nmalformed"`, want{"", "limit is malformed", ""}},
		{`{"error_code":"COC.1","error_msg":"` + strings.Repeat("x", 300) + `"}`, want{"COC.1", strings.Repeat("x", 200) + "…", ""}},
		{"\ufeff" + `"limit"`, want{"", "limit", ""}},
		{"404 page not found", want{"", "404 page not found", ""}},
		{"\ufeff", want{}},
	} {
		var got want
		if got.code, got.message, got.requestID = readError([]byte(tc.body)); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.body, got, tc.want)
		}
	}
}

// The service's ID of a request is in the header of COC or of IAM, or in the body. It is printable, without a secret and not long.
func TestRequestIDs(t *testing.T) {
	body := coctest.Answer(403, "application/json", `{"error_msg":"no","request_id":"from-body"}`)
	for _, tc := range []struct{ name, value, want string }{
		{"X-Request-Id", "", "from-body"},
		{"X-Request-Id", "from-header", "from-header"},
		{"X-Iam-Trace-Id", "trace", "trace"},
		{"X-Request-Id", "id " + testKeys.SecretKey + "\x1b", "id ***?"},
		{"X-Request-Id", strings.Repeat("x", 300), strings.Repeat("x", 200) + "…"},
	} {
		var logged string
		e := emulatorWithFault(func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
			w.Header().Del("X-Request-Id")
			w.Header().Set(tc.name, tc.value)
			body(w, r, nil)
		})
		_, _, err := getPage(t.Context(), newClient(t, e, func(config *Config) {
			config.OnAttempt = func(_ context.Context, a Attempt) { logged = a.RequestID }
		}))
		var got *Error
		if !errors.As(err, &got) || got.RequestID != tc.want || logged != tc.want {
			t.Errorf("got %v, logged %q, want the id %q", err, logged, tc.want)
		}
	}
}

// No more than 64 KiB are read of the body of a refusal.
func TestErrorBodyIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var read int64
		e := emulatorWithFault(func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
			w.WriteHeader(http.StatusBadRequest)
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, strings.Repeat("x", 1<<10))
			}
		})
		_, _, err := getPage(t.Context(), newClient(t, e, func(config *Config) {
			config.OnAttempt = func(_ context.Context, a Attempt) { read = a.Bytes }
		}))
		wantError(t, err, BadRequest, 1, "400 Bad Request: "+strings.Repeat("x", 200)+"…")
		if read != 64<<10 {
			t.Errorf("read %d bytes, want %d", read, 64<<10)
		}
	})
}

// An *Error of the read callback is that of Get. Any other is about the form of the body. If JSON ends early, and the body is not
// empty, the request is sent again.
func TestReadCallbackThatFails(t *testing.T) {
	cause := errors.New("the page is larger than 64 MiB")
	const another, form = `200 OK: content type "application/json", `, ": the answer is not JSON of the documented form: "
	for _, tc := range []struct {
		body     string
		err      error
		kind     Kind
		attempts int
		want     string
	}{
		{"{}", fmt.Errorf("x: %w", &Error{Kind: Server, Code: "COC.1", Message: "no"}), Server, 1, "200 OK: COC.1: no"},
		{"{}", &Error{Err: cause}, Other, 1, "200 OK: the page is larger than 64 MiB"},
		{"{}", errors.New("data[3].id: x"), Malformed, 1, another + `a body that begins with "{}"` + form + "data[3].id: x"},
		{`{"a`, io.ErrUnexpectedEOF, Malformed, 3, another + `a body that begins with "{\"a"` + form + "unexpected EOF"},
		{"", io.ErrUnexpectedEOF, Malformed, 1, another + "an empty body" + form + "unexpected EOF"},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := emulatorWithFault(coctest.JSON(tc.body))
			_, err := newClient(t, e, retries(2)).Get(t.Context(), onePage, func(body io.Reader) error {
				if err := readAll(body); err != nil {
					return err
				}
				return tc.err
			})
			wantError(t, err, tc.kind, tc.attempts, tc.want)
			if n := len(e.Requests()); n != tc.attempts || tc.kind == Other && !errors.Is(err, cause) {
				t.Errorf("%d requests, want %d: %v", n, tc.attempts, err)
			}
		})
	}
}

// oddKeys hold characters that are escaped in JSON, HTML or a URL.
var oddKeys = coctest.Keys{
	AccessKey: "A/CESS+KEY&ID=1", SecretKey: "se/c&r+t=k'ey/of=40&qzxwvjkp", SecurityToken: "to+ken/with=signs&more+of/them==",
}

// A service may repeat a secret that it was sent, anywhere in its answer and escaped. It is then neither in the error nor in the log.
func TestNoSecretInAnError(t *testing.T) {
	answer := coctest.Answer
	places := map[string]func(string) coctest.Fault{
		"code": func(s string) coctest.Fault { return coctest.Error(403, s, "x") },
		"message": func(s string) coctest.Fault {
			return answer(403, "application/json", `{"error_msg":"key `+s+` is bad"}`)
		},
		"body": func(s string) coctest.Fault { return answer(403, "text/plain", s) },
		"200":  func(s string) coctest.Fault { return answer(200, "text/plain", s) },
		"success": func(s string) coctest.Fault {
			return coctest.JSON(`{"error_code":"` + s + `","error_msg":"` + s + `"}`)
		},
		"target": func(s string) coctest.Fault { return coctest.Redirect(302, "https://example.com/"+s) },
		"type":   func(s string) coctest.Fault { return answer(200, s, "x") },
		"id":     func(s string) coctest.Fault { return coctest.Error(403, "x", "y", "X-Request-Id", s) },
		"body id": func(s string) coctest.Fault {
			return func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
				w.Header().Del("X-Request-Id")
				answer(403, "application/json", `{"error_msg":"x","request_id":"`+s+`"}`)(w, r, nil)
			}
		},
	}
	forms := map[string]func(string) string{ // TestRedact has more
		"plain":  func(s string) string { return s },
		"middle": func(s string) string { return s[2 : len(s)-2] },
		"URL":    url.QueryEscape,
		"HTML":   html.EscapeString,
		"JSON":   strings.NewReplacer("/", `\/`, "&", `\u0026`, "=", `\u003D`, "'", `\u0027`).Replace,
	}
	for place, fault := range places {
		for form, escape := range forms {
			for name, secret := range map[string]func(*http.Request) string{
				"access key":     func(*http.Request) string { return oddKeys.AccessKey },
				"secret key":     func(*http.Request) string { return oddKeys.SecretKey },
				"security token": func(*http.Request) string { return oddKeys.SecurityToken },
				"signature": func(r *http.Request) string {
					_, signature, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
					return signature
				},
			} {
				var sent, logged string
				e := emulatorWithFault(func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
					sent = secret(r)
					fault(escape(sent))(w, r, nil)
				})
				_, _, err := getPage(t.Context(), newClient(t, e, func(config *Config) {
					config.Signer = newSigner(oddKeys)
					config.OnAttempt = func(_ context.Context, a Attempt) { logged = fmt.Sprint(a.RequestID, a.Err) }
				}))
				text := fmt.Sprint(err)
				plain := html.UnescapeString(unescape(html.UnescapeString(unescape(text + logged))))
				// An error shows neither query nor fragment of a redirect's target.
				hidden := place == "target" || strings.Contains(text, "***") || strings.Contains(text, withheld)
				if err == nil || !hidden || newSecrets([]string{sent}).hide(plain) != plain {
					t.Errorf("got %s, logged %s, want no %s in %s, in %s form", text, logged, name, place, form)
				}
			}
		}
	}
}
