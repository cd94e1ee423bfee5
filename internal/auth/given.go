package auth

import (
	"context"
	"fmt"
)

// fromBlock takes keys, a token or a profile from the provider block.
func fromBlock(_ context.Context, b Block, o *Options) (*Credentials, error) {
	given := b.given()
	first, second := firstSet(given[:4]...), firstSet(given[4:]...)
	switch {
	case second == "":
		return given.credentials("the provider block")
	case first != "":
		return nil, twoKinds(second, fmt.Sprintf("%s and %s are both set in the provider block", first, second))
	}
	given[4].name += " in the provider block"
	given[5].name += " in the provider block"
	return o.fromFile(given)
}

// fromEnvironment takes keys or a token from the HW_* variables.
func fromEnvironment(context.Context, Block, *Options) (*Credentials, error) {
	given := givenByEnvironment()
	for i, s := range given[:4] {
		if !Visible(s.value) {
			return nil, malformed(Block{}.given()[i].name, s.name, VisibleMessage)
		}
	}
	return given.credentials("the environment")
}

// given are keys, a token, and a profile of KooCLI and its file, from the block or the environment.
type given [6]setting

func (b Block) given() given {
	return given{
		{"access_key", b.AccessKey}, {"secret_key", b.SecretKey}, {"security_token", b.SecurityToken}, {"token", b.Token},
		{"profile", b.Profile}, {"shared_config_file", b.SharedConfigFile},
	}
}

func givenByEnvironment() given {
	return given{
		env(EnvAccessKey), env(EnvSecretKey), env(EnvSecurityToken), env(EnvToken), env(EnvProfile), env(EnvSharedConfigFile),
	}
}

// credentials makes a signer from keys, with or without a security token, or from an IAM token. Place names the source.
func (g given) credentials(place string) (*Credentials, error) {
	accessKey, secretKey, securityToken, token := g[0], g[1], g[2], g[3]
	noKeys, missing := firstSet(g[:3]...) == "", 0
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
		Argument: Block{}.given()[missing].name, Summary: "Incomplete access key",
		Detail: fmt.Sprintf("%s is not set. An access key (%s), its secret key (%s) and, if it is a temporary one, its "+
			"security token (%s) must come from the same source.",
			g[missing].name, accessKey.name, secretKey.name, securityToken.name),
	}
}
