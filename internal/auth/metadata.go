package auth

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
)

// The metadata service of an ECS instance hands out temporary keys of the instance's agency. The SDK's client for it is
// not used: it takes no context and obeys HTTP_PROXY, and a proxy would ask its own machine at that address.

const (
	metadataEndpoint  = "http://169.254.169.254"
	metadataTokenPath = "/meta-data/latest/api/token"
	metadataKeysPath  = "/openstack/latest/securitykey"
	metadataTokenLife = "21600" // of the token of a session, in seconds
)

// fromMetadata asks the metadata service. Every ECS instance has it without any setup, so it is not a [Problem] if it
// has no keys.
func fromMetadata(ctx context.Context, _ Block, o *Options) (*Credentials, error) {
	value := env(EnvMetadataDisabled).value
	disabled, err := strconv.ParseBool(cmp.Or(value, "false"))
	switch {
	case err != nil:
		return nil, malformed("", EnvMetadataDisabled, fmt.Sprintf("must be true or false, got %q", value))
	case disabled:
		return nil, fmt.Errorf("turned off by %s", EnvMetadataDisabled)
	}
	signer, err := firstKeys(ctx, "the metadata service", fetchFrom(o.Transport, fetchMetadata), o.OnRenewalFailed)
	return &Credentials{first: Found{Signer: signer}}, err
}

func fetchMetadata(ctx context.Context, s service) (expiringKeys, []string, error) {
	token, err := metadataToken(ctx, s)
	if err != nil {
		return expiringKeys{}, nil, err
	}
	return s.askForKeys(ctx, question{
		method: http.MethodGet, url: metadataEndpoint + metadataKeysPath,
		header: map[string]string{"X-Metadata-Token": token}, secrets: []string{token},
	})
}

// metadataToken asks for the token of a session, which is empty for an older service without sessions.
func metadataToken(ctx context.Context, s service) (string, error) {
	a, err := s.ask(ctx, question{
		method: http.MethodPut, url: metadataEndpoint + metadataTokenPath,
		header: map[string]string{"X-Metadata-Token-Ttl-Seconds": metadataTokenLife},
	})
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
