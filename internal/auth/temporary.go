package auth

import (
	"context"
	"errors"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
)

// Temporary keys are renewed 40 minutes before they expire, as the SDK renews them. While they are valid there is a pause after
// each renewal, whether it failed or not: a service may hand out the same keys until shortly before their end.
const renewalTime, renewalPause = 40 * time.Minute, time.Minute

// temporary signs with keys that expire, and renews them in time. It is safe for concurrent use.
type temporary struct {
	// fetch asks for new keys.
	fetch fetchFunc
	// onRenewalFailed, if set, is told of a renewal that failed while the keys were still valid.
	onRenewalFailed func(context.Context, error)

	// turn is taken by the caller that uses the fields below. The others wait for it or for their context.
	turn    chan struct{}
	current keys
	expires time.Time
	// renewed is when keys that were still valid were last renewed, or could not be.
	renewed time.Time
	// secrets are the texts that were sent to get the keys, such as an identity token.
	secrets []string
}

// fetchFunc asks a service for keys. It returns the secrets that it sent, even if it fails.
type fetchFunc func(ctx context.Context) (k expiringKeys, secrets []string, err error)

type expiringKeys struct {
	keys
	expires time.Time
}

func newTemporary(fetch fetchFunc, onRenewalFailed func(context.Context, error)) *temporary {
	return &temporary{fetch: fetch, onRenewalFailed: onRenewalFailed, turn: make(chan struct{}, 1)}
}

// Sign renews the keys if it is time. Keys that are still valid sign although their renewal fails.
func (t *temporary) Sign(ctx context.Context, r *request.DefaultHttpRequest) ([]string, error) {
	select {
	case t.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	err := t.renew(ctx)
	current, secrets := t.current, t.secrets
	<-t.turn
	if err != nil {
		return append(current.secrets(), secrets...), err
	}
	signed, err := current.Sign(ctx, r)
	return append(signed, secrets...), err
}

// renew replaces the keys if it is time. It runs in the caller's turn.
func (t *temporary) renew(ctx context.Context) error {
	now := time.Now()
	valid := now.Before(t.expires)
	if valid && (t.expires.Sub(now) > renewalTime || now.Sub(t.renewed) < renewalPause) {
		return nil
	}
	k, secrets, err := t.fetch(ctx)
	if len(secrets) > 0 {
		t.secrets = secrets
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	if valid {
		t.renewed = time.Now()
	}
	switch {
	case err == nil:
		t.current, t.expires = k.keys, k.expires
	case !valid:
		return &renewalError{err}
	case t.onRenewalFailed != nil:
		t.onRenewalFailed(ctx, &renewalError{err})
	}
	return nil
}

// renewalError is a failure to renew temporary keys.
type renewalError struct{ err error }

func (e *renewalError) Error() string { return "renewing the temporary credentials: " + e.err.Error() }
func (e *renewalError) Unwrap() error { return e.err }

// Passing tells whether another attempt may heal it.
func (e *renewalError) Passing() bool {
	var failed *fetchError
	return errors.As(e.err, &failed) && failed.passing
}
