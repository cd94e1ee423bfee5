// Package auth finds credentials in the provider block, the environment, files and services of the machine, and signs requests
// with them. It does not depend on Terraform: it reports a mistake of the user as a [Problem], which names the argument of the
// provider block.
package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// Environment variables. Those that begin with HW_ have the same meaning for the official Huawei Cloud provider.
const (
	EnvAccessKey        = "HW_ACCESS_KEY"
	EnvSecretKey        = "HW_SECRET_KEY"
	EnvSecurityToken    = "HW_SECURITY_TOKEN"
	EnvToken            = "HW_AUTH_TOKEN"
	EnvSharedConfigFile = "HW_SHARED_CONFIG_FILE"
	EnvProfile          = "HW_PROFILE"
	// EnvMetadataDisabled is a boolean. If it is true, the metadata service is not asked for keys.
	EnvMetadataDisabled = "COC_METADATA_DISABLED"
)

// Block holds the arguments of the provider block that are about credentials. An argument that is not set is nil.
type Block struct {
	AccessKey, SecretKey, SecurityToken *string
	Token                               *string
	SharedConfigFile, Profile           *string
}

// Options are settings of the search that are not about credentials.
type Options struct {
	// Transport sends requests to IAM. The metadata service and the pod identity agent are asked through a copy of it that uses
	// no proxy.
	Transport *http.Transport
	// AnyRegion accepts any visible text as the region of a profile, such as the name of a region in a private cloud. Without it
	// the region must match [RegionID].
	AnyRegion bool
	// OnRenewalFailed, if set, is called when temporary keys could not be renewed, and the old ones were used because they are
	// still valid. It may be called concurrently.
	OnRenewalFailed func(context.Context, error)
}

// Found is the result of a search: credentials, all from one source.
type Found struct {
	Signer rest.Signer
	// Source is the name of the source, for a log. It holds no secret.
	Source string
	// Region, ProjectID and DomainID are settings that the source holds beside the credentials. They are empty if it holds none.
	Region, ProjectID, DomainID string
}

// Problem describes a mistake in the configuration that the user has to correct, or a warning.
type Problem struct {
	// Argument is the argument of the provider block that the problem is about, empty if it is about none.
	Argument string
	Summary  string
	Detail   string
}

func (p *Problem) Error() string { return p.Summary + ": " + p.Detail }

// source is one place where credentials may be.
type source struct {
	// name is for the documentation, in Markdown. Logs and messages show it without its backquotes. It holds no secret.
	name string
	// find returns the credentials of the source, or why it has none. A *Problem ends the search: the user set this source up, but
	// it cannot be used, and the next source could hold keys of another account. Any other error lets the search go on.
	find func(ctx context.Context, f *finder) (*Found, error)
}

// sources are all sources in the order in which they are asked. The first one with credentials is used.
var sources = []source{
	{"the provider block: `access_key` and `secret_key`, or `token`, or `profile` or `shared_config_file`", fromBlock},
	{"the environment: `" + EnvAccessKey + "` and `" + EnvSecretKey + "` (with `" + EnvSecurityToken + "`), or `" + EnvToken + "`", fromEnvironment},
	{"the KooCLI configuration that `" + EnvProfile + "` or `" + EnvSharedConfigFile + "` names", fromNamedFile},
	{"KooCLI's own configuration, `~/.hcloud/config.json`", fromDefaultFile},
	{"the SDK's environment: `" + EnvSDKAccessKey + "` and `" + EnvSDKSecretKey + "`, or `" + EnvSDKIdentity + "` and `" + EnvSDKIdentityToken + "`", fromSDKEnvironment},
	{"the SDK's profile, `~/.huaweicloud/credentials` or the file that `" + EnvSDKCredentialsFile + "` names", fromSDKProfile},
	{"the pod identity agent: `" + EnvPodIdentityURI + "` and `" + EnvPodIdentityToken + "`", fromPodIdentity},
	{"the metadata service of the ECS instance, for the keys of its agency, unless `" + EnvMetadataDisabled + "` is `true`", fromMetadata},
}

// Names returns the names of the sources in their order, in Markdown.
func Names() []string {
	var names []string
	for _, s := range sources {
		names = append(names, s.name)
	}
	return names
}

// errNotSet is the error of a source of which no argument or variable is set.
var errNotSet = errors.New("none of them is set")

// finder is the state of one search.
type finder struct {
	Options
	block    Block
	warnings []Problem
}

// Find asks one source after the other and returns the credentials of the first one that has any. The error is a [*Problem], or
// the cause of the context.
func Find(ctx context.Context, block Block, options Options) (found *Found, warnings []Problem, err error) {
	f := &finder{Options: options, block: block}
	var tried strings.Builder
	for i, s := range sources {
		name := strings.ReplaceAll(s.name, "`", "")
		found, err := s.find(ctx, f)
		var problem *Problem
		switch {
		case err == nil:
			found.Source = name
			return found, f.warnings, nil
		case errors.As(err, &problem):
			return nil, f.warnings, problem
		case context.Cause(ctx) != nil:
			return nil, f.warnings, context.Cause(ctx)
		}
		fmt.Fprintf(&tried, "\n  %d. %s: %s", i+1, name, err)
	}
	return nil, f.warnings, &Problem{
		Summary: "No Huawei Cloud credentials",
		Detail:  "Nothing was found in any of these places, tried in this order:" + tried.String(),
	}
}

