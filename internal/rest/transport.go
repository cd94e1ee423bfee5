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

// parallelReads is how many data sources Terraform reads at a time, by default (-parallelism).
const parallelReads = 10

// requestsInFlight is how many requests the read of one data source has in flight.
const requestsInFlight = 4

// NewTransport returns a transport that uses the proxies of the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY). It keeps as
// many idle connections as there can be requests in flight. If caCert is not empty, the certificates in it (PEM) are trusted
// instead of the system's. Insecure accepts any certificate.
func NewTransport(caCert []byte, insecure bool) (*http.Transport, error) {
	transport, err := newTransport()
	if err != nil {
		return nil, err
	}
	transport.TLSClientConfig.InsecureSkipVerify = insecure // set by the user only, and the provider warns of it
	if len(caCert) > 0 {
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(caCert) {
			return nil, ErrNoCertificate
		}
	}
	return transport, nil
}

// proxyFunc returns the Proxy function of a transport, by the variables of the environment. A variable that is not a URL is an
// error: net/http would ignore it, and send requests without a proxy. The error does not repeat the value, which may hold a
// password.
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

// isProxy tells whether the value of a variable is the URL of a proxy, or a host with or without a port. The library accepts more:
// it reads a malformed URL such as http:/proxy as http://http:/proxy, with the host "http:". A host with a colon at its end is
// therefore refused.
func isProxy(value string) bool {
	via, err := (&httpproxy.Config{HTTPSProxy: value}).ProxyFunc()(&url.URL{Scheme: "https", Host: "coc.example.com"})
	return err == nil && via != nil && via.Hostname() != "" && !strings.HasSuffix(via.Host, ":")
}

// ProxyVariableError is the error for an environment variable that should hold the URL of a proxy, and does not.
type ProxyVariableError struct {
	// Name is the name of the variable.
	Name string
}

func (e *ProxyVariableError) Error() string {
	return e.Name + " is not the URL of a proxy, such as http://proxy.example.com:3128"
}

func newTransport() (*http.Transport, error) {
	proxy, err := proxyFunc()
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
		// A firewall may drop a connection without closing it. Without pings, every retry would be sent on that connection.
		HTTP2:                 &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
		TLSHandshakeTimeout:   15 * time.Second,
		ReadBufferSize:        64 << 10,
		MaxIdleConnsPerHost:   requestsInFlight * parallelReads,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}, nil
}

// proxyError is the answer of a proxy that refused to connect to the endpoint.
type proxyError struct{ status int }

func (e *proxyError) Error() string {
	return fmt.Sprintf("%v: %d %s", ErrProxy, e.status, http.StatusText(e.status))
}

func (e *proxyError) Unwrap() error { return ErrProxy }
