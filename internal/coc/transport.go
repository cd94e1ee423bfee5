package coc

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"time"
)

// parallelReads is how many lists are read at a time, Terraform's default -parallelism.
const parallelReads = 10

// newTransport returns a transport that obeys the proxies of the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) and keeps a
// connection for each page in flight.
func newTransport(pagesInFlight int) *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   15 * time.Second,
		MaxIdleConnsPerHost:   pagesInFlight * parallelReads,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

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
