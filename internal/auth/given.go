package auth

import (
	"context"
	"fmt"
)

// fromBlock takes keys, a token or a profile from the provider block.
func fromBlock(_ context.Context, b Block, o *Options) (*Credentials, error) {
	given := given{
		{"access_key", b.AccessKey}, {"secret_key", b.SecretKey}, {"security_token", b.SecurityToken}, {"token", b.Token},
	}
	file, profile := setting{"shared_config_file", b.SharedConfigFile}, setting{"profile", b.Profile}
	first, second := firstSet(given[:]...), firstSet(profile, file)
	switch {
	case second == "":
		return given.credentials("the provider block")
	case first != "":
		return nil, twoKinds(second, fmt.Sprintf("%s and %s are both set in the provider block", first, second))
	}
	file.name += " in the provider block"
	profile.name += " in the provider block"
	return o.fromFile(file, profile)
}

// fromEnvironment takes keys or a token from the HW_* variables.
func fromEnvironment(context.Context, Block, *Options) (*Credentials, error) {
	given := given{env(EnvAccessKey), env(EnvSecretKey), env(EnvSecurityToken), env(EnvToken)}
	for i, s := range given {
		if !Visible(s.value) {
			return nil, malformed(givenArguments[i], s.name, VisibleMessage)
		}
	}
	return given.credentials("the environment")
}

// given are an access key, a secret key, a security token and an IAM token, which givenArguments names in the block.
type given [4]setting

var givenArguments = [4]string{"access_key", "secret_key", "security_token", "token"}

// credentials makes a signer of keys, with or without a security token, or of an IAM token. Place names the source.
func (g given) credentials(place string) (*Credentials, error) {
	accessKey, secretKey, securityToken, token := g[0], g[1], g[2], g[3]
	noKeys := firstSet(g[:3]...) == ""
	missing := 0
	switch {
	case noKeys && token.value == "":
		return nil, errNotSet
	case noKeys:
		return &Credentials{first: Found{Signer: iamToken(token.value), Source: place + ": " + token.name}}, nil
	case token.value != "":
		return nil, twoKinds("token", fmt.Sprintf("%s is set, and so are keys (%s, %s, %s)",
			token.name, accessKey.name, secretKey.name, securityToken.name))
	case accessKey.value != "" && secretKey.value != "":
		return &Credentials{first: Found{
			Signer: keys{accessKey.value, secretKey.value, securityToken.value},
			Source: fmt.Sprintf("%s: %s and %s", place, accessKey.name, secretKey.name),
		}}, nil
	case accessKey.value != "":
		missing = 1
	}
	return nil, &Problem{
		Argument: givenArguments[missing], Summary: "Incomplete access key",
		Detail: fmt.Sprintf("%s is not set. An access key (%s), its secret key (%s) and, if it is a temporary one, its "+
			"security token (%s) are taken from one source together.",
			g[missing].name, accessKey.name, secretKey.name, securityToken.name),
	}
}
