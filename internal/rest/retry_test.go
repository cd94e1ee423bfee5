package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// A request is sent again after retryable errors, and only after those; a redirect is not followed. The kind says what happened. A
// refusal is reported after 5 seconds, even if its body never ends.
//
// Fault: throttled, refused request, redirect, slow server, hanging refusal.
func TestRetryPolicy(t *testing.T) {
	const once, again = 1, 3 // attempts with two retries allowed
	cutError := func(n, status int) coctest.Fault {
		return applied(coctest.CutOff(n), coctest.Error(status, "COC.1", "x"))
	}
	type row struct {
		fault    coctest.Fault
		kind     Kind
		attempts int
		want     string // the end of the reason
	}
	rows := []row{
		{coctest.Reset, Broken, again, "unexpected EOF"},
		{coctest.CutOff(0), Broken, again, "200 OK: the answer was cut off after 0 bytes: unexpected EOF"},
		{coctest.CutOff(700), Broken, again, "200 OK: the answer was cut off after 700 bytes: unexpected EOF"},
		{cutError(5, 500), Server, again, `500 Internal Server Error: {"err`},
		{cutError(0, 403), Forbidden, once, "403 Forbidden: the error's body was cut off"},
		{coctest.Hang, AttemptTimeout, again, "no complete answer within 1m0s"},
		{coctest.Drip(time.Second), AttemptTimeout, again, "200 OK: no complete answer within 1m0s"},

		{unfinishedRefusal(403, `{"error_code":"X.1","error_msg":"no"}`), Forbidden, once, "403 Forbidden: X.1: no"},
		{unfinishedRefusal(403, ""), Forbidden, once, "403 Forbidden: the error's body did not arrive within 5s"},
		{unfinishedRefusal(503, ""), Server, again, "503 Service Unavailable: the error's body did not arrive within 5s"},
		{applied(coctest.Drip(time.Second), coctest.Answer(404, "", strings.Repeat("x", 1000))), NotFound, once, "xxx"},

		{
			coctest.Answer(200, "text/html", "<html>\x1b"), Malformed, once,
			`200 OK: content type "text/html", a body that begins with "<html>?"` +
				": the answer is not JSON of the documented form: invalid character '<' looking for beginning of value",
		},

		{
			coctest.Redirect(301, "https://user:pw@elsewhere.example.com/path?token=x#y"), Redirect, once,
			"301 Moved Permanently: redirects are not followed: this one leads to https://elsewhere.example.com/path",
		},
		{coctest.Redirect(302, "/login"), Redirect, once, "leads to https://coc.example.com/login"},
		{coctest.Redirect(302, "https://[pw"), Redirect, once, "302 Found: redirects are not followed"},
		{coctest.Redirect(308, "https://coc.example.com/v1"), Redirect, once, "leads to https://coc.example.com/v1"},
		{coctest.Answer(304, "", ""), Redirect, once, "304 Not Modified: redirects are not followed"},
	}
	for status, kind := range map[int]Kind{
		204: Server, 400: BadRequest, 401: Unauthorized, 403: Forbidden, 404: NotFound, 408: Server, 418: Server, 429: Throttled,
		500: Server, 501: Server, 502: Server, 503: Server, 504: Server, 505: Server, 599: Server,
	} {
		attempts := once
		if slices.Contains([]int{429, 500, 502, 503, 504}, status) {
			attempts = again
		}
		want := strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
		fault := coctest.Answer(status, "", "")
		if status == 403 || status == 503 {
			fault, want = coctest.Error(status, "COC.1", "a\x00b"), want+": COC.1: a?b"
		}
		rows = append(rows, row{fault, kind, attempts, want})
	}
	for _, tc := range rows {
		t.Run(tc.want, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := emulatorWithFault(tc.fault)
				started := time.Now()
				_, _, err := getPage(t.Context(), newClient(t, e, retries(again-1)))
				took, each := time.Since(started), 60*time.Second
				if tc.kind != AttemptTimeout {
					each = 5 * time.Second
				}
				wantError(t, err, tc.kind, tc.attempts, tc.want)
				text := fmt.Sprint(err)
				if !strings.HasPrefix(text, "reading a page from https://coc.example.com: ") || strings.Contains(text, "pw") ||
					strings.HasSuffix(text, ", after 3 attempts") != (tc.attempts > 1) || took > time.Duration(tc.attempts)*each+3*time.Second {
					t.Errorf("got %s after %d attempts and %s, want %s for each", text, tc.attempts, took, each)
				}
				if n := len(e.Requests()); n != tc.attempts || Retryable(err) != (tc.attempts > 1) {
					t.Errorf("got %d requests, retryable %t, want %d", n, Retryable(err), tc.attempts)
				}
				// If the fault stops after two requests, the third succeeds.
				e = coctest.New(testKeys, coctest.Rows(3)...)
				e.Fault(coctest.Number(1, 2), tc.fault)
				rows, _, err := getPage(t.Context(), newClient(t, e, retries(again-1)))
				if healed := err == nil && rows == 3; healed != (tc.attempts > 1) {
					t.Errorf("got %d rows, %v after two faults, want 3 if it is retryable", rows, err)
				}
			})
		})
	}
}

