package rest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// This file decides which errors are passing, so that the request is sent again, and how long to wait before that.

const (
	// firstWait is the wait after the first attempt. Each further wait is twice as long, up to longestWait. The waits are
	// jittered by half, so that many clients do not come back at the same moment.
	firstWait, longestWait = 500 * time.Millisecond, 30 * time.Second
	// longestRetryAfter limits the wait that a header Retry-After can ask for.
	longestRetryAfter = 60 * time.Second
)

// retry calls attempt until it succeeds, its error is not passing, or the retries are used up. Its parameter counts from 1.
func (c *Client) retry(ctx context.Context, attempt func(number int) (*Answer, error)) (*Answer, error) {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.MaxInterval, waits.Multiplier = firstWait, longestWait, 2
	var last *Error
	number := 0
	answer, err := backoff.Retry(ctx, func() (*Answer, error) {
		number++
		answer, err := attempt(number)
		switch {
		case err == nil:
			return answer, nil
		case ctx.Err() != nil || !errors.As(err, &last) || !last.passing:
			return nil, backoff.Permanent(err)
		case last.retryAfter > 0:
			return nil, &backoff.RetryAfterError{Duration: last.retryAfter}
		}
		return nil, err
	}, backoff.WithBackOff(waits), backoff.WithMaxTries(uint(c.config.MaxRetries)+1), backoff.WithMaxElapsedTime(0))
	switch cause := context.Cause(ctx); {
	case err == nil:
		return answer, nil
	case cause == nil:
		return nil, last
	case last == nil: // the context ended during the first attempt
		return nil, cause
	default:
		return nil, fmt.Errorf("%w; before that: %w", cause, last)
	}
}

// Passing tells whether another attempt may succeed after an error of [Client.Do] or of a transport.
func Passing(err error) bool {
	var e *Error
	if errors.As(err, &e) {
		return e.passing
	}
	return networkError(err).passing
}

// PassingStatus tells whether another attempt may succeed after an answer with this HTTP status. A 4xx other than 429 is about
// the request itself, and would be answered the same way again.
func PassingStatus(status int) bool {
	switch status {
	case http.StatusTooManyRequests, // the API gateway throttles (APIG.0308)
		http.StatusInternalServerError,
		http.StatusBadGateway,
		http.StatusServiceUnavailable,
		http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retryAfter returns the wait that the header Retry-After asks for, in seconds or as a date, at most longestRetryAfter. It
// returns 0 if the header is missing, malformed or in the past.
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	wait := time.Duration(0)
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		wait = time.Duration(min(max(seconds, 0), int64(longestRetryAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = max(time.Until(at), 0)
	}
	return min(wait, longestRetryAfter)
}

// networkError classifies an error of a transport. A broken connection is passing. An unknown host name or an untrusted
// certificate is not.
func networkError(err error) *Error {
	// The text of a url.Error repeats the method and the whole URL.
	var inURL *url.Error
	if errors.As(err, &inURL) {
		err = inURL.Err
	}
	var (
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		operation   *net.OpError
		dns         *net.DNSError
		refused     *proxyError
	)
	unknownHost := errors.As(err, &dns) && dns.IsNotFound
	isOperation := errors.As(err, &operation)
	switch {
	case errors.As(err, &refused):
		return &Error{Err: refused, passing: PassingStatus(refused.status)}
	case isOperation && operation.Op == "proxyconnect":
		// The connection to the proxy failed. The same rules decide whether that is passing.
		return &Error{Err: fmt.Errorf("%w: %w", ErrProxyUnreachable, operation.Err), passing: networkError(operation.Err).passing}
	case errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/":
		return &Error{Err: fmt.Errorf("%w: %w", ErrNotTLS, http.ErrSchemeMismatch)}
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return &Error{Err: fmt.Errorf("%w: %w", ErrNotTLS, err)}
	case errors.As(err, &certificate),
		isOperation && (operation.Op == "remote error" || operation.Op == "local error"), // TLS alerts
		strings.HasPrefix(err.Error(), "tls: "):
		return &Error{Err: fmt.Errorf("%w: %w", ErrTLS, err)}
	case unknownHost:
		return &Error{Err: fmt.Errorf("%w: %w", ErrUnknownHost, err)}
	}
	// A request that net/http refuses to send, because of an invalid header, would be refused again.
	return &Error{Err: err, passing: !strings.HasPrefix(err.Error(), "net/http: invalid")}
}
