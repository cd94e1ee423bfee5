package rest

import (
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Requests go through the proxy that the environment names.
func TestProxies(t *testing.T) {
	for name, tc := range map[string]struct {
		variables map[string]string
		url, want string
	}{
		"none":              {url: "https://coc.example.com/"},
		"a URL":             {variables: map[string]string{"HTTPS_PROXY": "http://proxy.example.com:3128"}, url: "https://coc.example.com/", want: "http://proxy.example.com:3128"},
		"lower case":        {variables: map[string]string{"https_proxy": "http://proxy.example.com:3128"}, url: "https://coc.example.com/", want: "http://proxy.example.com:3128"},
		"a host and a port": {variables: map[string]string{"HTTPS_PROXY": "proxy.example.com:3128"}, url: "https://coc.example.com/", want: "http://proxy.example.com:3128"},
		"SOCKS":             {variables: map[string]string{"HTTPS_PROXY": "socks5://127.0.0.1:1080"}, url: "https://coc.example.com/", want: "socks5://127.0.0.1:1080"},
		"for http alone":    {variables: map[string]string{"HTTP_PROXY": "http://proxy.example.com"}, url: "https://coc.example.com/"},
		"left out":          {variables: map[string]string{"HTTPS_PROXY": "http://proxy.example.com", "NO_PROXY": "example.com"}, url: "https://coc.example.com/"},
		"loopback":          {variables: map[string]string{"HTTPS_PROXY": "http://proxy.example.com", "HTTP_PROXY": "http://proxy.example.com"}, url: "http://127.0.0.1/"},
		"the first counts":  {variables: map[string]string{"https_proxy": "http://first.example.com", "HTTPS_PROXY": "::"}, url: "https://coc.example.com/", want: "http://first.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			for name, value := range tc.variables {
				t.Setenv(name, value)
			}
			via, err := newTestTransport(t, nil).Proxy(httptest.NewRequest(http.MethodGet, tc.url, nil))
			got := ""
			if via != nil {
				got = via.String()
			}
			if err != nil || got != tc.want {
				t.Errorf("through %q, want %q, %v", got, tc.want, err)
			}
		})
	}
}

// A proxy variable that is not a URL is an error, since net/http would ignore it and send requests without a proxy. The error does
// not repeat the value.
func TestProxyVariableThatIsNoURL(t *testing.T) {
	for _, value := range []string{
		"http://user:pass-word%zz@proxy:3128", "http://user:pass^word@proxy:3128", "user:pass word@proxy", "http://:pass-word@:3128",
		"http://proxy:pass-word", "http:/proxy:3128", "http:proxy", "://proxy", " http://proxy", "::", "/", "http://",
	} {
		for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
			t.Run(name+" "+value, func(t *testing.T) {
				t.Setenv(name, value)
				transport, err := NewTransport(nil, false)
				var got *ProxyVariableError
				want := name + " is not the URL of a proxy, such as http://proxy.example.com:3128"
				if transport != nil || !errors.As(err, &got) || got.Name != name || err.Error() != want {
					t.Errorf("%v, %v", transport, err)
				}
			})
		}
	}
}

// Given certificates are the only ones that are trusted. Without any, the system's are trusted.
func TestTrust(t *testing.T) {
	_, ca := newCertificate()
	want := x509.NewCertPool()
	want.AppendCertsFromPEM(ca)
	transport, err := NewTransport(ca, false)
	if err != nil || !transport.TLSClientConfig.RootCAs.Equal(want) || transport.TLSClientConfig.InsecureSkipVerify {
		t.Errorf("a given authority: %+v, %v", transport, err)
	}
	if transport, err = NewTransport(nil, true); err != nil || transport.TLSClientConfig.RootCAs != nil || !transport.TLSClientConfig.InsecureSkipVerify {
		t.Errorf("insecure: %+v, %v", transport, err)
	}
	for _, pem := range []string{"x", strings.Replace(string(ca), "MII", "", 1)} {
		if transport, err = NewTransport([]byte(pem), false); transport != nil || !errors.Is(err, ErrNoCertificate) {
			t.Errorf("no certificate: %+v, %v", transport, err)
		}
	}
}
