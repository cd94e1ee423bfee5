package rest

import (
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
	// attemptTimeout limits one attempt, from signing to the end of the body.
	attemptTimeout = 60 * time.Second
	// refusalTimeout limits how long the body of an answer that is not a 200 may take. The status alone is useful, too.
	refusalTimeout = 5 * time.Second
)

// errRefusalTimeout stands in place of a code and a message if the body of a refusal did not come in time.
var errRefusalTimeout = fmt.Errorf("the error's body did not come within %s", refusalTimeout)

// attempt signs a request, sends it and reads the answer, once. The error is an *Error, or the cause of ctx if ctx ended.
func (c *Client) attempt(ctx context.Context, r Request, number int, read func(io.Reader) (int, error)) (*Answer, error) {
	started := time.Now()
	report := Attempt{Request: r, Number: number}
	attemptCtx, cancel := context.WithTimeoutCause(ctx, attemptTimeout, ErrAttemptTimeout)
	defer cancel()

	secrets, err := c.exchange(attemptCtx, r, &report, read)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		} else {
			// A refusal (a status other than 200) is reported by its status, even if time ran out in its body.
			if errors.Is(context.Cause(attemptCtx), ErrAttemptTimeout) && (report.Status == 0 || report.Status == http.StatusOK) {
				err = &Error{Status: report.Status, Err: ErrAttemptTimeout, passing: true}
			}
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

// exchange sends one signed request and reads its answer. It fills the report, and returns the secrets that errors and logs must
// not repeat.
func (c *Client) exchange(ctx context.Context, r Request, report *Attempt, read func(io.Reader) (int, error)) (secrets []string, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	req, secrets, err := c.sign(ctx, r)
	if err != nil {
		return secrets, err
	}
	// An http.Client would follow redirects, but a signed request is meant for one host.
	resp, err := c.config.Transport.RoundTrip(req)
	if err != nil {
		return secrets, networkError(err)
	}
	defer resp.Body.Close() //nolint:errcheck // nothing is lost: the body was read, or is given up
	report.Status, report.RequestID = resp.StatusCode, resp.Header.Get("X-Request-Id")
	body := &bodyReader{r: resp.Body}
	defer func() { report.Bytes = body.n }()
	if resp.StatusCode != http.StatusOK {
		defer time.AfterFunc(refusalTimeout, func() { cancel(errRefusalTimeout) }).Stop()
		refused, id := refusal(ctx, resp, body)
		if report.RequestID == "" {
			report.RequestID = id
		}
		return secrets, refused
	}
	rows, err := read(body)
	if err != nil {
		return secrets, unreadable(err, resp.Header.Get("Content-Type"), body)
	}
	report.Rows = rows
	return secrets, nil
}

// sign builds the signed HTTP request. It also returns the secrets that errors and logs must not repeat.
func (c *Client) sign(ctx context.Context, r Request) (*http.Request, []string, error) {
	b := request.NewHttpRequestBuilder().
		WithMethod(http.MethodGet).
		WithEndpoint(c.endpoint.Scheme + "://" + c.endpoint.Host).
		WithPath(c.endpoint.Path + r.Path).
		WithSigningAlgorithm(algorithm.HmacSHA256)
	for name, values := range r.Query {
		// The SDK's signer silently drops query values that are not a reflect.Value.
		b.AddQueryParam(name, reflect.ValueOf(values))
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
		var renewal interface{ Passing() bool }
		return nil, secrets, &Error{Err: fmt.Errorf("%w: %w", ErrCredentials, err), passing: errors.As(err, &renewal) && renewal.Passing()}
	}
	req, err := signed.ConvertRequest()
	if err != nil {
		return nil, secrets, &Error{Err: err}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.config.UserAgent)
	return req.WithContext(ctx), secrets, nil
}

// complete makes any error of an attempt an *Error that names the request, the endpoint and the attempt, and removes secrets
// from its texts.
func (c *Client) complete(err error, report Attempt, secrets []string) *Error {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Err: err}
	}
	e.What, e.Endpoint, e.Attempts = report.Request.What, c.config.Endpoint, report.Number
	e.Code, e.Message = Redact(e.Code, secrets), Redact(e.Message, secrets)
	e.RequestID = Redact(Printable(report.RequestID, MaxShown), secrets)
	if e.Err != nil {
		if text := Redact(e.Err.Error(), secrets); text != e.Err.Error() {
			e.Err = &redactedError{err: e.Err, text: text}
		}
	}
	return e
}
