package provider

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/koocli"
)

// found is a set of credentials, whole from one source, and what the source says beside them.
type found struct {
	credentials                 coc.Credentials
	region, projectID, domainID string
}

// source is one place where credentials may be.
type source struct {
	// name stands in logs, messages and the documentation. It never holds a value.
	name string
	// find returns what is there, or why there is nothing. What somebody named and is wrong becomes a diagnostic.
	find func(ctx context.Context, r *resolver) (*found, error)
}

// sources are asked in this order, and the first one that has credentials counts. The documentation's list is made from this.
var sources = []source{
	{"the provider block: `access_key` and `secret_key`, or `token`, or `profile` or `shared_config_file`", fromBlock},
	{"the environment: `" + envAccessKey + "` and `" + envSecretKey + "` (with `" + envSecurityToken + "`), or `" + envToken + "`", fromEnvironment},
	{"the KooCLI configuration that `" + envProfile + "` or `" + envSharedConfigFile + "` names", fromNamedFile},
	{"KooCLI's own configuration, `~/.hcloud/config.json`", fromDefaultFile},
	{
		"the SDK's environment: `" + coc.EnvSDKAccessKey + "` and `" + coc.EnvSDKSecretKey + "`, or `" + coc.EnvSDKIdentity + "` and `" + coc.EnvSDKIdentityToken + "`",
		func(_ context.Context, r *resolver) (*found, error) {
			return r.setUp("the SDK's environment")(coc.FromSDKEnvironment())
		},
	},
	{
		"the SDK's profile, `~/.huaweicloud/credentials` or the file that `" + coc.EnvSDKCredentialsFile + "` names",
		fromSDKProfile,
	},
	{
		"the pod identity agent: `" + coc.EnvPodIdentityURI + "` and `" + coc.EnvPodIdentityToken + "`",
		func(ctx context.Context, r *resolver) (*found, error) {
			return r.setUp("the pod identity agent")(coc.FromPodIdentity(ctx))
		},
	},
	{"the metadata service of the ECS instance, for the keys of its agency, unless `" + envMetadataDisabled + "` is `true`", fromMetadata},
}

var errNotSet = errors.New("none of them is set")

// credentials asks one source after the other.
func (r *resolver) credentials(ctx context.Context) *found {
	var tried strings.Builder
	for i, source := range sources {
		f, err := source.find(ctx, r)
		name := strings.ReplaceAll(source.name, "`", "")
		switch {
		case r.diags.HasError():
			return nil
		case err == nil:
			tflog.Info(ctx, "Using COC credentials", map[string]any{"source": name})
			return f
		}
		fmt.Fprintf(&tried, "\n  %d. %s: %s", i+1, name, err)
	}
	r.diags.AddError("No Huawei Cloud credentials", "Nothing was found in any of these places, tried in this order:"+tried.String())
	return nil
}

// fromBlock takes keys, a token or a profile from the provider block.
func fromBlock(_ context.Context, r *resolver) (*found, error) {
	m := r.model
	keys := !m.AccessKey.IsNull() || !m.SecretKey.IsNull() || !m.SecurityToken.IsNull()
	token := !m.Token.IsNull()
	file := !m.Profile.IsNull() || !m.SharedConfigFile.IsNull()
	switch {
	case token && (keys || file):
		return nil, r.twoKinds("token")
	case keys && !m.Profile.IsNull():
		return nil, r.twoKinds("profile")
	case keys && file:
		return nil, r.twoKinds("shared_config_file")
	case token:
		return &found{credentials: coc.Token(m.Token.ValueString())}, nil
	case file:
		return r.fromFile()
	case !keys:
		return nil, errNotSet
	}
	return r.fromKeys([3]string{"access_key", "secret_key", "security_token"},
		[3]string{m.AccessKey.ValueString(), m.SecretKey.ValueString(), m.SecurityToken.ValueString()})
}

func (r *resolver) twoKinds(attribute string) error {
	r.diags.AddAttributeError(path.Root(attribute), "Two kinds of credentials",
		"The provider block holds more than one of these: keys (access_key, secret_key), a token, a KooCLI profile (profile, shared_config_file). "+
			"Leave one of them, so that it is clear on whose behalf the provider acts.")
	return errNotSet
}

// fromEnvironment takes keys or a token from the HW_* variables.
func fromEnvironment(_ context.Context, r *resolver) (*found, error) {
	read := func(attribute, env string) string {
		v := os.Getenv(env)
		if v != "" && !visible.MatchString(v) {
			r.malformed(attribute, env, visibleMessage)
		}
		return v
	}
	keys := [3]string{read("access_key", envAccessKey), read("secret_key", envSecretKey), read("security_token", envSecurityToken)}
	token := read("token", envToken)
	switch {
	case r.diags.HasError() || keys == [3]string{} && token == "":
		return nil, errNotSet
	case token == "":
		return r.fromKeys([3]string{envAccessKey, envSecretKey, envSecurityToken}, keys)
	case keys != [3]string{}:
		r.diags.AddAttributeError(path.Root("token"), "Two kinds of credentials",
			fmt.Sprintf("%s is set, and so are keys (%s, %s, %s). Unset one of the two, so that it is clear on whose behalf the provider acts.",
				envToken, envAccessKey, envSecretKey, envSecurityToken))
		return nil, errNotSet
	}
	return &found{credentials: coc.Token(token)}, nil
}

