package rest

import (
	"context"
	"encoding/json"
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
	for body, want := range map[string]struct{ code, message, requestID string }{
		`{"error_code":"COC.1","error_msg":"no"}`:                                     {code: "COC.1", message: "no"},
		`{"error_msg":"no"}`:                                                          {message: "no"},
		`{"error_code":"COC.1","error_msg":null}`:                                     {code: "COC.1"},
		`{"error_msg":"throttled","error_code":"APIG.0308","request_id":"a1b2"}`:      {code: "APIG.0308", message: "throttled", requestID: "a1b2"},
		`{"error_code":7}`:                                                            {code: "7"},
		`{"error_code":0,"error_msg":"no"}`:                                           {code: "0", message: "no"},
		`{"error_code":9007199254740993,"error_msg":"no"}`:                            {code: "9007199254740993", message: "no"},
		"\ufeff" + `{"error_code":"COC.1","error_msg":"no","request_id":"r"}`:         {code: "COC.1", message: "no", requestID: "r"},
		`{"error":{"code":"IAM.1","message":"no","title":"x"}}`:                       {code: "IAM.1", message: "no"},
		`{"code":"X.1","message":"no"}`:                                               {code: "X.1", message: "no"},
		`{"code":"X.1","error_code":"COC.1"}`:                                         {code: "COC.1"},
		`{"error":{"code":401,"message":"no"}}`:                                       {code: "401", message: "no"},
		`{"error_code":"COC.1","error_msg":"no","error":"Bad Request"}`:               {code: "COC.1", message: "no"},
		`{"error_code":"COC.1","error_msg":"no","request_id":{"a":1}}`:                {code: "COC.1", message: "no"},
		`{"error_code":{"a":1},"error_msg":"no"}`:                                     {message: "no"},
		`{"status":400,"error":"Bad Request"}`:                                        {message: `{"error":"Bad Request","status":400}`},
		`{"message":"MIIE\/abc\u003d is bad","id":9007199254740993,"request_id":"r"}`: {message: `{"id":9007199254740993,"message":"MIIE/abc= is bad","request_id":"r"}`, requestID: "r"},
		`{"message":"<b> & more"}`:                                                    {message: `{"message":"<b> & more"}`},
		`"limit is\nmalformed"`:                                                       {message: "limit is malformed"},
		"\ufeff" + `"limit"`:                                                          {message: "limit"},
		`{"error_code":"COC.1","error_msg":"` + strings.Repeat("x", 300) + `"}`:       {code: "COC.1", message: strings.Repeat("x", 200) + "…"},
		`{"error_code":"` + strings.Repeat("x", 300) + `"}`:                           {code: strings.Repeat("x", 200) + "…"},
		`{"error_code":"COC.1","error_msg":"a lone \ud800 and ` + "\xff" + `"}`:       {code: "COC.1", message: "a lone ? and ?"},
		"404 page not found":                                                          {message: "404 page not found"},
		"<html>\nno</html>":                                                           {message: "<html> no</html>"},
		"[]":                                                                          {message: "[]"},
		"null":                                                                        {message: "null"},
		"\ufeff":                                                                      {},
		"":                                                                            {},
	} {
		if code, message, id := readError([]byte(body)); code != want.code || message != want.message || id != want.requestID {
			t.Errorf("%s: got %q, %q, %q", body, code, message, id)
		}
	}
}

// The API gateway may send its request ID in the body instead of a header.
func TestRequestIDInTheBody(t *testing.T) {
	for name, tc := range map[string]struct{ header, want string }{
		"no header": {header: "", want: "from-body"},
		"two of it": {header: "from-header", want: "from-header"},
	} {
		t.Run(name, func(t *testing.T) {
			var logged string
			e := emulatorWithFault(func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
				w.Header().Del("X-Request-Id")
				if tc.header != "" {
					w.Header().Set("X-Request-Id", tc.header)
				}
				coctest.Answer(403, "application/json", `{"error_msg":"no","error_code":"APIGW.0302","request_id":"from-body"}`)(w, r, nil)
			})
			_, _, err := getPage(t.Context(), newClient(t, e, func(config *Config) {
				config.OnAttempt = func(_ context.Context, a Attempt) { logged = a.RequestID }
			}))
			var got *Error
			if !errors.As(err, &got) || got.RequestID != tc.want || logged != tc.want {
				t.Errorf("want %s, logged %s: %v", tc.want, logged, err)
			}
		})
	}
}

