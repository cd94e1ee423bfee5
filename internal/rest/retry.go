package rest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// Each wait is twice as long as the one before, and jittered by half, so that clients do not all come back at once.
	firstWait, longestWait = 500 * time.Millisecond, 30 * time.Second
	longestRetryAfter      = 60 * time.Second // the longest wait that a header Retry-After can ask for
)

// retry calls attempt, with a number from 1, until there is nothing more to try, see [Client.Do].
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
		case !errors.As(err, &last) || !last.retryable:
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

// RetryableStatus reports whether to try again after an answer with this status. A 429 throttles; any other 4xx is
// about the request itself.
func RetryableStatus(status int) bool {
	return status == http.StatusTooManyRequests ||
		status >= http.StatusInternalServerError && status <= http.StatusGatewayTimeout && status != http.StatusNotImplemented
}

// retryAfter returns the wait that a header asks for, in seconds or as a date: 0 if it asks for none, or the date has
// passed.
func retryAfter(h http.Header) time.Duration {
	var wait time.Duration
	if at, err := http.ParseTime(h.Get("Retry-After")); err == nil {
		wait = time.Until(at)
	} else if seconds, err := strconv.ParseInt(h.Get("Retry-After"), 10, 64); err == nil {
		wait = time.Duration(min(max(seconds, 0), 60)) * time.Second
	}
	return min(max(wait, 0), longestRetryAfter)
}

// networkError gives an error of a transport its kind. A broken connection is retryable, an unknown host is not.
func networkError(err error) *Error {
	// The text of a url.Error repeats the method and the whole URL.
	var inURL *url.Error
	if errors.As(err, &inURL) {
		err = inURL.Err
	}
	var (
		operation *net.OpError
		dns       *net.DNSError
		network   net.Error
		record    tls.RecordHeaderError
	)
	isOperation := errors.As(err, &operation)
	switch {
	case isOperation && operation.Op == "proxyconnect":
		return &Error{Kind: ProxyUnreachable, Err: operation.Err, retryable: networkError(operation.Err).retryable}
	case errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/":
		return &Error{Kind: NotTLS, Err: http.ErrSchemeMismatch}
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return &Error{Kind: NotTLS, Err: err}
	case isTLS(err, operation):
		return &Error{Kind: TLS, Err: err}
	case errors.As(err, &dns) && dns.IsNotFound:
		return &Error{Kind: UnknownHost, Err: err}
	case isOperation && operation.Op == "dial":
		return &Error{Kind: Unreachable, Err: err, retryable: true}
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &Error{Kind: Broken, Err: err, retryable: true}
	}
	// What net/http once refuses to send, such as an invalid header, it always refuses.
	return &Error{Kind: NotHTTP, Err: err, retryable: !strings.HasPrefix(err.Error(), "net/http: invalid")}
}

// isTLS reports whether an error comes from TLS. An alert comes inside a net.OpError.
func isTLS(err error, operation *net.OpError) bool {
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &certificate) || strings.HasPrefix(err.Error(), "tls: ") ||
		operation != nil && (operation.Op == "remote error" || operation.Op == "local error")
}
