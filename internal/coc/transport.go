package coc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// parallelReads is how many lists are read at a time, Terraform's default -parallelism.
const parallelReads = 10

// newTransport returns a transport that obeys the proxies of the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) and keeps a
// connection for each page in flight.
func newTransport(pagesInFlight int) *http.Transport {
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
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
		MaxIdleConnsPerHost:   pagesInFlight * parallelReads,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// proxyError is a proxy's refusal to connect.
type proxyError struct{ status int }

func (e *proxyError) Error() string {
	return fmt.Sprintf("%v: %d %s", ErrProxy, e.status, http.StatusText(e.status))
}

func (e *proxyError) Unwrap() error { return ErrProxy }

// setTrust says which certificates to trust.
func setTrust(config *tls.Config, caCert []byte, insecure bool) error {
	config.InsecureSkipVerify = insecure // the user's explicit wish, for which the provider warns
	if len(caCert) == 0 {
		return nil
	}
	config.RootCAs = x509.NewCertPool()
	return addCACert(config.RootCAs, caCert)
}

// CheckCACert tells whether there are certificates in PEM form, as Config.CACert wants them.
func CheckCACert(pem []byte) error { return addCACert(x509.NewCertPool(), pem) }

func addCACert(pool *x509.CertPool, pem []byte) error {
	if !pool.AppendCertsFromPEM(pem) {
		return errors.New("no certificate in PEM form")
	}
	return nil
}
