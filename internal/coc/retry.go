package coc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// The waits between attempts grow from the first to the last of these, jittered; a Retry-After is obeyed up to its own limit.
const (
	firstWait, longestWait = 500 * time.Millisecond, 30 * time.Second
	longestRetryAfter      = 60 * time.Second
)

// getPage asks for a page until it has it, the failure is final, or the retries are used up.
func (c *Client) getPage(ctx context.Context, q query) (*page, error) {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.MaxInterval, waits.Multiplier = firstWait, longestWait, 2
	var last *Error
	number := 0
	p, err := backoff.Retry(ctx, func() (*page, error) {
		number++
		p, err := c.attempt(ctx, q, number)
		switch {
		case err == nil:
			return p, nil
		case !errors.As(err, &last) || !last.retryable:
			return nil, backoff.Permanent(err)
		case last.retryAfter > 0:
			return nil, &backoff.RetryAfterError{Duration: last.retryAfter}
		}
		return nil, err
	}, backoff.WithBackOff(waits), backoff.WithMaxTries(uint(c.config.MaxRetries)+1), backoff.WithMaxElapsedTime(0))
	switch cause := context.Cause(ctx); {
	case err == nil:
		return p, nil
	case last == nil: // the context ended the first attempt
		return nil, err
	case cause != nil:
		return nil, fmt.Errorf("%w; before that: %w", cause, last)
	}
	return nil, last
}

// retryableStatus tells the answers that another attempt may change. A refused request (any other 4xx) stays refused.
func retryableStatus(status int) bool {
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
