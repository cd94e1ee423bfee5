package rest

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Kind is what a caller switches on to see why a request failed, see kinds.
type Kind uint8

// The kinds of errors.
const (
	Other Kind = iota // made outside this package, as by the read callback of [Client.Do]
	NotHTTP
	Broken      // the connection broke before the answer was complete
	Unreachable // no connection: it was refused, or nobody answered
	AttemptTimeout
	UnknownHost
	TLS     // the server's certificate is not valid for the endpoint, or there is no common version of TLS
	GivenCA // the certificates given to [NewTransport] do not vouch for the server's
	NotTLS
	OnlyTLS
	Proxy // it refused to connect to the endpoint
	ProxyUnreachable
	Credentials // the request could not be signed
	Redirect
	Malformed // the read callback does not understand the body of a success
	Unauthorized
	Forbidden
	NotFound
	BadRequest
	Throttled
	Server // any other status, or an error code in a success
)

// kindOf returns the kind of a refusal.
func kindOf(status int) Kind {
	if status/100 == 3 {
		return Redirect
	}
	return cmp.Or(map[int]Kind{
		http.StatusBadRequest: BadRequest, http.StatusUnauthorized: Unauthorized, http.StatusForbidden: Forbidden,
		http.StatusNotFound: NotFound, http.StatusTooManyRequests: Throttled,
	}[status], Server)
}

// Error says why a request failed. It is about the last attempt.
type Error struct {
	Kind           Kind
	What, Endpoint string // the request, see [Request], and the configured endpoint
	Status         int    // the HTTP status, 0 if no answer came
	Code, Message  string // the service's error_code and error_msg; without a code, perhaps the beginning of the body
	RequestID      string // the service's, which the vendor's support asks for
	Attempts       int    // how many there were so far
	Err            error  // the cause, unless Code and Message are

	cause      string // the text of Err without secrets, empty if it has not been looked at
	retryable  bool
	retryAfter time.Duration // the wait that the service asked for, 0 if it asked for none
}

func (e *Error) Unwrap() error { return e.Err }

func (e *Error) Error() string {
	text := fmt.Sprintf("reading %s from %s: %s", e.What, e.Endpoint, e.reason())
	if e.RequestID != "" {
		text += fmt.Sprintf(" (request id %s)", e.RequestID)
	}
	if e.Attempts > 1 {
		text += fmt.Sprintf(", after %d attempts", e.Attempts)
	}
	return text
}

// reason says what happened, but not to which request.
func (e *Error) reason() string {
	parts := []string{"", e.Code, e.Message, kinds[e.Kind].text, ""}
	if e.Status != 0 {
		parts[0] = strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status)))
	}
	if e.Err != nil {
		parts[4] = cmp.Or(e.cause, e.Err.Error())
	}
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), ": ")
}

// unquoted returns the error without what it may quote from an answer. For other kinds, the text of the cause is ours.
func (e *Error) unquoted() *Error {
	sealed := *e
	sealed.Message = ""
	if e.Kind == NotHTTP || e.Kind == Redirect || e.Kind == Malformed {
		sealed.Err = nil
	}
	return &sealed
}

// Unquoted says why a request failed, and quotes nothing from its answer except the code of a refusal. The error is one
// of [Client.Do] or of a transport.
func Unquoted(err error) string { return asError(err).unquoted().reason() }

// Retryable reports whether another attempt may succeed after an error of [Client.Do] or of a transport.
func Retryable(err error) bool { return asError(err).retryable }

func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return networkError(err)
}
