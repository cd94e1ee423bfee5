package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// inAccounts runs a test in virtual time, on a machine whose requests go to an emulator of IAM and STS.
func inAccounts(t *testing.T, test func(t *testing.T, m *machine, e *coctest.Emulator)) {
	t.Helper()
	m := newMachine(t)
	synctest.Test(t, func(t *testing.T) {
		e := withAgencies()
		m.useNetwork(twoServices(e))
		test(t, m, e)
	})
}

// asked returns the requests that an emulator got: whose keys signed each, and its path and body.
func asked(e *coctest.Emulator) []string {
	var all []string
	for _, r := range e.Requests() {
		_, after, _ := strings.Cut(r.Header.Get("Authorization"), "Access=")
		key, _, _ := strings.Cut(after, ",")
		all = append(all, strings.TrimSpace(key+r.Header.Get("X-Auth-Token")+" "+r.Path+" "+r.Body))
	}
	return all
}

func byNameBody(account string, seconds int) string {
	return fmt.Sprintf(`/v3.0/OS-CREDENTIAL/securitytokens {"auth":{"identity":{"assume_role":`+
		`{"agency_name":"ops","domain_name":%q,"duration_seconds":%d},"methods":["assume_role"]}}}`, account, seconds)
}

func byIDBody(id, agency string, seconds int) string {
	return fmt.Sprintf(`/v5/agencies/assume {"agency_session_name":"terraform-provider-coc",`+
		`"agency_urn":"iam::%s:agency:%s","duration_seconds":%d}`, id, agency, seconds)
}

// issued is the access key that the emulator hands out as its n-th.
func issued(n int) string { return fmt.Sprintf("HSTAISSUED%010d", n) }

// An agency is asked for by the name of its account at IAM, and by its ID at STS. Each further agency of a chain is asked for with the
// keys of the one before. The keys of the last one sign. The emulator refuses whatever is not in the documented form or not signed.
func TestAgencies(t *testing.T) {
	for name, tc := range map[string]struct {
		agencies []Agency
		asked    []string
		source   string
	}{
		"by name": {
			agencies: []Agency{{Name: "ops", DomainName: "one"}},
			asked:    []string{ownKeys.AccessKey + " " + byNameBody("one", 3600)},
			source:   ", then the agency ops of the account one",
		},
		"by ID": {
			agencies: []Agency{{Name: "ops", DomainID: "d1"}},
			asked:    []string{ownKeys.AccessKey + " " + byIDBody("d1", "ops", 3600)},
			source:   ", then the agency ops of the account with the ID d1",
		},
		"a chain of three": {
			agencies: []Agency{
				{Name: "ops", DomainName: "one", Duration: new(int64(86400))},
				{Name: "ops", DomainID: "d2", Duration: new(int64(43200))},
				{Name: "ops", DomainName: "three", Duration: new(int64(900))},
			},
			asked: []string{
				ownKeys.AccessKey + " " + byNameBody("one", 86400),
				issued(1) + " " + byIDBody("d2", "ops", 3600),
				issued(2) + " " + byNameBody("three", 900),
			},
			source: ", then the agency ops of the account one, then the agency ops of the account with the ID d2, " +
				"then the agency ops of the account three",
		},
	} {
		t.Run(name, func(t *testing.T) {
			inAccounts(t, func(t *testing.T, m *machine, e *coctest.Emulator) {
				m.block, m.options.UserAgent = ownBlock(tc.agencies...), "test"
				found := m.mustFind(t)
				if diff := cmp.Diff(tc.asked, asked(e)); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				wantSession(t, found.Signer, e, ownKeys.AccessKey, ownKeys.SecretKey)
				wantSource(t, found, "the provider block: access_key and secret_key"+tc.source)
				if got := e.Requests()[0].Header.Get("User-Agent"); got != "test" {
					t.Errorf("got the User-Agent %q, want test", got)
				}
			})
		})
	}
}

