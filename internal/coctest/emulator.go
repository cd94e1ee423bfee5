// Package coctest emulates the COC API for tests and the demo: one stateful http.Handler, stricter than the cloud, that
// verifies signatures, pages by row offset, keeps a log of its requests and scripts faults. It shares no code with the client.
package coctest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Path is the one path that is served, below Emulator.BasePath.
const Path = "/v1/executions/instances"

// Emulator answers like COC. Set the exported fields before the first request.
type Emulator struct {
	// Keys and Token are the credentials that are accepted; an empty AccessKey or Token accepts none of that kind.
	Keys  Keys
	Token string
	// BasePath is what stands before Path in the URL.
	BasePath string
	// MaxLimit caps the page size without a word, as a server may do; 0 for no cap.
	MaxLimit int
	// Latency is how long each answer takes.
	Latency time.Duration
	// Edit, if set, changes a page before it is sent. It is called for one request at a time.
	Edit func(Request, *Page)

	mu       sync.Mutex
	rows     map[string][]Row // by step, and all of them under ""
	requests []Request
	byOffset map[int]int
	faults   []scripted
}

// Row is an instance as it is sent.
type Row = json.RawMessage

// Request is one entry of the log.
type Request struct {
	// Number counts all requests from 1, Try those for the same offset.
	Number, Try int
	// Limit and Offset are as asked for, before MaxLimit.
	Limit, Offset int
	StepID        string
	Header        http.Header
	At            time.Time
	// Refused says why the request got a 400 or 401, empty if it did not.
	Refused string
}

// Page is the body of a 200. A nil Data or Total is sent as null.
type Page struct {
	ErrorCode *string `json:"error_code"`
	ErrorMsg  *string `json:"error_msg"`
	Data      []Row   `json:"data"`
	Total     any     `json:"total"`
}

// Fault answers in the emulator's place; answer is what it would have said.
type Fault func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc)

type scripted struct {
	when  func(Request) bool
	fault Fault
}

// New returns an emulator that serves rows to who signs with keys.
func New(keys Keys, rows ...Row) *Emulator {
	e := &Emulator{Keys: keys}
	e.SetRows(rows...)
	return e
}

// SetRows replaces all rows.
func (e *Emulator) SetRows(rows ...Row) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rows = map[string][]Row{"": rows}
	for _, row := range rows {
		if step := stepOf(row); step != "" {
			e.rows[step] = append(e.rows[step], row)
		}
	}
}

// Fault scripts a fault for the requests that match. The first one that matches counts.
func (e *Emulator) Fault(when func(Request) bool, fault Fault) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.faults = append(e.faults, scripted{when, fault})
}

// Requests returns the log.
func (e *Emulator) Requests() []Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]Request(nil), e.requests...)
}

// Number matches requests by their number in the log, from 1.
func Number(numbers ...int) func(Request) bool {
	return func(r Request) bool {
		for _, n := range numbers {
			if r.Number == n {
				return true
			}
		}
		return false
	}
}

// FirstTries matches the first n requests for an offset.
func FirstTries(offset, n int) func(Request) bool {
	return func(r Request) bool { return r.Offset == offset && r.Try <= n }
}

// AtOffset matches every request for an offset.
func AtOffset(offset int) func(Request) bool {
	return func(r Request) bool { return r.Offset == offset }
}

// Always matches every request.
func Always(Request) bool { return true }

// ServeHTTP answers one request.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	req := Request{Number: len(e.requests) + 1, Header: r.Header.Clone(), At: time.Now()}
	status, code, err := e.check(r, &req)
	if err != nil {
		req.Refused = err.Error()
	}
	if e.byOffset == nil {
		e.byOffset = make(map[int]int)
	}
	e.byOffset[req.Offset]++
	req.Try = e.byOffset[req.Offset]
	e.requests = append(e.requests, req)
	fault := e.faultFor(req)
	e.mu.Unlock()

	if !e.pause(r) {
		return
	}
	w.Header().Set("X-Request-Id", fmt.Sprintf("emulated-%04d", req.Number))
	answer := func(w http.ResponseWriter, _ *http.Request) {
		if err != nil {
			sendError(w, status, code, err.Error())
			return
		}
		sendJSON(w, http.StatusOK, e.body(req))
	}
	if fault != nil {
		fault(w, r, answer)
		return
	}
	answer(w, r)
}

