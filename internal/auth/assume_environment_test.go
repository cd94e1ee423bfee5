package auth

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// with returns variables with one more.
func with(variables map[string]string, name, value string) map[string]string {
	more := maps.Clone(variables)
	more[name] = value
	return more
}

// The environment describes an agency or OIDC as a whole. Half of one, or both, is a problem that names the variables. What
// they must be together is the subject of TestValidate.
//
// Fault: half an agency.
func TestChainOfEnvironment(t *testing.T) {
	byName := vars{EnvAssumeAgencyName: "ops", EnvAssumeDomainName: "my account"}
	byID := vars{EnvAssumeAgencyName: "ops", EnvAssumeDomainID: "d1"}
	byOIDC := with(with(byID, EnvAssumeProviderID, "idp"), EnvAssumeIDToken, "t")
	byFile := with(with(byID, EnvAssumeProviderID, "idp"), EnvAssumeIDTokenFile, "/a b")
	agency := func(a Agency) chain { return chain{agencies: []Agency{a}, variable: EnvAssumeAgencyName} }
	oidc := func(o OIDC) chain { return chain{oidc: &o, variable: EnvAssumeProviderID} }
	const malformed, incomplete, contradicting = "Malformed environment variable: ", "Incomplete environment variables: ",
		"Conflicting environment variables: "
	const nameForm = "must be a name, not empty and without"
	const account = "Name the account of an identity provider with HW_ASSUME_ROLE_DOMAIN_ID."
	for name, tc := range map[string]struct {
		env     vars
		want    chain
		problem string // the beginning
	}{
		"nothing": {},
		"by name": {env: byName, want: agency(Agency{Name: "ops", DomainName: "my account"})},
		"by ID":   {env: byID, want: agency(Agency{Name: "ops", DomainID: "d1"})},
		"a duration": {
			env:  with(byID, EnvAssumeDuration, "43200"),
			want: agency(Agency{Name: "ops", DomainID: "d1", Duration: new(int64(43200))}),
		},
		"OIDC": {env: byOIDC, want: oidc(OIDC{AgencyName: "ops", DomainID: "d1", ProviderID: "idp", Token: "t"})},
		"OIDC with a file": {
			env:  with(byFile, EnvAssumeDuration, "900"),
			want: oidc(OIDC{AgencyName: "ops", DomainID: "d1", ProviderID: "idp", TokenFile: "/a b", Duration: new(int64(900))}),
		},
		"name and ID": {
			env: with(byName, EnvAssumeDomainID, "d1"),
			problem: contradicting + "HW_ASSUME_ROLE_DOMAIN_NAME and HW_ASSUME_ROLE_DOMAIN_ID are both set. Either names the agency's " +
				"account: remove one of them. The environment sets HW_ASSUME_ROLE_AGENCY_NAME, HW_ASSUME_ROLE_DOMAIN_NAME, " +
				"HW_ASSUME_ROLE_DOMAIN_ID.",
		},
		"two tokens": {
			env:     with(byFile, EnvAssumeIDToken, "t"),
			problem: contradicting + "HW_ASSUME_ROLE_ID_TOKEN and HW_ASSUME_ROLE_ID_TOKEN_FILE are both set. ",
		},
		"a file by name": {
			env:     with(byName, EnvAssumeIDTokenFile, "f"),
			problem: contradicting + "HW_ASSUME_ROLE_DOMAIN_NAME and HW_ASSUME_ROLE_ID_TOKEN_FILE are both set. " + account,
		},
		"a duration alone": {
			env:     vars{EnvAssumeDuration: "900"},
			problem: incomplete + "HW_ASSUME_ROLE_AGENCY_NAME is not set. The environment sets HW_ASSUME_ROLE_DURATION.",
		},
		"OIDC without token": {
			env:     with(byID, EnvAssumeProviderID, "idp"),
			problem: incomplete + "neither HW_ASSUME_ROLE_ID_TOKEN nor HW_ASSUME_ROLE_ID_TOKEN_FILE is set.",
		},
		"OIDC without ID": {env: with(byOIDC, EnvAssumeDomainID, ""), problem: incomplete + "HW_ASSUME_ROLE_DOMAIN_ID is not set."},
		"no number":       {env: with(byName, EnvAssumeDuration, "1h"), problem: malformed + "HW_ASSUME_ROLE_DURATION: must be a number"},
		"too long": {
			env:     with(byName, EnvAssumeDuration, "86401"),
			problem: "Invalid duration: HW_ASSUME_ROLE_DURATION must be between 900 and 86400 seconds with HW_ASSUME_ROLE_DOMAIN_NAME, got 86401.",
		},
		"a blank agency": {env: with(byName, EnvAssumeAgencyName, " "), problem: malformed + "HW_ASSUME_ROLE_AGENCY_NAME: " + nameForm},
		"a line end":     {env: with(byName, EnvAssumeDomainName, "o\nne"), problem: malformed + "HW_ASSUME_ROLE_DOMAIN_NAME: " + nameForm},
		"a blank in the ID": {env: with(byID, EnvAssumeDomainID, "d 1"),
			problem: malformed + "HW_ASSUME_ROLE_DOMAIN_ID: must be one or more visible"},
		"a blank in the idp": {env: with(byOIDC, EnvAssumeProviderID, "i dp"),
			problem: malformed + "HW_ASSUME_ROLE_IDP_ID: must be one or more visible"},
		"a token in lines": {env: with(byOIDC, EnvAssumeIDToken, fakeSecret+"\n"), problem: malformed + "HW_ASSUME_ROLE_ID_TOKEN: must be"},
		"a file in lines":  {env: with(byFile, EnvAssumeIDTokenFile, "f\n"), problem: malformed + "HW_ASSUME_ROLE_ID_TOKEN_FILE: must be"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			setAll(t, tc.env)
			if tc.problem == "" {
				got, err := chainOfEnvironment()
				if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(chain{})); err != nil || diff != "" {
					t.Errorf("%v (-want +got)\n%s", err, diff)
				}
				return
			}
			m.block = ownBlock()
			problem := m.wantProblem(t, "", tc.problem)
			if leaks(problem.Detail, fakeSecret) != "" || problem != (Problem{Summary: problem.Summary, Detail: problem.Detail}) {
				t.Errorf("got %+v, want it in no block and without %s", problem, fakeSecret)
			}
			m.wantNoConnection(t)
		})
	}
}

