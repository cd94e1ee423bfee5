package provider

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// proxy is what HTTP_PROXY and HTTPS_PROXY name in all tests. Loopback goes without it; whatever else the process reaches for
// ends here, the metadata service's address above all.
var proxy stubProxy

type stubProxy struct {
	server *httptest.Server

	mu       sync.Mutex
	metadata http.Handler      // answers for the metadata service; nil for not found
	tunnels  map[string]string // where CONNECT to a name and port leads
	seen     []string          // what was asked for
}

func (p *stubProxy) start() string {
	p.server = httptest.NewServer(p)
	return p.server.URL
}

func (p *stubProxy) stop() { p.server.Close() }

// set installs what a test needs, and forgets what was seen.
func (p *stubProxy) set(metadata http.Handler, tunnels map[string]string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.metadata, p.tunnels, p.seen = metadata, tunnels, nil
}

func (p *stubProxy) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.seen...)
}

func (p *stubProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.seen = append(p.seen, r.Method+" "+r.RequestURI)
	metadata, target := p.metadata, p.tunnels[r.Host]
	p.mu.Unlock()
	switch {
	case r.Method == http.MethodConnect && target != "":
		tunnel(w, target)
	case strings.HasPrefix(r.RequestURI, "http://169.254.169.254/") && metadata != nil:
		metadata.ServeHTTP(w, r)
	default:
		http.NotFound(w, r)
	}
}

func tunnel(w http.ResponseWriter, target string) {
	out, err := net.Dial("tcp", target)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer out.Close() //nolint:errcheck // a test's connection
	w.WriteHeader(http.StatusOK)
	in, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer in.Close() //nolint:errcheck // a test's connection
	go func() { _, _ = io.Copy(out, in) }()
	_, _ = io.Copy(in, out)
}
