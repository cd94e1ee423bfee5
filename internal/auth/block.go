package auth

import (
	"context"
	"errors"
	"fmt"
)

// Block holds the arguments of the provider block that are about credentials. An argument that is not set is nil.
type Block struct {
	AccessKey, SecretKey, SecurityToken *string
	Token                               *string
	SharedConfigFile, Profile           *string
	// Agencies are the blocks assume_role, in order. The first agency is assumed with the credentials that were found,
	// each further one with the keys of the one before.
	Agencies []Agency
	// OIDC is the block assume_role_with_oidc. If it is set, no source is asked.
	//
	// If both Agencies and OIDC are empty, the environment variables HW_ASSUME_ROLE_* stand in their place.
	OIDC *OIDC
}

// errNotSet is the error of a source of which no argument or variable is set.
var errNotSet = errors.New("none of them is set")

// fromBlock takes keys, a token or a profile from the provider block.
func fromBlock(_ context.Context, b Block, o *Options) (*Credentials, error) {
	anyKey := b.AccessKey != nil || b.SecretKey != nil || b.SecurityToken != nil
	file := b.Profile != nil || b.SharedConfigFile != nil
	switch {
	case b.Token != nil && (anyKey || file):
		return nil, twoKindsInBlock("token")
	case anyKey && b.Profile != nil:
		return nil, twoKindsInBlock("profile")
	case anyKey && file:
		return nil, twoKindsInBlock("shared_config_file")
	case b.Token != nil:
		return &Credentials{signer: Token(*b.Token), source: "the provider block: token"}, nil
	case file:
		return o.fromFile(setting{"shared_config_file in the provider block", text(b.SharedConfigFile)},
			setting{"profile in the provider block", text(b.Profile)})
	case !anyKey:
		return nil, errNotSet
	}
	return fromKeys("the provider block", keys{"access_key", "secret_key", "security_token"},
		keys{text(b.AccessKey), text(b.SecretKey), text(b.SecurityToken)})
}

// text returns the value of an argument, empty if it is not set.
func text(argument *string) string {
	if argument == nil {
		return ""
	}
	return *argument
}

func twoKindsInBlock(argument string) error {
	return twoKinds(argument, "The provider block holds more than one of these: keys (access_key, secret_key), "+
		"a token, a KooCLI profile (profile, shared_config_file)", "Keep")
}

// fromEnvironment takes keys or a token from the HW_* variables.
func fromEnvironment(context.Context, Block, *Options) (*Credentials, error) {
	names := keys{EnvAccessKey, EnvSecretKey, EnvSecurityToken}
	values := keys{variable(EnvAccessKey).value, variable(EnvSecretKey).value, variable(EnvSecurityToken).value}
	token := variable(EnvToken).value
	for _, v := range []struct{ argument, name, value string }{
		{"access_key", names.accessKey, values.accessKey},
		{"secret_key", names.secretKey, values.secretKey},
		{"security_token", names.securityToken, values.securityToken},
		{"token", EnvToken, token},
	} {
		if !Visible(v.value) {
			return nil, malformed(v.argument, v.name, VisibleMessage)
		}
	}
	switch {
	case values == keys{} && token == "":
		return nil, errNotSet
	case token == "":
		return fromKeys("the environment", names, values)
	case values != keys{}:
		return nil, twoKinds("token", fmt.Sprintf("%s is set, and so are keys (%s, %s, %s)",
			EnvToken, EnvAccessKey, EnvSecretKey, EnvSecurityToken), "Unset")
	}
	return &Credentials{signer: Token(token), source: "the environment: " + EnvToken}, nil
}

// fromKeys makes a signer of an access key and a secret key, with or without a security token. Place and names are those
// of the source and of its three values, for messages.
func fromKeys(place string, names, values keys) (*Credentials, error) {
	var argument, missing string
	switch {
	case values.accessKey == "":
		argument, missing = "access_key", names.accessKey
	case values.secretKey == "":
		argument, missing = "secret_key", names.secretKey
	default:
		source := fmt.Sprintf("%s: %s and %s", place, names.accessKey, names.secretKey)
		return &Credentials{signer: values, source: source}, nil
	}
	return nil, &Problem{
		Argument: argument, Summary: "Incomplete access key",
		Detail: fmt.Sprintf("%s is not set. An access key (%s), its secret key (%s) and, if it is a temporary one, its "+
			"security token (%s) are taken from one source together.",
			missing, names.accessKey, names.secretKey, names.securityToken),
	}
}
