package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// This file has what the requests to services of the machine share. The answers hold new keys, and may repeat the
// tokens of the request. Errors therefore quote nothing of an answer except the error code of a refusal. Package rest
// does not send these requests: the services are near, use no TLS and no signatures, and must answer within seconds.

// serviceTimeout limits all requests of one fetch together. On a machine without the service, no answer comes.
const serviceTimeout = 5 * time.Second

// reply is the answer of a service, whose body has been read.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// newService returns a client without a proxy, for a service that only this machine can reach. It follows no redirects:
// a redirect could send tokens to another host.
func newService(transport *http.Transport) *http.Client {
	direct := transport.Clone()
	direct.Proxy = nil
	return &http.Client{
		Transport:     direct,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// limited returns a fetchFunc that is limited in time.
func limited(fetch fetchFunc) fetchFunc {
	return func(ctx context.Context) (expiringKeys, []string, error) {
		tooLong := &fetchError{fmt.Sprintf("no answer within %s", serviceTimeout), true}
		ctx, cancel := context.WithTimeoutCause(ctx, serviceTimeout, tooLong)
		defer cancel()
		return fetch(ctx)
	}
}

// ask sends a request and reads the answer. An answer of any status is no error. Errors are of the network, or the
// cause of the context.
func ask(client *http.Client, r *http.Request, secrets []string) (*reply, error) {
	resp, err := client.Do(r)
	if err == nil {
		defer resp.Body.Close() //nolint:errcheck // nothing is lost: the body was read, or is given up
		a := &reply{status: resp.StatusCode, header: resp.Header}
		if a.body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer)); err == nil {
			return a, nil
		}
	}
	if cause := context.Cause(r.Context()); cause != nil {
		return nil, cause
	}
	text := rest.Redact(rest.Printable(rest.Unquoted(err), rest.MaxShown), secrets)
	return nil, &fetchError{text, rest.Retryable(err)}
}

// askForKeys sends a request whose answer holds keys.
func askForKeys(client *http.Client, r *http.Request, secrets []string) (expiringKeys, []string, error) {
	a, err := ask(client, r, secrets)
	switch {
	case err != nil:
		return expiringKeys{}, secrets, err
	case a.status != http.StatusOK:
		return expiringKeys{}, secrets, a.refusal(secrets)
	}
	k, err := temporaryKeys(a.header, a.body)
	return k, secrets, err
}

// refusal returns the error for an answer that is not a success: its status and the service's error code, in the form
// of the metadata service, of the API gateway or of the pod identity agent.
func (a *reply) refusal(secrets []string) error {
	if strings.Contains(string(a.body), noAgency) {
		return &fetchError{text: "the instance has no agency"}
	}
	var found struct {
		ErrorCode string `json:"error_code"`
		Code      string `json:"code"`
		Error     struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	_ = json.Unmarshal(a.body, &found) // without a code there is still the status
	text := strings.TrimSpace(fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)))
	code := cmp.Or(found.ErrorCode, found.Code, found.Error.Code)
	if code = rest.Redact(rest.Printable(code, rest.MaxShown), secrets); code != "" {
		text += ": " + code
	}
	return &fetchError{text, rest.RetryableStatus(a.status)}
}

// noAgency is in the metadata service's answer on an instance that has no agency, and so no keys.
const noAgency = "Please configure Cloud Service Agency first"
