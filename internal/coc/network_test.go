package coc

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
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// These tests have real sockets, on loopback.

// listOver reads from an endpoint over the network.
func listOver(t *testing.T, endpoint string, edits ...func(*Config)) (*ExecutionInstances, error) {
	t.Helper()
	edits = append([]func(*Config){func(config *Config) {
		config.Endpoint, config.Transport, config.MaxRetries = endpoint, nil, 0
	}}, edits...)
	return newClient(t, nil, edits...).ListExecutionInstances(t.Context(), ListExecutionInstancesParams{})
}

func serveTLS(t *testing.T, e http.Handler, edit func(*tls.Config)) (server *httptest.Server, ca []byte) {
	t.Helper()
	server = httptest.NewUnstartedServer(e)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10} //nolint:gosec // to see that the client wants better
	if edit != nil {
		edit(server.TLS)
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
}

func TestTLS(t *testing.T) {
	trust := func(ca []byte) func(*Config) { return func(config *Config) { config.CACert = ca } }
	t.Run("a certificate of an unknown authority", func(t *testing.T) {
		e := coctest.New(testKeys, coctest.Rows(3)...)
		server, _ := serveTLS(t, e, nil)
		_, err := listOver(t, server.URL, func(config *Config) { config.MaxRetries = 5 })
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
		if list, err := listOver(t, server.URL, trust(ca)); err != nil || len(list.Data) != 3 {
			t.Errorf("%v, %v", list, err)
		}
	})
	t.Run("a certificate of another name", func(t *testing.T) {
		server, ca := serveTLS(t, coctest.New(testKeys), nil)
		if _, err := listOver(t, strings.Replace(server.URL, "127.0.0.1", "localhost", 1), trust(ca)); !errors.Is(err, ErrTLS) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("insecure", func(t *testing.T) {
		server, _ := serveTLS(t, coctest.New(testKeys, coctest.Rows(3)...), nil)
		if list, err := listOver(t, server.URL, func(config *Config) { config.Insecure = true }); err != nil || len(list.Data) != 3 {
			t.Errorf("%v, %v", list, err)
		}
	})
	t.Run("TLS 1.1", func(t *testing.T) {
		server, ca := serveTLS(t, coctest.New(testKeys), func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11 })
		if _, err := listOver(t, server.URL, trust(ca)); !errors.Is(err, ErrTLS) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no TLS", func(t *testing.T) {
		server := httptest.NewServer(coctest.New(testKeys))
		t.Cleanup(server.Close)
		if _, err := listOver(t, strings.Replace(server.URL, "http:", "https:", 1)); !errors.Is(err, ErrTLS) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("an authority that is none", func(t *testing.T) {
		if _, err := New(Config{Endpoint: "https://example.com", Credentials: newClient(t, nil).config.Credentials, CACert: []byte("x")}); err == nil ||
			!strings.Contains(err.Error(), "CA certificates: no certificate in PEM form") {
			t.Errorf("got %v", err)
		}
	})
}

func TestUnknownHost(t *testing.T) {
	transport := newTransport(1)
	transport.DialContext = func(ctx context.Context, _, address string) (net.Conn, error) {
		host, _, _ := net.SplitHostPort(address)
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
	}
	_, err := listOver(t, "https://nowhere.invalid", func(config *Config) { config.Transport, config.MaxRetries = transport, 5 })
	var got *Error
	if !errors.Is(err, ErrUnknownHost) || !errors.As(err, &got) || got.Attempts != 1 || !strings.Contains(err.Error(), "nowhere.invalid") {
		t.Errorf("got %v", err)
	}
}

// A name server that fails may be well again in a moment, unlike a name that is not there.
func TestNameServerThatFails(t *testing.T) {
	transport := newTransport(1)
	transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "server misbehaving", Name: "nowhere.invalid", IsTemporary: true}}
	}
	_, err := listOver(t, "https://nowhere.invalid", func(config *Config) { config.Transport, config.MaxRetries = transport, 1 })
	var got *Error
	if errors.Is(err, ErrUnknownHost) || !errors.As(err, &got) || got.Attempts != 2 {
		t.Errorf("got %v", err)
	}
}

