package auth

import (
	"strconv"
	"strings"
)

// chain is what the provider acts as: an agency by OIDC, if any, and then one agency after the other.
type chain struct {
	oidc     *OIDC
	agencies []Agency
	variable string // the environment variable that names the agency, empty if the provider block does
}

// assumeVariables stand for the arguments of an agency.
var assumeVariables = []struct {
	name, argument string
	form           func(string) bool
	message        string
}{
	{EnvAssumeAgencyName, "agency_name", NameForm.MatchString, NameMessage},
	{EnvAssumeDomainName, "domain_name", NameForm.MatchString, NameMessage},
	{EnvAssumeDomainID, "domain_id", Visible, VisibleMessage},
	{EnvAssumeDuration, "duration", func(s string) bool { return parseSeconds(s) != nil }, "must be a number of seconds"},
	{EnvAssumeProviderID, "idp_id", Visible, VisibleMessage},
	{EnvAssumeIDToken, "id_token", Visible, VisibleMessage},
	{EnvAssumeIDTokenFile, "id_token_file", NameForm.MatchString, PathMessage},
}

var ofVariables = rules{"Incomplete environment variables", "Conflicting environment variables", variableOf}

func variableOf(argument string) string {
	for _, v := range assumeVariables {
		if v.argument == argument {
			return v.name
		}
	}
	return argument
}

// parseSeconds returns a duration, nil if the value is none.
func parseSeconds(value string) *int64 {
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		return &n
	}
	return nil
}

// chainOfEnvironment returns what the environment variables describe: OIDC if one of an identity provider's is set,
// otherwise one agency. Incomplete or conflicting variables are a problem: otherwise the provider would act for a
// different account than the user's shell implies.
func chainOfEnvironment() (chain, error) {
	values := map[string]string{}
	var set []string
	for _, v := range assumeVariables {
		value := env(v.name).value
		if value == "" {
			continue
		}
		if !v.form(value) {
			return chain{}, malformed("", v.name, v.message)
		}
		values[v.argument] = value
		set = append(set, v.name)
	}
	if len(set) == 0 {
		return chain{}, nil
	}
	agency := Agency{
		Name: values["agency_name"], DomainName: values["domain_name"], DomainID: values["domain_id"],
		Duration: parseSeconds(values["duration"]),
	}
	oidc := OIDC{
		AgencyName: agency.Name, DomainID: agency.DomainID, ProviderID: values["idp_id"],
		Token: values["id_token"], TokenFile: values["id_token_file"], Duration: agency.Duration,
	}
	c, problem := chain{agencies: []Agency{agency}, variable: EnvAssumeAgencyName}, agency.validate(ofVariables)
	if argument := firstSet(
		setting{"idp_id", oidc.ProviderID}, setting{"id_token", oidc.Token}, setting{"id_token_file", oidc.TokenFile},
	); argument != "" {
		c, problem = chain{oidc: &oidc, variable: EnvAssumeProviderID}, oidc.validate(ofVariables)
		if agency.DomainName != "" {
			problem = ofVariables.bothSet("domain_name", argument,
				"Name the account of an identity provider with "+EnvAssumeDomainID+".")
		}
	}
	if problem != nil {
		problem.Argument = "" // of a block that is not there
		problem.Detail += " The environment sets " + strings.Join(set, ", ") + "."
		return chain{}, problem
	}
	return c, nil
}
