package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
)

// fromPodIdentity asks the pod identity agent, which runs on the node of a container.
func fromPodIdentity(ctx context.Context, _ Block, o *Options) (*Credentials, error) {
	const source = "the pod identity agent"
	uri, file := env(EnvPodIdentityURI).value, env(EnvPodIdentityToken).value
	if uri == "" && file == "" {
		return nil, fmt.Errorf("neither %s nor %s is set", EnvPodIdentityURI, EnvPodIdentityToken)
	}
	var signer *temporary
	err := checkPodIdentityURI(uri)
	switch {
	case uri == "" || file == "":
		err = fmt.Errorf("only one of %s and %s is set", EnvPodIdentityURI, EnvPodIdentityToken)
	case err != nil:
		err = fmt.Errorf("%s: %w", EnvPodIdentityURI, err)
	default:
		signer, err = firstKeys(ctx, source, fetchFrom(o.Transport, fetchPodIdentity(uri, file)), o.OnRenewalFailed)
	}
	return &Credentials{first: Found{Signer: signer}}, endSearch(source, err)
}

// checkPodIdentityURI checks where the token goes. Without TLS, the host is a loopback address or a link-local one, as
// other clouds' SDKs have it. The error does not quote the URL, which may hold a password.
func checkPodIdentityURI(uri string) error {
	u, err := url.Parse(uri)
	switch {
	case err != nil || u.Hostname() == "":
		return errors.New("it is not a URL with a host")
	case u.Scheme == "https" || u.Scheme == "http" && isNear(u.Hostname()):
		return nil
	case u.Scheme == "http":
		return errors.New("http is accepted for loopback and link-local addresses only: use https")
	}
	return errors.New("it begins neither with https:// nor with http://")
}

// isNear reports whether a host is this machine or on its link. Names other than localhost are not resolved.
func isNear(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && (ip.IsLoopback() || ip.IsLinkLocalUnicast())
}

// fetchPodIdentity asks the agent with the token in a file, which is read each time: Kubernetes replaces its content.
func fetchPodIdentity(uri, file string) func(context.Context, service) (expiringKeys, []string, error) {
	return func(ctx context.Context, s service) (expiringKeys, []string, error) {
		token, err := tokenFile(file)
		if err != nil {
			return expiringKeys{}, []string{token}, err
		}
		return s.askForKeys(ctx, question{
			method: http.MethodPost, url: uri, body: "{}",
			header:  map[string]string{"Content-Type": "application/json; charset=utf-8", "Authorization": token},
			secrets: []string{token},
		})
	}
}
