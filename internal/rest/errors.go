package rest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// What an [Error] can wrap besides the network's own errors; ask with errors.Is.
var (
	// ErrMalformed: a 200 whose body the reader does not understand.
	ErrMalformed = errors.New("the answer is not JSON of the documented form")
	// ErrTooLarge: a body of more than 64 MiB, as sent or as read.
	ErrTooLarge = errors.New("the page is larger than 64 MiB")
	// ErrRedirect: a 3xx. It is not followed, since a signed request is for one host.
	ErrRedirect = errors.New("redirects are not followed")
	// ErrTLS: the server could not prove to be the endpoint, or spoke no TLS.
	ErrTLS = errors.New("TLS failed")
	// ErrProxy: a proxy refused to connect to the endpoint.
	ErrProxy = errors.New("the proxy refused to connect")
	// ErrProxyUnreachable: no connection to the proxy.
	ErrProxyUnreachable = errors.New("the proxy cannot be reached")
	// ErrUnknownHost: the endpoint's name does not resolve.
	ErrUnknownHost = errors.New("unknown host")
	// ErrAttemptTimeout: no complete answer within the time of one attempt.
	ErrAttemptTimeout = fmt.Errorf("no complete answer within %s", attemptTimeout)
	// ErrCredentials: the request could not be signed.
	ErrCredentials = errors.New("no valid credentials")
)

// ErrNoCertificate is about certificates in PEM form that hold none.
var ErrNoCertificate = errors.New("no certificate in PEM form")

// Error is a request that failed, after the last attempt at it.
type Error struct {
	// What was asked for, and Endpoint is where.
	What, Endpoint string
	// Status is the HTTP status, 0 if no answer came.
	Status int
	// Code and Message are the service's error_code and error_msg. Without an error_code, Message holds the first bytes of
	// the body, made printable.
	Code, Message string
	// RequestID is the service's, which the vendor's support asks for.
	RequestID string
	// Attempts is how often the request was sent.
	Attempts int
	// Err is the cause where it is not the service's own word: the network, the body, a redirect.
	Err error

	passing    bool
	retryAfter time.Duration
}

func (e *Error) Unwrap() error { return e.Err }

// ForEveryRequest tells an error that has nothing to do with what was asked for: who asks, or where, is refused; or no request
// gets as far as an answer, and none will.
func (e *Error) ForEveryRequest() bool {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return true
	}
	return e.Status == 0 && !e.passing
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "reading %s from %s: ", e.What, e.Endpoint)
	var parts []string
	if e.Status != 0 {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))))
	}
	for _, part := range []string{e.Code, e.Message} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	b.WriteString(strings.Join(parts, ": "))
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request id %s)", e.RequestID)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, ", after %d attempts", e.Attempts)
	}
	return b.String()
}