// An agency or OIDC of the environment is assumed if the provider block has none. A refusal points at no block.
func TestAgencyOfTheEnvironment(t *testing.T) {
	inAccounts(t, func(t *testing.T, m *machine, e *coctest.Emulator) {
		m.block = ownBlock()
		setAll(t, vars{EnvAssumeAgencyName: "ops", EnvAssumeDomainName: "one"})
		m.wantSignedWith(t, issued(1))
		t.Setenv(EnvAssumeDomainName, "three")
		problem := m.wantProblem(t, "", ": HW_ASSUME_ROLE_AGENCY_NAME, the agency ops of the account three: ")
		if problem.Block != "" || problem.Index != 0 {
			t.Errorf("got %+v, want it in no block", problem)
		}
		m.block = Block{}
		setAll(t, vars{
			EnvAssumeAgencyName: "pipeline", EnvAssumeDomainName: "", EnvAssumeDomainID: "d1", EnvAssumeProviderID: "idp",
			EnvAssumeIDToken: idToken,
		})
		wantSource(t, m.wantSignedWith(t, issued(3)), "the environment: HW_ASSUME_ROLE_IDP_ID, for "+oidcAgency)
		m.block = ownBlock(Agency{Name: "ops", DomainID: "d1"}) // the block counts, and not the environment
		m.mustFind(t)
		all := asked(e)
		if got, want := all[len(all)-1], ownKeys.AccessKey+" "+byIDBody("d1", "ops", 3600); got != want {
			t.Errorf("asked %s at last, want %s", got, want)
		}
	})
}
