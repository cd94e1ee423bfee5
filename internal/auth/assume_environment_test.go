package auth

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// with returns variables with one more.
func with(variables map[string]string, name, value string) map[string]string {
	more := maps.Clone(variables)
	more[name] = value
	return more
}

// The environment describes an agency or OIDC as a whole. Half of one, or both, is a problem that names the variables.
func TestRoleOfEnvironment(t *testing.T) {
	byName := map[string]string{EnvAssumeAgencyName: "ops", EnvAssumeDomainName: "one"}
	byID := map[string]string{EnvAssumeAgencyName: "ops", EnvAssumeDomainID: "d1"}
	byOIDC := map[string]string{EnvAssumeAgencyName: "ops", EnvAssumeDomainID: "d1", EnvAssumeProviderID: "idp", EnvAssumeIDToken: "t"}
	byFile := map[string]string{EnvAssumeAgencyName: "ops", EnvAssumeDomainID: "d1", EnvAssumeProviderID: "idp", EnvAssumeIDTokenFile: "/a b"}
	agency := func(a Agency) role { return role{agencies: []Agency{a}, variable: EnvAssumeAgencyName} }
	oidc := func(o OIDC) role { return role{oidc: &o, variable: EnvAssumeProviderID} }
	const malformed, incomplete, contradicting = "Malformed environment variable: ", "Incomplete environment variables: ", "Contradicting environment variables: "
	const byNameBounds, byIDBounds = "must be a number of seconds from 900 to 86400.", "must be a number of seconds from 900 to 43200."
	for name, tc := range map[string]struct {
		env     map[string]string
		want    role
		problem string // the beginning
	}{
		"nothing":             {},
		"by name":             {env: byName, want: agency(Agency{Name: "ops", DomainName: "one"})},
		"a name with blanks":  {env: with(byName, EnvAssumeDomainName, "my account"), want: agency(Agency{Name: "ops", DomainName: "my account"})},
		"by ID":               {env: byID, want: agency(Agency{Name: "ops", DomainID: "d1"})},
		"a duration by name":  {env: with(byName, EnvAssumeDuration, "86400"), want: agency(Agency{Name: "ops", DomainName: "one", Duration: 24 * time.Hour})},
		"a duration by ID":    {env: with(byID, EnvAssumeDuration, "43200"), want: agency(Agency{Name: "ops", DomainID: "d1", Duration: 12 * time.Hour})},
		"the least duration":  {env: with(byName, EnvAssumeDuration, "900"), want: agency(Agency{Name: "ops", DomainName: "one", Duration: 15 * time.Minute})},
		"OIDC":                {env: byOIDC, want: oidc(OIDC{AgencyName: "ops", DomainID: "d1", ProviderID: "idp", Token: "t"})},
		"OIDC with a file":    {env: with(byFile, EnvAssumeDuration, "900"), want: oidc(OIDC{AgencyName: "ops", DomainID: "d1", ProviderID: "idp", TokenFile: "/a b", Duration: 15 * time.Minute})},
		"name and ID":         {env: with(byName, EnvAssumeDomainID, "d1"), problem: contradicting + "HW_ASSUME_ROLE_DOMAIN_NAME and HW_ASSUME_ROLE_DOMAIN_ID are both set"},
		"two tokens":          {env: with(byFile, EnvAssumeIDToken, "t"), problem: contradicting + "HW_ASSUME_ROLE_ID_TOKEN and HW_ASSUME_ROLE_ID_TOKEN_FILE are both set"},
		"OIDC by name":        {env: with(byName, EnvAssumeProviderID, "idp"), problem: contradicting + "HW_ASSUME_ROLE_DOMAIN_NAME and HW_ASSUME_ROLE_IDP_ID are both set"},
		"a file by name":      {env: with(byName, EnvAssumeIDTokenFile, "f"), problem: contradicting + "HW_ASSUME_ROLE_DOMAIN_NAME and HW_ASSUME_ROLE_ID_TOKEN_FILE are both set"},
		"an agency alone":     {env: map[string]string{EnvAssumeAgencyName: "ops"}, problem: incomplete + "HW_ASSUME_ROLE_DOMAIN_NAME or HW_ASSUME_ROLE_DOMAIN_ID is not set, but HW_ASSUME_ROLE_AGENCY_NAME is."},
		"an account alone":    {env: map[string]string{EnvAssumeDomainName: "one"}, problem: incomplete + "HW_ASSUME_ROLE_AGENCY_NAME is not set, but HW_ASSUME_ROLE_DOMAIN_NAME is."},
		"a duration alone":    {env: map[string]string{EnvAssumeDuration: "900"}, problem: incomplete + "HW_ASSUME_ROLE_AGENCY_NAME is not set, but HW_ASSUME_ROLE_DURATION is."},
		"a provider alone":    {env: map[string]string{EnvAssumeProviderID: "idp"}, problem: incomplete + "HW_ASSUME_ROLE_AGENCY_NAME is not set, but HW_ASSUME_ROLE_IDP_ID is."},
		"OIDC without token":  {env: with(byID, EnvAssumeProviderID, "idp"), problem: incomplete + "HW_ASSUME_ROLE_ID_TOKEN or HW_ASSUME_ROLE_ID_TOKEN_FILE is not set, but HW_ASSUME_ROLE_AGENCY_NAME, HW_ASSUME_ROLE_DOMAIN_ID and HW_ASSUME_ROLE_IDP_ID are."},
		"OIDC without idp":    {env: with(byID, EnvAssumeIDToken, "t"), problem: incomplete + "HW_ASSUME_ROLE_IDP_ID is not set"},
		"OIDC without ID":     {env: with(byOIDC, EnvAssumeDomainID, ""), problem: incomplete + "HW_ASSUME_ROLE_DOMAIN_ID is not set"},
		"no number":           {env: with(byName, EnvAssumeDuration, "1h"), problem: malformed + "HW_ASSUME_ROLE_DURATION: " + byNameBounds},
		"too short":           {env: with(byName, EnvAssumeDuration, "899"), problem: malformed + "HW_ASSUME_ROLE_DURATION: " + byNameBounds},
		"too long by name":    {env: with(byName, EnvAssumeDuration, "86401"), problem: malformed + "HW_ASSUME_ROLE_DURATION: " + byNameBounds},
		"too long by ID":      {env: with(byID, EnvAssumeDuration, "43201"), problem: malformed + "HW_ASSUME_ROLE_DURATION: " + byIDBounds},
		"too long by OIDC":    {env: with(byOIDC, EnvAssumeDuration, "43201"), problem: malformed + "HW_ASSUME_ROLE_DURATION: " + byIDBounds},
		"far too long":        {env: with(byName, EnvAssumeDuration, "99999999999999999999"), problem: malformed + "HW_ASSUME_ROLE_DURATION: " + byNameBounds},
		"a blank agency":      {env: with(byName, EnvAssumeAgencyName, " "), problem: malformed + "HW_ASSUME_ROLE_AGENCY_NAME: must be one line"},
		"a blank behind":      {env: with(byName, EnvAssumeDomainName, "one "), problem: malformed + "HW_ASSUME_ROLE_DOMAIN_NAME: must be one line"},
		"a line end":          {env: with(byName, EnvAssumeDomainName, "o\nne"), problem: malformed + "HW_ASSUME_ROLE_DOMAIN_NAME: must be one line"},
		"a blank in the ID":   {env: with(byID, EnvAssumeDomainID, "d 1"), problem: malformed + "HW_ASSUME_ROLE_DOMAIN_ID: must be visible"},
		"a blank in the idp":  {env: with(byOIDC, EnvAssumeProviderID, "i dp"), problem: malformed + "HW_ASSUME_ROLE_IDP_ID: must be visible"},
		"a line end of token": {env: with(byOIDC, EnvAssumeIDToken, fakeSecret+"\n"), problem: malformed + "HW_ASSUME_ROLE_ID_TOKEN: must be visible"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			for variable, value := range tc.env {
				t.Setenv(variable, value)
			}
			got, err := roleOfEnvironment()
			if tc.problem == "" {
				if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(role{})); err != nil || diff != "" {
					t.Errorf("%v (-want +got)\n%s", err, diff)
				}
				return
			}
			var problem *Problem
			if !errors.As(err, &problem) || !strings.HasPrefix(err.Error(), tc.problem) || *problem != (Problem{Summary: problem.Summary, Detail: problem.Detail}) {
				t.Errorf("got %v\nwant %s", err, tc.problem)
			}
			if leaks(err.Error(), fakeSecret) != "" {
				t.Errorf("the error repeats the token: %v", err)
			}
			m.block = Block{AccessKey: new("A"), SecretKey: new("S")}
			m.wantProblem(t, "", tc.problem)
			if seen := m.connections(); len(seen) > 0 {
				t.Errorf("connected to %v", seen)
			}
		})
	}
}

