package auth

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// The metadata service of an ECS instance hands out the keys of the instance's agency. The SDK's client for it takes neither a
// context nor a transport, and obeys HTTP_PROXY: a proxy would answer for its own machine, if at all.

const (
	metadataEndpoint  = "http://169.254.169.254"
	metadataTokenPath = "/meta-data/latest/api/token"
	metadataKeysPath  = "/openstack/latest/securitykey"
	// metadataTokenLife is in seconds.
	metadataTokenLife = "21600"
	// metadataTimeout is for all requests: where there is no such service, nobody answers.
	metadataTimeout = 5 * time.Second
)

// noAgency is what the service says on an instance without keys to hand out.
const noAgency = "Please configure Cloud Service Agency first"

// fetchMetadata returns a fetch that asks the metadata service.
func fetchMetadata(transport *http.Transport) fetchFunc {
	client := newDirectClient(transport)
	return within(metadataTimeout, func(ctx context.Context) (expiringKeys, []string, error) {
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
		k, err := temporaryKeys(a.body)
		return k, secrets, err
	})
}

// metadataToken asks for the token of a session. Older services know none, and answer without.
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
	case a.status == http.StatusOK && token != "" && visible(token):
		return token, nil
	case a.status == http.StatusOK:
		return "", errNoKeys
	case a.status == http.StatusNotFound, a.status == http.StatusMethodNotAllowed, a.status == http.StatusServiceUnavailable:
		return "", nil
	}
	return "", refusal(a, nil)
}
