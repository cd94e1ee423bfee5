package coc

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// networkError sorts what came instead of an answer: a broken connection may heal, a wrong name or certificate will not.
func networkError(err error) *Error {
	// Its text repeats the method and the whole URL.
	var inURL *url.Error
	if errors.As(err, &inURL) {
		err = inURL.Err
	}
	var (
		certificate *tls.CertificateVerificationError
		operation   *net.OpError
		dns         *net.DNSError
		proxy       *proxyError
	)
	switch {
	case errors.As(err, &proxy):
		return &Error{Err: proxy, retryable: retryableStatus(proxy.status)}
	case errors.As(err, &certificate),
		errors.Is(err, http.ErrSchemeMismatch), // the server speaks plain HTTP
		errors.As(err, &operation) && (operation.Op == "remote error" || operation.Op == "local error"), // TLS alerts
		strings.HasPrefix(err.Error(), "tls: "):
		return &Error{Err: fmt.Errorf("%w: %w", ErrTLS, err)}
	case errors.As(err, &dns) && dns.IsNotFound:
		return &Error{Err: fmt.Errorf("%w: %w", ErrUnknownHost, err)}
	}
	// What net/http does not even send stays as it is.
	return &Error{Err: err, retryable: !strings.HasPrefix(err.Error(), "net/http: invalid")}
}