// No more than 64 KiB are read of the body of a refusal.
func TestErrorBodyIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var read int64
		e := emulatorWithFault(func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
			w.WriteHeader(http.StatusBadRequest)
			for range 10 << 10 { // 10 MiB
				if _, err := io.WriteString(w, strings.Repeat("x", 1<<10)); err != nil || r.Context().Err() != nil {
					return
				}
			}
		})
		_, _, err := getPage(t.Context(), newClient(t, e, func(config *Config) {
			config.OnAttempt = func(_ context.Context, a Attempt) { read = a.Bytes }
		}))
		want := "400 Bad Request: " + strings.Repeat("x", 200) + "… (request id"
		if err == nil || !strings.Contains(err.Error(), want) || read != 64<<10 {
			t.Errorf("%d bytes were read: %v", read, err)
		}
	})
}

// The error of the read callback is in the error of Get.
func TestReadCallbackThatFails(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want string
		is   error
	}{
		"a service error": {err: fmt.Errorf("x: %w", &ServiceError{Code: "COC.1", Message: "no"}), want: "200 OK: COC.1: no (request id emulated-0001)"},
		"too large":       {err: fmt.Errorf("x: %w", ErrTooLarge), want: "200 OK: the page is larger than 64 MiB (request id", is: ErrTooLarge},
		"another form":    {err: errors.New("data[3].id: want an integer"), want: "the answer is not JSON of the documented form: data[3].id: want an integer (request id", is: ErrMalformed},
	} {
		e := coctest.New(testKeys, coctest.Rows(3)...)
		_, err := newClient(t, e).Get(t.Context(), onePage, func(io.Reader) (int, error) { return 0, tc.err })
		if err == nil || !strings.Contains(err.Error(), tc.want) || tc.is != nil && !errors.Is(err, tc.is) || len(e.Requests()) != 1 {
			t.Errorf("%s: got %v after %d requests", name, err, len(e.Requests()))
		}
	}
	if got := (&ServiceError{Code: "COC.1", Message: "no"}).Error(); got != "COC.1: no" {
		t.Errorf("got %s", got)
	}
}

// A request is sent again if the JSON of its body ends early. It is not sent again if the body is empty.
func TestBodyThatEndsEarly(t *testing.T) {
	for body, want := range map[string]int{`{"data":[`: 3, "": 1} {
		synctest.Test(t, func(t *testing.T) {
			e := emulatorWithFault(coctest.JSON(body))
			_, err := newClient(t, e, retries(2)).Get(t.Context(), onePage, func(body io.Reader) (int, error) {
				_, err := io.Copy(io.Discard, body)
				return 0, errors.Join(err, io.ErrUnexpectedEOF)
			})
			if n := len(e.Requests()); !errors.Is(err, ErrMalformed) || n != want {
				t.Errorf("%q: %v after %d requests, want %d", body, err, n, want)
			}
		})
	}
}

// oddKeys hold characters that are escaped in JSON, HTML or a URL.
var oddKeys = coctest.Keys{AccessKey: "A/CESS+KEY&ID=1", SecretKey: "se/c&r+t=k'ey/of=40&qzxwvjkp", SecurityToken: "to+ken/with=signs&more+of/them=="}