// An agency of the environment is assumed if the provider block has none. Its refusal points at no block.
func TestAgencyOfTheEnvironment(t *testing.T) {
	inAccounts(t, func(t *testing.T, m *machine, e *coctest.Emulator) {
		m.block = ownBlock()
		t.Setenv(EnvAssumeAgencyName, "ops")
		t.Setenv(EnvAssumeDomainName, "one")
		if with, _ := sign(t, m.mustFind(t).Signer); !strings.HasPrefix(with, issued(1)+",") {
			t.Errorf("signed with %s", with)
		}
		t.Setenv(EnvAssumeDomainName, "three")
		_, _, err := m.find(t)
		var problem *Problem
		if !errors.As(err, &problem) || problem.Block != "" || problem.Index != 0 || !strings.HasPrefix(problem.Detail, "HW_ASSUME_ROLE_AGENCY_NAME, the agency ops of the account three: ") {
			t.Errorf("got %+v", err)
		}
		m.block = ownBlock(Agency{Name: "ops", DomainID: "d1"}) // the block counts, and not the environment
		m.mustFind(t)
		if last := asked(e)[len(e.Requests())-1]; last != ownKeys.AccessKey+" "+byIDBody("d1", "ops", 3600) {
			t.Errorf("asked %s", last)
		}
	})
}

// OIDC of the environment, and the block that counts more.
func TestOIDCOfTheEnvironment(t *testing.T) {
	inAccounts(t, func(t *testing.T, m *machine, e *coctest.Emulator) {
		for variable, value := range map[string]string{
			EnvAssumeAgencyName: "pipeline", EnvAssumeDomainID: "d1", EnvAssumeProviderID: "idp", EnvAssumeIDToken: idToken,
		} {
			t.Setenv(variable, value)
		}
		found := m.mustFind(t)
		if with, _ := sign(t, found.Signer); !strings.HasPrefix(with, issued(2)+",") || found.Source != "the environment: HW_ASSUME_ROLE_IDP_ID, for "+oidcAgency {
			t.Errorf("signed with %s, source %q", with, found.Source)
		}
		m.block = ownBlock(Agency{Name: "ops", DomainName: "one"})
		m.mustFind(t)
		if last := asked(e)[len(e.Requests())-1]; last != ownKeys.AccessKey+" "+byNameBody("one", 3600) {
			t.Errorf("asked %s", last)
		}
	})
}
