// Package rest sends one signed request, and sends it again after failures that are temporary. It knows the form of the service's
// errors. It knows nothing of lists, rows, credentials or Terraform.
//
// An error is "passing" if its cause may be gone at the next attempt, such as a 503 or a broken connection.
package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/request"
)

// Signer adds credentials to requests.
type Signer interface {
	// Sign adds the headers that prove who sends the request. The signature covers all headers that the request has by then, so
	// headers that must stay unsigned are added after it. Sign returns the secrets that errors and logs must not repeat, also
	// together with an error. If the error has a method Retryable() bool that returns true, Sign is called again later.
	Sign(ctx context.Context, r *request.DefaultHttpRequest) (secrets []string, err error)
}

// Config says how to reach the service.
type Config struct {
	// Endpoint is the base URL of the service, see [ParseEndpoint].
	Endpoint string
	// Signer signs the requests.
	Signer Signer
	// ProjectID and DomainID are sent in the headers X-Project-Id and X-Domain-Id if they are not empty.
	ProjectID, DomainID string
	// UserAgent is the value of the header User-Agent.
	UserAgent string
	// MaxRetries limits how often a request is sent again after passing errors. 0 means never.
	MaxRetries int
	// Transport sends the requests, see [NewTransport].
	Transport http.RoundTripper
	// OnAttempt, if set, is called after every attempt. It may be called concurrently.
	OnAttempt func(context.Context, Attempt)
}

// Client sends requests. It is safe for concurrent use.
type Client struct {
	config   Config
	endpoint *url.URL
}

// Request is one request.
type Request struct {
	// Method is the HTTP method, empty for a GET. A POST also succeeds with the status 201.
	Method string
	// Path begins with a slash. It is appended to the path of the endpoint. It is not escaped: "a b", not "a%20b".
	Path string
	// Query holds the query parameters. A name with several values is sent once for each value.
	Query url.Values
	// Header holds further headers, which the signature covers.
	Header map[string]string
	// Body is JSON, or nil. The signature covers it.
	Body []byte
	// Secret tells that the answer holds secrets. Errors then quote nothing of it except the error code and the request ID of a
	// refusal.
	Secret bool
	// What describes the request in errors, such as "instances at offset 100".
	What string
}

// Attempt describes one attempt at a request and its result, for a log. It holds no header and no body.
type Attempt struct {
	// Request is the request without its Header and Body.
	Request Request
	// Number counts the attempts of the request from 1.
	Number int
	// Status is the HTTP status, 0 if no answer came.
	Status int
	// Rows is the number of rows that the callback of [Client.Do] returned.
	Rows int
	// Bytes is how much of the body was read.
	Bytes    int64
	Duration time.Duration
	// RequestID is the service's ID of the request, empty if it sent none.
	RequestID string
	// Err is why the attempt failed, nil if it did not.
	Err error
}

// New checks a configuration and returns a client. It sends no request.
func New(config Config) (*Client, error) {
	endpoint, err := ParseEndpoint(config.Endpoint)
	switch {
	case err != nil:
		return nil, fmt.Errorf("endpoint: %w", err)
	case config.Signer == nil:
		return nil, errors.New("signer: none given")
	case config.Transport == nil:
		return nil, errors.New("transport: none given")
	case config.MaxRetries < 0:
		return nil, errors.New("max retries: less than 0")
	}
	return &Client{config: config, endpoint: endpoint}, nil
}

// Endpoint returns the endpoint as it was configured.
func (c *Client) Endpoint() string { return c.config.Endpoint }

// Answer is what is known of a request that succeeded, beside what the callback of [Client.Do] read.
type Answer struct {
	// RequestID is the service's ID of the request, empty if it sent none.
	RequestID string

	secrets []string
}

// Redact takes the secrets of the request out of a text of its answer: a service may send back what it was sent.
func (a *Answer) Redact(text string) string { return Redact(text, a.secrets) }

// Get is [Client.Do] for a callback that needs no headers.
func (c *Client) Get(ctx context.Context, r Request, read func(body io.Reader) (rows int, err error)) (*Answer, error) {
	return c.Do(ctx, r, func(_ http.Header, body io.Reader) (int, error) { return read(body) })
}

// Do sends a request until an attempt succeeds, an error is not passing, or the retries are used up. It returns what is known of
// the successful attempt.
//
// Do calls read with the headers and the body of each answer that has the status 200 (or 201, for a POST). Read returns the number
// of rows in the body. An error of read is handled by its kind:
//   - A [*ServiceError] or [ErrTooLarge] ends the request.
//   - Any other error means that the body is not JSON of the documented form, and becomes [ErrMalformed]. The request is sent
//     again if the connection broke or the error wraps [io.ErrUnexpectedEOF].
//
// The error of Do is an [*Error]. If the context ended, the error is or wraps the context's cause, and it also wraps the [*Error]
// of the last failed attempt if there was one.
func (c *Client) Do(ctx context.Context, r Request, read func(header http.Header, body io.Reader) (rows int, err error)) (*Answer, error) {
	return c.retry(ctx, func(number int) (*Answer, error) { return c.attempt(ctx, r, number, read) })
}
