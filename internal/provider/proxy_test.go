package provider

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
)

// proxy is what HTTP_PROXY and HTTPS_PROXY name in all tests. Loopback goes without it; whatever else the process reaches for
// ends here. The metadata service, which is asked without a proxy, is left out in all tests.
var proxy stubProxy

type stubProxy struct {
	server *httptest.Server

	mu      sync.Mutex
	tunnels map[string]string // where CONNECT to a name and port leads
	seen    []string          // what was asked for
}

func (p *stubProxy) start() string {
	p.server = httptest.NewServer(p)
	return p.server.URL
}

func (p *stubProxy) stop() { p.server.Close() }

// set installs what a test needs, and forgets what was seen.
func (p *stubProxy) set(tunnels map[string]string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tunnels, p.seen = tunnels, nil
}

func (p *stubProxy) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.seen...)
}

func (p *stubProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.seen = append(p.seen, r.Method+" "+r.RequestURI)
	target := p.tunnels[r.Host]
	p.mu.Unlock()
	if r.Method != http.MethodConnect || target == "" {
		http.NotFound(w, r)
		return
	}
	tunnel(w, target)
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
