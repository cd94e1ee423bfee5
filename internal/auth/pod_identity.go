package auth

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// podIdentityTimeout limits the request to the pod identity agent.
const podIdentityTimeout = 5 * time.Second

// fetchPodIdentity returns a fetchFunc that asks the pod identity agent at uri. The request holds the token in the file. The file is
// read for each request, since Kubernetes replaces its content.
func fetchPodIdentity(uri, file string, transport *http.Transport) fetchFunc {
	client := newDirectClient(transport)
	return withTimeout(podIdentityTimeout, func(ctx context.Context) (expiringKeys, []string, error) {
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
		k, err := temporaryKeys(a.header, a.body)
		return k, secrets, err
	})
}
