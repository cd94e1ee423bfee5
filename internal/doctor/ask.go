package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/cocops/terraform-provider-coc/internal/coc"
	"github.com/cocops/terraform-provider-coc/internal/rest"
)

const (
	// maxRequests is how many requests a report may send to COC, retries included.
	maxRequests = 80
	// interval is the pause between two of them.
	interval = 500 * time.Millisecond
)

var (
	errBudget  = fmt.Errorf("%d requests have been sent, which is the limit for a report", maxRequests)
	errNotRead = errors.New("a report sends only GET requests to COC")
)

// wire is a transport that lets only GET requests through: one at a time, with pauses, and at most maxRequests. It
// remembers what their answers say besides their bodies.
type wire struct {
	next  http.RoundTripper
	pause time.Duration // between two requests
	last  time.Time
	seen  []exchange
}

// exchange is what an answer says besides its body.
type exchange struct {
	// took is the time until the headers came.
	took time.Duration
	// ahead is how far the Date of the answer is ahead of this machine's clock. It counts only if dated is true.
	ahead time.Duration
	dated bool

	answered, requestID, retryAfter, compressed, throttled bool
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	switch {
	case r.Method != http.MethodGet:
		return nil, errNotRead
	case len(w.seen) == maxRequests:
		return nil, errBudget
	}
	select {
	case <-time.After(time.Until(w.last.Add(w.pause))):
	case <-r.Context().Done():
		return nil, context.Cause(r.Context())
	}
	began := time.Now()
	w.last = began
	w.seen = append(w.seen, exchange{})
	resp, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	date, dateErr := http.ParseTime(resp.Header.Get("Date"))
	w.seen[len(w.seen)-1] = exchange{
		answered: true, took: now.Sub(began), ahead: date.Sub(now), dated: dateErr == nil,
		requestID:  resp.Header.Get("X-Request-Id") != "",
		retryAfter: resp.Header.Get("Retry-After") != "",
		compressed: resp.Uncompressed || resp.Header.Get("Content-Encoding") != "",
		throttled:  resp.StatusCode == http.StatusTooManyRequests,
	}
	return resp, nil
}

// row is one object of an answer.
type row map[string]any

// text returns a field that is a string, and an empty string for anything else.
func (r row) text(field string) string {
	s, _ := r[field].(string)
	return s
}

// integer returns a field that is an integer. Ok is false for anything else.
func (r row) integer(field string) (n int64, ok bool) {
	number, _ := r[field].(json.Number)
	n, err := number.Int64()
	return n, err == nil
}

// page is what an answer holds: its rows, wherever the call puts them, and the total next to them.
type page struct {
	rows  []row
	total *int64
}

// get sends one request. An error_code that does not mean success is an error, as it is for the provider.
func get(ctx context.Context, client *rest.Client, path string, query url.Values) (*page, error) {
	var p *page
	request := rest.Request{Path: path, Query: query, What: "an answer for the report"}
	answer, err := client.Get(ctx, request, func(body io.Reader) error {
		var answer row
		decoder := json.NewDecoder(body)
		decoder.UseNumber()
		if err := decoder.Decode(&answer); err != nil {
			return err
		}
		if code := fmt.Sprint(answer["error_code"]); answer["error_code"] != nil && !coc.Succeeded(&code) {
			return &rest.Error{Kind: rest.Server, Code: code}
		}
		p = newPage(answer)
		return nil
	})
	if err != nil {
		return p, err
	}
	for _, r := range p.rows {
		r.hide(answer)
	}
	return p, nil
}

// hide takes out of a row the words that a report may have, if they repeat a secret of the request.
func (r row) hide(answer *rest.Answer) {
	for name := range r {
		if answer.Redact(name) != name {
			delete(r, name)
		}
	}
	if status := r.text("status"); status != "" {
		r["status"] = answer.Redact(status)
	}
}

// newPage finds the rows of an answer. A list has them in data, a list of script orders in data.data, and a batch in
// data.execute_instances. If data is any other object, that object is the only row.
func newPage(answer row) *page {
	holder, in := answer, "data"
	if data, ok := answer["data"].(map[string]any); ok {
		holder, in = data, "execute_instances"
		if _, ok := data["data"]; ok {
			in = "data"
		}
		if _, ok := data[in]; !ok {
			return &page{rows: []row{data}}
		}
	}
	p := &page{}
	elements, _ := holder[in].([]any)
	for _, element := range elements {
		if r, ok := element.(map[string]any); ok {
			p.rows = append(p.rows, r)
		}
	}
	for _, name := range []string{"total", "total_instances"} {
		if n, ok := holder.integer(name); ok {
			p.total = &n
		}
	}
	return p
}