// fromBlock takes keys, a token or a profile from the provider block.
func fromBlock(_ context.Context, f *finder) (*Found, error) {
	b := f.block
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
		return &Found{Signer: Token(*b.Token)}, nil
	case file:
		return f.fromFile(text(b.SharedConfigFile), text(b.Profile))
	case !anyKey:
		return nil, errNotSet
	}
	return fromKeys(keys{"access_key", "secret_key", "security_token"}, keys{text(b.AccessKey), text(b.SecretKey), text(b.SecurityToken)})
}

// text returns the value of an argument, empty if it is not set.
func text(argument *string) string {
	if argument == nil {
		return ""
	}
	return *argument
}

func twoKindsInBlock(argument string) error {
	return &Problem{
		argument, "Two kinds of credentials",
		"The provider block holds more than one of these: keys (access_key, secret_key), a token, a KooCLI profile (profile, shared_config_file). " +
			"Leave one of them, so that it is clear on whose behalf the provider acts.",
	}
}

// fromEnvironment takes keys or a token from the HW_* variables.
func fromEnvironment(context.Context, *finder) (*Found, error) {
	names := keys{EnvAccessKey, EnvSecretKey, EnvSecurityToken}
	values := keys{os.Getenv(EnvAccessKey), os.Getenv(EnvSecretKey), os.Getenv(EnvSecurityToken)}
	token := os.Getenv(EnvToken)
	for _, v := range []struct{ argument, name, value string }{
		{"access_key", names.accessKey, values.accessKey},
		{"secret_key", names.secretKey, values.secretKey},
		{"security_token", names.securityToken, values.securityToken},
		{"token", EnvToken, token},
	} {
		if !visible(v.value) {
			return nil, &Problem{v.argument, "Malformed environment variable", fmt.Sprintf("%s: %s.", v.name, VisibleMessage)}
		}
	}
	switch {
	case values == keys{} && token == "":
		return nil, errNotSet
	case token == "":
		return fromKeys(names, values)
	case values != keys{}:
		return nil, &Problem{
			"token", "Two kinds of credentials",
			fmt.Sprintf("%s is set, and so are keys (%s, %s, %s). Unset one of the two, so that it is clear on whose behalf the provider acts.",
				EnvToken, EnvAccessKey, EnvSecretKey, EnvSecurityToken),
		}
	}
	return &Found{Signer: Token(token)}, nil
}

// fromKeys makes a signer of an access key and a secret key, with or without a security token. Names holds the names of the three
// values in their source, for messages.
func fromKeys(names, values keys) (*Found, error) {
	var argument, missing string
	switch {
	case values.accessKey == "":
		argument, missing = "access_key", names.accessKey
	case values.secretKey == "":
		argument, missing = "secret_key", names.secretKey
	default:
		return &Found{Signer: values}, nil
	}
	return nil, &Problem{
		argument, "Incomplete access key",
		fmt.Sprintf("%s is not set. An access key (%s), its secret key (%s) and, if it is a temporary one, its security token (%s) "+
			"are taken from one source together.", missing, names.accessKey, names.secretKey, names.securityToken),
	}
}

// fromPodIdentity asks the pod identity agent, which runs on the node of a container.
func fromPodIdentity(ctx context.Context, f *finder) (*Found, error) {
	uri, file := os.Getenv(EnvPodIdentityURI), os.Getenv(EnvPodIdentityToken)
	switch {
	case uri == "" && file == "":
		return nil, fmt.Errorf("neither %s nor %s is set", EnvPodIdentityURI, EnvPodIdentityToken)
	case uri == "" || file == "":
		return nil, unusable("the pod identity agent", fmt.Errorf("only one of %s and %s is set", EnvPodIdentityURI, EnvPodIdentityToken))
	}
	found, err := f.fromService(ctx, fetchPodIdentity(uri, file, f.Transport))
	if err != nil && context.Cause(ctx) == nil {
		return nil, unusable("the pod identity agent", err)
	}
	return found, err
}

// fromMetadata asks the metadata service. The service is there on every ECS instance, without anybody having set it up. It is
// therefore no problem for the user if it has no keys.
func fromMetadata(ctx context.Context, f *finder) (*Found, error) {
	disabled, err := strconv.ParseBool(cmp.Or(os.Getenv(EnvMetadataDisabled), "false"))
	switch {
	case err != nil:
		return nil, &Problem{Summary: "Malformed environment variable", Detail: EnvMetadataDisabled + ": must be true or false."}
	case disabled:
		return nil, fmt.Errorf("left out by %s", EnvMetadataDisabled)
	}
	return f.fromService(ctx, fetchMetadata(f.Transport))
}

// fromService takes temporary keys from a service of the machine. It asks for the first keys at once, to see whether the service is
// there.
func (f *finder) fromService(ctx context.Context, fetch fetchFunc) (*Found, error) {
	t := newTemporary(fetch, f.OnRenewalFailed)
	if err := t.renew(ctx); err != nil {
		var failed *renewalError
		if errors.As(err, &failed) {
			err = failed.err
		}
		return nil, err
	}
	return &Found{Signer: t}, nil
}

// unusable returns the problem of a source that the user set up and that cannot be used.
func unusable(name string, err error) error {
	return &Problem{Summary: "Unusable credentials", Detail: fmt.Sprintf("%s: %s.", name, err)}
}

// errNotVisible is the error for a value in a file, a variable or an answer that cannot be sent in an HTTP header.
var errNotVisible = errors.New("a key, a token or an ID holds characters that are not allowed in it, such as blanks or line ends")
