package rest

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer/algorithm"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
)

const (
	attemptTimeout = 60 * time.Second // from connecting to the end of the body
	refusalTimeout = 5 * time.Second  // for the body of a refusal, whose status alone is useful, too
)

var errTimeIsUp = errors.New("time is up") // for an attempt, as the cause of its context

// readFunc is the callback of [Client.Do].
type readFunc func(header http.Header, body io.Reader) error

// attempt signs a request and sends it, once. The error is an *Error, or the cause of the context if that ended.
func (c *Client) attempt(ctx context.Context, r Request, number int, read readFunc) (*Answer, error) {
	started := time.Now()
	report := Attempt{Request: r, Number: number}
	report.Request.Header, report.Request.Body = nil, nil
	req, sent, err := c.sign(ctx, r)
	if err == nil {
		err = c.send(ctx, req, &report, read)
	}
	hidden := newSecrets(sent)
	report.RequestID = hidden.redact(Printable(report.RequestID, MaxShown))
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		} else {
			err = c.complete(err, report, hidden)
		}
	}
	if c.config.OnAttempt != nil {
		report.Duration, report.Err = time.Since(started), err
		c.config.OnAttempt(ctx, report)
	}
	return &Answer{RequestID: report.RequestID, secrets: hidden}, err
}

// send sends a signed request, judges the answer by its status, and reads it. It fills in the report.
func (c *Client) send(ctx context.Context, req *http.Request, report *Attempt, read readFunc) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	deadline := time.AfterFunc(attemptTimeout, func() { cancel(errTimeIsUp) })
	defer deadline.Stop()
	// An http.Client would follow redirects, but a signed request is meant for one host.
	resp, err := c.config.Transport.RoundTrip(req.WithContext(ctx))
	if err == nil {
		defer resp.Body.Close() //nolint:errcheck // nothing is lost: the body was read, or is given up
		report.Status = resp.StatusCode
		report.RequestID = cmp.Or(resp.Header.Get("X-Request-Id"), resp.Header.Get("X-Iam-Trace-Id"))
		body := &bodyReader{r: resp.Body}
		defer func() { report.Bytes = body.n }()
		if !succeeded(req.Method, resp.StatusCode) {
			deadline.Reset(refusalTimeout)
			refused, id := refusal(ctx, resp, body)
			report.RequestID = cmp.Or(report.RequestID, id)
			if req.URL.Scheme == "http" && isOnlyTLS(refused) {
				refused.Kind, refused.Message = OnlyTLS, ""
			}
			return refused
		}
		if err = read(resp.Header, body); err == nil {
			return nil
		}
		err = unreadable(err, resp, body)
	}
	failed := asError(err)
	switch {
	case errors.Is(context.Cause(ctx), errTimeIsUp):
		return &Error{Kind: AttemptTimeout, Status: report.Status, retryable: true}
	case failed.Kind == TLS && givenCA(c.config.Transport, failed.Err):
		failed.Kind = GivenCA
	}
	return failed
}

// succeeded reports whether a status is a success. IAM answers 201 to a POST.
func succeeded(method string, status int) bool {
	return status == http.StatusOK || method == http.MethodPost && status == http.StatusCreated
}

// sign builds the signed request. The secrets are as in [Signer].
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
	for name, value := range map[string]string{"X-Project-Id": c.config.ProjectID, "X-Domain-Id": c.config.DomainID} {
		if value != "" {
			b.AddHeaderParam(name, value)
		}
	}
	signed := b.Build()
	secrets, err := c.config.Signer.Sign(ctx, signed)
	if err != nil {
		var renewal interface{ Retryable() bool }
		return nil, secrets, &Error{Kind: Credentials, Err: err, retryable: errors.As(err, &renewal) && renewal.Retryable()}
	}
	req, err := signed.ConvertRequest()
	if err != nil {
		return nil, secrets, &Error{Kind: NotHTTP, Err: err}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.config.UserAgent)
	return req, secrets, nil
}

// complete makes an error name the request, the endpoint and the attempt, and removes secrets from its texts.
func (c *Client) complete(err error, report Attempt, hidden secrets) *Error {
	e := asError(err)
	if report.Request.Secret {
		e = e.unquoted()
	}
	e.What, e.Endpoint, e.Attempts, e.RequestID = report.Request.What, c.config.Endpoint, report.Number, report.RequestID
	e.Code, e.Message = hidden.redact(e.Code), hidden.redact(e.Message)
	if e.Err != nil {
		e.cause = hidden.redact(e.Err.Error())
	}
	return e
}
