package coc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/provider"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
)

// The official SDK's own sources of credentials, one at a time: its ready-made chain names no source, and cannot leave the
// metadata service out.

// SDKCredentials are what a source of the SDK holds.
type SDKCredentials struct {
	Credentials Credentials
	// ProjectID and DomainID go with these credentials, empty if the source has none.
	ProjectID, DomainID string
}

// Variables that the SDK reads.
const (
	EnvSDKAccessKey       = "HUAWEICLOUD_SDK_AK"
	EnvSDKSecretKey       = "HUAWEICLOUD_SDK_SK"
	EnvSDKIdentity        = "HUAWEICLOUD_SDK_IDP_ID"
	EnvSDKIdentityToken   = "HUAWEICLOUD_SDK_ID_TOKEN_FILE"
	EnvSDKCredentialsFile = "HUAWEICLOUD_SDK_CREDENTIALS_FILE"
	EnvPodIdentityURI     = "HC_CONTAINER_CREDENTIALS_FULL_URI"
	EnvPodIdentityToken   = "HC_CONTAINER_AUTHORIZATION_TOKEN_FILE"
)

// networkSourceTimeout is how long a source that is asked over the network may take.
const networkSourceTimeout = 5 * time.Second

// ErrUnset says that nobody set a source up, so that the next one may be asked. Any other error of a source that was set up is
// for the user to mend.
var ErrUnset = errors.New("not set up")

// unsetError is an ErrUnset that says what is missing.
type unsetError string

func (e unsetError) Error() string        { return string(e) }
func (e unsetError) Is(target error) bool { return target == ErrUnset }

// FromSDKEnvironment takes the SDK's environment variables: a pair of keys, or an identity provider with its token.
func FromSDKEnvironment() (*SDKCredentials, error) {
	set := 0
	for _, pair := range [][2]string{{EnvSDKAccessKey, EnvSDKSecretKey}, {EnvSDKIdentity, EnvSDKIdentityToken}} {
		first, second := os.Getenv(pair[0]) != "", os.Getenv(pair[1]) != ""
		if first != second {
			return nil, fmt.Errorf("only one of %s and %s is set", pair[0], pair[1])
		}
		if first {
			set++
		}
	}
	if set == 0 {
		return nil, unsetError(fmt.Sprintf("neither %s and %s nor %s and %s are set", EnvSDKAccessKey, EnvSDKSecretKey, EnvSDKIdentity, EnvSDKIdentityToken))
	}
	global, err := provider.GlobalCredentialEnvProvider().GetCredentials()
	if err != nil {
		return nil, err
	}
	found, err := fromSDK(global)
	if err != nil {
		return nil, err
	}
	// The kind of credentials without a domain reads the project.
	if basic, err := provider.BasicCredentialEnvProvider().GetCredentials(); err == nil {
		if withProject, ok := basic.(*auth.BasicCredentials); ok {
			found.ProjectID = strings.TrimSpace(withProject.ProjectId)
		}
	}
	if !visible(found.ProjectID) {
		return nil, errNotVisible
	}
	return found, nil
}

// FromSDKProfile takes the SDK's profile file: its section global, or else its section basic.
func FromSDKProfile() (*SDKCredentials, error) {
	global, err := provider.GlobalCredentialProfileProvider().GetCredentials()
	if err == nil {
		return fromSDK(global)
	}
	var inPath *os.PathError
	var lacking *sdkerr.CredentialsTypeError
	switch {
	case errors.Is(err, os.ErrNotExist) && os.Getenv(EnvSDKCredentialsFile) == "":
		return nil, unsetError("there is no such file")
	case errors.As(err, &inPath):
		return nil, inPath.Err
	case !errors.As(err, &lacking):
		return nil, errors.New(printable(err.Error(), maxShown))
	}
	basic, err := provider.BasicCredentialProfileProvider().GetCredentials()
	if err != nil {
		return nil, errors.New("the file has neither a section global nor a section basic with ak and sk")
	}
	return fromSDK(basic)
}

// FromPodIdentity asks the agent of the container's node. The context ends the wait.
func FromPodIdentity(ctx context.Context) (*SDKCredentials, error) {
	uri, token := os.Getenv(EnvPodIdentityURI), os.Getenv(EnvPodIdentityToken)
	switch {
	case uri == "" && token == "":
		return nil, unsetError(fmt.Sprintf("neither %s nor %s is set", EnvPodIdentityURI, EnvPodIdentityToken))
	case uri == "" || token == "":
		return nil, fmt.Errorf("only one of %s and %s is set", EnvPodIdentityURI, EnvPodIdentityToken)
	}
	return fromNetwork(ctx, provider.GlobalCredentialPodIdentityProvider())
}

// FromInstanceMetadata asks the metadata service of the ECS instance for the keys of its agency. The context ends the wait.
func FromInstanceMetadata(ctx context.Context) (*SDKCredentials, error) {
	return fromNetwork(ctx, provider.GlobalCredentialMetadataProvider())
}

// fromNetwork asks a source that takes no context.
func fromNetwork(ctx context.Context, source provider.ICredentialProvider) (*SDKCredentials, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, networkSourceTimeout, fmt.Errorf("no answer within %s", networkSourceTimeout))
	defer cancel()
	type result struct {
		found *SDKCredentials
		err   error
	}
	done := make(chan result, 1)
	go func() {
		var res result
		res.err = withoutPanic(func() error {
			credentials, err := source.GetCredentials()
			if err == nil {
				res.found, err = fromSDK(credentials)
			}
			return err
		})
		done <- res
	}()
	select {
	case res := <-done:
		if res.err != nil {
			return nil, errors.New(printable(res.err.Error(), maxShown))
		}
		return res.found, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// fromSDK takes the ids out of the SDK's credentials, so that the caller decides which are sent.
func fromSDK(credentials auth.ICredential) (*SDKCredentials, error) {
	switch c := credentials.(type) {
	case *auth.GlobalCredentials:
		found := &SDKCredentials{DomainID: strings.TrimSpace(c.DomainId)}
		if !visible(c.AK + c.SK + c.SecurityToken + found.DomainID) {
			return nil, errNotVisible
		}
		c.DomainId = ""
		found.Credentials = newSDKCredentials(c)
		return found, nil
	case *auth.BasicCredentials:
		found := &SDKCredentials{ProjectID: strings.TrimSpace(c.ProjectId)}
		if !visible(c.AK + c.SK + c.SecurityToken + found.ProjectID) {
			return nil, errNotVisible
		}
		found.Credentials = newSDKCredentials(&auth.GlobalCredentials{BaseCredentials: c.BaseCredentials})
		return found, nil
	}
	return nil, fmt.Errorf("the SDK has credentials of the unknown kind %T", credentials)
}

var errNotVisible = errors.New("a key, a token or an id holds characters that none of them has, such as blanks or line ends")

// visible tells whether a text can travel in a header unchanged.
func visible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '!' || r > '~' })
}
