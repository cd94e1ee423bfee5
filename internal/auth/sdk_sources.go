package auth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/ini.v1"

	"github.com/cocops/terraform-provider-coc/internal/auth/koocli"
)

// This file reads the environment variables and the profile file of the official SDK, by its rules. The SDK's own code
// silently chooses one of two kinds of credentials, and its errors quote lines of the file, with their keys.

// sdkSettings are the values in the SDK's environment variables or in one section of its profile file.
type sdkSettings struct {
	accessKey, secretKey setting // a pair of keys
	provider, tokenFile  setting // an identity provider, and the file that holds its token
	// Values that go with one of the two pairs and mean nothing alone.
	securityToken, iamEndpoint, projectID, domainID string
}

func (s *sdkSettings) empty() bool {
	return firstSet(s.accessKey, s.secretKey, s.provider, s.tokenFile) == ""
}

// credentials makes a signer from settings, and asks no service. Place names the source in a problem.
func (o *Options) credentials(place string, s *sdkSettings) (*Credentials, error) {
	key, identity := firstSet(s.accessKey, s.secretKey), firstSet(s.provider, s.tokenFile)
	if key != "" && identity != "" {
		return nil, twoKinds("", fmt.Sprintf("%s: %s and %s are both set", place, key, identity))
	}
	for _, pair := range [][2]setting{{s.accessKey, s.secretKey}, {s.provider, s.tokenFile}} {
		if (pair[0].value == "") != (pair[1].value == "") {
			return nil, fmt.Errorf("only one of %s and %s is set", pair[0].name, pair[1].name)
		}
	}
	k := keys{s.accessKey.value, s.secretKey.value, s.securityToken}
	found := Found{Signer: k, ProjectID: strings.TrimSpace(s.projectID), DomainID: strings.TrimSpace(s.domainID)}
	if !Visible(strings.Join(k.secrets(), "") + s.provider.value + found.ProjectID + found.DomainID) {
		return nil, errNotVisible
	}
	if identity != "" {
		endpoint, err := o.iamEndpoint(s.iamEndpoint)
		if err != nil {
			return nil, err
		}
		found.Signer = o.federated(endpoint, s.provider, s.tokenFile)
	}
	return &Credentials{first: found}, nil
}

func fromSDKEnvironment(_ context.Context, _ Block, o *Options) (*Credentials, error) {
	const place = "the SDK's environment"
	s := &sdkSettings{
		accessKey: env(EnvSDKAccessKey), secretKey: env(EnvSDKSecretKey),
		provider: env(EnvSDKIdentity), tokenFile: env(EnvSDKIdentityToken),
		securityToken: env(EnvSDKSecurityToken).value,
		projectID:     env(EnvSDKProjectID).value, domainID: env(EnvSDKDomainID).value,
	}
	if s.empty() {
		return nil, fmt.Errorf("neither %s and %s nor %s and %s are set",
			EnvSDKAccessKey, EnvSDKSecretKey, EnvSDKIdentity, EnvSDKIdentityToken)
	}
	found, err := o.credentials(place, s)
	return found, endSearch(place, err)
}

// fromSDKProfile takes the SDK's profile file. Any error in a file that the user named ends the search; in the default
// file, only two kinds of credentials do.
func fromSDKProfile(_ context.Context, _ Block, o *Options) (*Credentials, error) {
	if file := env(EnvSDKCredentialsFile).value; file != "" {
		place := fmt.Sprintf("%s (%s)", file, EnvSDKCredentialsFile)
		found, err := o.fromINI(place, file)
		return found, endSearch(place, err)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(home, ".huaweicloud", "credentials")
	return o.fromINI(file, file)
}

// fromINI takes the credentials in the section global of a file or, if that has none, in the section basic. Place names
// the file in a problem.
func (o *Options) fromINI(place, file string) (*Credentials, error) {
	content, err := koocli.ReadFile(file)
	switch {
	case errors.Is(err, os.ErrNotExist) && env(EnvSDKCredentialsFile).value == "":
		return nil, errors.New("there is no such file")
	case err != nil:
		return nil, err
	}
	parsed, err := ini.Load(content)
	if err != nil {
		return nil, notINI(content, err)
	}
	for _, name := range []string{"global", "basic"} {
		section := parsed.Section(name)
		key := func(key string) setting {
			return setting{fmt.Sprintf("%s in the section %s", key, name), section.Key(key).String()}
		}
		s := &sdkSettings{
			accessKey: key("ak"), secretKey: key("sk"), provider: key("idp_id"), tokenFile: key("id_token_file"),
			securityToken: key("security_token").value, iamEndpoint: key("iam_endpoint").value,
		}
		// The SDK reads the domain in the section global only, and the project in the section basic only.
		if name == "global" {
			s.domainID = key("domain_id").value
		} else {
			s.projectID = key("project_id").value
		}
		if !s.empty() {
			return o.credentials(place, s)
		}
	}
	return nil, errors.New("the file has neither a section global nor a section basic with ak and sk")
}

// notINI names the line at which a file is not in INI form, if it is known. The library's error quotes the line, which
// may hold a key.
func notINI(content []byte, err error) error {
	var noDelimiter ini.ErrDelimiterNotFound
	if errors.As(err, &noDelimiter) {
		number := 0
		for line := range bytes.Lines(content) {
			number++
			if string(bytes.TrimSpace(line)) == strings.TrimSpace(noDelimiter.Line) {
				return fmt.Errorf("the file is not in INI form: line %d has no equals sign", number)
			}
		}
	}
	return errors.New("the file is not in INI form")
}

// federated returns a signer with keys by an identity provider. It asks for them when it signs a request.
func (o *Options) federated(iam string, provider, file setting) *temporary {
	holder := fmt.Sprintf("the identity provider %s (%s, ID token in %s)",
		shown(provider.value), provider.name, shown(file.value))
	return newTemporary(holder, func(ctx context.Context) (expiringKeys, []string, error) {
		idToken, err := tokenFile(file.value)
		if err != nil {
			return expiringKeys{}, []string{idToken}, err
		}
		return o.keysByIDToken(ctx, iam, provider.value, idToken, 6*3600)
	}, o.OnRenewalFailed)
}
