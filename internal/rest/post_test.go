package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// keyPost is a request for keys, as for IAM.
var keyPost = Request{
	Method: http.MethodPost, Path: "/v3.0/keys", Header: map[string]string{"X-Idp-Id": "idp"},
	Body: []byte(`{"auth":"<&>"}`), Secret: true, What: "keys",
}

func readAll(body io.Reader) error {
	_, err := io.Copy(io.Discard, body)
	return err
}

// A POST arrives with its body and headers, which the signature covers. Each attempt sends them afresh, and is signed afresh. The
// callback gets the headers of the answer.
func TestPost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen, dates []string
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			raw, _ := io.ReadAll(r.Body)
			seen = append(seen, fmt.Sprintf("%s %s %s %s %d %s",
				r.Method, r.URL, r.Header.Get("Content-Type"), r.Header.Get("X-Idp-Id"), r.ContentLength, raw))
			dates = append(dates, r.Header.Get("X-Sdk-Date"))
			r.Body = io.NopCloser(strings.NewReader(string(raw)))
			if err := testKeys.Verify(r, time.Now()); err != nil {
				t.Error(err)
			}
			wantSignedHeaders(t, r.Header, "x-idp-id;x-sdk-date;x-security-token")
			r.Body = io.NopCloser(strings.NewReader(string(raw) + " "))
			if testKeys.Verify(r, time.Now()) == nil {
				t.Error("the signature does not cover the body")
			}
			if len(seen) < 3 {
				w.WriteHeader(http.StatusServiceUnavailable)
				time.Sleep(2 * time.Second) // so that the next date differs
				return
			}
			w.Header().Set("X-Subject-Token", "subject")
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, "answer")
		})
		var token, answer string
		_, err := newClient(t, handler).Do(t.Context(), keyPost, func(header http.Header, body io.Reader) error {
			token = header.Get("X-Subject-Token")
			raw, err := io.ReadAll(body)
			answer = string(raw)
			return err
		})
		if err != nil || token != "subject" || answer != "answer" {
			t.Errorf("got the token %q, the answer %q, %v, want subject and answer", token, answer, err)
		}
		const want = `POST https://coc.example.com/v3.0/keys application/json;charset=UTF-8 idp 14 {"auth":"<&>"}`
		if !slices.Equal(seen, []string{want, want, want}) {
			t.Errorf("sent\n%s\nwant three times\n%s", strings.Join(seen, "\n"), want)
		}
		if slices.Sort(dates); len(slices.Compact(dates)) != 3 {
			t.Errorf("signed at %v, want three dates", dates)
		}
	})
}

// A POST succeeds with 200 and 201, a GET with 200 only.
func TestSuccessStatuses(t *testing.T) {
	for request, want := range map[string]bool{
		"GET 200": true, "GET 201": false, "POST 200": true, "POST 201": true, "POST 202": false, "POST 204": false,
	} {
		method, text, _ := strings.Cut(request, " ")
		status, _ := strconv.Atoi(text)
		called := false
		client := newClient(t, emulatorWithFault(coctest.Answer(status, "application/json", "{}")))
		_, err := client.Get(t.Context(), Request{Method: method, Path: "/v1/x"}, func(io.Reader) error {
			called = true
			return nil
		})
		if called != want || (err == nil) != want {
			t.Errorf("%s: got called %t, %v, want %t", request, called, err, want)
		}
	}
}

// An error of a request whose answer holds secrets quotes nothing of it, except a refusal's code and request ID.
//
// Fault: keys cut short.
func TestSecretAnswersAreNotQuoted(t *testing.T) {
	const secret = "NEWSECRETKEY"
	const form = "the answer is not JSON of the documented form"
	for name, tc := range map[string]struct {
		fault coctest.Fault
		read  error
		want  string
	}{
		"a refusal":    {coctest.Error(403, "IAM.0011", secret), nil, "403 Forbidden: IAM.0011 (request id ID)"},
		"a redirect":   {coctest.Redirect(302, "https://example.com/"+secret), nil, "302 Found: redirects are not followed (request id ID)"},
		"another form": {coctest.Answer(201, secret, secret), errors.New("no " + secret), "201 Created: " + form + " (request id ID)"},
		"a failure":    {coctest.JSON(secret), &Error{Kind: Server, Code: "X.1", Message: secret}, "200 OK: X.1 (request id ID)"},
		"cut off": {
			coctest.CutOff(9), nil, "200 OK: the answer was cut off after 9 bytes: unexpected EOF (request id ID), after 3 attempts",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fault := func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
					w.Header().Set("X-Request-Id", "ID")
					applied(tc.fault, coctest.JSON(secret+secret))(w, r, nil)
				}
				var logged []string
				_, err := newClient(t, emulatorWithFault(fault), retries(2), func(config *Config) {
					config.OnAttempt = func(_ context.Context, a Attempt) {
						logged = append(logged, fmt.Sprintf("%+v", a))
						if a.Request.Body != nil || a.Request.Header != nil {
							t.Errorf("logged %+v, want no headers and no body", a.Request)
						}
					}
				}).Do(t.Context(), keyPost, func(_ http.Header, body io.Reader) error {
					if err := readAll(body); err != nil {
						return err
					}
					return tc.read
				})
				want, all := "reading keys from https://coc.example.com: "+tc.want, fmt.Sprint(logged)
				if fmt.Sprint(err) != want || strings.Contains(all, secret) {
					t.Errorf("got  %v\nwant %s\nand no secret in the log %s", err, want, all)
				}
			})
		})
	}
}

// A signer that renews its keys may take longer than an attempt, and its request is not sent again for that. It ends with the context.
func TestSigningTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys, coctest.Rows(3)...)
		client := newClient(t, e, func(config *Config) {
			config.Signer = signerFunc(func(ctx context.Context, r *request.DefaultHttpRequest) ([]string, error) {
				select {
				case <-time.After(5 * time.Minute):
				case <-ctx.Done():
					return nil, context.Cause(ctx)
				}
				return newSigner(testKeys).Sign(ctx, r)
			})
		})
		started := time.Now()
		rows, _, err := getPage(t.Context(), client)
		if took := time.Since(started); err != nil || rows != 3 || took != 5*time.Minute || len(e.Requests()) != 1 {
			t.Errorf("got %d rows after %s, %v, want 3 after 5 minutes", rows, took, err)
		}
		stop := errors.New("stop")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, stop)
		defer cancel()
		if _, _, err := getPage(ctx, client); !errors.Is(err, stop) {
			t.Errorf("got %v, want %v", err, stop)
		}
	})
}