// Errors of a transport have a kind, and a text that quotes nothing that came: also where package auth asks a service itself.
//
// Fault: name server, TLS.
func TestNetworkErrors(t *testing.T) {
	const secret = "NEWSECRETKEY"
	const noHTTP = "the request could not be sent, or its answer is not HTTP"
	op := func(op string, err error) error {
		return &url.Error{Op: "Get", URL: secret, Err: &net.OpError{Op: op, Err: err}}
	}
	for _, tc := range []struct {
		name      string
		err       error
		kind      Kind
		retryable bool
		want      string // unquoted
	}{
		{"of a client", fmt.Errorf("around it: %w", &Error{Kind: Forbidden, Status: 403, Message: secret}), Forbidden, false, "403 Forbidden"},
		{"of a client, retryable", &Error{Kind: Server, Status: 503, Code: "X", retryable: true}, Server, true, "503 Service Unavailable: X"},
		{"a broken connection", fmt.Errorf("after 7 bytes: %w", io.ErrUnexpectedEOF), Broken, true, "after 7 bytes: unexpected EOF"},
		{"a reset", op("read", errors.New("reset")), Broken, true, "read: reset"},
		{"a refused connection", op("dial", errors.New("refused")), Unreachable, true, "dial: refused"},
		{"no such proxy", op("proxyconnect", &net.DNSError{IsNotFound: true}), ProxyUnreachable, false, "the proxy cannot be reached: lookup : "},
		{"an unknown host", op("dial", &net.DNSError{Err: "x", IsNotFound: true}), UnknownHost, false, "unknown host: dial: lookup : x"},
		{"a name server's failure", op("dial", &net.DNSError{Err: "x", IsTemporary: true}), Unreachable, true, "dial: lookup : x"},
		{"a TLS alert", op("remote error", errors.New("bad")), TLS, false, "TLS failed: remote error: bad"},
		{"a TLS version", errors.New("tls: no version"), TLS, false, "TLS failed: tls: no version"},
		{"neither TLS nor HTTP", tls.RecordHeaderError{Msg: "SSH"}, NotTLS, false, "the endpoint does not speak TLS: tls: SSH"},
		{
			"a certificate",
			&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, TLS, false,
			"TLS failed: tls: failed to verify certificate: x509: certificate signed by unknown authority",
		},
		{"a header with a newline", errors.New("net/http: invalid header field value " + secret), NotHTTP, false, noHTTP},
		{"what is no HTTP", errors.New("net/http: malformed HTTP response " + secret), NotHTTP, true, noHTTP},
		{"the end of HTTP/2", errors.New("http2: server sent GOAWAY, debug=" + secret), NotHTTP, true, noHTTP},
	} {
		if kind := asError(tc.err).Kind; kind != tc.kind || Retryable(tc.err) != tc.retryable || Unquoted(tc.err) != tc.want {
			t.Errorf("%s: got kind %d, retryable %t, %s\nwant kind %d, retryable %t, %s",
				tc.name, kind, Retryable(tc.err), Unquoted(tc.err), tc.kind, tc.retryable, tc.want)
		}
	}
}

// The waits grow from 0.5 s to 30 s, each jittered by half.
//
// Fault: throttled.
func TestRetryWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := emulatorWithFault(coctest.Error(503, "", ""))
		_, _, err := getPage(t.Context(), newClient(t, e, retries(60)))
		requests := e.Requests()
		if err == nil || len(requests) != 61 {
			t.Fatalf("got %d requests, %v, want 61 and an error", len(requests), err)
		}
		lengths := map[time.Duration]bool{}
		for i := range 60 {
			middle := min(.5*float64(uint64(1)<<i), 30)
			wait := requests[i+1].At.Sub(requests[i].At)
			lengths[wait] = true
			if seconds := wait.Seconds(); seconds < middle/2 || seconds > middle*1.5+.001 {
				t.Errorf("wait %d is %.2f s, want about %.1f", i, seconds, middle)
			}
		}
		if len(lengths) < 20 {
			t.Errorf("60 waits have %d lengths, want more: clients would come back all at once", len(lengths))
		}
	})
}

