package coc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer/algorithm"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
)

// attemptTimeout ends one attempt with its body.
const attemptTimeout = 60 * time.Second

// Attempt is one request and what came of it, for a log: it holds no header and no body.
type Attempt struct {
	Offset, Limit int64
	// Number counts the requests for this page from 1.
	Number int
	// Status is the HTTP status, 0 if no answer came; Rows and Bytes are the page's.
	Status      int
	Rows, Bytes int64
	Duration    time.Duration
	RequestID   string
	Err         error
}

// query is what one request asks for.
type query struct {
	stepID        string
	limit, offset int64
}

// attempt asks for a page once: sign, send, read, decode. It returns an *Error, or the context's cause.
func (c *Client) attempt(ctx context.Context, q query, number int) (*page, error) {
	started := time.Now()
	report := Attempt{Offset: q.offset, Limit: q.limit, Number: number}
	attemptCtx, cancel := context.WithTimeoutCause(ctx, attemptTimeout, ErrAttemptTimeout)
	defer cancel()

	p, secrets, err := c.exchange(attemptCtx, q, &report)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		} else {
			// The status of a refusal decides, whatever became of its body.
			if attemptCtx.Err() != nil && (report.Status == 0 || report.Status == http.StatusOK || retryableStatus(report.Status)) {
				err = &Error{Status: report.Status, Err: ErrAttemptTimeout, retryable: true}
			}
			err = c.complete(err, q, report, secrets)
		}
	}
	if c.config.OnAttempt != nil {
		report.Duration, report.Err = time.Since(started), err
		report.RequestID = redact(printable(report.RequestID, maxShown), secrets)
		c.config.OnAttempt(ctx, report)
	}
	return p, err
}

// exchange sends one signed request and reads its answer. The secrets are what no message may repeat.
func (c *Client) exchange(ctx context.Context, q query, report *Attempt) (p *page, secrets []string, err error) {
	req, secrets, err := c.request(ctx, q)
	if err != nil {
		return nil, secrets, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, secrets, networkError(err)
	}
	defer resp.Body.Close() //nolint:errcheck // nothing is lost: the body was read, or is given up
	report.Status, report.RequestID = resp.StatusCode, resp.Header.Get("X-Request-Id")
	body := &countingReader{r: resp.Body}
	defer func() { report.Bytes = body.n }()
	if resp.StatusCode != http.StatusOK {
		return nil, secrets, statusError(resp, body)
	}
	p, err = readPage(resp.Header.Get("Content-Type"), body, c.pageBytes)
	if err != nil {
		return nil, secrets, err
	}
	p.requestID, report.Rows = report.RequestID, int64(len(p.rows))
	return p, secrets, nil
}

// request builds the signed request for a page.
func (c *Client) request(ctx context.Context, q query) (*http.Request, []string, error) {
	b := request.NewHttpRequestBuilder().
		WithMethod(http.MethodGet).
		WithEndpoint(c.endpoint.Scheme+"://"+c.endpoint.Host).
		WithPath(c.endpoint.Path+instancesPath).
		WithSigningAlgorithm(algorithm.HmacSHA256).
		// The signer takes query values as reflect.Value only, and drops others without a word.
		AddQueryParam("limit", reflect.ValueOf(q.limit)).
		AddQueryParam("offset", reflect.ValueOf(q.offset))
	if q.stepID != "" {
		b.AddQueryParam("execution_step_id", reflect.ValueOf(q.stepID))
	}
	if c.config.ProjectID != "" {
		b.AddHeaderParam("X-Project-Id", c.config.ProjectID)
	}
	if c.config.DomainID != "" {
		b.AddHeaderParam("X-Domain-Id", c.config.DomainID)
	}
	signed := b.Build()
	secrets, err := c.config.Credentials.authenticate(ctx, signed)
	if err != nil {
		var renewal *renewalError
		return nil, secrets, &Error{Err: fmt.Errorf("%w: %w", ErrCredentials, err), retryable: errors.As(err, &renewal) && renewal.passing}
	}
	req, err := signed.ConvertRequest()
	if err != nil {
		return nil, secrets, &Error{Err: err}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.config.UserAgent)
	return req.WithContext(ctx), secrets, nil
}

// complete adds what every error of an attempt says, and takes out what none may say.
func (c *Client) complete(err error, q query, report Attempt, secrets []string) *Error {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Err: err}
	}
	e.Endpoint, e.Offset, e.Attempts = c.config.Endpoint, q.offset, report.Number
	e.Code, e.Message = redact(e.Code, secrets), redact(e.Message, secrets)
	e.RequestID = redact(printable(report.RequestID, maxShown), secrets)
	if e.Err != nil {
		if text := redact(e.Err.Error(), secrets); text != e.Err.Error() {
			e.Err = &redactedError{err: e.Err, text: text}
		}
	}
	return e
}
