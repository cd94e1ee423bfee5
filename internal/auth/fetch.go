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

// This file asks the services that hand out temporary keys. Their answers hold new keys, and may repeat the tokens that were
// sent: no text of an answer goes into an error, apart from the code of a refusal.

// maxAnswer is how much of an answer is read.
const maxAnswer = 64 << 10

// fetchError says why a service or a file gave no keys.
type fetchError struct {
	text string
	// passing tells that another attempt may heal it.
	passing bool
}

func (e *fetchError) Error() string { return e.text }

// errNoKeys is about an answer that says to be a success. It may have been cut off on its way.
var errNoKeys = &fetchError{"the answer holds no usable credentials", true}

// answer is what a service says.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// newClient returns a client that follows no redirect, which could lead the tokens that are sent to another host.
func newClient(transport *http.Transport) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// newDirectClient returns a client for a service of the own machine, which no proxy can reach.
func newDirectClient(transport *http.Transport) *http.Client {
	direct := transport.Clone()
	direct.Proxy = nil
	return newClient(direct)
}

// within limits how long a fetch may take.
func within(timeout time.Duration, fetch fetchFunc) fetchFunc {
	tooLong := &fetchError{fmt.Sprintf("no answer within %s", timeout), true}
	return func(ctx context.Context) (expiringKeys, []string, error) {
		ctx, cancel := context.WithTimeoutCause(ctx, timeout, tooLong)
		defer cancel()
		return fetch(ctx)
	}
}

// ask sends a request and reads the answer, whatever its status. Its errors are the network's, or the cause of the context.
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

// networkError keeps the text of the errors that are known to quote nothing of an answer.
func networkError(err error, secrets []string) error {
	passing := rest.Passing(err)
	// Its text repeats the whole URL.
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

// refusal tells an answer that is no success by its status and the code in it.
func refusal(a *answer, secrets []string) error {
	text := strings.TrimSpace(fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)))
	if code := rest.Redact(rest.Printable(errorCode(a.body), rest.MaxShown), secrets); code != "" {
		text += ": " + code
	}
	return &fetchError{text, rest.PassingStatus(a.status)}
}

// errorCode finds the code in an error's body, in the forms of IAM and of the gateway; empty if there is none.
func errorCode(body []byte) string {
	var answer struct {
		ErrorCode string `json:"error_code"`
		Code      string `json:"code"`
		Error     struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	// Of a body of another form, fields may be filled nevertheless; and without a code the status tells enough.
	_ = json.Unmarshal(body, &answer)
	for _, code := range []string{answer.ErrorCode, answer.Code, answer.Error.Code} {
		if code != "" {
			return code
		}
	}
	return ""
}

// temporaryKeys reads the keys from an answer. The services have two forms for the same.
func temporaryKeys(body []byte) (k expiringKeys, err error) {
	type form struct {
		Access          string `json:"access"`
		AccessKeyID     string `json:"accessKeyId"`
		Secret          string `json:"secret"`
		SecretAccessKey string `json:"secretAccessKey"`
		SecurityToken   string `json:"securitytoken"` // and securityToken: encoding/json does not distinguish
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

// tokenFile reads a token, which goes into a header or a body, from a file. Whoever wrote it may have ended it with a line end.
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
