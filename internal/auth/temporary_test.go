package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// keyIssuer is a service that hands out the keys KEY1, KEY2 and so on.
type keyIssuer struct {
	life    time.Duration // of the keys
	err     error         // of each fetch, if set
	fetched int           // how often it was asked
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

// Keys are renewed when a fifth of their life is left, or five minutes if that is less.
func TestRenewalIsEarly(t *testing.T) {
	for name, tc := range map[string]struct{ life, renewedAfter time.Duration }{
		"a day":               {life: 24 * time.Hour, renewedAfter: 24*time.Hour - 5*time.Minute},
		"just above the fold": {life: 26 * time.Minute, renewedAfter: 21 * time.Minute},
		"25 minutes":          {life: 25 * time.Minute, renewedAfter: 20 * time.Minute},
		"the least of IAM":    {life: 15 * time.Minute, renewedAfter: 12 * time.Minute},
		"a second":            {life: time.Second, renewedAfter: 800 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &keyIssuer{life: tc.life}
				signer := newTemporary("", m.fetch, nil)
				for _, step := range []struct {
					after time.Duration // from the start
					want  string
				}{
					{0, "KEY1"},
					{tc.renewedAfter - 1, "KEY1"},
					{tc.renewedAfter, "KEY2"},
					{tc.renewedAfter + max(tc.renewedAfter, time.Minute) - 1, "KEY2"},
				} {
					if step.after-sinceStart() > tc.life { // the keys have expired long since
						step.want = "KEY3"
					}
					time.Sleep(step.after - sinceStart())
					wantSigned(t, signer, step.want)
				}
			})
		})
	}
}

// sinceStart returns the virtual time since the start of a synctest bubble.
func sinceStart() time.Duration { return time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) }

// Valid keys are used if their renewal fails, and the failure is reported. The renewal is tried again once a minute. When the keys
// have expired, Sign returns an error.
//
// Fault: failing renewal.
func TestValidKeysSignWhenRenewalFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &keyIssuer{life: 42 * time.Minute} // to be renewed after 37
		var failed []error
		signer := newTemporary("somebody", m.fetch, func(_ context.Context, err error) { failed = append(failed, err) })
		with, _ := sign(t, signer)
		m.err = &fetchError{"503 Service Unavailable", true}
		for _, step := range []struct {
			after   time.Duration
			fetched int
		}{
			{37*time.Minute - 1, 1},
			{37 * time.Minute, 2},
			{37*time.Minute + time.Second, 2},
			{38*time.Minute - 1, 2},
			{38 * time.Minute, 3},
			{42*time.Minute - 1, 4},
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
		time.Sleep(42*time.Minute - sinceStart())
		secrets, err := signer.Sign(t.Context(), newRequest())
		const want = "renewing the temporary credentials of somebody: 503 Service Unavailable"
		wantError(t, err, want)
		if !retryable(err) || len(failed) != 3 || failed[0].Error() != want {
			t.Errorf("got a retryable error: %t, reported %v, want one, and three of the same", retryable(err), failed)
		}
		if !slices.Contains(secrets, "sent-5") || !slices.Contains(secrets, secretOf("KEY1")) {
			t.Errorf("got the secrets %q, want sent-5 and those of KEY1 among them", secrets)
		}
		m.err = nil
		wantSigned(t, signer, "KEY6")
	})
}

// A service that does not answer holds up requests for half a minute while the old keys are valid. When these expire, the renewal is
// waited for.
func TestRenewalOfValidKeysIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &keyIssuer{life: time.Hour} // to be renewed after 55 minutes
		var failed []string
		hang := false
		signer := newTemporary("", func(ctx context.Context) (expiringKeys, []string, error) {
			if hang {
				select {
				case <-ctx.Done():
					return expiringKeys{}, nil, context.Cause(ctx)
				case <-time.After(45 * time.Second):
				}
			}
			return m.fetch(ctx)
		}, func(_ context.Context, err error) { failed = append(failed, err.Error()) })
		sign(t, signer)
		hang = true
		for _, step := range []struct {
			at, until time.Duration
			want      string
		}{
			{at: 55 * time.Minute, until: 55*time.Minute + 30*time.Second, want: "KEY1"},
			{at: 55*time.Minute + 31*time.Second, until: 55*time.Minute + 31*time.Second, want: "KEY1"},
			{at: 59*time.Minute + 50*time.Second, until: time.Hour + 45*time.Second, want: "KEY2"},
		} {
			time.Sleep(step.at - sinceStart())
			if with, _ := sign(t, signer); with != withKey(step.want) || sinceStart() != step.until {
				t.Errorf("at %s: signed with %s at %s, want %s at %s", step.at, with, sinceStart(), step.want, step.until)
			}
		}
		if want := []string{"renewing the temporary credentials: no new keys within 30s"}; !slices.Equal(failed, want) {
			t.Errorf("reported %q, want %q", failed, want)
		}
	})
}

// What package rest has retried is not retried once more.
func TestRetriesDoNotMultiply(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want bool
	}{
		"the metadata service is busy": {err: &fetchError{"503 Service Unavailable", true}, want: true},
		"the metadata service refuses": {err: &fetchError{"403 Forbidden", false}, want: false},
		"IAM was retried":              {err: &rest.Error{Status: 503}, want: false},
		"IAM's caller has no keys":     {err: &rest.Error{Kind: rest.Credentials, Err: &fetchError{"503", true}}, want: false},
		"IAM's answer holds no keys":   {err: &rest.Error{Err: errNoKeys}, want: false},
		"an error of another kind":     {err: errors.New("x"), want: false},
	} {
		if got := retryable(&renewalError{"", tc.err}); got != tc.want {
			t.Errorf("%s: got %t, want %t", name, got, tc.want)
		}
	}
}

func retryable(err error) bool {
	var p interface{ Retryable() bool }
	return errors.As(err, &p) && p.Retryable()
}

// A service that hands out the same keys until they are about to expire is asked once a minute from then on when a fifth of their
// life is left.
func TestShortLivedKeysAreRenewedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fetched, expires := 0, time.Now().Add(20*time.Minute) // to be renewed after 16
		signer := newTemporary("", func(context.Context) (expiringKeys, []string, error) {
			fetched++
			return expiringKeys{keys{"KEY", secretOf("KEY"), securityTokenOf("KEY")}, expires}, nil, nil
		}, nil)
		for range 20 * 60 {
			sign(t, signer)
			time.Sleep(time.Second)
		}
		if want := 1 + 4; fetched != want { // after 16, 17, 18 and 19 minutes
			t.Errorf("%d fetches, want %d", fetched, want)
		}
	})
}

// A caller of Sign stops waiting for a hanging renewal when its own context ends.
func TestRenewalThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		signer := newTemporary("", func(ctx context.Context) (expiringKeys, []string, error) {
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

// Many requests at once need one renewal, and all are signed with its keys. Run it with the race detector.
//
// Fault: keys expire in a list.
func TestOneRenewalForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &keyIssuer{life: time.Hour}
		signer := newTemporary("", func(ctx context.Context) (expiringKeys, []string, error) {
			time.Sleep(3 * time.Second)
			return m.fetch(ctx)
		}, nil)
		sign(t, signer)
		time.Sleep(time.Hour)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { wantSigned(t, signer, "KEY2") })
		}
		wg.Wait()
		if m.fetched != 2 {
			t.Errorf("%d fetches, want 2", m.fetched)
		}
	})
}

// withKey returns what signedWith returns for a request that was signed with a key and its security token.
func withKey(key string) string { return key + ", X-Security-Token " + securityTokenOf(key) }
