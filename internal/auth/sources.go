// Package auth finds credentials in the provider block, the environment, files and services of the machine, and signs requests
// with them. It knows nothing of Terraform: what is wrong is an error, which tells the argument that it is about.
package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// The environment variables are those that users of the big Huawei Cloud provider have in their shells.
const (
	EnvAccessKey        = "HW_ACCESS_KEY"
	EnvSecretKey        = "HW_SECRET_KEY"
	EnvSecurityToken    = "HW_SECURITY_TOKEN"
	EnvToken            = "HW_AUTH_TOKEN"
	EnvSharedConfigFile = "HW_SHARED_CONFIG_FILE"
	EnvProfile          = "HW_PROFILE"
	// EnvMetadataDisabled is a boolean: whether the metadata service is left out.
	EnvMetadataDisabled = "COC_METADATA_DISABLED"
)

// Block is what the provider block says of credentials, nil where it says nothing.
type Block struct {
	AccessKey, SecretKey, SecurityToken *string
	Token                               *string
	SharedConfigFile, Profile           *string
}

// Options are what the sources need beside the block.
type Options struct {
	// Transport sends requests to IAM. Services of the own machine are asked with its settings, but past its proxy.
	Transport *http.Transport
	// AnyRegion accepts any visible text as the region of a profile. It is for a region that chooses no endpoint.
	AnyRegion bool
	// OnRenewalFailed, if set, is told when temporary keys could not be renewed and the old ones, still valid, were used. It may
	// be called concurrently.
	OnRenewalFailed func(context.Context, error)
}

// Found is a set of credentials, whole from one source.
type Found struct {
	Signer rest.Signer
	// Source is the name of the place that they are from. It holds no value.
	Source string
	// Region, ProjectID and DomainID are what the source says beside the credentials, empty where it says nothing.
	Region, ProjectID, DomainID string
}

// Problem is what a user has to mend, or a warning.
type Problem struct {
	// Argument of the provider block, empty if it is about none.
	Argument string
	Summary  string
	Detail   string
}

func (p *Problem) Error() string { return p.Summary + ": " + p.Detail }

// source is one place where credentials may be.
type source struct {
	// name stands in logs, messages and the documentation, where the backquotes count. It holds no value.
	name string
	// find returns what is there, or why there is nothing. A *Problem ends the search: what somebody set up is wrong, and the
	// next source could be another account's.
	find func(ctx context.Context, f *finder) (*Found, error)
}

// sources are asked in this order, and the first one that has credentials counts.
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

// Names are the sources in their order, in Markdown.
func Names() []string {
	var names []string
	for _, s := range sources {
		names = append(names, s.name)
	}
	return names
}

var errNotSet = errors.New("none of them is set")

// finder is one search.
type finder struct {
	Options
	block    Block
	warnings []Problem
}

// Find asks one source after the other. The error is a [*Problem], or the cause of the context.
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

// text is an argument's value, empty if it is not set.
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
			return nil, &Problem{v.argument, "Malformed environment variable", fmt.Sprintf("%s: %s.", v.name, visibleMessage)}
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

// fromKeys takes a pair of keys, with a security token or without, which come under the given names.
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

// fromPodIdentity asks the agent of the container's node.
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

// fromMetadata asks the metadata service, which is there on every ECS instance: what it lacks is for nobody to mend.
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

// fromService takes temporary keys from a service that may not be there, and so is asked at once.
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

// unusable is about a source that somebody set up.
func unusable(name string, err error) error {
	return &Problem{Summary: "Unusable credentials", Detail: fmt.Sprintf("%s: %s.", name, err)}
}

const visibleMessage = "must be visible ASCII characters, at least one, without blanks or line ends"

// regionID is the form of a region, such as cn-north-4.
var regionID = regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)+$`)

const regionMessage = "must look like cn-north-4: lower-case words and numbers, joined by dashes"

var errNotVisible = errors.New("a key, a token or an id holds characters that none of them has, such as blanks or line ends")
