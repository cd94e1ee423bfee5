package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// These tests use real sockets on loopback. Those that run in virtual time (synctest) use none.

// getPageFrom gets a page from an endpoint over the network.
func getPageFrom(t *testing.T, endpoint string, transport *http.Transport, maxRetries int) (rows int, err error) {
	t.Helper()
	if transport == nil {
		transport = newTestTransport(t, nil)
	}
	rows, _, err = getPage(t.Context(), newClient(t, nil, func(config *Config) {
		config.Endpoint, config.Transport, config.MaxRetries = endpoint, transport, maxRetries
	}))
	return rows, err
}

func serveTLS(t *testing.T, handler http.Handler, config *tls.Config) (server *httptest.Server, ca []byte) {
	t.Helper()
	server = httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = config
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
}

func TestTLS(t *testing.T) {
	with := func(caCert []byte, insecure bool) *http.Transport {
		transport, err := NewTransport(caCert, insecure)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(transport.CloseIdleConnections)
		return transport
	}
	t.Run("a certificate of an unknown authority", func(t *testing.T) {
		e := coctest.New(testKeys, coctest.Rows(3)...)
		server, _ := serveTLS(t, e, nil)
		_, err := getPageFrom(t, server.URL, nil, 5)
		var got *Error
		if !errors.Is(err, ErrTLS) || !errors.As(err, &got) || got.Attempts != 1 || !strings.Contains(err.Error(), server.URL) {
			t.Errorf("got %v", err)
		}
		if n := len(e.Requests()); n != 0 {
			t.Errorf("%d requests went out", n)
		}
	})
	t.Run("a certificate of a given authority", func(t *testing.T) {
		server, ca := serveTLS(t, coctest.New(testKeys, coctest.Rows(3)...), nil)
		if rows, err := getPageFrom(t, server.URL, with(ca, false), 0); err != nil || rows != 3 {
			t.Errorf("%d rows, %v", rows, err)
		}
	})
	t.Run("a certificate of another name", func(t *testing.T) {
		server, ca := serveTLS(t, coctest.New(testKeys), nil)
		if _, err := getPageFrom(t, strings.Replace(server.URL, "127.0.0.1", "localhost", 1), with(ca, false), 5); !errors.Is(err, ErrTLS) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("insecure", func(t *testing.T) {
		server, _ := serveTLS(t, coctest.New(testKeys, coctest.Rows(3)...), nil)
		if rows, err := getPageFrom(t, server.URL, with(nil, true), 0); err != nil || rows != 3 {
			t.Errorf("%d rows, %v", rows, err)
		}
	})
	t.Run("TLS 1.1", func(t *testing.T) {
		server, ca := serveTLS(t, coctest.New(testKeys), &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}) //nolint:gosec // to see that the client wants better
		if _, err := getPageFrom(t, server.URL, with(ca, false), 5); !errors.Is(err, ErrTLS) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no TLS", func(t *testing.T) {
		server := httptest.NewServer(coctest.New(testKeys))
		t.Cleanup(server.Close)
		_, err := getPageFrom(t, strings.Replace(server.URL, "http:", "https:", 1), nil, 5)
		want := "the endpoint does not speak TLS: http: server gave HTTP response to HTTPS client"
		if !errors.Is(err, ErrNotTLS) || errors.Is(err, ErrTLS) || !errors.Is(err, http.ErrSchemeMismatch) || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("neither TLS nor HTTP", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = listener.Close() })
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				_, _ = conn.Write([]byte("SSH-2.0-test\r\n"))
				_, _ = io.Copy(io.Discard, conn)
				_ = conn.Close()
			}
		}()
		_, err = getPageFrom(t, "https://"+listener.Addr().String(), nil, 5)
		var got *Error
		if !errors.Is(err, ErrNotTLS) || errors.Is(err, ErrTLS) || !errors.As(err, &got) || got.Attempts != 1 {
			t.Errorf("got %v", err)
		}
	})
	t.Run("plain HTTP to a server that wants TLS", func(t *testing.T) {
		server, _ := serveTLS(t, coctest.New(testKeys), nil)
		_, err := getPageFrom(t, strings.Replace(server.URL, "https:", "http:", 1), nil, 5)
		var got *Error
		want := ": 400 Bad Request: the endpoint speaks TLS only"
		if !errors.Is(err, ErrOnlyTLS) || !errors.As(err, &got) || got.Attempts != 1 || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("got %v", err)
		}
	})
}

