package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// A request is sent again after passing errors, and only after those.
func TestRetryPolicy(t *testing.T) {
	const once, again = 1, 3 // attempts with two retries allowed
	for name, tc := range map[string]struct {
		fault    coctest.Fault
		attempts int
		want     string
	}{
		"400":                   {fault: coctest.Error(400, "COC.00010002", "invalid parameter"), attempts: once, want: "400 Bad Request: COC.00010002: invalid parameter"},
		"401":                   {fault: coctest.Error(401, "common.01010001", "token missing"), attempts: once, want: "401 Unauthorized: common.01010001: token missing"},
		"403":                   {fault: coctest.Error(403, "APIGW.0302", "not allowed"), attempts: once, want: "403 Forbidden: APIGW.0302: not allowed"},
		"404":                   {fault: coctest.Error(404, "APIGW.0101", "no such API"), attempts: once, want: "404 Not Found: APIGW.0101: no such API"},
		"408":                   {fault: coctest.Error(408, "", ""), attempts: once, want: "408 Request Timeout"},
		"418, HTML":             {fault: coctest.Answer(418, "text/html", "<b>no\x00</b>"), attempts: once, want: "418 I'm a teapot: <b>no?</b>"},
		"429":                   {fault: coctest.Error(429, "APIG.0308", "throttled"), attempts: again, want: "429 Too Many Requests: APIG.0308: throttled"},
		"500":                   {fault: coctest.Error(500, "COC.00040701", "internal error"), attempts: again, want: "500 Internal Server Error: COC.00040701: internal error"},
		"501":                   {fault: coctest.Error(501, "", ""), attempts: once, want: "501 Not Implemented"},
		"502, HTML":             {fault: coctest.Answer(502, "text/html", "<html>bad gateway"), attempts: again, want: "502 Bad Gateway: <html>bad gateway"},
		"503, no body":          {fault: coctest.Answer(503, "", ""), attempts: again, want: "503 Service Unavailable"},
		"504":                   {fault: coctest.Error(504, "APIGW.0201", "backend timeout"), attempts: again, want: "504 Gateway Timeout: APIGW.0201: backend timeout"},
		"599":                   {fault: coctest.Answer(599, "", ""), attempts: once, want: "599"},
		"204":                   {fault: coctest.Answer(204, "", ""), attempts: once, want: "204 No Content"},
		"connection broken":     {fault: coctest.Reset, attempts: again, want: "unexpected EOF"},
		"cut off at once":       {fault: coctest.CutOff(0), attempts: again, want: "200 OK: the answer was cut off after 0 bytes: unexpected EOF"},
		"cut off in the middle": {fault: coctest.CutOff(700), attempts: again, want: "200 OK: the answer was cut off after 700 bytes: unexpected EOF"},
		"an error cut off": {fault: func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
			coctest.CutOff(5)(w, r, func(w http.ResponseWriter, r *http.Request) { coctest.Error(500, "COC.1", "x")(w, r, nil) })
		}, attempts: again, want: `500 Internal Server Error: {"err`},
		"an error cut off at once": {fault: func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
			coctest.CutOff(0)(w, r, func(w http.ResponseWriter, r *http.Request) { coctest.Error(403, "COC.1", "x")(w, r, nil) })
		}, attempts: once, want: "403 Forbidden: unexpected EOF"},
		"JSON that ends early":   {fault: coctest.JSON(`{"data":[`), attempts: again, want: `200 OK: content type "application/json", a body that begins with "{\"data\":[": the answer is not JSON of the documented form: unexpected EOF`},
		"HTML":                   {fault: coctest.Answer(200, "text/html", "<html>\x1b"), attempts: once, want: `200 OK: content type "text/html", a body that begins with "<html>?": the answer is not JSON of the documented form: invalid character '<'`},
		"no body":                {fault: coctest.JSON(""), attempts: once, want: `200 OK: content type "application/json", an empty body: the answer is not JSON of the documented form: EOF`},
		"an error_code in a 200": {fault: coctest.JSON(`{"error_code":"COC.00040701","error_msg":"internal\nerror"}`), attempts: once, want: "200 OK: COC.00040701: internal error"},
		"a hanging server":       {fault: coctest.Hang, attempts: again, want: "no complete answer within 1m0s"},
		"a dripping server":      {fault: coctest.Drip(time.Second), attempts: again, want: "200 OK: no complete answer within 1m0s"},
		"301":                    {fault: coctest.Redirect(301, "https://user:pw@elsewhere.example.com/path?token=x#y"), attempts: once, want: "301 Moved Permanently: redirects are not followed, and this one leads to https://elsewhere.example.com/path"},
		"302":                    {fault: coctest.Redirect(302, "/login"), attempts: once, want: "leads to https://coc.example.com/login"},
		"302 to nowhere":         {fault: coctest.Redirect(302, "https://[pw"), attempts: once, want: "302 Found: redirects are not followed"},
		"304":                    {fault: coctest.Answer(304, "", ""), attempts: once, want: "304 Not Modified: redirects are not followed"},
		"307":                    {fault: coctest.Redirect(307, "https://coc.example.com/v1/executions/instances"), attempts: once, want: "307 Temporary Redirect"},
		"308":                    {fault: coctest.Redirect(308, "http://127.0.0.1/"), attempts: once, want: "308 Permanent Redirect"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := emulatorWithFault(tc.fault)
				_, _, err := getPage(t.Context(), newClient(t, e, retries(again-1)))
				var got *Error
				if !errors.As(err, &got) || !strings.HasPrefix(err.Error(), "reading a page from https://coc.example.com: ") ||
					!strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "pw") || strings.Contains(err.Error(), "token=") {
					t.Fatalf("got %v, want %s", err, tc.want)
				}
				if n := len(e.Requests()); n != tc.attempts || got.Attempts != n {
					t.Errorf("%d requests, %d attempts told, want %d", n, got.Attempts, tc.attempts)
				}
				if told := strings.HasSuffix(err.Error(), ", after 3 attempts"); told != (tc.attempts > 1) {
					t.Errorf("what the error tells of the attempts is wrong: %v", err)
				}
				if Passing(err) != (tc.attempts > 1) {
					t.Errorf("Passing(%v) is %t", err, Passing(err))
				}
				// If the fault stops after two requests, the third succeeds.
				e = coctest.New(testKeys, coctest.Rows(3)...)
				e.Fault(coctest.Number(1, 2), tc.fault)
				rows, _, err := getPage(t.Context(), newClient(t, e, retries(again-1)))
				if healed := err == nil && rows == 3; healed != (tc.attempts > 1) {
					t.Errorf("after two faults: %d rows, %v", rows, err)
				}
			})
		})
	}
}

