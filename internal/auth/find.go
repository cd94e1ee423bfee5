package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
)

// source is one place where credentials may be.
type source struct {
	// name is for the documentation, in Markdown. Logs and messages show it without its backquotes. It holds no secret.
	name string
	// find returns the credentials of the source, or why it has none. A *Problem ends the search: the user set this
	// source up, but it cannot be used, and the next source could hold keys of another account. Any other error lets
	// the search go on.
	find func(context.Context, Block, *Options) (*Credentials, error)
}

// sources are all sources in the order in which they are asked. The first one with credentials is used.
//
// The order decides alone. A place behind the first one with credentials is not looked at, so it does not matter whether
// that place is broken: while HW_ACCESS_KEY and HW_SECRET_KEY are set, an HW_PROFILE that names a missing profile is no
// error.
var sources = []source{
	{"the provider block: `access_key` and `secret_key`, or `token`, or `profile` or `shared_config_file`", fromBlock},
	{"the environment: `" + EnvAccessKey + "` and `" + EnvSecretKey + "` (with `" + EnvSecurityToken + "`), or `" +
		EnvToken + "`", fromEnvironment},
	{"the KooCLI configuration that `" + EnvProfile + "` or `" + EnvSharedConfigFile + "` names", fromNamedFile},
	{"KooCLI's own configuration, `~/.hcloud/config.json`", fromDefaultFile},
	{"the SDK's environment: `" + EnvSDKAccessKey + "` and `" + EnvSDKSecretKey + "`, or `" + EnvSDKIdentity +
		"` and `" + EnvSDKIdentityToken + "`", fromSDKEnvironment},
	{"the SDK's profile, `~/.huaweicloud/credentials` or the file that `" + EnvSDKCredentialsFile + "` names",
		fromSDKProfile},
	{"the pod identity agent: `" + EnvPodIdentityURI + "` and `" + EnvPodIdentityToken + "`", fromPodIdentity},
	{"the metadata service of the ECS instance, for the keys of its agency, unless `" + EnvMetadataDisabled +
		"` is `true`", fromMetadata},
}

// Names returns the names of the sources in their order, in Markdown.
func Names() []string {
	var names []string
	for _, s := range sources {
		names = append(names, s.name)
	}
	return names
}

// Find asks one source after the other and returns the credentials of the first one that has any. With OIDC, in the block
// or the environment, it asks no source. It sends nothing to IAM or STS. The error is a [*Problem], or the cause of the
// context.
func Find(ctx context.Context, block Block, options Options) (*Credentials, error) {
	c, err := chainOf(block)
	found := &Credentials{}
	if err == nil && c.oidc == nil {
		found, err = search(ctx, block, &options)
	}
	if err != nil {
		return nil, err
	}
	found.chain, found.options = c, options
	return found, nil
}

// search asks the sources.
func search(ctx context.Context, block Block, options *Options) (*Credentials, error) {
	var tried strings.Builder
	for i, s := range sources {
		name := strings.ReplaceAll(s.name, "`", "")
		found, err := s.find(ctx, block, options)
		var problem *Problem
		switch {
		case err == nil:
			// The source itself may have said more exactly where the credentials are from.
			found.source = cmp.Or(found.source, name)
			return found, nil
		case errors.As(err, &problem):
			return nil, problem
		case context.Cause(ctx) != nil:
			return nil, context.Cause(ctx)
		}
		fmt.Fprintf(&tried, "\n  %d. %s: %s", i+1, name, err)
	}
	return nil, &Problem{
		Summary: "No Huawei Cloud credentials",
		Detail: "Nothing was found in any of these places, tried in this order:" + tried.String() +
			"\n\nThe usual next step is to set an access key in the environment:" +
			"\n\n  export " + EnvAccessKey + "=… " + EnvSecretKey + "=…",
	}
}

// chainOf returns the agencies of the provider block, or that of the environment if the block has none.
func chainOf(b Block) (chain, error) {
	c := chain{oidc: b.OIDC, agencies: b.Agencies}
	if c.oidc == nil && len(c.agencies) == 0 {
		var err error
		if c, err = chainOfEnvironment(); err != nil {
			return c, err
		}
	}
	if c.oidc == nil {
		return c, nil
	}
	return c, checkAlone(b, c)
}

// checkAlone returns a problem if there are other credentials next to OIDC: in the provider block, or in the environment
// if that is where the OIDC is from.
func checkAlone(b Block, c chain) error {
	type other struct {
		argument, name string
		isSet          bool
	}
	oidc, others := BlockOIDC, []other{
		{"access_key", "access_key", b.AccessKey != nil}, {"secret_key", "secret_key", b.SecretKey != nil},
		{"security_token", "security_token", b.SecurityToken != nil}, {"token", "token", b.Token != nil},
		{"profile", "profile", b.Profile != nil},
		{"shared_config_file", "shared_config_file", b.SharedConfigFile != nil},
	}
	if c.variable != "" {
		oidc = c.variable
		for _, name := range []string{
			EnvAccessKey, EnvSecretKey, EnvSecurityToken, EnvToken, EnvProfile, EnvSharedConfigFile,
		} {
			others = append(others, other{"", name, isSet(name)})
		}
	}
	for _, o := range others {
		if o.isSet {
			return twoKinds(o.argument, fmt.Sprintf("%s and %s are both set: OIDC works without any other credentials",
				o.name, oidc), "Keep")
		}
	}
	return nil
}
