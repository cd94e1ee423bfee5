package coc

import (
	"net/http"
	"sync"

	"github.com/cocops/terraform-provider-coc/internal/rest"
)

// flights counts the requests that are under way at the same time.
type flights struct {
	mu        sync.Mutex
	now, most int
	transport http.RoundTripper
}

// count lets a client send its requests through it.
func (f *flights) count(config *rest.Config) {
	f.transport, config.Transport = config.Transport, f
}

func (f *flights) RoundTrip(r *http.Request) (*http.Response, error) {
	f.add(1)
	defer f.add(-1)
	return f.transport.RoundTrip(r)
}

func (f *flights) add(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now += n
	f.most = max(f.most, f.now)
}
