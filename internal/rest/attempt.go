package rest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer/algorithm"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
)

const (
	// attemptTimeout limits one attempt, from connecting to the end of the body. Signing before it is not limited: the signer may
	// have to renew its keys, with retries of its own.
	attemptTimeout = 60 * time.Second
	// refusalTimeout limits how long the body of a refusal may take. The status alone is useful, too.
	refusalTimeout = 5 * time.Second
)

// errRefusalTimeout stands in place of a code and a message if the body of a refusal did not come in time.
var errRefusalTimeout = fmt.Errorf("the error's body did not come within %s", refusalTimeout)

// readFunc is the callback of [Client.Do].
type readFunc func(header http.Header, body io.Reader) (rows int, err error)

// attempt signs a request, sends it and reads the answer, once. The error is an *Error, or the cause of ctx if ctx ended.
func (c *Client) attempt(ctx context.Context, r Request, number int, read readFunc) (*Answer, error) {
	started := time.Now()
	report := Attempt{Request: r, Number: number}
	report.Request.Header, report.Request.Body = nil, nil
	req, secrets, err := c.sign(ctx, r)
	if err == nil {
		err = c.exchange(ctx, req, &report, read)
	}
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		} else {
			err = c.complete(err, report, secrets)
		}
	}
	report.RequestID = Redact(Printable(report.RequestID, MaxShown), secrets)
	if c.config.OnAttempt != nil {
		report.Duration, report.Err = time.Since(started), err
		c.config.OnAttempt(ctx, report)
	}
	return &Answer{RequestID: report.RequestID, secrets: secrets}, err
}

// exchange sends one signed request and reads its answer. It fills the report.
func (c *Client) exchange(ctx context.Context, req *http.Request, report *Attempt, read readFunc) error {
	ctx, cancelTimeout := context.WithTimeoutCause(ctx, attemptTimeout, ErrAttemptTimeout)
	defer cancelTimeout()
	err := c.roundTrip(ctx, req, report, read)
	// A refusal is reported by its status, even if time ran out in its body.
	if err != nil && errors.Is(context.Cause(ctx), ErrAttemptTimeout) && (report.Status == 0 || succeeded(req.Method, report.Status)) {
		return &Error{Status: report.Status, Err: ErrAttemptTimeout, passing: true}
	}
	return err
}

func (c *Client) roundTrip(ctx context.Context, req *http.Request, report *Attempt, read readFunc) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// An http.Client would follow redirects, but a signed request is meant for one host.
	resp, err := c.config.Transport.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return networkError(err)
	}
	defer resp.Body.Close() //nolint:errcheck // nothing is lost: the body was read, or is given up
	report.Status = resp.StatusCode
	report.RequestID = cmp.Or(resp.Header.Get("X-Request-Id"), resp.Header.Get("X-Iam-Trace-Id"))
	body := &bodyReader{r: resp.Body}
	defer func() { report.Bytes = body.n }()
	if !succeeded(req.Method, resp.StatusCode) {
		defer time.AfterFunc(refusalTimeout, func() { cancel(errRefusalTimeout) }).Stop()
		refused, id := refusal(ctx, resp, body)
		if req.URL.Scheme == "http" && isOnlyTLS(refused) {
			refused.Message, refused.Err = "", ErrOnlyTLS
		}
		report.RequestID = cmp.Or(report.RequestID, id)
		return refused
	}
	rows, err := read(resp.Header, body)
	if err != nil {
		return unreadable(err, resp, body)
	}
	report.Rows = rows
	return nil
}

// succeeded tells whether a status is that of a success. IAM answers 201 to a POST that makes keys or a token.
func succeeded(method string, status int) bool {
	return status == http.StatusOK || method == http.MethodPost && status == http.StatusCreated
}

// sign builds the signed HTTP request. It also returns the secrets that errors and logs must not repeat.
func (c *Client) sign(ctx context.Context, r Request) (*http.Request, []string, error) {
	b := request.NewHttpRequestBuilder().
		WithMethod(cmp.Or(r.Method, http.MethodGet)).
		WithEndpoint(c.endpoint.Scheme + "://" + c.endpoint.Host).
		WithPath(c.endpoint.Path + r.Path).
		WithSigningAlgorithm(algorithm.HmacSHA256)
	for name, values := range r.Query {
		// The SDK's signer silently drops query values that are not a reflect.Value.
		b.AddQueryParam(name, reflect.ValueOf(values))
	}
	for name, value := range r.Header {
		b.AddHeaderParam(name, value)
	}
	if r.Body != nil {
		// The SDK would encode a []byte as JSON.
		b.AddHeaderParam("Content-Type", "application/json;charset=UTF-8").WithBody("body", string(r.Body))
	}
	if c.config.ProjectID != "" {
		b.AddHeaderParam("X-Project-Id", c.config.ProjectID)
	}
	if c.config.DomainID != "" {
		b.AddHeaderParam("X-Domain-Id", c.config.DomainID)
	}
	signed := b.Build()
	secrets, err := c.config.Signer.Sign(ctx, signed)
	if err != nil {
		var renewal interface{ Retryable() bool }
		return nil, secrets, &Error{Err: fmt.Errorf("%w: %w", ErrCredentials, err), passing: errors.As(err, &renewal) && renewal.Retryable()}
	}
	req, err := signed.ConvertRequest()
	if err != nil {
		return nil, secrets, &Error{Err: err}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.config.UserAgent)
	return req, secrets, nil
}

// complete makes any error of an attempt an *Error that names the request, the endpoint and the attempt, and removes secrets
// from its texts.
func (c *Client) complete(err error, report Attempt, secrets []string) *Error {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Err: err}
	}
	e.What, e.Endpoint, e.Attempts = report.Request.What, c.config.Endpoint, report.Number
	if report.Request.Secret {
		e.Message, e.Err = "", Unquoted(e.Err)
	}
	e.Code, e.Message = Redact(e.Code, secrets), Redact(e.Message, secrets)
	e.RequestID = Redact(Printable(report.RequestID, MaxShown), secrets)
	if e.Err != nil {
		if text := Redact(e.Err.Error(), secrets); text != e.Err.Error() {
			e.Err = &redactedError{err: e.Err, text: text}
		}
	}
	return e
}
