package auth

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// pipeline is an agency that the emulator hands out keys for, by the tokens of its identity provider.
func pipeline(edit func(*OIDC)) *OIDC {
	o := &OIDC{AgencyName: "pipeline", DomainID: "d1", ProviderID: "idp"}
	edit(o)
	return o
}

const (
	idTokenBody = `/v3.0/OS-AUTH/id-token/tokens {"auth":{"id_token":{"id":%q}}}`
	subjectBody = `/v3.0/OS-CREDENTIAL/securitytokens {"auth":{"identity":{"methods":["token"],"token":{"duration_seconds":3600,"id":%q}}}}`
	oidcAgency  = "the agency pipeline of the account with the ID d1 (identity provider idp, ID token given)"
	oidcOfBlock = "the provider block: assume_role_with_oidc, for " + oidcAgency
)

// oidcRequests are the three requests of one login. N is how many keys were handed out before.
func oidcRequests(e *coctest.Emulator, idToken string, n, seconds int) []string {
	return []string{
		fmt.Sprintf(idTokenBody, idToken),
		fmt.Sprintf(subjectBody, e.SubjectTokens()[n/2]),
		issued(n+1) + " " + byIDBody("d1", "pipeline", seconds),
	}
}

// An ID token is exchanged for an IAM token, that for keys, and these for the keys of the agency, for an hour at most.
func TestOIDC(t *testing.T) {
	for name, tc := range map[string]struct {
		duration *int64
		seconds  int
	}{
		"a quarter":         {duration: new(int64(900)), seconds: 900},
		"more than an hour": {duration: new(int64(43200)), seconds: 3600},
	} {
		t.Run(name, func(t *testing.T) {
			inAccounts(t, func(t *testing.T, m *machine, e *coctest.Emulator) {
				m.metadata = serveMetadata(metadataAnswer("WRONG", time.Hour))
				t.Setenv(EnvAccessKey, "WRONG") // of another source, which is not asked
				m.block.OIDC = pipeline(func(o *OIDC) { o.Token, o.Duration = idToken, tc.duration })
				found := m.mustFind(t)
				if diff := cmp.Diff(oidcRequests(e, idToken, 0, tc.seconds), asked(e)); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if idp := e.Requests()[0].Header.Get("X-Idp-Id"); idp != "idp" {
					t.Errorf("got X-Idp-Id %q, want idp", idp)
				}
				wantSession(t, found.Signer, e, idToken, e.SubjectTokens()[0])
				if want := (Found{Signer: found.Signer, Source: oidcOfBlock, Assumed: true}); *found != want {
					t.Errorf("got %+v, want %+v", *found, want)
				}
			})
		})
	}
}

// The file of an ID token is read anew for each renewal. White space around the token is dropped.
func TestIDTokenFileIsReadAnew(t *testing.T) {
	inAccounts(t, func(t *testing.T, m *machine, e *coctest.Emulator) {
		m.write(t, "id/token", " \n"+idToken+"\r\n")
		m.block.OIDC = pipeline(func(o *OIDC) { o.TokenFile = "~/id/token" })
		signer := m.mustFind(t).Signer
		m.write(t, "id/token", "second-id-token")
		time.Sleep(55*time.Minute - time.Second)
		sign(t, signer)
		time.Sleep(time.Second)
		_, secrets := sign(t, signer)
		want := append(oidcRequests(e, idToken, 0, 3600), oidcRequests(e, "second-id-token", 2, 3600)...)
		if diff := cmp.Diff(want, asked(e)); diff != "" || !slices.Contains(secrets, "second-id-token") {
			t.Errorf("(-want +got)\n%s", diff)
		}

		// A file that is gone is no error while the keys are valid.
		m.write(t, "id/token", "")
		time.Sleep(55 * time.Minute)
		sign(t, signer)
		file := m.home + "/id/token"
		told := fmt.Sprintf("renewing the temporary credentials of %s: %s: the file is empty", m.block.OIDC, file)
		if errs := m.failedRenewals(); len(errs) != 1 || errs[0].Error() != told {
			t.Errorf("reported %v, want %s", errs, told)
		}
		time.Sleep(5 * time.Minute)
		_, err := signer.Sign(t.Context(), newRequest())
		wantError(t, err, told)
	})
}

