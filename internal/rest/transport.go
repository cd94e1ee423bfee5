package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// parallelReads is how many lists are read at a time, Terraform's default -parallelism.
const parallelReads = 10

// requestsInFlight is how many requests each of them has under way.
const requestsInFlight = 4

// NewTransport returns a transport that obeys the proxies of the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) and keeps a
// connection for each request in flight. Certificates in PEM form are trusted instead of the system's; insecure trusts any.
func NewTransport(caCert []byte, insecure bool) (*http.Transport, error) {
	transport, err := newTransport()
	if err != nil {
		return nil, err
	}
	transport.TLSClientConfig.InsecureSkipVerify = insecure // the user's explicit wish, for which the provider warns
	if len(caCert) > 0 {
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(caCert) {
			return nil, ErrNoCertificate
		}
	}
	return transport, nil
}

// proxies returns what names the proxy of a request. A proxy that is no URL is refused: net/http would send the requests past
// it. The error does not repeat the value, which may hold a password.
func proxies() (func(*http.Request) (*url.URL, error), error) {
	for _, names := range [][]string{{"HTTPS_PROXY", "https_proxy"}, {"HTTP_PROXY", "http_proxy"}} {
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

// isProxy tells whether the value of a variable names a host to connect to. A URL that cannot be read is taken for a host and a
// path, as in http://http://proxy.
func isProxy(value string) bool {
	via, err := (&httpproxy.Config{HTTPSProxy: value}).ProxyFunc()(&url.URL{Scheme: "https", Host: "coc.example.com"})
	return err == nil && via != nil && via.Hostname() != "" && !strings.HasSuffix(via.Host, ":")
}

// ProxyVariableError is an environment variable for a proxy whose value is no URL.
type ProxyVariableError struct {
	// Name is the variable's.
	Name string
}

func (e *ProxyVariableError) Error() string {
	return e.Name + " is not the URL of a proxy, such as http://proxy.example.com:3128"
}

func newTransport() (*http.Transport, error) {
	proxy, err := proxies()
	if err != nil {
		return nil, err
	}
	return &http.Transport{
		Proxy: proxy,
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
			if answer.StatusCode != http.StatusOK {
				return &proxyError{answer.StatusCode}
			}
			return nil
		},
		DialContext:       (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:   &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
		// A connection that something in between has dropped does not answer, and every retry would go out on it.
		HTTP2:                 &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
		TLSHandshakeTimeout:   15 * time.Second,
		MaxIdleConnsPerHost:   requestsInFlight * parallelReads,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}, nil
}

// proxyError is a proxy's refusal to connect.
type proxyError struct{ status int }

func (e *proxyError) Error() string {
	return fmt.Sprintf("%v: %d %s", ErrProxy, e.status, http.StatusText(e.status))
}

func (e *proxyError) Unwrap() error { return ErrProxy }
