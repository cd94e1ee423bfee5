package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coctest"
)

// These tests use real sockets on loopback.

func getPageFrom(t *testing.T, endpoint string, transport *http.Transport, maxRetries int) (rows int, err error) {
	t.Helper()
	if transport == nil {
		transport = newTestTransport(t)
	}
	rows, _, err = getPage(t.Context(), newClient(t, nil, func(config *Config) {
		config.Endpoint, config.Transport, config.MaxRetries = endpoint, transport, maxRetries
	}))
	return rows, err
}

func serve(t *testing.T, handler http.Handler) (endpoint string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
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

// What each server of a wrong kind is said to be. Nothing of the request reaches it, and it is asked once.
//
// Fault: TLS.
func TestTLS(t *testing.T) {
	const unknown = "TLS failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"
	other := newCertificate(t)
	old := &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11} //nolint:gosec // to see that the client wants better
	for name, tc := range map[string]struct {
		server   *tls.Config // nil for the usual one
		url      [2]string   // what to replace in its URL
		ca       string      // "own", "other" or none
		insecure bool
		kind     Kind
		want     string // the end of the reason; rows if empty
	}{
		"an unknown authority": {kind: TLS, want: unknown},
		"a given authority":    {ca: "own"},
		"insecure":             {insecure: true},
		"another authority":    {ca: "other", kind: GivenCA, want: unknown},
		"another name":         {url: [2]string{"127.0.0.1", "localhost"}, ca: "own", kind: TLS, want: "*.example.com, not localhost"},
		"TLS 1.1":              {server: old, ca: "own", kind: TLS, want: "tls: protocol version not supported"},
		"no TLS in https":      {url: [2]string{"http:", "https:"}, kind: NotTLS, want: "TLS: http: server gave HTTP response to HTTPS client"},
		"TLS in http":          {url: [2]string{"https:", "http:"}, kind: OnlyTLS, want: "400 Bad Request: the endpoint speaks TLS only"},
	} {
		t.Run(name, func(t *testing.T) {
			e := coctest.New(testKeys, coctest.Rows(3)...)
			server, ca := serveTLS(t, e, tc.server)
			endpoint := server.URL
			if tc.url[0] == "http:" {
				endpoint = serve(t, e)
			}
			transport, err := NewTransport(map[string][]byte{"own": ca, "other": other}[tc.ca], tc.insecure, 1)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(transport.CloseIdleConnections)
			rows, err := getPageFrom(t, strings.Replace(endpoint, tc.url[0], tc.url[1], min(1, len(tc.url[1]))), transport, 5)
			if tc.want != "" {
				wantError(t, err, tc.kind, 1, tc.want)
			}
			if n := len(e.Requests()); (tc.want == "") != (err == nil && rows == 3 && n == 1) || (tc.want != "") != (n == 0) {
				t.Errorf("got %d rows, %v after %d requests, want 3 after one, or none for an error", rows, err, n)
			}
		})
	}
}

// A 400 is taken for that of a server that wants TLS by its text, and only where the request went without TLS.
//
// Fault: TLS.
func TestServerThatWantsTLS(t *testing.T) {
	const nginx = "<html><title>400 The plain HTTP request was sent to HTTPS port</title>"
	for _, tc := range []struct {
		scheme, body string
		kind         Kind
		want         string // the error's end
	}{
		{"http", nginx, OnlyTLS, "400 Bad Request: the endpoint speaks TLS only"},
		{"http", "limit", BadRequest, "400 Bad Request: limit"},
		{"https", nginx, BadRequest, "400 Bad Request: " + nginx},
	} {
		_, _, err := getPage(t.Context(), newClient(t, emulatorWithFault(coctest.Answer(400, "", tc.body)), func(config *Config) {
			config.Endpoint = tc.scheme + "://127.0.0.1"
		}))
		wantError(t, err, tc.kind, 1, tc.want)
	}
}

// If the proxy cannot be reached, the error names the proxy and not the endpoint as the cause. It does not hold its password.
//
// Fault: missing proxy.
func TestProxyThatIsNotThere(t *testing.T) {
	address := strings.TrimPrefix(unusedURL(t), "http://")
	t.Setenv("HTTPS_PROXY", "http://user:pass-word@"+address)
	_, err := getPageFrom(t, "https://coc.example.com", nil, 1)
	wantError(t, err, ProxyUnreachable, 2, "the proxy cannot be reached: dial tcp "+address+": connect: connection refused")
	if strings.Contains(fmt.Sprint(err), "pass-word") {
		t.Errorf("a password is in %v", err)
	}
	server, _ := serveTLS(t, http.NotFoundHandler(), nil)
	t.Setenv("HTTPS_PROXY", server.URL)
	_, err = getPageFrom(t, "https://coc.example.com", nil, 5)
	wantError(t, err, ProxyUnreachable, 1, "certificate signed by unknown authority")
}

