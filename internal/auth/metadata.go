package auth

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
)

// The metadata service of an ECS instance hands out temporary keys of the instance's agency. The SDK's client for the
// service is not used. It takes neither a context nor a transport, and it obeys HTTP_PROXY: behind a proxy the address
// is that of the proxy's machine.

const (
	metadataEndpoint  = "http://169.254.169.254"
	metadataTokenPath = "/meta-data/latest/api/token"
	metadataKeysPath  = "/openstack/latest/securitykey"
	metadataTokenLife = "21600" // of the token of a session, in seconds
)

// fromMetadata asks the metadata service. The service is there on every ECS instance, without anybody having set it up.
// It is therefore no problem for the user if it has no keys.
func fromMetadata(ctx context.Context, _ Block, o *Options) (*Credentials, error) {
	value := env(EnvMetadataDisabled).value
	disabled, err := strconv.ParseBool(cmp.Or(value, "false"))
	switch {
	case err != nil:
		return nil, malformed("", EnvMetadataDisabled, fmt.Sprintf("must be true or false, got %q", value))
	case disabled:
		return nil, fmt.Errorf("left out by %s", EnvMetadataDisabled)
	}
	signer, err := firstKeys(ctx, "the metadata service", fetchMetadata(o.Transport), o.OnRenewalFailed)
	return &Credentials{signer: signer}, err
}

// fetchMetadata returns a fetchFunc that asks the metadata service.
func fetchMetadata(transport *http.Transport) fetchFunc {
	client := newService(transport)
	return limited(func(ctx context.Context) (expiringKeys, []string, error) {
		token, err := metadataToken(ctx, client)
		if err != nil {
			return expiringKeys{}, nil, err
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, metadataEndpoint+metadataKeysPath, nil)
		if err != nil {
			return expiringKeys{}, nil, err
		}
		if token != "" {
			r.Header.Set("X-Metadata-Token", token)
		}
		return askForKeys(client, r, []string{token})
	})
}

// metadataToken asks for the token of a session, which the request for keys needs. The token is empty if the service is
// an older one that has no sessions.
func metadataToken(ctx context.Context, client *http.Client) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, metadataEndpoint+metadataTokenPath, http.NoBody)
	if err != nil {
		return "", err
	}
	r.Header.Set("X-Metadata-Token-Ttl-Seconds", metadataTokenLife)
	a, err := ask(client, r, nil)
	if err != nil {
		return "", err
	}
	switch a.status {
	case http.StatusOK:
		if token := string(a.body); token != "" && Visible(token) {
			return token, nil
		}
		return "", errNoKeys
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusServiceUnavailable:
		return "", nil
	}
	return "", a.refusal(nil)
}
