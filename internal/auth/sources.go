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
	// Agencies are the blocks assume_role, in order. The first agency is assumed with the credentials that were found, each further
	// one with the keys of the one before.
	Agencies []Agency
	// OIDC is the block assume_role_with_oidc. If it is set, no other source is asked.
	//
	// If both Agencies and OIDC are empty, the environment variables HW_ASSUME_ROLE_* stand in their place.
	OIDC *OIDC
}

// Options are settings of the search that are not about credentials.
type Options struct {
	// Transport sends requests to IAM and STS. The metadata service and the pod identity agent are asked through a copy of it that
	// uses no proxy.
	Transport *http.Transport
	// UserAgent, MaxRetries and OnAttempt are those of the requests to IAM and STS, see [rest.Config].
	UserAgent  string
	MaxRetries int
	OnAttempt  func(context.Context, rest.Attempt)
	// IAMEndpoint and STSEndpoint are the arguments iam_endpoint and sts_endpoint of the provider block, empty if not set. The
	// environment variables [EnvSDKIAMEndpoint] and [EnvSDKSTSEndpoint] come next, and Endpoints last.
	IAMEndpoint, STSEndpoint string
	// Endpoints returns the endpoints of IAM and STS. Region is the one that was found with the credentials, empty if there is none.
	// An empty endpoint is not known, so that the user must give it. If Endpoints is nil, it is [PublicEndpoints].
	Endpoints func(region string) (iam, sts string)
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
	// Source is the name of the source, for a log. If agencies are assumed, it names these, too. It holds no secret.
	Source string
	// Region, ProjectID and DomainID are settings that the source holds beside the credentials. They are empty if it holds none. If
	// Assumed is true, ProjectID and DomainID are empty: those of the source are of another account.
	Region, ProjectID, DomainID string
	// Assumed tells whether the credentials are those of an agency.
	Assumed bool
}

// Problem describes a mistake in the configuration that the user has to correct, or a warning.
type Problem struct {
	// Argument is the argument of the provider block that the problem is about, empty if it is about none. If Block is set, it is
	// an argument of that block, or empty if the problem is about the whole block.
	Argument string
	Summary  string
	Detail   string
	// Block is [BlockAgency] or [BlockOIDC] if the problem is about such a block, otherwise empty.
	Block string
	// Index is the position of the block among those of its name, from 0.
	Index int
}

// The names of the blocks within the provider block that are about credentials.
const (
	BlockAgency = "assume_role"
	BlockOIDC   = "assume_role_with_oidc"
)

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
//
// The order decides alone. A place behind the first one with credentials is not looked at, so it does not matter whether that place is
// broken: while HW_ACCESS_KEY and HW_SECRET_KEY are set, an HW_PROFILE that names a missing profile is no error.
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

// Find asks one source after the other and takes the credentials of the first one that has any. With these it acts as the agencies
// of the block or of the environment, and returns the credentials of the last agency. With OIDC it asks no source. The error is a
// [*Problem], or the cause of the context.
func Find(ctx context.Context, block Block, options Options) (found *Found, warnings []Problem, err error) {
	f := &finder{Options: options, block: block}
	as, err := f.role()
	if err != nil {
		return nil, nil, err
	}
	if as.oidc != nil {
		found, err = f.byOIDC(ctx, as)
	} else {
		found, err = f.search(ctx)
	}
	if err == nil {
		err = f.assume(ctx, found, as)
	}
	if err != nil {
		return nil, f.warnings, err
	}
	return found, f.warnings, nil
}

