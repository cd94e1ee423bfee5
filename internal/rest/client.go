// Package rest sends one signed GET and tries it until it is answered or refused. It knows the form of the service's errors,
// and nothing of lists, rows, credentials or Terraform.
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

// Signer proves to the service who asks.
type Signer interface {
	// Sign completes a request, and returns the values that no message may repeat. It signs every header that it sees: a header
	// that must not be signed is added later. An error with a method Passing() bool that answers true is tried again.
	Sign(ctx context.Context, r *request.DefaultHttpRequest) (secrets []string, err error)
}

// Config says how to reach the service.
type Config struct {
	// Endpoint is the site's URL, see [ParseEndpoint].
	Endpoint string
	// Signer signs the requests.
	Signer Signer
	// ProjectID and DomainID go along as X-Project-Id and X-Domain-Id if they are not empty.
	ProjectID, DomainID string
	// UserAgent names the caller.
	UserAgent string
	// MaxRetries is how often a request is sent again after a failure that may pass, 0 for never.
	MaxRetries int
	// Transport sends the requests, see [NewTransport].
	Transport http.RoundTripper
	// OnAttempt, if set, is told of every attempt. It may be called concurrently.
	OnAttempt func(context.Context, Attempt)
}

// Client sends requests. It is safe for concurrent use.
type Client struct {
	config   Config
	endpoint *url.URL
}

// Request is one GET.
type Request struct {
	// Path begins with a slash and goes behind the endpoint's own path. It is not escaped: "a b", not "a%20b".
	Path string
	// Query may give a name more than one value: it is sent once for each.
	Query url.Values
	// What is asked for, such as "instances at offset 100", for errors.
	What string
}

// Attempt is one try of a request and what came of it, for a log. It holds no header and no body.
type Attempt struct {
	Request Request
	// Number counts the attempts of the request from 1.
	Number int
	// Status is the HTTP status, 0 if no answer came. Rows is what the reader of the body counted, Bytes the size of the body.
	Status    int
	Rows      int
	Bytes     int64
	Duration  time.Duration
	RequestID string
	Err       error
}

// New returns a client. It sends nothing.
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

// Endpoint is where the client sends its requests.
func (c *Client) Endpoint() string { return c.config.Endpoint }

// Get sends a request until it is answered, the failure is final, or the retries are used up. It returns the service's ID of
// the request that was answered.
//
// Read takes the body of a 200, in each attempt, and says how many rows it held. Any error of it means that the body is not JSON
// of the documented form, but for a [*ServiceError] and [ErrTooLarge]. One that wraps [io.ErrUnexpectedEOF] is tried again.
//
// The error is an [*Error], or the context's cause, or both.
func (c *Client) Get(ctx context.Context, r Request, read func(body io.Reader) (rows int, err error)) (requestID string, err error) {
	return c.retry(ctx, func(number int) (string, error) { return c.attempt(ctx, r, number, read) })
}
