package auth

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// podIdentityTimeout is for the request to the agent of the container's node.
const podIdentityTimeout = 5 * time.Second

// fetchPodIdentity returns a fetch that asks the agent at uri, with the token in a file, which the node replaces now and then.
func fetchPodIdentity(uri, file string, transport *http.Transport) fetchFunc {
	client := newDirectClient(transport)
	return within(podIdentityTimeout, func(ctx context.Context) (expiringKeys, []string, error) {
		token, err := tokenFile(file)
		secrets := []string{token}
		if err != nil {
			return expiringKeys{}, secrets, err
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, uri, strings.NewReader("{}")) //nolint:gosec // it is the user who names the agent
		if err != nil {
			return expiringKeys{}, secrets, &fetchError{text: EnvPodIdentityURI + " is not a URL"}
		}
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		r.Header.Set("Authorization", token)
		a, err := ask(client, r, secrets)
		switch {
		case err != nil:
			return expiringKeys{}, secrets, err
		case a.status != http.StatusOK:
			return expiringKeys{}, secrets, refusal(a, secrets)
		}
		k, err := temporaryKeys(a.body)
		return k, secrets, err
	})
}
