package rest

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// ParseEndpoint checks the URL of an endpoint and parses it. The URL may have a path; slashes at its end are removed. Plain http
// is accepted for loopback addresses only, since requests carry credentials.
func ParseEndpoint(endpoint string) (*url.URL, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		// url.Error repeats the whole input, which may hold a password.
		var parse *url.Error
		if errors.As(err, &parse) {
			err = parse.Err
		}
		return nil, fmt.Errorf("not a URL: %w", err)
	}
	switch {
	case u.Scheme == "" || u.Host == "" || u.Hostname() == "":
		return nil, errors.New("not an absolute URL such as https://coc.myhuaweicloud.com")
	case u.User != nil:
		return nil, errors.New("a user or password does not belong in an endpoint")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("a query or fragment does not belong in an endpoint")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, errors.New("http is accepted for a loopback address only, use https")
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
