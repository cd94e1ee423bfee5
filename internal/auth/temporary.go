package auth

import (
	"context"
	"errors"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
)

const (
	// renewalTime is how long before their expiry temporary keys are renewed. The official SDK renews them at the same time.
	renewalTime = 40 * time.Minute
	// renewalPause is the time between two renewals of keys that are still valid. Without it, a service that hands out the same
	// keys until shortly before they expire would be asked before every request.
	renewalPause = time.Minute
)

// temporary is a signer whose keys expire, and that renews them. It is safe for concurrent use.
type temporary struct {
	// fetch asks a service for new keys.
	fetch fetchFunc
	// onRenewalFailed, if set, is called when a renewal failed while the keys were still valid.
	onRenewalFailed func(context.Context, error)

	// lock guards the fields below. It is a channel of one element and not a mutex, so that a caller who waits for it can stop when
	// its context ends.
	lock    chan struct{}
	current keys
	expires time.Time
	// renewed is the time of the last renewal of keys that were still valid, whether it succeeded or not.
	renewed time.Time
	// secrets are the tokens that were sent to get the keys, such as an identity token.
	secrets []string
}

// fetchFunc asks a service for keys. It returns the secrets that it sent to the service, also together with an error.
type fetchFunc func(ctx context.Context) (k expiringKeys, secrets []string, err error)

// expiringKeys are temporary keys with the time at which they expire.
type expiringKeys struct {
	keys
	expires time.Time
}

func newTemporary(fetch fetchFunc, onRenewalFailed func(context.Context, error)) *temporary {
	return &temporary{fetch: fetch, onRenewalFailed: onRenewalFailed, lock: make(chan struct{}, 1)}
}

// Sign renews the keys if it is time, and signs with them. If the renewal fails, it signs with the old keys as long as they are
// valid.
func (t *temporary) Sign(ctx context.Context, r *request.DefaultHttpRequest) ([]string, error) {
	select {
	case t.lock <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	err := t.renew(ctx)
	current, secrets := t.current, t.secrets
	<-t.lock
	if err != nil {
		return append(current.secrets(), secrets...), err
	}
	signed, err := current.Sign(ctx, r)
	return append(signed, secrets...), err
}

// renew replaces the keys if it is time. The caller holds the lock, or is the only user of t.
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

// Passing tells whether another attempt at the renewal may succeed.
func (e *renewalError) Passing() bool {
	var failed *fetchError
	return errors.As(e.err, &failed) && failed.passing
}
