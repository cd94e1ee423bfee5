package coctest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"
)

// Answer sends a body of any kind.
func Answer(status int, contentType, body string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// JSON sends a body with status 200.
func JSON(body string) Fault { return Answer(http.StatusOK, "application/json", body) }

// Error sends the service's form of an error, with headers given as name, value, name, value.
func Error(status int, code, message string, headers ...string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		sendError(w, status, code, message)
	}
}

// Redirect sends the client elsewhere. A client that follows the redirect comes back with a Referer, and then gets
// an answer, so it does not loop forever.
func Redirect(status int, to string) Fault {
	return func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
		if r.Header.Get("Referer") != "" {
			answer(w, r)
			return
		}
		w.Header().Set("Location", to)
		w.WriteHeader(status)
	}
}

// Hang accepts the request and never answers.
func Hang(_ http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
	<-r.Context().Done()
}

// Reset breaks the connection without an answer.
func Reset(http.ResponseWriter, *http.Request, http.HandlerFunc) {
	panic(http.ErrAbortHandler)
}

// CutOff announces the whole answer and breaks the connection after n bytes of it.
func CutOff(n int) Fault {
	return func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
		body := record(w, r, answer)
		_, _ = w.Write(body[:min(n, len(body))])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// Drip sends the body byte by byte, with a pause before each.
func Drip(pause time.Duration) Fault {
	return func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
		for _, b := range record(w, r, answer) {
			select {
			case <-time.After(pause):
			case <-r.Context().Done():
				return
			}
			if _, err := w.Write([]byte{b}); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
		}
	}
}

// After waits, and then answers as usual.
func After(wait time.Duration) Fault {
	return func(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
		select {
		case <-time.After(wait):
			answer(w, r)
		case <-r.Context().Done():
		}
	}
}

// record records the answer, sends its head and returns its body.
func record(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) []byte {
	rec := httptest.NewRecorder()
	answer(rec, r)
	for name := range rec.Header() {
		w.Header().Set(name, rec.Header().Get(name))
	}
	w.WriteHeader(rec.Code)
	return rec.Body.Bytes()
}

// Endless sends the head of a page and then one row forever.
func Endless(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
	w.Header().Set("Content-Type", "application/json")
	if _, err := fmt.Fprint(w, `{"total":1,"data":[{}`); err != nil {
		return
	}
	for r.Context().Err() == nil {
		if _, err := fmt.Fprint(w, `,{"message":"`, filler, `"}`); err != nil {
			return
		}
	}
}