// fromKeys makes credentials of an access key, a secret key and a security token, which come under the given names.
func (r *resolver) fromKeys(names, keys [3]string) (*found, error) {
	attributes := [...]string{"access_key", "secret_key"}
	for i, attribute := range attributes {
		if keys[i] == "" {
			r.diags.AddAttributeError(path.Root(attribute), "Incomplete access key",
				fmt.Sprintf("%s is not set. An access key (%s), its secret key (%s) and, if it is a temporary one, its security token (%s) "+
					"are taken from one source together.", names[i], names[0], names[1], names[2]))
			return nil, errNotSet
		}
	}
	credentials, err := coc.AccessKeys(keys[0], keys[1], keys[2])
	if err != nil {
		r.diags.AddAttributeError(path.Root("access_key"), "Unusable access key", err.Error())
	}
	return &found{credentials: credentials}, err
}

// fromNamedFile takes the profile of KooCLI that the environment names.
func fromNamedFile(_ context.Context, r *resolver) (*found, error) {
	if os.Getenv(envProfile) == "" && os.Getenv(envSharedConfigFile) == "" {
		return nil, errNotSet
	}
	return r.fromFile()
}

// fromFile takes a profile that somebody named, in a file that somebody named or in KooCLI's own. It must be usable.
func (r *resolver) fromFile() (*found, error) {
	named := func(value, env string) string {
		if value != "" {
			return value
		}
		return os.Getenv(env)
	}
	profile := named(r.model.Profile.ValueString(), envProfile)
	file := named(r.model.SharedConfigFile.ValueString(), envSharedConfigFile)
	at := "shared_config_file"
	if file == "" {
		at = "profile"
		own, err := koocli.DefaultPath()
		if err != nil {
			r.diags.AddAttributeError(path.Root(at), "Unusable KooCLI configuration", err.Error()+".")
			return nil, err
		}
		file = own
	}
	file = expandHome(file)
	p, err := koocli.Load(file, profile)
	var f *found
	if err == nil {
		f, err = r.fromProfile(file, p)
	}
	if err == nil {
		return f, nil
	}
	detail := fmt.Sprintf("%s: %s.", file, err)
	if errors.Is(err, koocli.ErrEncrypted) {
		detail += fmt.Sprintf(" Only KooCLI can read them. Let it store keys in plain text (%s), enter them anew, and keep the file to yourself (chmod 600).",
			koocli.PlainTextCommand)
	}
	r.diags.AddAttributeError(path.Root(at), "Unusable KooCLI configuration", detail)
	return nil, err
}

// fromDefaultFile takes the current profile of KooCLI's own file, which nobody named: what cannot be used is passed over.
func fromDefaultFile(_ context.Context, r *resolver) (*found, error) {
	file, err := koocli.DefaultPath()
	if err != nil {
		return nil, err
	}
	p, err := koocli.Load(file, "")
	if errors.Is(err, koocli.ErrEncrypted) {
		return nil, fmt.Errorf("%w, which %s changes", err, koocli.PlainTextCommand)
	}
	if err != nil {
		return nil, err
	}
	return r.fromProfile(file, p)
}

func (r *resolver) fromProfile(file string, p *koocli.Profile) (*found, error) {
	for _, field := range [][2]string{
		{"access key", p.AccessKey}, {"secret key", p.SecretKey}, {"security token", p.SecurityToken}, {"project", p.ProjectID}, {"domain", p.DomainID},
	} {
		if field[1] != "" && !visible.MatchString(field[1]) {
			return nil, fmt.Errorf("the %s of its profile %q %s", field[0], p.Name, visibleMessage)
		}
	}
	if p.Region != "" && !regionID.MatchString(p.Region) {
		return nil, fmt.Errorf("the region of its profile %q %s", p.Name, regionMessage)
	}
	if koocli.OthersCanRead(file) {
		r.diags.AddWarning("Others can read the KooCLI configuration", fmt.Sprintf("%s holds keys in plain text. Keep it to yourself: chmod 600.", file))
	}
	credentials, err := coc.AccessKeys(p.AccessKey, p.SecretKey, p.SecurityToken)
	return &found{credentials: credentials, region: p.Region, projectID: p.ProjectID, domainID: p.DomainID}, err
}

func fromSDK(c *coc.SDKCredentials, err error) (*found, error) {
	if err != nil {
		return nil, err
	}
	return &found{credentials: c.Credentials, projectID: c.ProjectID, domainID: c.DomainID}, nil
}

// setUp turns what is wrong with a source that somebody set up into a diagnostic: the next source could be another account's.
func (r *resolver) setUp(name string) func(*coc.SDKCredentials, error) (*found, error) {
	return func(c *coc.SDKCredentials, err error) (*found, error) {
		if err != nil && !errors.Is(err, coc.ErrUnset) {
			r.diags.AddError("Unusable credentials", fmt.Sprintf("%s: %s.", name, err))
		}
		return fromSDK(c, err)
	}
}

func fromSDKProfile(_ context.Context, r *resolver) (*found, error) {
	if file := os.Getenv(coc.EnvSDKCredentialsFile); file != "" {
		return r.setUp(fmt.Sprintf("%s (%s)", file, coc.EnvSDKCredentialsFile))(coc.FromSDKProfile())
	}
	return fromSDK(coc.FromSDKProfile()) // what nobody named is passed over if it cannot be used
}

func fromMetadata(ctx context.Context, r *resolver) (*found, error) {
	if v := os.Getenv(envMetadataDisabled); v != "" {
		disabled, err := strconv.ParseBool(v)
		if err != nil {
			r.diags.AddError("Malformed environment variable", envMetadataDisabled+": must be true or false.")
		}
		if disabled || err != nil {
			return nil, fmt.Errorf("left out by %s", envMetadataDisabled)
		}
	}
	return fromSDK(coc.FromInstanceMetadata(ctx))
}
