// Package coctest emulates the COC API for tests and the demo. It is one stateful http.Handler, which verifies
// signatures, pages by row offset or by marker, advances tickets and script orders with the clock, logs its requests
// and injects faults. It also emulates how IAM and STS hand out the keys of other accounts. It refuses parameters that
// the API does not know, even if the cloud may ignore them. The package shares no code with the client.
package coctest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Emulator answers like COC. Set the exported fields before the first request.
type Emulator struct {
	// BasePath is what comes before the API's paths in the URL.
	BasePath string
	// MaxLimit caps the page size silently, as a server may do; 0 means no cap.
	MaxLimit int
	// Latency is how long each answer takes.
	Latency time.Duration
	// Skew is how far the emulator's clock is ahead of the machine's. Signatures, the expiry of keys and the header Date
	// follow this clock.
	Skew time.Duration
	// OrdersWith says how script orders behave where nobody knows the service's behaviour.
	OrdersWith OrdersWith
	// Edit, if set, changes a list's page before it is sent. It is called for one request at a time and may change the
	// emulator's rows and tickets: the next page has the change.
	Edit func(Request, *Page)

	editing sync.Mutex // held while Edit runs, and taken before mu

	mu       sync.Mutex
	accepted Accepted
	rows     map[string][]Row // by step, and all of them under ""
	tickets  []*ticket        // in the order in which they were added
	orders   []*order         // the greatest order_id first
	requests []Request
	tries    map[place]int
	faults   []scripted
	sessions []session         // the keys that were handed out
	subjects map[string]string // the IAM tokens that were handed out, and their accounts
}

// maxBody is how much of a request's body is read, in bytes.
const maxBody = 1 << 20

// place is what the Try of a Request is counted for.
type place struct {
	path   string
	offset int
	marker int64
}

// New returns an emulator that serves rows to requests that are signed with keys.
func New(keys Keys, rows ...Row) *Emulator {
	e := &Emulator{accepted: Accepted{Keys: keys}}
	e.SetRows(rows...)
	return e
}

// ServeHTTP answers one request.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sent, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return // the client went away
	}
	r.Body = io.NopCloser(bytes.NewReader(sent))
	e.mu.Lock()
	req := Request{
		Number: len(e.requests) + 1, Header: r.Header.Clone(), Query: r.URL.Query(), Body: string(sent), At: time.Now(),
	}
	body, refused := e.check(r, &req)
	if refused != nil {
		req.Refused = refused.message
	}
	if e.tries == nil {
		e.tries = make(map[place]int)
	}
	asked := place{req.Path, req.Offset, req.Marker}
	e.tries[asked]++
	req.Try = e.tries[asked]
	e.requests = append(e.requests, req)
	fault := e.faultFor(req)
	e.mu.Unlock()

	if !e.pause(r) {
		return
	}
	w.Header().Set("X-Request-Id", fmt.Sprintf("emulated-%04d", req.Number))
	w.Header().Set("Date", e.now().UTC().Format(http.TimeFormat))
	answer := func(w http.ResponseWriter, _ *http.Request) {
		if refused != nil {
			refused.send(w, req)
			return
		}
		status, answered := http.StatusOK, body(e, req)
		if made, ok := answered.(created); ok {
			status, answered = http.StatusCreated, made.body
			if made.subjectToken != "" {
				w.Header().Set("X-Subject-Token", made.subjectToken)
			}
		}
		sendJSON(w, status, encode(answered))
	}
	if fault != nil {
		fault(w, r, answer)
		return
	}
	answer(w, r)
}

// now is the emulator's clock.
func (e *Emulator) now() time.Time { return time.Now().Add(e.Skew) }

// pause waits for the latency. It reports whether the client is still there.
func (e *Emulator) pause(r *http.Request) bool {
	if e.Latency == 0 {
		return true
	}
	select {
	case <-time.After(e.Latency):
		return true
	case <-r.Context().Done():
		return false
	}
}
