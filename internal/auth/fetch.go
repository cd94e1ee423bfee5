package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// This file has what the requests to services of the machine share. The answers hold new keys, and may repeat the tokens
// of the request. Errors therefore quote nothing of an answer except the error code of a refusal. Package rest does not
// send these requests: the services are near, use no TLS and no signatures, and must answer within seconds.

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

// ask sends a request and reads the answer. An answer of any status is no error. Errors are of the network, or the cause
// of the context.
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

// networkError makes an error of the network a fetchError that quotes nothing of an answer.
func networkError(err error, secrets []string) error {
	text := rest.Redact(rest.Printable(rest.Unquoted(err).Error(), rest.MaxShown), secrets)
	return &fetchError{text, rest.Passing(err)}
}

// refusal returns the error for an answer that is not a success. It has the status and the service's error code.
func refusal(a *answer, secrets []string) error {
	text := strings.TrimSpace(fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)))
	if code := rest.Redact(rest.Printable(errorCode(a.body), rest.MaxShown), secrets); code != "" {
		text += ": " + code
	}
	return &fetchError{text, rest.PassingStatus(a.status)}
}

// errorCode returns the error code in the body of a refusal, empty if it finds none. It knows the forms of the metadata
// service, of the API gateway and of the pod identity agent.
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