// A service may repeat a secret that it was sent, anywhere in its answer and escaped in many ways. The secret is then neither in the
// error nor in the log.
func TestNoSecretInAnError(t *testing.T) {
	answers := map[string]func(string) coctest.Fault{
		"message": func(s string) coctest.Fault { return coctest.Error(403, "X", "key "+s+" is bad") },
		"code":    func(s string) coctest.Fault { return coctest.Error(403, s, "x") },
		"body":    func(s string) coctest.Fault { return coctest.Answer(403, "text/plain", s) },
		"raw":     func(s string) coctest.Fault { return coctest.Answer(403, "application/json", `{"error_msg":"`+s+`"}`) },
		"string":  func(s string) coctest.Fault { return coctest.Answer(400, "application/json", `"`+s+`"`) },
		"200":     func(s string) coctest.Fault { return coctest.Answer(200, "text/plain", s) },
		"field":   func(s string) coctest.Fault { return coctest.JSON(`{"data":"` + s + `"}`) },
		"success": func(s string) coctest.Fault {
			return coctest.JSON(`{"error_code":"` + s + `","error_msg":"` + s + `"}`)
		},
		"target": func(s string) coctest.Fault { return coctest.Redirect(302, "https://example.com/"+s) },
		"type":   func(s string) coctest.Fault { return coctest.Answer(200, s, "x") },
		"id":     func(s string) coctest.Fault { return coctest.Error(403, "x", "y", "X-Request-Id", s) },
		"body id": func(s string) coctest.Fault {
			return func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
				w.Header().Del("X-Request-Id")
				coctest.Answer(403, "application/json", `{"error_msg":"x","request_id":"`+s+`"}`)(w, r, nil)
			}
		},
	}
	forms := map[string]func(string) string{
		"plain":    func(s string) string { return s },
		"URL":      url.QueryEscape,
		"URL path": url.PathEscape,
		"URL, lower": func(s string) string {
			return strings.NewReplacer("%2F", "%2f", "%2B", "%2b", "%3D", "%3d").Replace(url.QueryEscape(s))
		},
		"HTML":         html.EscapeString,
		"HTML, number": strings.NewReplacer("/", "&#x2F;", "+", "&#x2B;", "=", "&#61;", "&", "&#38;", "'", "&#x27;").Replace,
		"JSON":         func(s string) string { return strings.Trim(mustJSON(s), `"`) },
		"JSON, Java":   strings.NewReplacer("/", `\/`, "&", `\u0026`, "=", `\u003D`, "'", `\u0027`).Replace,
		"JSON in JSON": func(s string) string { return strings.Trim(mustJSON(strings.Trim(mustJSON(s), `"`)), `"`) },
	}
	// leaks tells whether a text holds eight consecutive characters of a secret, before or after it is unescaped.
	leaks := func(text, secret string) bool {
		path, err := url.PathUnescape(text)
		if err != nil {
			path = text
		}
		for _, form := range []string{text, path, html.UnescapeString(text), strings.NewReplacer(`\/`, "/", `\u0026`, "&", `\u003d`, "=", `\u003D`, "=", `\u0027`, "'").Replace(strings.ReplaceAll(text, `\\`, `\`))} {
			for i := range len(secret) - 7 {
				if strings.Contains(form, secret[i:i+8]) {
					return true
				}
			}
		}
		return false
	}
	for place, answer := range answers {
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
					answer(escape(sent))(w, r, nil)
				})
				_, _, err := getPage(t.Context(), newClient(t, e, func(config *Config) {
					config.Signer = newSigner(t, oddKeys)
					config.OnAttempt = func(_ context.Context, a Attempt) { logged = fmt.Sprint(a.RequestID, a.Err) }
				}))
				if err == nil || leaks(err.Error(), sent) || leaks(logged, sent) {
					t.Errorf("%s in %s, %s form: %v, logged %s", name, place, form, err, logged)
				}
				if place != "target" && !strings.Contains(fmt.Sprint(err), "***") { // an error shows neither query nor fragment of a redirect's target
					t.Errorf("%s in %s, %s form: nothing was taken out of %v", name, place, form, err)
				}
			}
		}
	}
}

// A secret in the request ID of a successful request is neither logged nor returned.
func TestNoSecretInARequestID(t *testing.T) {
	for _, secret := range []string{testKeys.AccessKey, testKeys.SecretKey, testKeys.SecurityToken} {
		var logged []string
		e := emulatorWithFault(func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
			w.Header().Set("X-Request-Id", "id "+secret+"\x1b")
			answer(w, r)
		})
		_, id, err := getPage(t.Context(), newClient(t, e, func(config *Config) {
			config.OnAttempt = func(_ context.Context, a Attempt) { logged = append(logged, a.RequestID) }
		}))
		if err != nil || len(logged) != 1 || logged[0] != "id ***" || id != "id ***" {
			t.Errorf("logged %q, returned %q, %v", logged, id, err)
		}
		if _, id, err := getPage(t.Context(), newClient(t, e)); err != nil || id != "id ***" {
			t.Errorf("without a log: returned %q, %v", id, err)
		}
	}
}

func mustJSON(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(raw)
}
