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
)

// This file reads the environment variables and the profile file of the official SDK, by the rules of the SDK. The SDK's
// own code is not used for two reasons: it silently chooses one if a source holds two kinds of credentials, and its errors
// quote lines of the file, which may hold keys.

// sdkSettings are the values in the SDK's environment variables or in one section of its profile file.
type sdkSettings struct {
	accessKey, secretKey setting // a pair of keys
	provider, tokenFile  setting // an identity provider, and the file that holds its token
	// Values that go with one of the two pairs, and mean nothing alone.
	securityToken, iamEndpoint, projectID, domainID string
}

func (s *sdkSettings) anyKey() bool      { return s.accessKey.value+s.secretKey.value != "" }
func (s *sdkSettings) anyIdentity() bool { return s.provider.value+s.tokenFile.value != "" }
func (s *sdkSettings) empty() bool       { return !s.anyKey() && !s.anyIdentity() }

// credentials makes a signer of settings: of a pair of keys, or of an identity provider with its token file. It asks no
// service. Place names the source in a problem.
func (o *Options) credentials(place string, s *sdkSettings) (*Credentials, error) {
	if s.anyKey() && s.anyIdentity() {
		return nil, twoKinds("", fmt.Sprintf("%s: %s and %s are both set",
			place, firstSet(s.accessKey, s.secretKey), firstSet(s.provider, s.tokenFile)), "Keep")
	}
	for _, pair := range [][2]setting{{s.accessKey, s.secretKey}, {s.provider, s.tokenFile}} {
		if (pair[0].value == "") != (pair[1].value == "") {
			return nil, fmt.Errorf("only one of %s and %s is set", pair[0].name, pair[1].name)
		}
	}
	found := &Credentials{projectID: strings.TrimSpace(s.projectID), domainID: strings.TrimSpace(s.domainID)}
	if !Visible(s.accessKey.value + s.secretKey.value + s.securityToken + s.provider.value +
		found.projectID + found.domainID) {
		return nil, errNotVisible
	}
	if s.anyKey() {
		found.signer = AccessKeys(s.accessKey.value, s.secretKey.value, s.securityToken)
		return found, nil
	}
	endpoint, err := o.iamEndpoint(s.iamEndpoint)
	if err != nil {
		return nil, err
	}
	found.signer = o.federated(endpoint, s.provider, s.tokenFile)
	return found, nil
}

// firstSet returns the name of the first of two settings that has a value.
func firstSet(a, b setting) string {
	if a.value != "" {
		return a.name
	}
	return b.name
}

// fromSDKEnvironment takes the SDK's environment variables.
func fromSDKEnvironment(_ context.Context, _ Block, o *Options) (*Credentials, error) {
	const place = "the SDK's environment"
	s := &sdkSettings{
		accessKey: variable(EnvSDKAccessKey), secretKey: variable(EnvSDKSecretKey),
		provider: variable(EnvSDKIdentity), tokenFile: variable(EnvSDKIdentityToken),
		securityToken: variable(EnvSDKSecurityToken).value,
		projectID:     variable(EnvSDKProjectID).value, domainID: variable(EnvSDKDomainID).value,
	}
	if s.empty() {
		return nil, fmt.Errorf("neither %s and %s nor %s and %s are set",
			EnvSDKAccessKey, EnvSDKSecretKey, EnvSDKIdentity, EnvSDKIdentityToken)
	}
	found, err := o.credentials(place, s)
	return found, endSearch(place, err)
}

// endSearch makes an error of a source that the user set up a problem, which ends the search. Place names the source.
func endSearch(place string, err error) error {
	var problem *Problem
	if err == nil || errors.As(err, &problem) {
		return err
	}
	return unusable(place, err)
}

// fromSDKProfile takes the SDK's profile file. An error in a file that the user named ends the search. An error in the
// default file does not, except for two kinds of credentials: each of them could be used, but not both.
func fromSDKProfile(_ context.Context, _ Block, o *Options) (*Credentials, error) {
	if file := variable(EnvSDKCredentialsFile).value; file != "" {
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

// fromINI takes the credentials in the section global of a file. If that section has none, it takes those in the section
// basic. Place names the file in a problem.
func (o *Options) fromINI(place, file string) (*Credentials, error) {
	content, err := os.ReadFile(file) //nolint:gosec // the user names it
	var inPath *os.PathError
	switch {
	case errors.Is(err, os.ErrNotExist) && !isSet(EnvSDKCredentialsFile):
		return nil, errors.New("there is no such file")
	case errors.As(err, &inPath):
		return nil, inPath.Err
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

// notINI returns the error for a file that is not in INI form, with the number of the line if it is known. The error of the
// library is not used: it quotes the line, which may hold a key.
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
