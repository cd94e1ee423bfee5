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

// This file says what is tried again: which statuses and network errors may pass, and how long to wait.

// The waits between attempts grow from the first to the last of these, jittered. A Retry-After is obeyed up to its own limit.
const (
	firstWait, longestWait = 500 * time.Millisecond, 30 * time.Second
	longestRetryAfter      = 60 * time.Second
)

// retry calls attempt until it succeeds, its failure is final, or the retries are used up.
func (c *Client) retry(ctx context.Context, attempt func(number int) (string, error)) (string, error) {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.MaxInterval, waits.Multiplier = firstWait, longestWait, 2
	var last *Error
	number := 0
	id, err := backoff.Retry(ctx, func() (string, error) {
		number++
		id, err := attempt(number)
		switch {
		case err == nil:
			return id, nil
		case ctx.Err() != nil || !errors.As(err, &last) || !last.passing:
			return "", backoff.Permanent(err)
		case last.retryAfter > 0:
			return "", &backoff.RetryAfterError{Duration: last.retryAfter}
		}
		return "", err
	}, backoff.WithBackOff(waits), backoff.WithMaxTries(uint(c.config.MaxRetries)+1), backoff.WithMaxElapsedTime(0))
	switch cause := context.Cause(ctx); {
	case err == nil:
		return id, nil
	case cause == nil:
		return "", last
	case last == nil: // the context ended the first attempt
		return "", cause
	default:
		return "", fmt.Errorf("%w; before that: %w", cause, last)
	}
}

// Passing tells whether another attempt may heal an error of [Client.Get] or of the network.
func Passing(err error) bool {
	var e *Error
	if errors.As(err, &e) {
		return e.passing
	}
	return networkError(err).passing
}

// PassingStatus tells the answers that another attempt may change. A refused request (any other 4xx) stays refused.
func PassingStatus(status int) bool {
	switch status {
	case http.StatusTooManyRequests, // the gateway throttles (APIG.0308)
		http.StatusInternalServerError,
		http.StatusBadGateway,
		http.StatusServiceUnavailable,
		http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retryAfter reads the header Retry-After, in seconds or as a date; 0 if there is none.
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

// networkError sorts what came instead of an answer: a broken connection may heal, a wrong name or certificate will not.
func networkError(err error) *Error {
	// Its text repeats the method and the whole URL.
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
	unknown := errors.As(err, &dns) && dns.IsNotFound
	failed := errors.As(err, &operation)
	switch {
	case errors.As(err, &refused):
		return &Error{Err: refused, passing: PassingStatus(refused.status)}
	case failed && operation.Op == "proxyconnect":
		// Sorted as an error of the endpoint would be.
		return &Error{Err: fmt.Errorf("%w: %w", ErrProxyUnreachable, operation.Err), passing: networkError(operation.Err).passing}
	case errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/":
		return &Error{Err: fmt.Errorf("%w: %w", ErrTLS, http.ErrSchemeMismatch)}
	case errors.As(err, &certificate),
		errors.Is(err, http.ErrSchemeMismatch),
		failed && (operation.Op == "remote error" || operation.Op == "local error"), // TLS alerts
		strings.HasPrefix(err.Error(), "tls: "):
		return &Error{Err: fmt.Errorf("%w: %w", ErrTLS, err)}
	case unknown:
		return &Error{Err: fmt.Errorf("%w: %w", ErrUnknownHost, err)}
	}
	// What net/http does not even send stays as it is.
	return &Error{Err: err, passing: !strings.HasPrefix(err.Error(), "net/http: invalid")}
}
