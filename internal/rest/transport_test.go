package rest

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Requests go through the proxy that the environment names.
func TestProxies(t *testing.T) {
	const proxy, https = "http://proxy.example.com:3128", "https://coc.example.com/"
	for _, tc := range []struct {
		variables map[string]string
		url, want string
	}{
		{nil, https, ""},
		{map[string]string{"HTTPS_PROXY": "proxy.example.com:3128"}, https, proxy},
		{map[string]string{"HTTPS_PROXY": "socks5://127.0.0.1:1080"}, https, "socks5://127.0.0.1:1080"},
		{map[string]string{"HTTPS_PROXY": "upper.example.com:3128", "https_proxy": "proxy.example.com:3128"}, https, proxy},
		{map[string]string{"HTTP_PROXY": proxy}, https, ""},
		{map[string]string{"HTTPS_PROXY": proxy, "NO_PROXY": "example.com"}, https, ""},
		{map[string]string{"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy}, "http://127.0.0.1/", ""},
		{map[string]string{"https_proxy": proxy, "HTTPS_PROXY": "::"}, https, proxy},
	} {
		t.Run(fmt.Sprint(tc.variables), func(t *testing.T) {
			for name, value := range tc.variables {
				t.Setenv(name, value)
			}
			via, err := newTestTransport(t).Proxy(httptest.NewRequest(http.MethodGet, tc.url, nil))
			got := ""
			if via != nil {
				got = via.String()
			}
			if err != nil || got != tc.want {
				t.Errorf("got the proxy %q, %v, want %q", got, err, tc.want)
			}
		})
	}
}

// A proxy variable that is not a URL is an error, which does not repeat the value.
//
// Fault: proxy variable.
func TestProxyVariableThatIsNoURL(t *testing.T) {
	for _, value := range []string{
		"http://user:pass-word%zz@proxy:3128", "http://user:pass^word@proxy:3128", "user:pass word@proxy", "http://:pass-word@:3128",
		"http://proxy:pass-word", "http:/proxy:3128", "http:proxy", " http://proxy", "::", "http://",
	} {
		for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
			t.Run(name+" "+value, func(t *testing.T) {
				t.Setenv(name, value)
				transport, err := NewTransport(nil, false, 1)
				var got *ProxyVariableError
				want := name + " is not the URL of a proxy, such as http://proxy.example.com:3128"
				if transport != nil || !errors.As(err, &got) || got.Name != name || err.Error() != want {
					t.Errorf("got %v, %v, want %s", transport, err, want)
				}
			})
		}
	}
}

// The authorities of a transport are the system's, or those given alone. A text without a certificate is an error. As many idle
// connections are kept as asked for.
func TestNewTransport(t *testing.T) {
	ca, want := newCertificate(t), x509.NewCertPool()
	want.AppendCertsFromPEM(ca)
	transport, err := NewTransport(ca, false, 7)
	if err != nil || transport.MaxIdleConnsPerHost != 7 || !transport.TLSClientConfig.RootCAs.Equal(want) {
		t.Errorf("got %+v, %v, want 7 idle connections, and the one authority", transport, err)
	}
	if got := newTestTransport(t).TLSClientConfig.RootCAs; got != nil {
		t.Errorf("got the authorities %v, want the system's", got)
	}
	for _, pem := range []string{"x", strings.Replace(string(ca), "MI", "", 1)} {
		if transport, err := NewTransport([]byte(pem), false, 7); transport != nil || !errors.Is(err, ErrNoCertificate) {
			t.Errorf("got %+v, %v, want %v", transport, err, ErrNoCertificate)
		}
	}
}
