package auth

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// This file has what all requests to services that hand out temporary keys share. Their answers hold new keys, and may repeat the
// tokens of the request. Errors therefore quote nothing of an answer except the error code of a refusal.

// maxAnswer limits how much of an answer is read, in bytes.
const maxAnswer = 64 << 10

// fetchError says why a service or a file gave no keys.
type fetchError struct {
	text string
	// passing tells whether another attempt may succeed.
	passing bool
}

func (e *fetchError) Error() string { return e.text }

// errNoKeys is the error for an answer with the status of a success, but without keys. The answer may have been cut off, so it is
// passing.
var errNoKeys = &fetchError{"the answer holds no usable credentials", true}

// answer is the answer of a service, whose body has been read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// newClient returns a client that follows no redirects: a redirect could send tokens to another host.
func newClient(transport *http.Transport) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// newDirectClient returns a client that uses no proxy, for a service that only this machine can reach.
func newDirectClient(transport *http.Transport) *http.Client {
	direct := transport.Clone()
	direct.Proxy = nil
	return newClient(direct)
}

// withTimeout returns a fetchFunc that is limited in time.
func withTimeout(timeout time.Duration, fetch fetchFunc) fetchFunc {
	tooLong := &fetchError{fmt.Sprintf("no answer within %s", timeout), true}
	return func(ctx context.Context) (expiringKeys, []string, error) {
		ctx, cancel := context.WithTimeoutCause(ctx, timeout, tooLong)
		defer cancel()
		return fetch(ctx)
	}
}

// ask sends a request and reads the answer. An answer of any status is no error. Errors are of the network, or the cause of the
// context.
func ask(client *http.Client, r *http.Request, secrets []string) (*answer, error) {
	resp, err := client.Do(r) //nolint:gosec // it is the user who names the service
	if err == nil {
		defer resp.Body.Close() //nolint:errcheck // nothing is lost: the body was read, or is given up
		a := &answer{status: resp.StatusCode, header: resp.Header}
		if a.body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer)); err == nil {
			return a, nil
		}
	}
	if cause := context.Cause(r.Context()); cause != nil {
		return nil, cause
	}
	return nil, networkError(err, secrets)
}

// networkError makes an error of the network a fetchError. It keeps the text of errors that are known to quote nothing of an answer,
// and replaces any other text.
func networkError(err error, secrets []string) error {
	passing := rest.Passing(err)
	// The text of a url.Error repeats the whole URL.
	var inURL *url.Error
	if errors.As(err, &inURL) {
		err = inURL.Err
	}
	var network net.Error
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &network), errors.As(err, &certificate), errors.Is(err, rest.ErrProxy),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, http.ErrSchemeMismatch):
		return &fetchError{rest.Redact(rest.Printable(err.Error(), rest.MaxShown), secrets), passing}
	}
	return &fetchError{"the request could not be sent, or its answer is not HTTP", passing}
}

// refusal returns the error for an answer that is not a success. It has the status and the service's error code.
func refusal(a *answer, secrets []string) error {
	text := strings.TrimSpace(fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)))
	if code := rest.Redact(rest.Printable(errorCode(a.body), rest.MaxShown), secrets); code != "" {
		text += ": " + code
	}
	return &fetchError{text, rest.PassingStatus(a.status)}
}

// errorCode returns the error code in the body of a refusal, empty if it finds none. It knows the forms of IAM, of the API gateway
// and of the pod identity agent.
func errorCode(body []byte) string {
	var answer struct {
		ErrorCode string `json:"error_code"`
		Code      string `json:"code"`
		Error     struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	// An error is ignored: the fields that could be read are set nevertheless, and without a code there is still the status.
	_ = json.Unmarshal(body, &answer)
	for _, code := range []string{answer.ErrorCode, answer.Code, answer.Error.Code} {
		if code != "" {
			return code
		}
	}
	return ""
}

// temporaryKeys reads the keys in an answer. It knows two forms: that of IAM and the metadata service (credential, access, …), and
// that of the pod identity agent (credentials, accessKeyId, …).
func temporaryKeys(body []byte) (k expiringKeys, err error) {
	type form struct {
		Access          string `json:"access"`
		AccessKeyID     string `json:"accessKeyId"`
		Secret          string `json:"secret"`
		SecretAccessKey string `json:"secretAccessKey"`
		SecurityToken   string `json:"securitytoken"` // also reads securityToken: encoding/json ignores case
		ExpiresAt       string `json:"expires_at"`
		Expiration      string `json:"expiration"`
	}
	var found struct {
		Credential  form `json:"credential"`
		Credentials form `json:"credentials"`
	}
	if json.Unmarshal(body, &found) != nil {
		return k, errNoKeys
	}
	f := found.Credential
	if f == (form{}) {
		f = found.Credentials
	}
	k.keys = keys{f.Access + f.AccessKeyID, f.Secret + f.SecretAccessKey, f.SecurityToken}
	k.expires, err = time.Parse(time.RFC3339, f.ExpiresAt+f.Expiration)
	switch {
	case k.accessKey == "" || k.secretKey == "" || k.securityToken == "" || err != nil:
		return k, errNoKeys
	case !visible(k.accessKey + k.secretKey + k.securityToken):
		return k, errNotVisible
	}
	return k, nil
}

// tokenFile reads a token from a file. Blanks and line ends around the token are removed.
func tokenFile(path string) (string, error) {
	content, err := os.ReadFile(path) //nolint:gosec // the user names it
	token := strings.TrimSpace(string(content))
	var inPath *fs.PathError
	switch {
	case errors.As(err, &inPath):
		return "", &fetchError{text: fmt.Sprintf("%s: %s", path, inPath.Err)}
	case err != nil:
		return "", &fetchError{text: path + ": unreadable"}
	case token == "":
		return "", &fetchError{text: path + ": the file is empty"}
	case !visible(token):
		return token, &fetchError{text: path + ": " + errNotVisible.Error()}
	}
	return token, nil
}
