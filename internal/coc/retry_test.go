package coc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// listOnce reads an emulator of 3 rows, one page at a time and without latency, in virtual time.
func listOnce(t *testing.T, ctx context.Context, e *coctest.Emulator, edits ...func(*Config)) (*ExecutionInstances, error) {
	t.Helper()
	edits = append([]func(*Config){func(config *Config) { config.PagesInFlight = 1 }}, edits...)
	return newClient(t, e, edits...).ListExecutionInstances(ctx, ListExecutionInstancesParams{})
}

// The policy: what another attempt may heal is tried again, what it cannot is not.
func TestRetryPolicy(t *testing.T) {
	const once, again = 1, 3 // attempts with two retries allowed
	for name, tc := range map[string]struct {
		fault    coctest.Fault
		attempts int
		want     string
	}{
		"400":                   {coctest.Error(400, "COC.00010002", "invalid parameter"), once, "400 Bad Request: COC.00010002: invalid parameter"},
		"401":                   {coctest.Error(401, "common.01010001", "token missing"), once, "401 Unauthorized: common.01010001: token missing"},
		"403":                   {coctest.Error(403, "APIGW.0302", "not allowed"), once, "403 Forbidden: APIGW.0302: not allowed"},
		"404":                   {coctest.Error(404, "APIGW.0101", "no such API"), once, "404 Not Found: APIGW.0101"},
		"408":                   {coctest.Error(408, "", ""), once, "408 Request Timeout"},
		"418, HTML":             {coctest.Answer(418, "text/html", "<b>no\x00</b>"), once, "418 I'm a teapot: <b>no?</b>"},
		"429":                   {coctest.Error(429, "APIG.0308", "throttled"), again, "429 Too Many Requests: APIG.0308: throttled"},
		"500":                   {coctest.Error(500, "COC.00040701", "internal error"), again, "500 Internal Server Error: COC.00040701"},
		"501":                   {coctest.Error(501, "", ""), once, "501 Not Implemented"},
		"502, HTML":             {coctest.Answer(502, "text/html", "<html>bad gateway"), again, "502 Bad Gateway: <html>bad gateway"},
		"503, no body":          {coctest.Answer(503, "", ""), again, "503 Service Unavailable"},
		"504":                   {coctest.Error(504, "APIGW.0201", "backend timeout"), again, "504 Gateway Timeout: APIGW.0201"},
		"599":                   {coctest.Answer(599, "", ""), once, "599"},
		"connection broken":     {coctest.Reset, again, "unexpected EOF"},
		"cut off at once":       {coctest.CutOff(0), again, "200 OK: the answer was cut off after 0 bytes: unexpected EOF"},
		"cut off in the middle": {coctest.CutOff(700), again, "200 OK: the answer was cut off after 700 bytes: unexpected EOF"},
		"an error cut off": {func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
			coctest.CutOff(5)(w, r, func(w http.ResponseWriter, r *http.Request) { coctest.Error(500, "COC.1", "x")(w, r, nil) })
		}, again, `500 Internal Server Error: {"err`},
		"JSON that ends early":   {coctest.JSON(`{"data":[`), again, "the answer is not a page"},
		"HTML":                   {coctest.Answer(200, "text/html", "<html>"), once, "the answer is not a page"},
		"an error_code in a 200": {coctest.JSON(`{"error_code":"COC.00040701"}`), once, "200 OK: COC.00040701"},
		"a hanging server":       {coctest.Hang, again, "no complete answer within 1m0s"},
		"a dripping server":      {coctest.Drip(time.Second), again, "200 OK: no complete answer within 1m0s"},
		"a refusal that hangs": {func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"error_code":"APIGW.0302","error_msg":"not allowed"}`))
			<-r.Context().Done()
		}, once, "403 Forbidden: APIGW.0302: not allowed"},
		"301": {coctest.Redirect(301, "https://user:pw@elsewhere.example.com/path?token=x#y"), once, "301 Moved Permanently: redirects are not followed, and this one leads to https://elsewhere.example.com/path"},
		"302": {coctest.Redirect(302, "/login"), once, "leads to https://coc.example.com/login"},
		"304": {coctest.Answer(304, "", ""), once, "304 Not Modified: redirects are not followed"},
		"307": {coctest.Redirect(307, "https://coc.example.com/v1/executions/instances"), once, "307 Temporary Redirect"},
		"308": {coctest.Redirect(308, "http://169.254.0.1/"), once, "308 Permanent Redirect"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := coctest.New(testKeys, coctest.Rows(3)...)
				e.Fault(coctest.Always, tc.fault)
				_, err := listOnce(t, t.Context(), e, func(config *Config) { config.MaxRetries = again - 1 })
				var got *Error
				if !errors.As(err, &got) || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "pw") || strings.Contains(err.Error(), "token=") {
					t.Fatalf("got %v, want %s", err, tc.want)
				}
				if n := len(e.Requests()); n != tc.attempts || got.Attempts != n {
					t.Errorf("%d requests, %d attempts told, want %d", n, got.Attempts, tc.attempts)
				}
				if tc.attempts > 1 && !strings.HasSuffix(err.Error(), ", after 3 attempts") {
					t.Errorf("the error does not tell the attempts: %v", err)
				}
				// The same, twice and then no more, is healed.
				e = coctest.New(testKeys, coctest.Rows(3)...)
				e.Fault(coctest.Number(1, 2), tc.fault)
				list, err := listOnce(t, t.Context(), e, func(config *Config) { config.MaxRetries = again - 1 })
				if healed := err == nil && len(list.Data) == 3; healed != (tc.attempts > 1) {
					t.Errorf("after two faults: %v, %v", list, err)
				}
			})
		})
	}
}

// The waits grow from 0.5 s to 30 s, each jittered by half.
func TestRetryWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys)
		e.Fault(coctest.Always, coctest.Error(503, "", ""))
		_, err := listOnce(t, t.Context(), e, func(config *Config) { config.MaxRetries = 9 })
		requests := e.Requests()
		if err == nil || len(requests) != 10 {
			t.Fatalf("%d requests, %v", len(requests), err)
		}
		for i, middle := range []float64{.5, 1, 2, 4, 8, 16, 30, 30, 30} {
			wait := requests[i+1].At.Sub(requests[i].At).Seconds()
			if wait < middle/2 || wait > middle*1.5+.001 {
				t.Errorf("wait %d is %.2f s, want about %.1f", i, wait, middle)
			}
			if a, b := requests[i].Header.Get("X-Sdk-Date"), requests[i+1].Header.Get("X-Sdk-Date"); wait > 1 && a == b {
				t.Errorf("attempt %d was not signed afresh: %s", i+1, b)
			}
		}
	})
}

func TestRetryAfter(t *testing.T) {
	date := func(d time.Duration) func() string {
		return func() string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	}
	text := func(s string) func() string { return func() string { return s } }
	const usual = -1
	for name, tc := range map[string]struct {
		value func() string
		want  time.Duration
	}{
		"a second":             {text("1"), time.Second},
		"some seconds":         {text("7"), 7 * time.Second},
		"the most":             {text("60"), time.Minute},
		"more than the most":   {text("61"), time.Minute},
		"a lot":                {text("9999999999999999"), time.Minute},
		"a date":               {date(20 * time.Second), 20 * time.Second},
		"a date far away":      {date(24 * time.Hour), time.Minute},
		"a date that is over":  {date(-time.Hour), usual},
		"nothing":              {text(""), usual},
		"no time":              {text("0"), usual},
		"less than no time":    {text("-5"), usual},
		"something else":       {text("soon"), usual},
		"more than an integer": {text("99999999999999999999"), usual},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := coctest.New(testKeys)
				e.Fault(coctest.Number(1), coctest.Error(429, "APIG.0308", "throttled", "Retry-After", tc.value()))
				started := time.Now()
				if _, err := listOnce(t, t.Context(), e); err != nil {
					t.Fatal(err)
				}
				got := e.Requests()[1].At.Sub(started)
				if got != tc.want && (tc.want != usual || got < 250*time.Millisecond || got > 750*time.Millisecond) {
					t.Errorf("waited %s, want %s", got, tc.want)
				}
			})
		})
	}
}

func TestNoRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys)
		e.Fault(coctest.Always, coctest.Error(503, "", ""))
		_, err := listOnce(t, t.Context(), e, func(config *Config) { config.MaxRetries = 0 })
		if n := len(e.Requests()); err == nil || n != 1 {
			t.Errorf("%d requests, %v", n, err)
		}
	})
}

// However the service keeps a read waiting, it ends within a second of the caller's word, or at the caller's deadline.
func TestCancel(t *testing.T) {
	for name, fault := range map[string]coctest.Fault{
		"in a request":     coctest.Hang,
		"in a body":        coctest.Drip(time.Second),
		"in a backoff":     coctest.Error(503, "", ""),
		"in a Retry-After": coctest.Error(429, "", "", "Retry-After", "60"),
		"between pages":    nil,
	} {
		for _, pages := range inFlight {
			t.Run(fmt.Sprintf("%s/%d", name, pages), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					stop := errors.New("stop")
					e := coctest.New(testKeys, coctest.Rows(5000)...)
					e.Latency = 100 * time.Millisecond
					if fault != nil {
						e.Fault(coctest.AtOffset(100), fault)
					}
					ctx, cancel := context.WithCancelCause(t.Context())
					started := time.Now()
					time.AfterFunc(450*time.Millisecond, func() { cancel(stop) })
					_, err := listOnce(t, ctx, e, func(config *Config) { config.PagesInFlight, config.MaxRetries = pages, 1000 })
					if took := time.Since(started); !errors.Is(err, stop) || took > 1450*time.Millisecond {
						t.Errorf("took %s, %v", took, err)
					}
					if sent := len(e.Requests()); name == "between pages" && sent > 6*pages {
						t.Errorf("%d requests", sent)
					}
				})
			})
		}
	}
}

// At the deadline the error tells both: that time is up, and what kept it.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := coctest.New(testKeys)
		e.Fault(coctest.Always, coctest.Error(503, "COC.00040701", "internal error"))
		const limit = 20 * time.Minute // longer than the library's own patience
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		started := time.Now()
		_, err := listOnce(t, ctx, e, func(config *Config) { config.MaxRetries = 1000 })
		var got *Error
		if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &got) || got.Code != "COC.00040701" || got.Attempts < 20 {
			t.Errorf("got %v", err)
		}
		if took := time.Since(started); took != limit {
			t.Errorf("took %s", took)
		}
	})
}

// Support gets one line a request.
func TestOnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var got []string
		e := coctest.New(testKeys, coctest.Rows(3)...)
		e.Latency = 20 * time.Millisecond
		e.Fault(coctest.Number(1), coctest.Error(503, "COC.00040701", "internal error"))
		_, err := listOnce(t, t.Context(), e, func(config *Config) {
			config.OnAttempt = func(_ context.Context, a Attempt) {
				mu.Lock()
				defer mu.Unlock()
				got = append(got, fmt.Sprintf("offset %d limit %d attempt %d status %d rows %d bytes %t took %s id %s failed %t",
					a.Offset, a.Limit, a.Number, a.Status, a.Rows, a.Bytes > 0, a.Duration, a.RequestID, a.Err != nil))
			}
		})
		want := []string{
			"offset 0 limit 100 attempt 1 status 503 rows 0 bytes true took 20ms id emulated-0001 failed true",
			"offset 0 limit 100 attempt 2 status 200 rows 3 bytes true took 20ms id emulated-0002 failed false",
			"offset 3 limit 100 attempt 1 status 200 rows 0 bytes true took 20ms id emulated-0003 failed false",
		}
		if err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%v\ngot\n%s\nwant\n%s", err, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// A service that sends back what it was sent finds no reader for it.
func TestNoSecretInAnError(t *testing.T) {
	for name, answer := range map[string]func(string) coctest.Fault{
		"message": func(s string) coctest.Fault { return coctest.Error(403, "X", s) },
		"code":    func(s string) coctest.Fault { return coctest.Error(403, s, "x") },
		"body":    func(s string) coctest.Fault { return coctest.Answer(403, "text/plain", s) },
		"200":     func(s string) coctest.Fault { return coctest.Answer(200, "text/plain", s) },
		"field":   func(s string) coctest.Fault { return coctest.JSON(`{"total":"` + s + `"}`) },
		"success": func(s string) coctest.Fault {
			return coctest.JSON(`{"error_code":"` + s + `","error_msg":"` + s + `"}`)
		},
		"target": func(s string) coctest.Fault { return coctest.Redirect(302, "https://example.com/"+s) },
		"type":   func(s string) coctest.Fault { return coctest.Answer(200, s, "x") },
		"id":     func(s string) coctest.Fault { return coctest.Error(403, "x", "y", "X-Request-Id", s) },
	} {
		for _, secret := range []string{testKeys.AccessKey, testKeys.SecretKey, testKeys.SecurityToken} {
			e := coctest.New(testKeys)
			e.Fault(coctest.Always, answer(secret))
			_, err := listOnce(t, t.Context(), e)
			if err == nil || strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %v", name, err)
			}
		}
		// The signature, too.
		e := coctest.New(testKeys)
		e.Fault(coctest.Always, func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
			signature := r.Header.Get("Authorization")
			answer(signature[strings.LastIndex(signature, "=")+1:])(w, r, nil)
		})
		_, err := listOnce(t, t.Context(), e)
		signature := e.Requests()[0].Header.Get("Authorization")
		if err == nil || strings.Contains(err.Error(), signature[strings.LastIndex(signature, "=")+1:]) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
