package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// fetchError says why a service or a file gave no keys.
type fetchError struct {
	text      string
	retryable bool // another attempt may succeed
}

func (e *fetchError) Error() string { return e.text }

const (
	// Keys are renewed when a fifth of their life is left, and at most longestMargin before they expire.
	longestMargin = 5 * time.Minute
	// renewalPause is the pause between two renewals of keys that are still valid: a service may hand out the same ones
	// again.
	renewalPause = time.Minute
	// renewalTimeout limits a renewal while the old keys are valid: waiting requests can be signed with these.
	renewalTimeout = 30 * time.Second
)

var errRenewalTimeout = &fetchError{fmt.Sprintf("no new keys within %s", renewalTimeout), true}

// temporary is a signer that renews its keys before they expire. It is safe for concurrent use.
type temporary struct {
	holder          string                       // whose keys these are, empty if the errors of fetch say it
	fetch           fetchFunc                    // asks a service for new keys
	onRenewalFailed func(context.Context, error) // see [Options]

	// lock guards the fields below. It is not a mutex, so that a waiting caller can stop when its context ends.
	lock    chan struct{}
	current keys
	expires time.Time
	margin  time.Duration // how long before expires the keys are renewed
	renewed time.Time     // the last renewal of keys that were still valid, whether it succeeded or not
	secrets []string      // what was sent to get the keys: tokens, and the keys that signed the request
}

// fetchFunc asks a service for keys. It returns the secrets that it sent, even with an error.
type fetchFunc func(ctx context.Context) (k expiringKeys, secrets []string, err error)

type expiringKeys struct {
	keys
	expires time.Time // by this machine's clock
}

func newTemporary(holder string, fetch fetchFunc, onRenewalFailed func(context.Context, error)) *temporary {
	return &temporary{holder: holder, fetch: fetch, onRenewalFailed: onRenewalFailed, lock: make(chan struct{}, 1)}
}

// Sign renews the keys if it is time, and signs with them. If the renewal fails, it signs with the old ones while they
// are valid.
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
	left := t.expires.Sub(now)
	valid := left > 0
	limited := ctx
	if valid {
		if left > t.margin || now.Sub(t.renewed) < renewalPause {
			return nil
		}
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeoutCause(ctx, min(renewalTimeout, left), errRenewalTimeout)
		defer cancel()
	}
	k, secrets, err := t.fetch(limited)
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
		t.use(k)
	case !valid:
		return &renewalError{t.holder, err}
	case !time.Now().Before(t.expires): // the keys expired meanwhile
		return t.renew(ctx)
	case t.onRenewalFailed != nil:
		t.onRenewalFailed(ctx, &renewalError{t.holder, err})
	}
	return nil
}

func firstKeys(
	ctx context.Context, holder string, fetch fetchFunc, onRenewalFailed func(context.Context, error),
) (*temporary, error) {
	t := newTemporary(holder, fetch, onRenewalFailed)
	err := t.renew(ctx)
	var failed *renewalError
	if errors.As(err, &failed) {
		err = failed.err // it is not a renewal
	}
	return t, err
}

// use takes new keys. If they are the same again, their margin must not shrink with what is left of their life.
func (t *temporary) use(k expiringKeys) {
	if k.keys != t.current {
		t.margin = min(time.Until(k.expires)/5, longestMargin)
	}
	t.current, t.expires = k.keys, k.expires
}

type renewalError struct {
	holder string
	err    error
}

func (e *renewalError) Error() string {
	text := "renewing the temporary credentials"
	if e.holder != "" {
		text += " of " + e.holder
	}
	return text + ": " + e.err.Error()
}

func (e *renewalError) Unwrap() error { return e.err }

// Retryable reports whether another attempt at the renewal may succeed. What package rest has retried is not retried
// again: the retries of the request that needs the keys would multiply its own.
func (e *renewalError) Retryable() bool {
	var retried *rest.Error
	var failed *fetchError
	return !errors.As(e.err, &retried) && errors.As(e.err, &failed) && failed.retryable
}
