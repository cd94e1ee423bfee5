package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// keyIssuer is a service that hands out the keys KEY1, KEY2 and so on.
type keyIssuer struct {
	// life is how long the keys are valid.
	life time.Duration
	// err, if set, is the error of each fetch.
	err error
	// fetched counts the fetches.
	fetched int
}

func (m *keyIssuer) fetch(context.Context) (expiringKeys, []string, error) {
	m.fetched++
	sent := []string{fmt.Sprintf("sent-%d", m.fetched)}
	if m.err != nil {
		return expiringKeys{}, sent, m.err
	}
	key := fmt.Sprintf("KEY%d", m.fetched)
	return expiringKeys{keys{key, secretOf(key), securityTokenOf(key)}, time.Now().Add(m.life)}, sent, nil
}

// Keys are renewed 40 minutes before they expire.
func TestRenewalIsEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &keyIssuer{life: 2 * time.Hour}
		signer := newTemporary(m.fetch, nil)
		for _, step := range []struct {
			after time.Duration // from the start
			want  string
		}{
			{0, "KEY1"},
			{80*time.Minute - time.Second, "KEY1"},
			{80 * time.Minute, "KEY2"},
			{160*time.Minute - time.Second, "KEY2"},
			{10 * time.Hour, "KEY3"},
		} {
			time.Sleep(step.after - sinceStart())
			if with, _ := sign(t, signer); with != step.want+", X-Security-Token "+securityTokenOf(step.want) {
				t.Errorf("after %s: signed with %s, want %s", step.after, with, step.want)
			}
		}
	})
}

// sinceStart returns the virtual time since the start of a synctest bubble.
func sinceStart() time.Duration { return time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) }

// Valid keys are used if their renewal fails, and the failure is reported. The renewal is tried again once a minute. When the keys
// have expired, Sign returns an error.
func TestValidKeysSignWhenRenewalFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &keyIssuer{life: 42 * time.Minute}
		var failed []error
		signer := newTemporary(m.fetch, func(_ context.Context, err error) { failed = append(failed, err) })
		with, _ := sign(t, signer)
		m.err = &fetchError{"503 Service Unavailable", true}
		for _, step := range []struct {
			after   time.Duration
			fetched int
		}{
			{time.Minute, 1},
			{2 * time.Minute, 2},
			{2*time.Minute + time.Second, 2},
			{3*time.Minute - time.Second, 2},
			{3 * time.Minute, 3},
			{41*time.Minute + 59*time.Second, 4},
		} {
			time.Sleep(step.after - sinceStart())
			got, secrets := sign(t, signer)
			if got != with || m.fetched != step.fetched {
				t.Errorf("after %s: signed with %s, %d fetches, want %s, %d", step.after, got, m.fetched, with, step.fetched)
			}
			if sent := fmt.Sprintf("sent-%d", m.fetched); !slices.Contains(secrets, sent) {
				t.Errorf("%s is not among the secrets %q", sent, secrets)
			}
		}
		if len(failed) != 3 || failed[0].Error() != "renewing the temporary credentials: 503 Service Unavailable" {
			t.Errorf("told of %v", failed)
		}

		time.Sleep(42*time.Minute - sinceStart())
		secrets, err := signer.Sign(t.Context(), newRequest())
		if err == nil || err.Error() != "renewing the temporary credentials: 503 Service Unavailable" || !passing(err) {
			t.Errorf("got %v", err)
		}
		if !slices.Contains(secrets, "sent-5") || !slices.Contains(secrets, secretOf("KEY1")) {
			t.Errorf("the secrets are %q", secrets)
		}
		if len(failed) != 3 {
			t.Errorf("an error is told twice: %v", failed)
		}
		m.err = nil
		if with, _ := sign(t, signer); with != "KEY6, X-Security-Token security-token-of-KEY6" {
			t.Errorf("signed with %s", with)
		}
	})
}

func passing(err error) bool {
	var p interface{ Passing() bool }
	return errors.As(err, &p) && p.Passing()
}

// Keys that are always close to their expiry are not renewed for each request, but once a minute.
func TestShortLivedKeysAreRenewedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &keyIssuer{life: 10 * time.Minute}
		signer := newTemporary(m.fetch, nil)
		for range 181 { // three minutes
			sign(t, signer)
			time.Sleep(time.Second)
		}
		if m.fetched != 4 {
			t.Errorf("%d fetches in three minutes", m.fetched)
		}
	})
}

// A caller of Sign stops waiting for a hanging renewal when its own context ends.
func TestRenewalThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		signer := newTemporary(func(ctx context.Context) (expiringKeys, []string, error) {
			<-ctx.Done()
			return expiringKeys{}, nil, &fetchError{"no answer", true}
		}, nil)
		stop := errors.New("stop")
		var wg sync.WaitGroup
		for i := range 3 { // the second and third wait for the lock that the first one holds
			ctx, cancel := context.WithCancelCause(t.Context())
			wait := time.Duration(i+1) * time.Second
			time.AfterFunc(wait, func() { cancel(stop) })
			wg.Go(func() {
				r := newRequest()
				_, err := signer.Sign(ctx, r)
				if !errors.Is(err, stop) || sinceStart() != wait || signedWith(r) != "" {
					t.Errorf("after %s: %v, signed with %q", sinceStart(), err, signedWith(r))
				}
			})
		}
		wg.Wait()
	})
}

// Keys are renewed by one caller at a time, and each caller signs with keys of one set. Run it with the race detector.
func TestRenewalIsSafeForConcurrentUse(t *testing.T) {
	var inside, fetched atomic.Int64
	signer := newTemporary(func(context.Context) (expiringKeys, []string, error) {
		if n := inside.Add(1); n != 1 {
			t.Errorf("%d fetches at a time", n)
		}
		defer inside.Add(-1)
		key := fmt.Sprintf("KEY%d", fetched.Add(1))
		return expiringKeys{keys{key, secretOf(key), securityTokenOf(key)}, time.Now()}, nil, nil // expired
	}, nil)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 50 {
				r := newRequest()
				if _, err := signer.Sign(t.Context(), r); err != nil {
					t.Error(err)
				}
				token := r.GetHeaderParams()["X-Security-Token"]
				if want := withKey(strings.TrimPrefix(token, securityTokenOf(""))); signedWith(r) != want {
					t.Errorf("signed with %s, want %s", signedWith(r), want)
				}
			}
		})
	}
	wg.Wait()
	if n := fetched.Load(); n != 16*50 {
		t.Errorf("%d fetches", n)
	}
}

// withKey returns what signedWith returns for a request that was signed with a key and its security token.
func withKey(key string) string { return key + ", X-Security-Token " + securityTokenOf(key) }
