package auth

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Environment variables for an agency, with the meaning that they have for the official Huawei Cloud provider. They stand in place of
// the blocks assume_role and assume_role_with_oidc if the provider block has neither.
const (
	EnvAssumeAgencyName  = "HW_ASSUME_ROLE_AGENCY_NAME"
	EnvAssumeDomainName  = "HW_ASSUME_ROLE_DOMAIN_NAME"
	EnvAssumeDomainID    = "HW_ASSUME_ROLE_DOMAIN_ID"
	EnvAssumeDuration    = "HW_ASSUME_ROLE_DURATION"
	EnvAssumeProviderID  = "HW_ASSUME_ROLE_IDP_ID"
	EnvAssumeIDToken     = "HW_ASSUME_ROLE_ID_TOKEN"
	EnvAssumeIDTokenFile = "HW_ASSUME_ROLE_ID_TOKEN_FILE"
)

func isSet(variable string) bool { return os.Getenv(variable) != "" }

// roleOfEnvironment returns the role that the environment variables describe. If one of those of an identity provider is set, it is
// OIDC, otherwise one agency. Variables that contradict each other or are incomplete are a problem: without it, the provider would act
// for another account than the user's shell implies.
func roleOfEnvironment() (role, error) {
	all := []string{
		EnvAssumeAgencyName, EnvAssumeDomainName, EnvAssumeDomainID, EnvAssumeDuration, EnvAssumeProviderID, EnvAssumeIDToken, EnvAssumeIDTokenFile,
	}
	set := false
	for _, name := range all {
		set = set || isSet(name)
		if err := checkAssumeVariable(name, os.Getenv(name)); err != nil {
			return role{}, err
		}
	}
	if !set {
		return role{}, nil
	}
	var missing, oidcVariable string
	for _, name := range []string{EnvAssumeIDTokenFile, EnvAssumeIDToken, EnvAssumeProviderID} {
		if isSet(name) {
			oidcVariable = name
		}
	}
	oidc := oidcVariable != ""
	switch {
	case oidc && isSet(EnvAssumeDomainName):
		return role{}, contradiction(EnvAssumeDomainName, oidcVariable, "the account of an identity provider is named by "+EnvAssumeDomainID)
	case isSet(EnvAssumeDomainName) && isSet(EnvAssumeDomainID):
		return role{}, contradiction(EnvAssumeDomainName, EnvAssumeDomainID, "either names the agency's account")
	case isSet(EnvAssumeIDToken) && isSet(EnvAssumeIDTokenFile):
		return role{}, contradiction(EnvAssumeIDToken, EnvAssumeIDTokenFile, "either holds the ID token")
	case !isSet(EnvAssumeAgencyName):
		missing = EnvAssumeAgencyName
	case oidc && !isSet(EnvAssumeDomainID):
		missing = EnvAssumeDomainID
	case oidc && !isSet(EnvAssumeProviderID):
		missing = EnvAssumeProviderID
	case oidc && !isSet(EnvAssumeIDToken) && !isSet(EnvAssumeIDTokenFile):
		missing = EnvAssumeIDToken + " or " + EnvAssumeIDTokenFile
	case !isSet(EnvAssumeDomainName) && !isSet(EnvAssumeDomainID):
		missing = EnvAssumeDomainName + " or " + EnvAssumeDomainID
	}
	if missing != "" {
		return role{}, &Problem{
			Summary: "Incomplete environment variables",
			Detail: fmt.Sprintf("%s is not set, but %s. An agency takes %s and either %s or %s; with an identity provider, it takes %s, %s, %s and "+
				"either %s or %s.", missing, setOnes(all), EnvAssumeAgencyName, EnvAssumeDomainName, EnvAssumeDomainID,
				EnvAssumeAgencyName, EnvAssumeDomainID, EnvAssumeProviderID, EnvAssumeIDToken, EnvAssumeIDTokenFile),
		}
	}
	longest := MaxDurationByID
	if isSet(EnvAssumeDomainName) {
		longest = MaxDurationByName
	}
	duration, err := durationVariable(longest)
	if err != nil {
		return role{}, err
	}
	if oidc {
		return role{variable: EnvAssumeProviderID, oidc: &OIDC{
			AgencyName: os.Getenv(EnvAssumeAgencyName), DomainID: os.Getenv(EnvAssumeDomainID), ProviderID: os.Getenv(EnvAssumeProviderID),
			Token: os.Getenv(EnvAssumeIDToken), TokenFile: os.Getenv(EnvAssumeIDTokenFile), Duration: duration,
		}}, nil
	}
	return role{variable: EnvAssumeAgencyName, agencies: []Agency{{
		Name: os.Getenv(EnvAssumeAgencyName), DomainName: os.Getenv(EnvAssumeDomainName), DomainID: os.Getenv(EnvAssumeDomainID), Duration: duration,
	}}}, nil
}

// NameMessage says what the name of an agency or an account must be. It follows the name of the value.
const NameMessage = "must be one line, without blanks at its beginning or end"

// checkAssumeVariable checks the form of a variable's value. The error does not repeat it.
func checkAssumeVariable(name, value string) error {
	message := ""
	switch name {
	case EnvAssumeAgencyName, EnvAssumeDomainName:
		if strings.TrimSpace(value) != value || strings.ContainsFunc(value, unicode.IsControl) {
			message = NameMessage
		}
	case EnvAssumeDomainID, EnvAssumeProviderID, EnvAssumeIDToken:
		if !visible(value) {
			message = VisibleMessage
		}
	}
	if message == "" {
		return nil
	}
	return &Problem{Summary: "Malformed environment variable", Detail: fmt.Sprintf("%s: %s.", name, message)}
}

// durationVariable reads the variable of the duration, 0 if it is not set.
func durationVariable(longest time.Duration) (time.Duration, error) {
	value := os.Getenv(EnvAssumeDuration)
	if value == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < seconds(MinDuration) || n > seconds(longest) {
		return 0, &Problem{
			Summary: "Malformed environment variable",
			Detail:  fmt.Sprintf("%s: must be a number of seconds from %d to %d.", EnvAssumeDuration, seconds(MinDuration), seconds(longest)),
		}
	}
	return time.Duration(n) * time.Second, nil
}

func contradiction(first, second, why string) error {
	return &Problem{
		Summary: "Contradicting environment variables",
		Detail:  fmt.Sprintf("%s and %s are both set: %s. Unset one of the two.", first, second, why),
	}
}

// setOnes says which of the variables are set.
func setOnes(all []string) string {
	var names []string
	for _, name := range all {
		if isSet(name) {
			names = append(names, name)
		}
	}
	if len(names) == 1 {
		return names[0] + " is"
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last] + " are"
}