// A 400 is taken for that of a server that wants TLS by its text, and only where the request went without TLS.
func TestServerThatWantsTLS(t *testing.T) {
	const nginx = "<html><title>400 The plain HTTP request was sent to HTTPS port</title>"
	const onlyTLS = "400 Bad Request: the endpoint speaks TLS only"
	for name, tc := range map[string]struct {
		endpoint string
		status   int
		body     string
		want     string // the error's end
	}{
		"Go":             {endpoint: "http://127.0.0.1", status: 400, body: "Client sent an HTTP request to an HTTPS server.\n", want: onlyTLS},
		"nginx":          {endpoint: "http://127.0.0.1", status: 400, body: nginx, want: onlyTLS},
		"another 400":    {endpoint: "http://127.0.0.1", status: 400, body: `{"error_code":"COC.1","error_msg":"limit"}`, want: "400 Bad Request: COC.1: limit"},
		"another status": {endpoint: "http://127.0.0.1", status: 403, body: nginx, want: "403 Forbidden: " + nginx},
		"over TLS":       {endpoint: "https://127.0.0.1", status: 400, body: nginx, want: "400 Bad Request: " + nginx},
	} {
		t.Run(name, func(t *testing.T) {
			answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			})
			_, _, err := getPage(t.Context(), newClient(t, answer, func(config *Config) { config.Endpoint = tc.endpoint }))
			if errors.Is(err, ErrOnlyTLS) != (tc.want == onlyTLS) || err == nil || !strings.HasSuffix(err.Error(), ": "+tc.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// With given certificates, a server that only the system trusts is refused.
func TestGivenAuthorityReplacesTheSystems(t *testing.T) {
	server, _ := serveTLS(t, coctest.New(testKeys, coctest.Rows(3)...), &tls.Config{Certificates: []tls.Certificate{systemCert}})
	if rows, err := getPageFrom(t, server.URL, nil, 0); err != nil || rows != 3 {
		t.Skipf("this system does not take its authorities from SSL_CERT_FILE: %v", err)
	}
	_, ca := newCertificate()
	transport, err := NewTransport(ca, false)
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := getPageFrom(t, server.URL, transport, 0); !errors.Is(err, ErrTLS) {
		t.Errorf("%d rows, %v", rows, err)
	}
}

// transportWithDNSError returns a transport for which every host name fails to resolve, with the given error.
func transportWithDNSError(t *testing.T, dns net.DNSError) *http.Transport {
	return newTestTransport(t, func(transport *http.Transport) {
		transport.DialContext = func(_ context.Context, _, address string) (net.Conn, error) {
			here := dns
			here.Name, _, _ = net.SplitHostPort(address)
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &here}
		}
	})
}

func TestUnknownHost(t *testing.T) {
	_, err := getPageFrom(t, "https://nowhere.invalid", transportWithDNSError(t, net.DNSError{Err: "no such host", IsNotFound: true}), 5)
	var got *Error
	want := "reading a page from https://nowhere.invalid: unknown host: dial tcp: lookup nowhere.invalid: no such host"
	if !errors.Is(err, ErrUnknownHost) || !errors.As(err, &got) || got.Attempts != 1 || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// A failing name server is a passing error. A host name that does not exist is not.
func TestNameServerThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := getPageFrom(t, "https://nowhere.invalid", transportWithDNSError(t, net.DNSError{Err: "server misbehaving", IsTemporary: true}), 1)
		var got *Error
		if errors.Is(err, ErrUnknownHost) || !errors.As(err, &got) || got.Attempts != 2 {
			t.Errorf("got %v", err)
		}
	})
}

