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
// tokens of the request, so errors quote nothing from an answer except the error code of a refusal. Package rest does
// not send these requests: the services are near, use no TLS and no signatures, and must answer within seconds.

const (
	// serviceTimeout limits all requests of one fetch together. On a machine without the service, no answer comes.
	serviceTimeout = 5 * time.Second
	// noAgency is in the metadata service's answer on an instance that has no agency, and so no keys.
	noAgency = "Please configure Cloud Service Agency first"
)

// service asks a service that only this machine can reach.
type service struct{ client *http.Client }

// fetchFrom returns a fetchFunc that is limited in time. It asks a service without a proxy, and follows no redirects,
// which could send tokens to another host.
func fetchFrom(
	transport *http.Transport, fetch func(context.Context, service) (expiringKeys, []string, error),
) fetchFunc {
	direct := transport.Clone()
	direct.Proxy = nil
	s := service{&http.Client{
		Transport:     direct,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	return func(ctx context.Context) (expiringKeys, []string, error) {
		tooLong := &fetchError{fmt.Sprintf("no answer within %s", serviceTimeout), true}
		ctx, cancel := context.WithTimeoutCause(ctx, serviceTimeout, tooLong)
		defer cancel()
		return fetch(ctx, s)
	}
}

// question is a request to a service.
type question struct {
	method, url, body string
	header            map[string]string // those that are empty are not sent
	secrets           []string          // in the header
}

// reply is the answer of a service, whose body has been read.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// ask returns the answer, whatever its status. An error is one of the network, or the cause of the context.
func (s service) ask(ctx context.Context, q question) (*reply, error) {
	r, err := http.NewRequestWithContext(ctx, q.method, q.url, strings.NewReader(q.body))
	if err != nil {
		return nil, err
	}
	for name, value := range q.header {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	resp, err := s.client.Do(r)
	if err == nil {
		defer resp.Body.Close() //nolint:errcheck // nothing is lost: the body was read, or is given up
		a := &reply{status: resp.StatusCode, header: resp.Header}
		if a.body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer)); err == nil {
			return a, nil
		}
	}
	if cause := context.Cause(ctx); cause != nil {
		return nil, cause
	}
	text := rest.Redact(rest.Printable(rest.Unquoted(err), rest.MaxShown), q.secrets)
	return nil, &fetchError{text, rest.Retryable(err)}
}

func (s service) askForKeys(ctx context.Context, q question) (k expiringKeys, secrets []string, err error) {
	a, err := s.ask(ctx, q)
	if err == nil && a.status != http.StatusOK {
		err = a.refusal(q.secrets)
	}
	if err == nil {
		k, err = temporaryKeys(a.header, a.body)
	}
	return k, q.secrets, err
}

// refusal returns the error for an answer that is not a success: its status and the service's error code, in one of
// three forms.
func (a *reply) refusal(secrets []string) error {
	if strings.Contains(string(a.body), noAgency) {
		return &fetchError{text: "the instance has no agency"}
	}
	type coded struct {
		Code string `json:"code"`
	}
	var found struct {
		coded
		ErrorCode string `json:"error_code"`
		Error     coded  `json:"error"`
	}
	_ = json.Unmarshal(a.body, &found) // without a code there is still the status
	text := strings.TrimSpace(fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)))
	code := cmp.Or(found.ErrorCode, found.Code, found.Error.Code)
	if code = rest.Redact(rest.Printable(code, rest.MaxShown), secrets); code != "" {
		text += ": " + code
	}
	return &fetchError{text, rest.RetryableStatus(a.status)}
}
