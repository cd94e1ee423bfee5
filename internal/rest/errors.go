package rest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Causes that an [Error] can wrap, for errors.Is. An Error can also wrap an error of the network.
var (
	// ErrMalformed: the body of a success is not what the read callback of [Client.Do] understands.
	ErrMalformed = errors.New("the answer is not JSON of the documented form")
	// ErrTooLarge: the body of a success, or what is read from it, is larger than 64 MiB. The read callback of [Client.Do] holds
	// that limit and returns this error.
	ErrTooLarge = errors.New("the page is larger than 64 MiB")
	// ErrRedirect: the answer is a 3xx. Redirects are not followed, since a signed request is meant for one host.
	ErrRedirect = errors.New("redirects are not followed")
	// ErrTLS: the server's certificate is not valid for the endpoint, or client and server have no version of TLS in common.
	ErrTLS = errors.New("TLS failed")
	// ErrNotTLS: the endpoint is https, and the server does not speak TLS. ErrOnlyTLS: the endpoint is http, and the server speaks
	// TLS only.
	ErrNotTLS  = errors.New("the endpoint does not speak TLS")
	ErrOnlyTLS = errors.New("the endpoint speaks TLS only")
	// ErrProxy: a proxy refused to connect to the endpoint.
	ErrProxy = errors.New("the proxy refused to connect")
	// ErrProxyUnreachable: the proxy could not be connected to.
	ErrProxyUnreachable = errors.New("the proxy cannot be reached")
	// ErrUnknownHost: the host name of the endpoint does not resolve.
	ErrUnknownHost = errors.New("unknown host")
	// ErrAttemptTimeout: the answer was not complete within the time limit of one attempt.
	ErrAttemptTimeout = fmt.Errorf("no complete answer within %s", attemptTimeout)
	// ErrCredentials: the request could not be signed.
	ErrCredentials = errors.New("no valid credentials")
)

// ErrNoCertificate is the error of [NewTransport] for a text that should hold certificates in PEM form, and holds none.
var ErrNoCertificate = errors.New("no certificate in PEM form")

// Error says why a request failed. It is about the last attempt.
type Error struct {
	// What describes the request, see [Request]. Endpoint is the configured endpoint.
	What, Endpoint string
	// Status is the HTTP status, 0 if no answer came.
	Status int
	// Code and Message are the service's error_code and error_msg. Without an error_code, Message holds the first bytes of
	// the body, made printable.
	Code, Message string
	// RequestID is the service's ID of the request, which the vendor's support asks for.
	RequestID string
	// Attempts is the number of attempts so far.
	Attempts int
	// Err is the cause if it is not an error code or message of the service, such as a broken connection or a redirect.
	Err error

	passing    bool          // another attempt may succeed
	retryAfter time.Duration // the wait that the service asked for, 0 if it asked for none
}

func (e *Error) Unwrap() error { return e.Err }

// ForEveryRequest tells whether any other request of the client would fail in the same way. That is so if the service refuses
// the credentials (401, 403) or does not know the API (404), or if no request can be sent at all, for a reason that will not pass.
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
