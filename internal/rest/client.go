// Package rest sends a signed request, and sends it again after errors that may be temporary, such as a 503 or a broken
// connection. It knows what a user can do about errors, but nothing about lists, rows or credentials.
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
	// Sign adds the headers that prove who sends the request. The signature covers all headers that are set by then. Sign
	// returns the secrets that errors and logs must not repeat, in ASCII, even with an error. If the error has a method
	// Retryable() bool that returns true, Sign is called again later.
	Sign(ctx context.Context, r *request.DefaultHttpRequest) (secrets []string, err error)
}

// Config says how to reach the service.
type Config struct {
	Endpoint            string            // the base URL of the service, see [ParseEndpoint]
	Signer              Signer            // signs the requests
	ProjectID, DomainID string            // the headers X-Project-Id and X-Domain-Id, not sent if empty
	UserAgent           string            // the header User-Agent
	MaxRetries          int               // how often a request is sent again after retryable errors
	Transport           http.RoundTripper // sends the requests, see [NewTransport]

	OnAttempt func(context.Context, Attempt) // if set, called after every attempt, perhaps concurrently
}

// Client sends requests. It is safe for concurrent use.
type Client struct {
	config   Config
	endpoint *url.URL
}

// Request is one request.
type Request struct {
	Method string            // the HTTP method, empty for a GET; a POST also succeeds with the status 201
	Path   string            // after the endpoint's, not escaped: "/a b", not "/a%20b"
	Query  url.Values        // a name with several values is sent once for each value
	Header map[string]string // further headers, which the signature covers
	Body   []byte            // JSON, or nil; the signature covers it
	What   string            // describes the request in errors, such as "instances at offset 100"
	Secret bool              // the answer holds secrets: errors quote only its error code and request ID
}

// Attempt describes one attempt at a request and its result, for a log. It holds no header and no body.
type Attempt struct {
	Request   Request // without its Header and Body
	Number    int     // counts the attempts of the request from 1
	Status    int     // the HTTP status, 0 if no answer came
	Bytes     int64   // how much of the body was read
	Duration  time.Duration
	RequestID string // the service's, empty if it sent none
	Err       error  // why the attempt failed, nil if it did not
}

// New returns a client, or an error in its configuration.
func New(config Config) (*Client, error) {
	endpoint, err := ParseEndpoint(config.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("endpoint: %w", err)
	}
	if config.MaxRetries < 0 {
		return nil, errors.New("max retries: less than 0")
	}
	return &Client{config: config, endpoint: endpoint}, nil
}

// Endpoint returns the configured endpoint.
func (c *Client) Endpoint() string { return c.config.Endpoint }

// Answer is what is known about a success, apart from what was read.
type Answer struct {
	RequestID string // the service's ID of the request, empty if it sent none

	secrets secrets
}

// Redact is [Redact] for a text of the answer: a service may send back what it was sent.
func (a *Answer) Redact(text string) string { return a.secrets.redact(text) }

// Get is [Client.Do] for a callback that needs no headers.
func (c *Client) Get(ctx context.Context, r Request, read func(body io.Reader) error) (*Answer, error) {
	return c.Do(ctx, r, func(_ http.Header, body io.Reader) error { return read(body) })
}

// Do sends a request until an attempt succeeds, an error is not retryable, or the retries are used up.
//
// Read gets the headers and the body of each answer with the status 200 (or 201, for a POST). An [*Error] of read is
// what the body says, such as an error code, and ends the request. Any other error means that the body does not have
// the documented form, see [Malformed]. The request is sent again if the connection broke or the error wraps
// [io.ErrUnexpectedEOF].
//
// The error of Do is an [*Error]. If the context ended, it is or wraps the context's cause, and also wraps the [*Error]
// of the last failed attempt if there was one.
func (c *Client) Do(ctx context.Context, r Request, read func(http.Header, io.Reader) error) (*Answer, error) {
	return c.retry(ctx, func(number int) (*Answer, error) { return c.attempt(ctx, r, number, read) })
}
