package coc

import (
	"net"
	"net/http"
	"time"
)

// newTransport returns a transport that obeys the proxies of the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) and keeps a
// connection for each page in flight.
func newTransport(pagesInFlight int) *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   15 * time.Second,
		MaxIdleConnsPerHost:   pagesInFlight,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}