func TestRetryAfter(t *testing.T) {
	const usual = -1
	for value, want := range map[string]time.Duration{
		"7": 7 * time.Second, "60": time.Minute, "9999999999999999": time.Minute,
		"": usual, "0": usual, "-5": usual, "soon": usual, "99999999999999999999": usual, "-9223372036854775807": usual,
		"date 20s": 20 * time.Second, "date 24h": time.Minute, "date -1h": usual,
	} {
		t.Run(value, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if distance, err := time.ParseDuration(strings.TrimPrefix(value, "date ")); err == nil && strings.HasPrefix(value, "date") {
					value = time.Now().Add(distance).UTC().Format(http.TimeFormat)
				}
				e := coctest.New(testKeys)
				e.Fault(coctest.Number(1), coctest.Error(429, "APIG.0308", "throttled", "Retry-After", value))
				started := time.Now()
				if _, _, err := getPage(t.Context(), newClient(t, e)); err != nil {
					t.Fatal(err)
				}
				got := e.Requests()[1].At.Sub(started)
				if got != want && (want != usual || got < 250*time.Millisecond || got > 751*time.Millisecond) {
					t.Errorf("waited %s, want %s", got, want)
				}
			})
		})
	}
}

// unfinishedRefusal sends a status and the beginning of a body, and then hangs.
func unfinishedRefusal(status int, begin string) coctest.Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		w.WriteHeader(status)
		if begin != "" {
			_, _ = w.Write([]byte(begin))
		}
		<-r.Context().Done()
	}
}

// A request ends as soon as the caller cancels it, whatever it waits for and however long that is. The error also says how the last
// attempt failed.
//
// Fault: slow server.
func TestCancel(t *testing.T) {
	const refused = "stop; before that: reading a page from https://coc.example.com: "
	for _, tc := range []struct {
		name  string
		fault coctest.Fault
		after time.Duration
		want  string // the beginning
	}{
		{"in a request", coctest.Hang, 450 * time.Millisecond, "stop"},
		{"in a body", coctest.Drip(time.Second), 10 * time.Second, "stop"},
		{"in a refusal's body", unfinishedRefusal(403, ""), time.Second, "stop"},
		{"in a backoff", coctest.Error(503, "", ""), 200 * time.Millisecond, refused + "503 Service Unavailable"},
		{"after the backoff library's limit", coctest.Error(503, "", ""), 20 * time.Minute, refused + "503 Service Unavailable"},
		{"in a Retry-After", coctest.Error(429, "", "", "Retry-After", "60"), 30 * time.Second, refused + "429 Too Many Requests"},
		{"in the second request", coctest.Hang, 62 * time.Second, refused + "no complete answer within 1m0s"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stop := errors.New("stop")
				ctx, cancel := context.WithCancelCause(t.Context())
				started := time.Now()
				time.AfterFunc(tc.after, func() { cancel(stop) })
				_, _, err := getPage(ctx, newClient(t, emulatorWithFault(tc.fault), retries(1000)))
				text, took := fmt.Sprint(err), time.Since(started)
				failed := errors.As(err, new(*Error))
				if !errors.Is(err, stop) || took != tc.after || !strings.HasPrefix(text, tc.want) || failed == (text == "stop") {
					t.Errorf("got %v after %s, want %s after %s", err, took, tc.want, tc.after)
				}
			})
		})
	}
}

// OnAttempt is called once for each attempt.
func TestOnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		e := coctest.New(testKeys, coctest.Rows(3)...)
		e.Latency = 20 * time.Millisecond
		e.Fault(coctest.Number(1), coctest.Error(503, "COC.1", "x"))
		_, _, err := getPage(t.Context(), newClient(t, e, func(config *Config) {
			config.OnAttempt = func(_ context.Context, a Attempt) {
				got = append(got, fmt.Sprintf("%s?%s attempt %d status %d bytes %d took %s id %s err %v",
					a.Request.Path, a.Request.Query.Encode(), a.Number, a.Status, a.Bytes, a.Duration, a.RequestID, a.Err))
			}
		}))
		const path = "/v1/executions/instances?limit=100&offset=0 "
		want := []string{
			path + "attempt 1 status 503 bytes 38 took 20ms id emulated-0001 err reading a page from https://coc.example.com: " +
				"503 Service Unavailable: COC.1: x (request id emulated-0001)",
			path + fmt.Sprintf("attempt 2 status 200 bytes %d took 20ms id emulated-0002 err <nil>", len(e.Body(100, 0))),
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
	})
}