// Passing also judges errors that are not of a client, such as those of a service that hands out credentials.
func TestPassing(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want bool
	}{
		"a final error":           {err: &Error{Status: 403}, want: false},
		"one that may pass":       {err: fmt.Errorf("around it: %w", &Error{Status: 503, passing: true}), want: true},
		"a broken connection":     {err: io.ErrUnexpectedEOF, want: true},
		"an unknown host":         {err: &net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}, want: false},
		"a name server's failure": {err: &net.OpError{Op: "dial", Err: &net.DNSError{IsTemporary: true}}, want: true},
		"a TLS alert":             {err: &net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}, want: false},
		"a header with a newline": {err: errors.New(`net/http: invalid header field value for "X-Auth-Token"`), want: false},
	} {
		if got := Passing(tc.err); got != tc.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// ForEveryRequest is true for errors that any other request would meet, too.
func TestForEveryRequest(t *testing.T) {
	for name, tc := range map[string]struct {
		err  *Error
		want bool
	}{
		"401":                      {err: &Error{Status: 401}, want: true},
		"403":                      {err: &Error{Status: 403}, want: true},
		"404":                      {err: &Error{Status: 404}, want: true},
		"400":                      {err: &Error{Status: 400}, want: false},
		"503":                      {err: &Error{Status: 503, passing: true}, want: false},
		"an unreadable body":       {err: &Error{Status: 200, Err: ErrMalformed}, want: false},
		"TLS":                      {err: networkError(&net.OpError{Op: "remote error", Err: errors.New("x")}), want: true},
		"an unknown host":          {err: networkError(&net.DNSError{IsNotFound: true}), want: true},
		"a proxy that wants a key": {err: networkError(&proxyError{407}), want: true},
		"a proxy that is busy":     {err: networkError(&proxyError{502}), want: false},
		"no credentials":           {err: &Error{Err: ErrCredentials}, want: true},
		"a broken connection":      {err: networkError(io.ErrUnexpectedEOF), want: false},
	} {
		if got := tc.err.ForEveryRequest(); got != tc.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// The waits grow from 0.5 s to 30 s, each jittered by half.
func TestRetryWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := emulatorWithFault(coctest.Error(503, "", ""))
		_, _, err := getPage(t.Context(), newClient(t, e, retries(60)))
		requests := e.Requests()
		if err == nil || len(requests) != 61 {
			t.Fatalf("%d requests, %v", len(requests), err)
		}
		longest := map[time.Duration]bool{}
		middles := []float64{.5, 1, 2, 4, 8, 16}
		for i := range 60 {
			middle := 30.
			if i < len(middles) {
				middle = middles[i]
			}
			wait := requests[i+1].At.Sub(requests[i].At)
			if seconds := wait.Seconds(); seconds < middle/2 || seconds > middle*1.5+.001 {
				t.Errorf("wait %d is %.2f s, want about %.1f", i, seconds, middle)
			}
			if middle == 30 {
				longest[wait] = true
			}
			if a, b := requests[i].Header.Get("X-Sdk-Date"), requests[i+1].Header.Get("X-Sdk-Date"); wait > time.Second && a == b {
				t.Errorf("attempt %d was not signed afresh: %s", i+1, b)
			}
		}
		if len(longest) < 10 {
			t.Errorf("54 waits of about 30 s have %d lengths: clients would come back all at once", len(longest))
		}
	})
}

