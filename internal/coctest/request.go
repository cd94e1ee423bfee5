package coctest

import (
	"net/http"
	"net/url"
	"time"
)

// Request is one entry of the log.
type Request struct {
	// Number counts all requests from 1, Try those for the same path, offset and marker.
	Number, Try int
	// Path is what was asked for, without Emulator.BasePath, and Query has all of its parameters.
	Path  string
	Query url.Values
	// Limit and Offset are as asked for, before MaxLimit.
	Limit, Offset int
	// Marker is what a list of script orders, or a batch of one, was asked to go on from; 0 if it was not.
	Marker int64
	// StepID is the parameter execution_step_id.
	StepID string
	Header http.Header
	// Body is what was posted.
	Body string
	At   time.Time
	// Account is the domain ID of the account whose credentials the request has, and Agency the agency that its keys are
	// from. They are empty if the credentials are not known, or do not belong to an agency.
	Account, Agency string
	// Refused says why the request got a 4xx. It is empty if it did not.
	Refused string
}

// Requests returns the log.
func (e *Emulator) Requests() []Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]Request(nil), e.requests...)
}

// Fault answers in the emulator's place. answer is what the emulator would have sent.
type Fault func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc)

type scripted struct {
	when  func(Request) bool
	fault Fault
}

// Fault scripts a fault for the requests that match. The first one that matches applies.
func (e *Emulator) Fault(when func(Request) bool, fault Fault) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.faults = append(e.faults, scripted{when, fault})
}

func (e *Emulator) faultFor(req Request) Fault {
	for _, s := range e.faults {
		if s.when(req) {
			return s.fault
		}
	}
	return nil
}

// OnPath narrows a matcher to the requests for a path, which is given without Emulator.BasePath.
func OnPath(path string, when func(Request) bool) func(Request) bool {
	return func(r Request) bool { return r.Path == path && when(r) }
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

// FirstTries matches the first n requests for an offset. Each path has its own first tries, and so has each marker.
func FirstTries(offset, n int) func(Request) bool {
	return func(r Request) bool { return r.Offset == offset && r.Try <= n }
}

// AtOffset matches every request for an offset.
func AtOffset(offset int) func(Request) bool {
	return func(r Request) bool { return r.Offset == offset }
}

// AtMarker matches every request that continues from a marker; 0 matches those that start with the first row.
func AtMarker(marker int64) func(Request) bool {
	return func(r Request) bool { return r.Marker == marker }
}

// Always matches every request.
func Always(Request) bool { return true }
