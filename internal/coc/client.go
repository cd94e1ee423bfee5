// Package coc is a client of the API of Huawei Cloud's Cloud Operations Center (COC), for the one call that the provider
// needs. It knows no Terraform package.
package coc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
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
		if sdk, ok := config.Credentials.(*sdkCredentials); ok {
			sdk.useTransport(transport)
		}
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