func TestRetryAfter(t *testing.T) {
	const usual = -1
	for name, tc := range map[string]struct {
		seconds string        // the header's value,
		date    time.Duration // or its distance from now
		want    time.Duration
	}{
		"a second":             {seconds: "1", want: time.Second},
		"some seconds":         {seconds: "7", want: 7 * time.Second},
		"the most":             {seconds: "60", want: time.Minute},
		"more than the most":   {seconds: "61", want: time.Minute},
		"a lot":                {seconds: "9999999999999999", want: time.Minute},
		"a date":               {date: 20 * time.Second, want: 20 * time.Second},
		"a date far away":      {date: 24 * time.Hour, want: time.Minute},
		"a date that is over":  {date: -time.Hour, want: usual},
		"nothing":              {seconds: "", want: usual},
		"no time":              {seconds: "0", want: usual},
		"less than no time":    {seconds: "-5", want: usual},
		"something else":       {seconds: "soon", want: usual},
		"more than an integer": {seconds: "99999999999999999999", want: usual},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				value := tc.seconds
				if tc.date != 0 {
					value = time.Now().Add(tc.date).UTC().Format(http.TimeFormat)
				}
				e := coctest.New(testKeys)
				e.Fault(coctest.Number(1), coctest.Error(429, "APIG.0308", "throttled", "Retry-After", value))
				started := time.Now()
				if _, _, err := getPage(t.Context(), newClient(t, e)); err != nil {
					t.Fatal(err)
				}
				got := e.Requests()[1].At.Sub(started)
				if got != tc.want && (tc.want != usual || got < 250*time.Millisecond || got > 751*time.Millisecond) {
					t.Errorf("waited %s, want %s", got, tc.want)
				}
			})
		})
	}
}

func TestNoRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := emulatorWithFault(coctest.Error(503, "", ""))
		_, _, err := getPage(t.Context(), newClient(t, e, retries(0)))
		if n := len(e.Requests()); err == nil || n != 1 {
			t.Errorf("%d requests, %v", n, err)
		}
	})
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

// A refusal is reported after 5 seconds, even if its body never ends.
func TestRefusalThatHangs(t *testing.T) {
	for name, tc := range map[string]struct {
		fault    coctest.Fault
		attempts int
		want     string
	}{
		"a whole body":    {fault: unfinishedRefusal(403, `{"error_code":"APIGW.0302","error_msg":"not allowed"}`), attempts: 1, want: "403 Forbidden: APIGW.0302: not allowed"},
		"half a body":     {fault: unfinishedRefusal(403, `{"error_code":"APIGW`), attempts: 1, want: `403 Forbidden: {"error_code":"APIGW`},
		"no body":         {fault: unfinishedRefusal(403, ""), attempts: 1, want: "403 Forbidden: the error's body did not come within 5s"},
		"one that passes": {fault: unfinishedRefusal(503, ""), attempts: 2, want: "503 Service Unavailable: the error's body did not come within 5s"},
		"a body that drips": {fault: func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
			coctest.Drip(time.Second)(w, r, func(w http.ResponseWriter, r *http.Request) {
				coctest.Answer(404, "text/plain", strings.Repeat("x", 1000))(w, r, nil)
			})
		}, attempts: 1, want: "404 Not Found: xxxx"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := emulatorWithFault(tc.fault)
				started := time.Now()
				_, _, err := getPage(t.Context(), newClient(t, e, retries(1)))
				var got *Error
				if !errors.As(err, &got) || got.Attempts != tc.attempts || !strings.Contains(err.Error(), tc.want) || errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
				took, want := time.Since(started), time.Duration(tc.attempts)*5*time.Second
				if took < want || took > want+time.Second { // the wait between two attempts is below a second
					t.Errorf("took %s, want %s", took, want)
				}
			})
		})
	}
}

