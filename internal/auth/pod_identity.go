package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// fromPodIdentity asks the pod identity agent, which runs on the node of a container.
func fromPodIdentity(ctx context.Context, _ Block, o *Options) (*Credentials, error) {
	const source = "the pod identity agent"
	uri, file := env(EnvPodIdentityURI).value, env(EnvPodIdentityToken).value
	switch err := checkPodIdentityURI(uri); {
	case uri == "" && file == "":
		return nil, fmt.Errorf("neither %s nor %s is set", EnvPodIdentityURI, EnvPodIdentityToken)
	case uri == "" || file == "":
		return nil, unusable(source, fmt.Errorf("only one of %s and %s is set", EnvPodIdentityURI, EnvPodIdentityToken))
	case err != nil:
		return nil, unusable(source, fmt.Errorf("%s: %w", EnvPodIdentityURI, err))
	}
	signer, err := firstKeys(ctx, source, fetchPodIdentity(uri, file, o.Transport), o.OnRenewalFailed)
	if err != nil && context.Cause(ctx) == nil {
		return nil, unusable(source, err)
	}
	return &Credentials{signer: signer}, err
}

// checkPodIdentityURI checks where the token goes. Without TLS it stays on the machine: the host is a loopback address
// or a link-local one, as other clouds' SDKs have it. The error does not quote the URL, which may hold a password.
func checkPodIdentityURI(uri string) error {
	u, err := url.Parse(uri)
	switch {
	case err != nil || u.Hostname() == "":
		return errors.New("it is not a URL with a host")
	case u.Scheme == "https" || u.Scheme == "http" && isNear(u.Hostname()):
		return nil
	case u.Scheme == "http":
		return errors.New("http is accepted for loopback and link-local addresses only, use https")
	}
	return errors.New("it begins neither with https:// nor with http://")
}

// isNear reports whether a host is this machine, or is on its own link. Names other than localhost are not resolved.
func isNear(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && (ip.IsLoopback() || ip.IsLinkLocalUnicast())
}

// fetchPodIdentity returns a fetchFunc that asks the agent with the token in a file. The file is read for each request,
// since Kubernetes replaces its content.
func fetchPodIdentity(uri, file string, transport *http.Transport) fetchFunc {
	client := newService(transport)
	return limited(func(ctx context.Context) (expiringKeys, []string, error) {
		token, err := tokenFile(file)
		secrets := []string{token}
		if err != nil {
			return expiringKeys{}, secrets, err
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, uri, strings.NewReader("{}"))
		if err != nil {
			return expiringKeys{}, secrets, err
		}
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		r.Header.Set("Authorization", token)
		return askForKeys(client, r, secrets)
	})
}
