package rest

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
)

// errNotHTTP stands in place of an error of the network whose text may quote an answer.
var errNotHTTP = errors.New("the request could not be sent, or its answer is not HTTP")

// Unquoted returns an error whose text quotes nothing of an answer, for answers that hold secrets. It keeps errors that are known
// not to, shortens those that end in a quote, and replaces all others: those of net/http may quote the bytes that came.
func Unquoted(err error) error {
	// The text of a url.Error repeats the whole URL.
	var inURL *url.Error
	if errors.As(err, &inURL) {
		err = inURL.Err
	}
	for _, sealed := range []error{ErrMalformed, ErrRedirect} {
		if errors.Is(err, sealed) {
			return sealed
		}
	}
	for _, known := range []error{
		ErrCredentials, ErrTooLarge, ErrAttemptTimeout, errRefusalTimeout, ErrTLS, ErrNotTLS, ErrOnlyTLS, ErrProxy, ErrProxyUnreachable, ErrUnknownHost,
		io.EOF, io.ErrUnexpectedEOF, http.ErrSchemeMismatch,
	} {
		if errors.Is(err, known) {
			return err
		}
	}
	var network net.Error
	var certificate *tls.CertificateVerificationError
	if err == nil || errors.As(err, &network) || errors.As(err, &certificate) {
		return err
	}
	return errNotHTTP
}
