package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// ErrNoCertificate is for a text that should hold certificates in PEM form, but holds none.
var ErrNoCertificate = errors.New("no certificate in PEM form")

// NewTransport returns a transport that uses the proxies of the environment. The certificates in caCert (PEM), if any,
// are trusted instead of the system's. Insecure accepts any certificate. Idle is how many idle connections to a host
// are kept.
func NewTransport(caCert []byte, insecure bool, idle int) (*http.Transport, error) {
	proxy, err := proxyFunc()
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		Proxy: proxy,
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
			status := answer.StatusCode
			if status == http.StatusOK {
				return nil
			}
			cause := fmt.Errorf("%d %s", status, http.StatusText(status))
			return &Error{Kind: Proxy, Err: cause, retryable: RetryableStatus(status)}
		},
		DialContext:       (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:   &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: insecure}, //nolint:gosec // as asked
		ForceAttemptHTTP2: true,
		// A firewall may drop a connection without closing it. Without pings, every retry would be sent on it.
		HTTP2:                 &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
		TLSHandshakeTimeout:   15 * time.Second,
		ReadBufferSize:        64 << 10,
		MaxIdleConnsPerHost:   idle,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
	if len(caCert) > 0 {
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(caCert) {
			return nil, ErrNoCertificate
		}
	}
	return transport, nil
}

// proxyFunc returns the Proxy function of a transport. A variable that is not a URL is an error: net/http would ignore
// it, and send requests without a proxy. The error does not repeat the value, which may hold a password.
func proxyFunc() (func(*http.Request) (*url.URL, error), error) {
	for _, names := range [][]string{{"https_proxy", "HTTPS_PROXY"}, {"http_proxy", "HTTP_PROXY"}} {
		name := names[0]
		if os.Getenv(name) == "" {
			name = names[1]
		}
		if value := os.Getenv(name); value != "" && !isProxy(value) {
			return nil, &ProxyVariableError{name}
		}
	}
	proxy := httpproxy.FromEnvironment().ProxyFunc()
	return func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }, nil
}

// isProxy reports whether a value is the URL of a proxy, or a host with or without a port. The library accepts more:
// for http:/proxy, the host is "http:".
func isProxy(value string) bool {
	via, err := (&httpproxy.Config{HTTPSProxy: value}).ProxyFunc()(&url.URL{Scheme: "https", Host: "coc.example.com"})
	return err == nil && via != nil && via.Hostname() != "" && !strings.HasSuffix(via.Host, ":")
}

// ProxyVariableError is for an environment variable that should hold the URL of a proxy, but does not.
type ProxyVariableError struct{ Name string }

func (e *ProxyVariableError) Error() string {
	return e.Name + " is not the URL of a proxy, such as http://proxy.example.com:3128"
}

// givenCA reports whether an error says that the authorities given to [NewTransport] do not vouch for a server.
func givenCA(transport http.RoundTripper, err error) bool {
	t, ok := transport.(*http.Transport)
	var unknown x509.UnknownAuthorityError
	return ok && t.TLSClientConfig != nil && t.TLSClientConfig.RootCAs != nil && errors.As(err, &unknown)
}
