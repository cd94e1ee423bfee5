package auth

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The metadata service of an ECS instance hands out temporary keys of the instance's agency. The SDK's client for the
// service is not used. It takes neither a context nor a transport, and it obeys HTTP_PROXY: behind a proxy the address is
// that of the proxy's machine.

const (
	metadataEndpoint  = "http://169.254.169.254"
	metadataTokenPath = "/meta-data/latest/api/token"
	metadataKeysPath  = "/openstack/latest/securitykey"
	// metadataTokenLife is how long the token of a session is valid, in seconds.
	metadataTokenLife = "21600"
	// metadataTimeout limits all requests of one fetch together. On a machine without the service, no answer comes.
	metadataTimeout = 5 * time.Second
)

// noAgency is in the service's answer on an instance that has no agency, and so no keys.
const noAgency = "Please configure Cloud Service Agency first"

// fromMetadata asks the metadata service. The service is there on every ECS instance, without anybody having set it up.
// It is therefore no problem for the user if it has no keys.
func fromMetadata(ctx context.Context, _ Block, o *Options) (*Credentials, error) {
	value := variable(EnvMetadataDisabled).value
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
	client := newDirectClient(transport)
	return withTimeout(metadataTimeout, func(ctx context.Context) (expiringKeys, []string, error) {
		token, err := metadataToken(ctx, client)
		if err != nil {
			return expiringKeys{}, nil, err
		}
		secrets := []string{token}
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, metadataEndpoint+metadataKeysPath, nil)
		if err != nil {
			return expiringKeys{}, secrets, err
		}
		if token != "" {
			r.Header.Set("X-Metadata-Token", token)
		}
		a, err := ask(client, r, secrets)
		switch {
		case err != nil:
			return expiringKeys{}, secrets, err
		case a.status != http.StatusOK && strings.Contains(string(a.body), noAgency):
			return expiringKeys{}, secrets, &fetchError{text: "the instance has no agency"}
		case a.status != http.StatusOK:
			return expiringKeys{}, secrets, refusal(a, secrets)
		}
		k, err := temporaryKeys(a.header, a.body)
		return k, secrets, err
	})
}

// metadataToken asks for the token of a session, which the request for keys needs. It returns an empty token if the
// service is an older one that has no sessions.
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
	switch token := string(a.body); {
	case a.status == http.StatusOK && token != "" && Visible(token):
		return token, nil
	case a.status == http.StatusOK:
		return "", errNoKeys
	case a.status == http.StatusNotFound, a.status == http.StatusMethodNotAllowed, a.status == http.StatusServiceUnavailable:
		return "", nil
	}
	return "", refusal(a, nil)
}
