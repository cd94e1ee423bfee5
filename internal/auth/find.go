package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
)

// sources are all places where credentials may be, in the order in which they are asked. The first one with credentials
// is used, and a later one may be broken: with HW_ACCESS_KEY and HW_SECRET_KEY, an HW_PROFILE that names a missing
// profile is not an error.
var sources = []struct {
	name string // in Markdown, for the documentation; messages show it without its backquotes
	// find returns the credentials of the source, or why it has none. Only a *Problem ends the search: the user set this
	// source up, and the next one could hold keys of another account.
	find func(context.Context, Block, *Options) (*Credentials, error)
}{
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

// Find returns the credentials of the first source that has any. With OIDC it asks none. It sends nothing to IAM or
// STS. The error is a [*Problem], or the cause of the context.
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

func search(ctx context.Context, block Block, options *Options) (*Credentials, error) {
	var tried strings.Builder
	for i, s := range sources {
		name := strings.ReplaceAll(s.name, "`", "")
		found, err := s.find(ctx, block, options)
		var problem *Problem
		switch {
		case err == nil:
			// The source may have said more exactly where the credentials come from.
			found.first.Source = cmp.Or(found.first.Source, name)
			return found, nil
		case context.Cause(ctx) != nil:
			return nil, context.Cause(ctx)
		case errors.As(err, &problem):
			return nil, problem
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

// checkAlone returns a problem if there are other credentials next to OIDC: in the block, or in the environment if that
// is where the OIDC is from.
func checkAlone(b Block, c chain) error {
	given, byEnvironment := b.given(), givenByEnvironment()
	argument := firstSet(given[:]...)
	oidc, other := BlockOIDC, argument
	if c.variable != "" {
		oidc, other = c.variable, cmp.Or(argument, firstSet(byEnvironment[:]...))
	}
	if other != "" {
		return twoKinds(argument, fmt.Sprintf("%s and %s are both set: OIDC needs no other credentials",
			other, oidc))
	}
	return nil
}