// search asks the sources.
func (f *finder) search(ctx context.Context) (*Found, error) {
	var tried strings.Builder
	for i, s := range sources {
		name := strings.ReplaceAll(s.name, "`", "")
		found, err := s.find(ctx, f)
		var problem *Problem
		switch {
		case err == nil:
			// The source itself may have told more exactly where the credentials are from.
			found.Source = cmp.Or(found.Source, name)
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
			"\n\nThe usual next step is to set an access key in the environment:" + "\n\n  export " + EnvAccessKey + "=… " + EnvSecretKey + "=…",
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
		return &Found{Signer: Token(*b.Token), Source: "the provider block: token"}, nil
	case file:
		return f.fromFile(setting{"shared_config_file in the provider block", text(b.SharedConfigFile)}, setting{"profile in the provider block", text(b.Profile)})
	case !anyKey:
		return nil, errNotSet
	}
	return fromKeys("the provider block", keys{"access_key", "secret_key", "security_token"}, keys{text(b.AccessKey), text(b.SecretKey), text(b.SecurityToken)})
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
		Argument: argument, Summary: "Two kinds of credentials",
		Detail: "The provider block holds more than one of these: keys (access_key, secret_key), a token, a KooCLI profile (profile, shared_config_file). " +
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
			return nil, &Problem{Argument: v.argument, Summary: "Malformed environment variable", Detail: fmt.Sprintf("%s: %s.", v.name, VisibleMessage)}
		}
	}
	switch {
	case values == keys{} && token == "":
		return nil, errNotSet
	case token == "":
		return fromKeys("the environment", names, values)
	case values != keys{}:
		return nil, &Problem{
			Argument: "token", Summary: "Two kinds of credentials",
			Detail: fmt.Sprintf("%s is set, and so are keys (%s, %s, %s). Unset one of the two, so that it is clear on whose behalf the provider acts.",
				EnvToken, EnvAccessKey, EnvSecretKey, EnvSecurityToken),
		}
	}
	return &Found{Signer: Token(token), Source: "the environment: " + EnvToken}, nil
}

// fromKeys makes a signer of an access key and a secret key, with or without a security token. Place and
// names are those of the source and of its three values, for messages.
func fromKeys(place string, names, values keys) (*Found, error) {
	var argument, missing string
	switch {
	case values.accessKey == "":
		argument, missing = "access_key", names.accessKey
	case values.secretKey == "":
		argument, missing = "secret_key", names.secretKey
	default:
		return &Found{Signer: values, Source: fmt.Sprintf("%s: %s and %s", place, names.accessKey, names.secretKey)}, nil
	}
	return nil, &Problem{
		Argument: argument, Summary: "Incomplete access key",
		Detail: fmt.Sprintf("%s is not set. An access key (%s), its secret key (%s) and, if it is a temporary one, its security token (%s) "+
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
	found, err := f.fromService(ctx, "the pod identity agent", fetchPodIdentity(uri, file, f.Transport))
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
		return nil, &Problem{Summary: "Malformed environment variable", Detail: fmt.Sprintf("%s: must be true or false, got %q.", EnvMetadataDisabled, os.Getenv(EnvMetadataDisabled))}
	case disabled:
		return nil, fmt.Errorf("left out by %s", EnvMetadataDisabled)
	}
	return f.fromService(ctx, "the metadata service", fetchMetadata(f.Transport))
}

// fromService takes temporary keys from a service of the machine. It asks for the first keys at once, to see whether the service is
// there.
func (f *finder) fromService(ctx context.Context, name string, fetch fetchFunc) (*Found, error) {
	signer, err := f.firstKeys(ctx, name, fetch)
	if err != nil {
		return nil, err
	}
	return &Found{Signer: signer}, nil
}

// firstKeys makes a signer of temporary keys, and asks for the first ones. Holder says in errors whose keys these are, see temporary.
func (f *finder) firstKeys(ctx context.Context, holder string, fetch fetchFunc) (rest.Signer, error) {
	t := newTemporary(holder, fetch, f.OnRenewalFailed)
	if err := t.renew(ctx); err != nil {
		var failed *renewalError
		if errors.As(err, &failed) {
			err = failed.err
		}
		return nil, err
	}
	return t, nil
}

// unusable returns the problem of a source that the user set up and that cannot be used.
func unusable(name string, err error) error {
	return &Problem{Summary: "Unusable credentials", Detail: fmt.Sprintf("%s: %s.", name, err)}
}

// errNotVisible is the error for a value in a file, a variable or an answer that cannot be sent in an HTTP header.
var errNotVisible = errors.New("a key, a token or an ID holds characters that are not allowed in it, such as blanks or line ends")