// If the proxy cannot be reached, the error names the proxy and not the endpoint as the cause. It does not hold the proxy's password.
func TestProxyThatIsNotThere(t *testing.T) {
	for name, tc := range map[string]struct {
		dns      net.DNSError
		attempts int
	}{
		"unknown host":             {dns: net.DNSError{Err: "no such host", IsNotFound: true}, attempts: 1},
		"a name server that fails": {dns: net.DNSError{Err: "server misbehaving", IsTemporary: true}, attempts: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("HTTPS_PROXY", "http://user:pass-word@proxy.invalid:3128")
			synctest.Test(t, func(t *testing.T) {
				_, err := getPageFrom(t, "https://coc.example.com", transportWithDNSError(t, tc.dns), 1)
				var got *Error
				want := "the proxy cannot be reached: dial tcp: lookup proxy.invalid: " + tc.dns.Err
				if !errors.Is(err, ErrProxyUnreachable) || errors.Is(err, ErrUnknownHost) || !errors.As(err, &got) || got.Attempts != tc.attempts ||
					!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "pass-word") {
					t.Errorf("got %v", err)
				}
			})
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		t.Setenv("HTTPS_PROXY", unusedURL(t))
		_, err := getPageFrom(t, "https://coc.example.com", nil, 1)
		var got *Error
		if !errors.Is(err, ErrProxyUnreachable) || !errors.As(err, &got) || got.Attempts != 2 || !strings.Contains(err.Error(), "refused") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a certificate of an unknown authority", func(t *testing.T) {
		server, _ := serveTLS(t, http.NotFoundHandler(), nil)
		t.Setenv("HTTPS_PROXY", server.URL)
		_, err := getPageFrom(t, "https://coc.example.com", nil, 5)
		var got *Error
		if !errors.Is(err, ErrProxyUnreachable) || errors.Is(err, ErrTLS) || !errors.As(err, &got) || got.Attempts != 1 {
			t.Errorf("got %v", err)
		}
	})
}

// The error for a proxy that refuses to connect has the proxy's status. The request is sent again only if that status is passing.
func TestProxyThatRefuses(t *testing.T) {
	for status, attempts := range map[int]int{http.StatusProxyAuthRequired: 1, http.StatusForbidden: 1, http.StatusBadGateway: 2} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		via, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		_, err = getPageFrom(t, "https://coc.example.com", newTestTransport(t, func(transport *http.Transport) { transport.Proxy = http.ProxyURL(via) }), 1)
		server.Close()
		var got *Error
		want := fmt.Sprintf("the proxy refused to connect: %d %s", status, http.StatusText(status))
		if !errors.As(err, &got) || !errors.Is(err, ErrProxy) || got.Attempts != attempts || !strings.Contains(err.Error(), want) {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// An HTTP/2 connection that a firewall has silently dropped is detected and replaced. Without pings, every further attempt would be
// sent on it.
func TestDeadHTTP2Connection(t *testing.T) {
	var dead atomic.Bool
	e := coctest.New(testKeys, coctest.Rows(3)...)
	e.Fault(coctest.Number(1), func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
		dead.Store(true)
		answer(w, r)
	})
	server := httptest.NewUnstartedServer(e)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)

	var dialed atomic.Int64
	transport := newTestTransport(t, func(transport *http.Transport) {
		if idle, answer := transport.HTTP2.SendPingTimeout, transport.HTTP2.PingTimeout; idle <= 0 || answer <= 0 || idle+answer >= attemptTimeout {
			t.Errorf("a ping after %s is given %s: too late for an attempt of %s", idle, answer, attemptTimeout)
		}
		transport.HTTP2.SendPingTimeout, transport.HTTP2.PingTimeout = 50*time.Millisecond, 50*time.Millisecond
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			if dialed.Add(1) == 1 && err == nil {
				conn = &deadConn{Conn: conn, dead: &dead, closed: make(chan struct{})}
			}
			return conn, err
		}
	})
	rows, err := getPageFrom(t, server.URL, transport, 1)
	if err != nil || rows != 3 || dialed.Load() != 2 {
		t.Errorf("%d rows, %v, %d connections", rows, err, dialed.Load())
	}
}

