package coc

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// What an [Error] can wrap besides the network's own errors; ask with errors.Is.
var (
	// ErrMalformed: a 200 whose body is not a page of instances.
	ErrMalformed = errors.New("the answer is not a page of execution instances")
	// ErrPageTooLarge: a page of more than 64 MiB, as sent or as flattened.
	ErrPageTooLarge = errors.New("the page is larger than 64 MiB")
	// ErrRedirect: a 3xx. It is not followed, since a signed request is for one host.
	ErrRedirect = errors.New("redirects are not followed")
	// ErrTLS: the server could not prove to be the endpoint, or spoke no TLS.
	ErrTLS = errors.New("TLS failed")
	// ErrProxy: a proxy refused to connect to the endpoint.
	ErrProxy = errors.New("the proxy refused to connect")
	// ErrUnknownHost: the endpoint's name does not resolve.
	ErrUnknownHost = errors.New("unknown host")
	// ErrAttemptTimeout: no complete answer within the time of one attempt.
	ErrAttemptTimeout = fmt.Errorf("no complete answer within %s", attemptTimeout)
	// ErrCredentials: the request could not be signed.
	ErrCredentials = errors.New("no valid credentials")
)

// Error is a page that could not be read, after the last attempt at it.
type Error struct {
	// Endpoint is where the request went, Offset the row it asked for.
	Endpoint string
	Offset   int64
	// Status is the HTTP status, 0 if no answer came.
	Status int
	// Code and Message are the service's error_code and error_msg. Without an error_code, Message holds the first bytes of
	// the body, made printable.
	Code, Message string
	// RequestID is the header X-Request-Id, which the vendor's support asks for.
	RequestID string
	// Attempts is how often the page was asked for.
	Attempts int
	// Err is the cause where it is not the service's own word: the network, the body, a redirect.
	Err error

	retryable  bool
	retryAfter time.Duration
}

func (e *Error) Unwrap() error { return e.Err }

// forEveryPage tells an error that has nothing to do with the page it came for: who asks, or where, is refused.
func (e *Error) forEveryPage() bool {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return true
	}
	return errors.Is(e, ErrTLS) || errors.Is(e, ErrUnknownHost)
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "reading instances at offset %d from %s: ", e.Offset, e.Endpoint)
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

// IncompleteError is a list that could not be read whole: every pass over it ended with rows missing.
type IncompleteError struct {
	// Offset is the first row asked for, Rows how many distinct rows came after it in the last pass.
	Offset, Rows int64
	// Total is the largest total that the service gave in the last pass, nil if it gave none.
	Total *int64
	// RepeatedAt is the offset whose page held nothing but rows that had come before, nil if there was none.
	RepeatedAt *int64
	// Passes is how often the list was read.
	Passes int
}

func (e *IncompleteError) Error() string {
	total := "no total"
	if e.Total != nil {
		total = fmt.Sprintf("a total of %d", *e.Total)
	}
	s := fmt.Sprintf("the list did not hold still or is cut short: %d distinct rows from offset %d on, while the service gave %s",
		e.Rows, e.Offset, total)
	if e.RepeatedAt != nil {
		s += fmt.Sprintf("; the page at offset %d only repeated earlier rows", *e.RepeatedAt)
	}
	return fmt.Sprintf("%s; read %d times", s, e.Passes)
}

// TooLargeError is a list that outgrew ListExecutionInstancesParams.MaxBytes.
type TooLargeError struct {
	// Rows is how many rows had been kept by then, MaxBytes the limit.
	Rows, MaxBytes int64
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the rows are too many or too long: over %d MiB after %d rows", e.MaxBytes>>20, e.Rows)
}

// success tells whether an error_code in a 200 means that all went well: sibling COC APIs answer success with a code of
// zeros, such as COC.00000000.
func success(code *string) bool {
	if code == nil || *code == "" {
		return true
	}
	digits := *code
	if prefix, rest, found := strings.Cut(digits, "."); found {
		if prefix == "" || strings.ContainsFunc(prefix, notLetter) {
			return false
		}
		digits = rest
	}
	return digits != "" && strings.Trim(digits, "0") == ""
}

func notLetter(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }
