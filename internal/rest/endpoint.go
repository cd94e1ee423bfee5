package rest

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// ParseEndpoint checks and parses the URL of an endpoint. It may have a path; slashes at its end are removed. Plain
// http is for loopback addresses only, since requests carry credentials.
func ParseEndpoint(endpoint string) (*url.URL, error) {
	u, err := parseEndpoint(endpoint)
	switch {
	case err == nil:
		return u, nil
	case strings.ContainsAny(endpoint, "@?#"): // a user with a password, or a query with a token
		return nil, err
	}
	return nil, fmt.Errorf("%w, got %q", err, endpoint)
}

func parseEndpoint(endpoint string) (*url.URL, error) {
	switch {
	case strings.TrimSpace(endpoint) != endpoint:
		return nil, errors.New("remove the blanks or line ends around it")
	case !strings.Contains(endpoint, "://"):
		// url.Parse would take a host for a path, or a host with a port for a scheme.
		return nil, errors.New("begin it with https:// (or http:// for a loopback address)")
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		// url.Error repeats the input, which may hold a password.
		var parse *url.Error
		if errors.As(err, &parse) {
			err = parse.Err
		}
		return nil, fmt.Errorf("not a URL: %w", err)
	}
	switch {
	case u.Hostname() == "":
		return nil, errors.New("the host is missing, as in https://coc.myhuaweicloud.com")
	case u.User != nil:
		return nil, errors.New("a user or password does not belong in an endpoint")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("a query or fragment does not belong in an endpoint")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, errors.New("http is accepted for a loopback address only: use https")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("scheme %q is not https", u.Scheme)
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