// deadConn is a connection that accepts all writes. Once dead is set, its reads hang until it is closed.
type deadConn struct {
	net.Conn
	dead   *atomic.Bool
	once   sync.Once
	closed chan struct{}
}

func (c *deadConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.dead.Load() {
		<-c.closed
		return 0, net.ErrClosed
	}
	return n, err
}

func (c *deadConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// unusedURL returns the URL of a port on which no server listens.
func unusedURL(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return "http://" + listener.Addr().String()
}

func TestConnectionRefused(t *testing.T) {
	_, err := getPageFrom(t, unusedURL(t), nil, 1)
	var got *Error
	if !errors.As(err, &got) || got.Attempts != 2 || !strings.Contains(err.Error(), "refused") || errors.Is(err, ErrProxyUnreachable) {
		t.Errorf("got %v", err)
	}
}

// A request whose connection is reset or whose body is cut off succeeds at the second attempt, over a real socket.
func TestBrokenConnections(t *testing.T) {
	for name, fault := range map[string]coctest.Fault{"reset": coctest.Reset, "cut off": coctest.CutOff(700)} {
		e := coctest.New(testKeys, coctest.Rows(50)...)
		e.Fault(coctest.Number(1), fault)
		server := httptest.NewServer(e)
		rows, err := getPageFrom(t, server.URL, nil, 1)
		server.Close()
		if err != nil || rows != 50 || len(e.Requests()) != 2 {
			t.Errorf("%s: %d rows, %v after %d requests", name, rows, err, len(e.Requests()))
		}
	}
}

// No request is sent to the target of a redirect, and so no credential either.
func TestRedirectIsNotFollowed(t *testing.T) {
	var elsewhere atomic.Int64
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(target.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		e := coctest.New(testKeys)
		e.Fault(coctest.Always, coctest.Redirect(status, target.URL+"/next"))
		server := httptest.NewServer(e)
		_, err := getPageFrom(t, server.URL, nil, 5)
		server.Close()
		if !errors.Is(err, ErrRedirect) || !strings.Contains(err.Error(), target.URL+"/next") || len(e.Requests()) != 1 {
			t.Errorf("%d: %v after %d requests", status, err, len(e.Requests()))
		}
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("%d requests followed", n)
	}
}

// The client accepts gzip. A body that is declared as gzip, and is not, is an error.
func TestGzip(t *testing.T) {
	e := coctest.New(testKeys)
	e.Fault(coctest.Always, func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write([]byte("this is not gzip"))
	})
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	_, err := getPageFrom(t, server.URL, nil, 0)
	if err == nil || !strings.Contains(err.Error(), "gzip: invalid header") || e.Requests()[0].Header.Get("Accept-Encoding") != "gzip" {
		t.Errorf("got %v", err)
	}
}

// A request with a header value that net/http refuses to send is tried once.
func TestHeaderThatIsNotSent(t *testing.T) {
	server := httptest.NewServer(coctest.New(testKeys))
	t.Cleanup(server.Close)
	_, _, err := getPage(t.Context(), newClient(t, nil, func(config *Config) {
		config.Endpoint, config.Transport, config.ProjectID = server.URL, newTestTransport(t, nil), "a\nb"
	}))
	var got *Error
	if !errors.As(err, &got) || got.Attempts != 1 || !strings.Contains(err.Error(), "net/http: invalid header field value") {
		t.Errorf("got %v", err)
	}
}