// Temporary keys ask STS for an hour at most, and so does each agency after the first.
func TestDurations(t *testing.T) {
	permanent, temporary, day := keys{"A", "S", ""}, keys{"A", "S", "T"}, new(int64(86400))
	for name, tc := range map[string]struct {
		agency  Agency
		signer  rest.Signer
		chained bool
		want    int64
	}{
		"the default":                    {agency: Agency{DomainID: "d"}, signer: permanent, want: 3600},
		"by name":                        {agency: Agency{DomainName: "a", Duration: day}, signer: permanent, want: 86400},
		"by ID":                          {agency: Agency{DomainID: "d", Duration: day}, signer: permanent, want: 86400},
		"by name with temporary keys":    {agency: Agency{DomainName: "a", Duration: day}, signer: temporary, want: 86400},
		"by ID with temporary keys":      {agency: Agency{DomainID: "d", Duration: day}, signer: temporary, want: 3600},
		"by ID with keys of the machine": {agency: Agency{DomainID: "d", Duration: day}, signer: newTemporary("", nil, nil), want: 3600},
		"by ID with an IAM token":        {agency: Agency{DomainID: "d", Duration: day}, signer: iamToken("t"), want: 3600},
		"by name, the second":            {agency: Agency{DomainName: "a", Duration: day}, signer: temporary, chained: true, want: 3600},
		"less than an hour":              {agency: Agency{DomainID: "d", Duration: new(int64(900))}, signer: temporary, chained: true, want: 900},
	} {
		if got := tc.agency.life(tc.signer, tc.chained); got != tc.want {
			t.Errorf("%s: got %d seconds, want %d", name, got, tc.want)
		}
	}
}

// The project and the domain that came with the first account's keys are not used with those of another account.
//
// Fault: first account's IDs.
func TestIDsOfTheFirstAccountAreDropped(t *testing.T) {
	inAccounts(t, func(t *testing.T, m *machine, _ *coctest.Emulator) {
		m.write(t, ".hcloud/config.json", fmt.Sprintf(`{"current":"p","profiles":[{"name":"p","accessKeyId":%q,"secretAccessKey":%q,
			"region":"ap-southeast-3","projectId":"file-project","domainId":"file-domain"}]}`, ownKeys.AccessKey, ownKeys.SecretKey))
		if found := m.mustFind(t); found.ProjectID != "file-project" || found.DomainID != "file-domain" || found.Assumed {
			t.Errorf("without an agency: got %+v, want the file's IDs", found)
		}
		m.block.Agencies = []Agency{{Name: "ops", DomainName: "one"}}
		if found := m.mustFind(t); found.ProjectID != "" || found.DomainID != "" || !found.Assumed {
			t.Errorf("with an agency: got %+v, want no IDs", found)
		}
	})
}

// A refusal is one problem on its block: it says which agency of which account, and what IAM or STS said. TestAdvice has the rest.
//
// Fault: refusing agency, untrusting agency.
func TestRefusedAgency(t *testing.T) {
	one, other := Agency{Name: "ops", DomainName: "one"}, Agency{Name: "other", DomainID: "d2"}
	for want, agencies := range map[string][]Agency{
		"assume_role, the agency other of the account with the ID d2: reading keys of the agency other of the account with the ID d2 " +
			"from http://127.0.0.1:2: 403 Forbidden: IAM.0011 (request id emulated-0001).\n\n": {other},
		"assume_role (2 of 3), the agency other of the account with the ID d2: reading keys of the agency other of the account with the " +
			"ID d2 from http://127.0.0.1:2: 403 Forbidden: IAM.0011 (request id emulated-0002).\n\n": {one, other, one},
	} {
		inAccounts(t, func(t *testing.T, m *machine, _ *coctest.Emulator) {
			m.block, m.options.MaxRetries = ownBlock(agencies...), 2
			problem := m.wantProblem(t, "", want)
			if problem.Block != BlockAgency || problem.Index != slices.Index(agencies, other) || problem.Summary != "Cannot act as an agency" {
				t.Errorf("got %+v, want it on the block of %s", problem, other)
			}
		})
	}
}