// pause takes the latency, or reports that the client went away.
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

func (e *Emulator) faultFor(req Request) Fault {
	for _, s := range e.faults {
		if s.when(req) {
			return s.fault
		}
	}
	return nil
}

// check reads the request into req, and refuses what COC would refuse and more.
func (e *Emulator) check(r *http.Request, req *Request) (status int, code string, err error) {
	query := r.URL.Query()
	req.StepID = query.Get("execution_step_id")
	req.Limit, req.Offset = 10, 0
	for name, values := range query {
		if len(values) != 1 || values[0] == "" {
			return http.StatusBadRequest, "COC.00010002", fmt.Errorf("parameter %s is empty or repeated", name)
		}
		switch name {
		case "execution_step_id":
		case "limit":
			req.Limit, err = integer(values[0], 1)
		case "offset":
			req.Offset, err = integer(values[0], 0)
		default:
			err = errors.New("is not known")
		}
		if err != nil {
			return http.StatusBadRequest, "COC.00010002", fmt.Errorf("parameter %s %w", name, err)
		}
	}
	if r.URL.Path != e.BasePath+Path {
		return http.StatusNotFound, "APIGW.0101", errors.New("the API does not exist or has not been published")
	}
	if r.Method != http.MethodGet {
		return http.StatusMethodNotAllowed, "APIGW.0102", errors.New("method " + r.Method)
	}
	if err := e.authenticate(r); err != nil {
		return http.StatusUnauthorized, "APIGW.0301", fmt.Errorf("incorrect IAM authentication information: %w", err)
	}
	return 0, "", nil
}

func (e *Emulator) authenticate(r *http.Request) error {
	if tokens := r.Header.Values("X-Auth-Token"); len(tokens) > 0 {
		if e.Token == "" || len(tokens) != 1 || tokens[0] != e.Token {
			return errors.New("the token is invalid")
		}
		if r.Header.Get("Authorization") != "" || r.Header.Get("X-Security-Token") != "" {
			return errors.New("a token and a signature at once")
		}
		return nil
	}
	if e.Keys.AccessKey == "" {
		return errors.New("no keys are accepted")
	}
	return e.Keys.Verify(r, time.Now())
}

func integer(s string, minimum int) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < minimum || strconv.Itoa(n) != s {
		return 0, fmt.Errorf("is no integer from %d on: %q", minimum, s)
	}
	return n, nil
}

// Body returns the body of a page of all rows.
func (e *Emulator) Body(limit, offset int) []byte {
	return e.body(Request{Limit: limit, Offset: offset})
}

func (e *Emulator) body(req Request) []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	body, err := json.Marshal(e.page(req))
	if err != nil {
		panic(err) // a row of the test's is no JSON
	}
	return body
}

// page cuts the page that a request asks for.
func (e *Emulator) page(req Request) *Page {
	rows := e.rows[req.StepID]
	limit := req.Limit
	if e.MaxLimit > 0 {
		limit = min(limit, e.MaxLimit)
	}
	from := min(req.Offset, len(rows))
	p := &Page{Data: append([]Row{}, rows[from:min(from+limit, len(rows))]...), Total: len(rows)}
	if e.Edit != nil {
		e.Edit(req, p)
	}
	return p
}

func stepOf(row Row) string {
	var r struct {
		StepID string `json:"execution_step_id"`
	}
	if json.Unmarshal(row, &r) != nil {
		return ""
	}
	return r.StepID
}

func sendError(w http.ResponseWriter, status int, code, message string) {
	body, err := json.Marshal(map[string]string{"error_code": code, "error_msg": message})
	if err != nil {
		panic(err)
	}
	sendJSON(w, status, body)
}

func sendJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that went away is its own business
}