// A connection that something in between has dropped without a word is noticed and replaced: HTTP/2 would send every further
// attempt on it.
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

	transport := newTransport(1)
	transport.HTTP2.SendPingTimeout, transport.HTTP2.PingTimeout = 50*time.Millisecond, 50*time.Millisecond
	transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
	var dialed atomic.Int64
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if dialed.Add(1) == 1 && err == nil {
			conn = &deadConn{Conn: conn, dead: &dead, closed: make(chan struct{})}
		}
		return conn, err
	}
	list, err := listOver(t, server.URL, func(config *Config) { config.Transport, config.MaxRetries = transport, 1 })
	if err != nil || len(list.Data) != 3 || dialed.Load() != 2 {
		t.Errorf("%v, %v, %d connections", list, err, dialed.Load())
	}
}

// deadConn takes everything and, once dead, gives nothing back.
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

func TestConnectionRefused(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	endpoint := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = listOver(t, endpoint, func(config *Config) { config.MaxRetries = 1 })
	var got *Error
	if !errors.As(err, &got) || got.Attempts != 2 || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v", err)
	}
}

// A reset connection and a short body are healed over a real socket as they are in virtual time.
func TestBrokenConnections(t *testing.T) {
	for name, fault := range map[string]coctest.Fault{"reset": coctest.Reset, "cut off": coctest.CutOff(700)} {
		e := coctest.New(testKeys, coctest.Rows(250)...)
		e.Fault(coctest.FirstTries(100, 1), fault)
		server := httptest.NewServer(e)
		list, err := listOver(t, server.URL, func(config *Config) { config.MaxRetries = 1 })
		server.Close()
		if err != nil || len(list.Data) != 250 {
			t.Errorf("%s: %v, %v", name, list, err)
		}
	}
}

// No request, and so no credential, leaves for where a redirect leads.
func TestRedirectIsNotFollowed(t *testing.T) {
	var elsewhere atomic.Int64
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(target.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		e := coctest.New(testKeys)
		e.Fault(coctest.Always, coctest.Redirect(status, target.URL+"/next"))
		server := httptest.NewServer(e)
		_, err := listOver(t, server.URL, func(config *Config) { config.MaxRetries = 5 })
		server.Close()
		if !errors.Is(err, ErrRedirect) || !strings.Contains(err.Error(), target.URL+"/next") || len(e.Requests()) != 1 {
			t.Errorf("%d: %v after %d requests", status, err, len(e.Requests()))
		}
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("%d requests followed", n)
	}
}

// Gzip is asked for, and a body that only claims to be gzip is an error.
func TestGzip(t *testing.T) {
	e := coctest.New(testKeys)
	e.Fault(coctest.Always, func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write([]byte("this is not gzip"))
	})
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	_, err := listOver(t, server.URL)
	if err == nil || !strings.Contains(err.Error(), "gzip: invalid header") || e.Requests()[0].Header.Get("Accept-Encoding") != "gzip" {
		t.Errorf("got %v", err)
	}
}

// A proxy that refuses is told with its status, and asked again only if that may pass.
func TestProxyThatRefuses(t *testing.T) {
	for status, attempts := range map[int]int{http.StatusProxyAuthRequired: 1, http.StatusForbidden: 1, http.StatusBadGateway: 2} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		via, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		transport := newTransport(1)
		transport.Proxy = http.ProxyURL(via)
		_, err = listOver(t, "https://coc.example.com", func(config *Config) { config.Transport, config.MaxRetries = transport, 1 })
		server.Close()
		var got *Error
		want := fmt.Sprintf("the proxy refused to connect: %d %s", status, http.StatusText(status))
		if !errors.As(err, &got) || got.Attempts != attempts || !strings.Contains(err.Error(), want) {
			t.Errorf("%d: %v", status, err)
		}
	}
}