// Each error of a hop has its advice.
//
// Fault: refusing agency.
func TestAdvice(t *testing.T) {
	byName, byID, oidc := hop{number: 1, caller: "the caller"}, hop{number: 1, caller: "the caller", byID: true}, hop{byID: true}
	for name, tc := range map[string]struct {
		hop  hop
		err  error
		want string // the beginning of the advice, empty for none
	}{
		"IAM":                  {byName, &rest.Error{Kind: rest.UnknownHost}, "Check the provider's iam_endpoint or region, and this"},
		"STS":                  {byID, &rest.Error{Kind: rest.UnknownHost}, "Check the provider's sts_endpoint or region, and this"},
		"either":               {oidc, &rest.Error{Kind: rest.TLS}, "IAM or STS could not prove its identity."},
		"a caller":             {byName, &rest.Error{Kind: rest.Unauthorized}, "The request was signed with credentials from the caller."},
		"a missing token file": {oidc, &fetchError{text: "/nowhere: no such file"}, "The provider reads the ID token from this file"},
		"an ID token":          {oidc, &rest.Error{Kind: rest.Unauthorized}, "The ID token was not accepted"},
		"no right":             {byName, &rest.Error{Kind: rest.Forbidden}, "You need two things: the caller must have the right Agent Operator"},
		"no right, by ID":      {byID, &rest.Error{Kind: rest.Forbidden}, "You need two things: the caller must have the right sts:agencies"},
		"no right, by OIDC":    {oidc, &rest.Error{Kind: rest.Forbidden}, "Check that the identity provider's conversion rules"},
		"no agency":            {byName, &rest.Error{Kind: rest.NotFound}, "Check agency_name and domain_name"},
		"no agency, by OIDC":   {oidc, &rest.Error{Kind: rest.NotFound}, "Check idp_id, agency_name and domain_id"},
		"a bad request":        {byID, &rest.Error{Kind: rest.BadRequest}, "Check agency_name and domain_id"},
		"an answer of no kind": {byName, &rest.Error{Err: errNoKeys}, ""},
	} {
		if got := tc.hop.advice(tc.err); !strings.HasPrefix(got, tc.want) || tc.want == "" && got != "" {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

// An answer with keys that is cut short is asked for again. If it never comes whole, the problem quotes nothing of it.
//
// Fault: keys cut short, IAM down.
func TestAnswerCutShort(t *testing.T) {
	inAccounts(t, func(t *testing.T, m *machine, e *coctest.Emulator) {
		m.block, m.options.MaxRetries = ownBlock(Agency{Name: "ops", DomainName: "one"}), 1
		e.Fault(coctest.Number(1), coctest.CutOff(150))
		m.wantSignedWith(t, issued(2))
		e.Fault(coctest.Always, coctest.CutOff(150))
		problem := m.wantProblem(t, "", "201 Created: the answer was cut off after", "EOF (request id emulated-0004), after 2 attempts.")
		if part := leaks(problem.Detail, append(sessionSecrets(e), ownKeys.AccessKey, ownKeys.SecretKey)...); part != "" {
			t.Errorf("got %s, want no %q", problem.Detail, part)
		}
	})
}

// While rows are read for two hours, each agency of a chain is renewed when a fifth of its life is left, with the keys of the one
// before, which are renewed before that if it is time. Nothing else is asked for, and no request is refused.
//
// Fault: keys expire in a list, keys expire in 500 pages.
func TestChainIsRenewed(t *testing.T) {
	inAccounts(t, func(t *testing.T, m *machine, e *coctest.Emulator) {
		m.block = ownBlock(
			Agency{Name: "ops", DomainName: "one", Duration: new(int64(7200))},  // renewed after 1:55
			Agency{Name: "ops", DomainID: "d2"},                                 // an hour: renewed after 0:55
			Agency{Name: "ops", DomainName: "three", Duration: new(int64(900))}, // renewed after 0:12
		)
		client, err := rest.New(rest.Config{Endpoint: testIAM, Signer: m.mustFind(t).Signer, Transport: m.transport})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for seen := 3; sinceStart() <= 2*time.Hour; time.Sleep(30 * time.Second) {
			_, err := client.Get(t.Context(), rest.Request{Path: coctest.Path, What: "rows"}, func(io.Reader) error { return nil })
			if err != nil {
				t.Errorf("after %s: %v", sinceStart(), err)
			}
			for _, r := range e.Requests()[seen:] {
				if seen++; r.Path != coctest.Path {
					got = append(got, fmt.Sprintf("%s %s", sinceStart(), r.Account))
				}
			}
		}
		want := []string{
			"12m0s d2", "24m0s d2", "36m0s d2", "48m0s d2",
			"1h0m0s d1", "1h0m0s d2", "1h12m0s d2", "1h24m0s d2", "1h36m0s d2", "1h48m0s d2",
			"2h0m0s d0", "2h0m0s d1", "2h0m0s d2",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// A clock that is off by ten minutes does not change when keys are renewed: the Date of the answer tells how long they live.
//
// Fault: clock off at renewal.
func TestClockThatIsOff(t *testing.T) {
	for _, skew := range []time.Duration{-10 * time.Minute, 0, 10 * time.Minute} {
		inAccounts(t, func(t *testing.T, m *machine, e *coctest.Emulator) {
			e.Skew = skew
			m.wantRenewal(t, issued(1), issued(2))
		})
	}
}

// wantRenewal checks that keys of an agency for 15 minutes are renewed after 12.
func (m *machine) wantRenewal(t *testing.T, before, after string) {
	t.Helper()
	m.block = ownBlock(Agency{Name: "ops", DomainName: "one", Duration: new(int64(900))})
	signer := m.mustFind(t).Signer
	time.Sleep(12*time.Minute - 1)
	wantSigned(t, signer, before)
	time.Sleep(time.Nanosecond)
	wantSigned(t, signer, after)
}

// Keys that have expired on arrival are an error that names the clock.
//
// Fault: clock off at renewal.
func TestKeysThatExpiredOnArrival(t *testing.T) {
	for name, tc := range map[string]struct {
		date string
		want string // empty if the keys are valid
		life time.Duration
	}{
		"by the service's clock": {
			date: "Fri, 02 Jan 2026 03:10:00 GMT",
			want: "the new keys expired at 2026-01-02T03:00:00Z, and it is 2026-01-02T03:10:00Z by the clock of the service, in its header Date",
		},
		"at this moment":                    {date: "Fri, 02 Jan 2026 03:00:00 GMT", want: "and it is 2026-01-02T03:00:00Z by the clock"},
		"valid by the service's clock":      {date: "Fri, 02 Jan 2026 02:50:00 GMT", life: 10 * time.Minute},
		"without a date, by this machine's": {want: "and it is 2026-01-02T04:00:00Z by this machine's clock: check it"},
		"with a date that is none":          {date: "today", want: "by this machine's clock"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(time.Date(2026, 1, 2, 4, 0, 0, 0, time.UTC)))
				const body = `{"credential":{"access":"A","secret":"S","securitytoken":"T","expires_at":"2026-01-02T03:00:00Z"}}`
				k, err := temporaryKeys(http.Header{"Date": {tc.date}}, []byte(body))
				if life := time.Until(k.expires); (err == nil) != (tc.want == "") || err == nil && life != tc.life ||
					err != nil && !strings.Contains(err.Error(), tc.want) {
					t.Errorf("got %v, keys for %s, want %q, %s", err, life, tc.want, tc.life)
				}
			})
		})
	}
}

// Keys are renewed by what was asked for, even if the answer says that they live longer, or its Date makes them.
//
// Fault: clock off at renewal.
func TestKeysLiveAsLongAsAskedFor(t *testing.T) {
	for _, date := range []string{"Sat, 01 Jan 2000 00:00:00 GMT", "none"} {
		m := newMachine(t)
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(24 * time.Hour) // after that Date
			asked := 0
			m.useNetwork(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked++
				w.Header().Set("Date", date)
				_, _ = fmt.Fprint(w, metadataAnswer(fmt.Sprintf("KEY%d", asked), 24*time.Hour))
			}))
			m.wantRenewal(t, "KEY1", "KEY2")
		})
	}
}

