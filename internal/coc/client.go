// Package coc is a client of the API of Huawei Cloud's Cloud Operations Center (COC), for the one call that the provider
// needs. It knows no Terraform package.
package coc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/signer/algorithm"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
)

const (
	// attemptTimeout ends one attempt with its body.
	attemptTimeout = 60 * time.Second
	// maxErrorBytes is what is read of an error's body, maxShown how many characters of a body or message a person sees.
	maxErrorBytes, maxShown = 64 << 10, 200
)

// DefaultPagesInFlight is how many pages are asked for at a time: at 50 ms a page most of the gain, and little load.
const DefaultPagesInFlight = 4

// Config says how to reach the service.
type Config struct {
	// Endpoint is the site's URL, see ParseEndpoint and EndpointForRegion.
	Endpoint string
	// Credentials sign the requests.
	Credentials Credentials
	// ProjectID and DomainID go along as X-Project-Id and X-Domain-Id if they are not empty.
	ProjectID, DomainID string
	// UserAgent names the caller.
	UserAgent string
	// MaxRetries is how often a page is asked for again after a failure that may pass, 0 for never.
	MaxRetries int
	// PagesInFlight is how many pages are asked for at a time, DefaultPagesInFlight if 0.
	PagesInFlight int
	// CACert holds certificates in PEM form to trust instead of the system's; Insecure trusts any.
	CACert   []byte
	Insecure bool
	// OnAttempt, if set, is told of every request. It may be called concurrently.
	OnAttempt func(context.Context, Attempt)
	// Transport sends the requests. Nil stands for one that obeys the proxies of the environment.
	Transport http.RoundTripper
}

// Client reads the API. It is safe for concurrent use.
type Client struct {
	config   Config
	endpoint *url.URL
	http     *http.Client
	// pageBytes limits a page, lower than maxPageBytes in tests alone.
	pageBytes int64
}

// New returns a client. It sends nothing.
func New(config Config) (*Client, error) {
	endpoint, err := ParseEndpoint(config.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("endpoint: %w", err)
	}
	if config.Credentials == nil {
		return nil, errors.New("credentials: none given")
	}
	if config.MaxRetries < 0 {
		return nil, errors.New("max retries: less than 0")
	}
	if config.PagesInFlight < 0 {
		return nil, errors.New("pages in flight: less than 0")
	}
	if config.PagesInFlight == 0 {
		config.PagesInFlight = DefaultPagesInFlight
	}
	if config.Transport == nil {
		transport := newTransport(config.PagesInFlight)
		if err := setTrust(transport.TLSClientConfig, config.CACert, config.Insecure); err != nil {
			return nil, fmt.Errorf("CA certificates: %w", err)
		}
		config.Transport = transport
	}
	return &Client{
		config:    config,
		endpoint:  endpoint,
		pageBytes: maxPageBytes,
		http: &http.Client{
			Transport: config.Transport,
			// A signed request is for one host: its credentials must not travel on.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

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
			if attemptCtx.Err() != nil {
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
		return nil, secrets, &Error{Err: fmt.Errorf("%w: %w", ErrCredentials, err), retryable: errors.As(err, &renewal)}
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

// readPage reads the body of a 200.
func readPage(contentType string, body *countingReader, limit int64) (*page, error) {
	p, err := decodePage(body, limit)
	switch {
	case err == nil && success(p.errorCode):
		return p, nil
	case err == nil:
		return nil, &Error{
			Status: http.StatusOK, Code: printable(*p.errorCode, maxShown), Message: printable(deref(p.errorMsg), maxShown),
		}
	case errors.Is(err, ErrPageTooLarge):
		return nil, &Error{Status: http.StatusOK, Err: ErrPageTooLarge}
	case body.err != nil: // the connection broke
		return nil, &Error{Status: http.StatusOK, Err: fmt.Errorf("the answer was cut off after %d bytes: %w", body.n, body.err), retryable: true}
	}
	head := "an empty body"
	if body.n > 0 {
		head = fmt.Sprintf("a body that begins with %q", printable(string(body.head), maxShown))
	}
	return nil, &Error{
		Status:  http.StatusOK,
		Message: fmt.Sprintf("content type %q, %s", printable(contentType, maxShown), head),
		Err:     fmt.Errorf("%w: %w", ErrMalformed, err),
		// JSON that ends early may have been cut off by something in between that closed the body properly.
		retryable: body.n > 0 && errors.Is(err, io.ErrUnexpectedEOF),
	}
}

// statusError reads an answer that is not a 200.
func statusError(resp *http.Response, body io.Reader) *Error {
	e := &Error{Status: resp.StatusCode, retryable: retryableStatus(resp.StatusCode), retryAfter: retryAfter(resp.Header)}
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		e.Err = ErrRedirect
		if to, err := resp.Location(); err == nil {
			to.RawQuery, to.Fragment, to.User = "", "", nil
			e.Err = fmt.Errorf("%w, and this one leads to %s", ErrRedirect, printable(to.String(), maxShown))
		}
		return e
	}
	raw, err := io.ReadAll(io.LimitReader(body, maxErrorBytes))
	if err != nil && len(raw) == 0 {
		e.Err = err
		return e
	}
	var answer struct {
		ErrorCode string `json:"error_code"`
		ErrorMsg  string `json:"error_msg"`
	}
	if json.Unmarshal(raw, &answer) == nil && answer.ErrorCode+answer.ErrorMsg != "" {
		e.Code, e.Message = printable(answer.ErrorCode, maxShown), printable(answer.ErrorMsg, maxShown)
	} else {
		e.Message = printable(string(raw[:min(len(raw), 4*maxShown)]), maxShown)
	}
	return e
}

// countingReader keeps what messages and logs tell of a body: its size, its first bytes, and the error that broke it off.
type countingReader struct {
	r    io.Reader
	n    int64
	head []byte
	err  error
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if room := maxShown - len(c.head); room > 0 {
		c.head = append(c.head, p[:min(n, room)]...)
	}
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