// A chain of agencies begins where OIDC ends.
func TestOIDCThenAnAgency(t *testing.T) {
	inAccounts(t, func(t *testing.T, m *machine, e *coctest.Emulator) {
		m.block.OIDC = pipeline(func(o *OIDC) { o.Token = idToken })
		m.block.Agencies = []Agency{{Name: "ops", DomainName: "two", Duration: new(int64(86400))}}
		found := m.mustFind(t)
		want := append(oidcRequests(e, idToken, 0, 3600), issued(2)+" "+byNameBody("two", 3600))
		if diff := cmp.Diff(want, asked(e)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		wantSource(t, found, oidcOfBlock+", then the agency ops of the account two")
	})
}

// An error of OIDC is one problem. It names the agency, the identity provider and the file, and quotes no token.
func TestOIDCProblems(t *testing.T) {
	const begin = "assume_role_with_oidc, the agency pipeline of the account with the ID d1 (identity provider idp, ID token in FILE): "
	for name, tc := range map[string]struct {
		file string // its content; "-" for no file
		edit func(*coctest.Emulator, *OIDC)
		want string
	}{
		"no file":   {file: "-", want: begin + "FILE: no such file or directory.\n\nThe provider reads the ID token from this file"},
		"two lines": {file: "a\nb", want: begin + "FILE: a key, a token or an ID contains characters that are not allowed"},
		"a token of somebody else": {
			file: "another-token",
			want: begin + "reading a token for the identity provider idp from http://127.0.0.1:1: 401 Unauthorized: APIGW.0301 " +
				"(request id emulated-0001).\n\nThe ID token was not accepted",
		},
		"an agency that does not trust": {
			file: idToken, edit: func(_ *coctest.Emulator, o *OIDC) { o.AgencyName = "ops" },
			want: "reading keys of the agency ops of the account with the ID d1 from http://127.0.0.1:2: 403 Forbidden: IAM.0011 " +
				"(request id emulated-0003).\n\nCheck that the identity provider's conversion rules",
		},
		"no subject token": {
			file: idToken, edit: func(e *coctest.Emulator, _ *OIDC) {
				e.Fault(coctest.Number(1), coctest.Answer(201, "application/json", idToken))
			},
			want: begin + "reading keys for the identity provider idp from http://127.0.0.1:1: the answer holds no usable credentials.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			inAccounts(t, func(t *testing.T, m *machine, e *coctest.Emulator) {
				file := m.home + "/token"
				if tc.file != "-" {
					m.write(t, "token", tc.file)
				}
				m.block.OIDC = pipeline(func(o *OIDC) { o.TokenFile = file })
				if tc.edit != nil {
					tc.edit(e, m.block.OIDC)
				}
				problem := m.wantProblem(t, "", "Cannot act as an agency: ", strings.ReplaceAll(tc.want, "FILE", file))
				if part := leaks(problem.Detail, idToken); part != "" || problem.Block != BlockOIDC {
					t.Errorf("got a problem on %q: %s, want one on %s without %q", problem.Block, problem.Detail, BlockOIDC, part)
				}
			})
		})
	}
}

// OIDC stands alone: other credentials next to it are a problem, and no request is sent.
//
// Fault: half an agency.
func TestOIDCStandsAlone(t *testing.T) {
	environment := vars{EnvAssumeAgencyName: "a", EnvAssumeDomainID: "d", EnvAssumeProviderID: "idp", EnvAssumeIDToken: idToken}
	for name, tc := range map[string]struct {
		block    Block
		env      vars
		argument string
		want     string
	}{
		"the block's token": {
			block: Block{OIDC: &OIDC{}, Token: "T"}, argument: "token",
			want: "token and assume_role_with_oidc are both set",
		},
		"the block's profile": {
			block: Block{OIDC: &OIDC{}, Profile: "p"}, argument: "profile",
			want: "profile and assume_role_with_oidc are both set",
		},
		"keys of the block": {
			block: Block{AccessKey: "A", SecretKey: "S"}, env: environment, argument: "access_key",
			want: "access_key and HW_ASSUME_ROLE_IDP_ID are both set",
		},
		"a profile of the env.": {env: with(environment, EnvProfile, "p"), want: "HW_PROFILE and HW_ASSUME_ROLE_IDP_ID are both set"},
		"a file of the environment": {
			env:  with(environment, EnvSharedConfigFile, "f"),
			want: "HW_SHARED_CONFIG_FILE and HW_ASSUME_ROLE_IDP_ID are both set",
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.block = tc.block
			setAll(t, tc.env)
			m.wantProblem(t, tc.argument, "Two kinds of credentials: "+tc.want)
			m.wantNoConnection(t)
		})
	}
}