// An interrupt while the first keys of an agency are asked for ends the search with its cause.
func TestAssumingIsCancelled(t *testing.T) {
	inAccounts(t, func(t *testing.T, m *machine, e *coctest.Emulator) {
		e.Fault(coctest.Always, coctest.Hang)
		m.block, m.options.MaxRetries = ownBlock(Agency{Name: "ops", DomainName: "one"}), 5
		stop := errors.New("stop")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 7*time.Second, stop)
		defer cancel()
		first, err := Find(ctx, m.block, m.options)
		if err != nil {
			t.Fatal(err)
		}
		found, err := first.Assume(ctx, "cn-north-4")
		if found != nil || !errors.Is(err, stop) || sinceStart() != 7*time.Second {
			t.Errorf("after %s: found %+v, %v, want the cause after 7 s", sinceStart(), found, err)
		}
	})
}

// wantSession checks that a signer signs with the last keys that an emulator handed out, and returns all of them as secrets, and more.
func wantSession(t *testing.T, s rest.Signer, e *coctest.Emulator, more ...string) {
	t.Helper()
	last := e.Issued()[len(e.Issued())-1]
	with, secrets := sign(t, s)
	if want := last.AccessKey + ", X-Security-Token " + last.SecurityToken; with != want {
		t.Errorf("signed with %s, want %s", with, want)
	}
	for _, want := range append(sessionSecrets(e), more...) {
		if !slices.Contains(secrets, want) {
			t.Errorf("got the secrets %q, want %s among them", secrets, want)
		}
	}
}

func sessionSecrets(e *coctest.Emulator) []string {
	var secrets []string
	for _, k := range e.Issued() {
		secrets = append(secrets, k.AccessKey, k.SecretKey, k.SecurityToken)
	}
	return secrets
}