// The error for a proxy that refuses to connect has the proxy's status. Only a retryable one is tried again.
//
// Fault: refusing proxy.
func TestProxyThatRefuses(t *testing.T) {
	for status, attempts := range map[int]int{http.StatusProxyAuthRequired: 1, http.StatusForbidden: 1, http.StatusBadGateway: 2} {
		t.Setenv("HTTPS_PROXY", serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })))
		_, err := getPageFrom(t, "https://coc.example.com", nil, 1)
		wantError(t, err, Proxy, attempts, fmt.Sprintf("the proxy refused to connect: %d %s", status, http.StatusText(status)))
	}
}

// An HTTP/2 connection that a firewall has silently dropped is detected and replaced.
//
// Fault: dropped connection.
func TestDeadHTTP2Connection(t *testing.T) {
	var dead atomic.Bool
	e := coctest.New(testKeys, coctest.Rows(3)...)
	e.Fault(coctest.Number(1), func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
		dead.Store(true)
		answer(w, r)
	})
	server, _ := serveTLS(t, e, &tls.Config{NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12})
	var dialed atomic.Int64
	transport := newTestTransport(t)
	idle, answer := transport.HTTP2.SendPingTimeout, transport.HTTP2.PingTimeout
	if idle <= 0 || answer <= 0 || idle+answer >= attemptTimeout {
		t.Errorf("a ping after %s is given %s: too late for an attempt of %s", idle, answer, attemptTimeout)
	}
	transport.HTTP2.SendPingTimeout, transport.HTTP2.PingTimeout = 50*time.Millisecond, 50*time.Millisecond
	transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if dialed.Add(1) == 1 && err == nil {
			conn = &deadConn{conn, &dead}
		}
		return conn, err
	}
	rows, err := getPageFrom(t, server.URL, transport, 1)
	if err != nil || rows != 3 || dialed.Load() != 2 {
		t.Errorf("got %d rows, %v, %d connections, want 3 rows and 2 connections", rows, err, dialed.Load())
	}
}

// deadConn is a connection that accepts all writes. Once dead is set, it loses what comes until it is closed.
type deadConn struct {
	net.Conn
	dead *atomic.Bool
}

func (c *deadConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	for err == nil && c.dead.Load() {
		n, err = c.Conn.Read(p)
	}
	return n, err
}

// unusedURL returns the URL of a port on which no server listens.
func unusedURL(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(nil)
	server.Close()
	return server.URL
}

// A request whose connection is reset or whose body is cut off succeeds at the second attempt, over a real socket. If there is no
// connection, that is the error.
//
// Fault: broken connection.
func TestBrokenConnections(t *testing.T) {
	for name, fault := range map[string]coctest.Fault{"reset": coctest.Reset, "cut off": coctest.CutOff(700)} {
		e := coctest.New(testKeys, coctest.Rows(50)...)
		e.Fault(coctest.Number(1), fault)
		rows, err := getPageFrom(t, serve(t, e), nil, 1)
		if n := len(e.Requests()); err != nil || rows != 50 || n != 2 {
			t.Errorf("%s: got %d rows, %v after %d requests, want 50 after 2", name, rows, err, n)
		}
	}
	_, err := getPageFrom(t, unusedURL(t), nil, 1)
	wantError(t, err, Unreachable, 2, "connect: connection refused")
}

// The client accepts gzip. A body that is declared as gzip, and is not, is an error.
func TestGzip(t *testing.T) {
	e := emulatorWithFault(func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write([]byte("this is not gzip"))
	})
	_, err := getPageFrom(t, serve(t, e), nil, 0)
	wantError(t, err, NotHTTP, 1, "gzip: invalid header")
	if got := e.Requests()[0].Header.Get("Accept-Encoding"); got != "gzip" {
		t.Errorf("Accept-Encoding is %q, want gzip", got)
	}
}

// A request with a header value that net/http refuses to send is tried once.
func TestHeaderThatIsNotSent(t *testing.T) {
	_, _, err := getPage(t.Context(), newClient(t, nil, func(config *Config) {
		config.Endpoint, config.Transport, config.ProjectID = unusedURL(t), newTestTransport(t), "a\nb"
	}))
	wantError(t, err, NotHTTP, 1, `net/http: invalid header field value for "X-Project-Id"`)
}