// A request ends as soon as the caller cancels it, whatever it waits for.
func TestCancel(t *testing.T) {
	const refused = "stop; before that: reading a page from https://coc.example.com: "
	for name, tc := range map[string]struct {
		fault      coctest.Fault
		maxRetries int
		after      time.Duration
		want       string
	}{
		"in a request":          {fault: coctest.Hang, maxRetries: 1000, after: 450 * time.Millisecond, want: "stop"},
		"in the only request":   {fault: coctest.Hang, maxRetries: 0, after: 450 * time.Millisecond, want: "stop"},
		"in a body":             {fault: coctest.Drip(time.Second), maxRetries: 1000, after: 10 * time.Second, want: "stop"},
		"in a refusal's body":   {fault: unfinishedRefusal(403, ""), maxRetries: 1000, after: time.Second, want: "stop"},
		"in a backoff":          {fault: coctest.Error(503, "", ""), maxRetries: 1000, after: 200 * time.Millisecond, want: refused + "503 Service Unavailable"},
		"in a Retry-After":      {fault: coctest.Error(429, "", "", "Retry-After", "60"), maxRetries: 1000, after: 30 * time.Second, want: refused + "429 Too Many Requests"},
		"in the second request": {fault: coctest.Hang, maxRetries: 1000, after: 62 * time.Second, want: refused + "no complete answer within 1m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stop := errors.New("stop")
				ctx, cancel := context.WithCancelCause(t.Context())
				started := time.Now()
				time.AfterFunc(tc.after, func() { cancel(stop) })
				_, _, err := getPage(ctx, newClient(t, emulatorWithFault(tc.fault), retries(tc.maxRetries)))
				if took := time.Since(started); !errors.Is(err, stop) || took != tc.after {
					t.Fatalf("took %s, %v", took, err)
				}
				if !strings.HasPrefix(err.Error(), tc.want) || tc.want == "stop" && err.Error() != tc.want {
					t.Errorf("got %v, want %s", err, tc.want)
				}
			})
		})
	}
}

// The failure of one page cancels the requests for the others. Their error is then the failure of that page, unchanged.
func TestCauseThatMayPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := &Error{What: "another page", Endpoint: "there", Status: 503, Attempts: 1, passing: true}
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(cause) })
		_, _, err := getPage(ctx, newClient(t, emulatorWithFault(coctest.Hang)))
		if !errors.Is(err, cause) || err.Error() != "reading another page from there: 503 Service Unavailable" {
			t.Errorf("got %v", err)
		}
	})
}

// At a deadline the error says both that time is up and how the last attempt failed.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 20 * time.Minute // longer than the default time limit of the backoff library
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		started := time.Now()
		_, _, err := getPage(ctx, newClient(t, emulatorWithFault(coctest.Error(503, "COC.00040701", "internal error")), retries(1000)))
		var got *Error
		if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &got) || got.Code != "COC.00040701" || got.Attempts < 20 {
			t.Errorf("got %v", err)
		}
		if took := time.Since(started); took != limit {
			t.Errorf("took %s", took)
		}
	})
}

// OnAttempt is called once for each attempt.
func TestOnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var got []string
		e := coctest.New(testKeys, coctest.Rows(3)...)
		e.Latency = 20 * time.Millisecond
		e.Fault(coctest.Number(1), coctest.Error(503, "COC.00040701", "internal error"))
		_, _, err := getPage(t.Context(), newClient(t, e, func(config *Config) {
			config.OnAttempt = func(_ context.Context, a Attempt) {
				mu.Lock()
				defer mu.Unlock()
				got = append(got, fmt.Sprintf("%s?%s attempt %d status %d rows %d bytes %d took %s id %s err %v",
					a.Request.Path, a.Request.Query.Encode(), a.Number, a.Status, a.Rows, a.Bytes, a.Duration, a.RequestID, a.Err))
			}
		}))
		want := []string{
			"/v1/executions/instances?limit=100&offset=0 attempt 1 status 503 rows 0 bytes 58 took 20ms id emulated-0001 err " +
				"reading a page from https://coc.example.com: 503 Service Unavailable: COC.00040701: internal error (request id emulated-0001)",
			fmt.Sprintf("/v1/executions/instances?limit=100&offset=0 attempt 2 status 200 rows 3 bytes %d took 20ms id emulated-0002 err <nil>", len(e.Body(100, 0))),
		}
		if err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%v\ngot\n%s\nwant\n%s", err, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}
