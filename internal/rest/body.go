package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// MaxShown is how many characters of a text from outside an error or a log shows.
const MaxShown = 200

// maxErrorBytes limits how much of the body of a refusal is read.
const maxErrorBytes = 64 << 10

// ServiceError is a failure that the service reports in the body of a success. The read callback of [Client.Do] returns it.
type ServiceError struct{ Code, Message string }

func (e *ServiceError) Error() string { return e.Code + ": " + e.Message }

// unreadable makes an error of the read callback an *Error. It describes the body where that helps.
func unreadable(err error, resp *http.Response, body *bodyReader) *Error {
	var service *ServiceError
	switch {
	case errors.As(err, &service):
		return &Error{Status: resp.StatusCode, Code: Printable(service.Code, MaxShown), Message: Printable(service.Message, MaxShown)}
	case errors.Is(err, ErrTooLarge):
		return &Error{Status: resp.StatusCode, Err: ErrTooLarge}
	case body.err != nil: // the connection broke
		return &Error{Status: resp.StatusCode, Err: fmt.Errorf("the answer was cut off after %d bytes: %w", body.n, body.err), passing: true}
	}
	head := "an empty body"
	if body.n > 0 {
		head = fmt.Sprintf("a body that begins with %q", Printable(string(body.head), MaxShown))
	}
	return &Error{
		Status:  resp.StatusCode,
		Message: fmt.Sprintf("content type %q, %s", Printable(resp.Header.Get("Content-Type"), MaxShown), head),
		Err:     fmt.Errorf("%w: %w", ErrMalformed, err),
		// JSON that ends early may have been cut off by a proxy that closed the body properly.
		passing: body.n > 0 && errors.Is(err, io.ErrUnexpectedEOF),
	}
}

// refusal makes an answer that is not a success an *Error. It also returns the request ID in the body, where the API gateway may
// put it instead of a header. ctx is the context of the request.
func refusal(ctx context.Context, resp *http.Response, body io.Reader) (e *Error, requestID string) {
	e = &Error{Status: resp.StatusCode, passing: PassingStatus(resp.StatusCode), retryAfter: retryAfter(resp.Header)}
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		e.Err = ErrRedirect
		if to, err := resp.Location(); err == nil {
			to.RawQuery, to.Fragment, to.User = "", "", nil
			e.Err = fmt.Errorf("%w, and this one leads to %s", ErrRedirect, Printable(to.String(), MaxShown))
		}
		return e, ""
	}
	raw, err := io.ReadAll(io.LimitReader(body, maxErrorBytes))
	if len(raw) == 0 {
		if e.Err = context.Cause(ctx); e.Err == nil {
			e.Err = err
		}
		return e, ""
	}
	e.Code, e.Message, requestID = readError(raw)
	return e, requestID
}

// isOnlyTLS tells whether a refusal says that the server wants TLS. The texts are those of Go's servers and of nginx; other servers
// close the connection.
func isOnlyTLS(e *Error) bool {
	return e.Status == http.StatusBadRequest &&
		(strings.Contains(e.Message, "HTTP request to an HTTPS server") || strings.Contains(e.Message, "HTTP request was sent to HTTPS port"))
}

// readError takes the code, the message and the request ID from the body of a refusal. It knows these forms:
//   - the service's and the API gateway's: {"error_code": …, "error_msg": …, "request_id": …};
//   - IAM's: {"error": {"code": …, "message": …}};
//   - {"code": …, "message": …}, of some other services;
//   - a JSON string.
//
// For any other body, the message is the beginning of the body.
func readError(raw []byte) (code, message, requestID string) {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	var body any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber() // a number keeps its digits
	if !json.Valid(raw) || dec.Decode(&body) != nil {
		return "", Printable(string(raw), MaxShown), ""
	}
	answer, _ := body.(map[string]any)
	requestID = scalar(answer["request_id"])
	code, message = scalar(answer["error_code"]), scalar(answer["error_msg"])
	if code+message == "" {
		inner, _ := answer["error"].(map[string]any)
		code, message = scalar(inner["code"]), scalar(inner["message"])
	}
	if code+message == "" && scalar(answer["code"]) != "" {
		code, message = scalar(answer["code"]), scalar(answer["message"])
	}
	if code+message == "" {
		if message = scalar(body); message == "" {
			message = plainJSON(body)
		}
	}
	return Printable(code, MaxShown), Printable(message, MaxShown), requestID
}

// scalar returns the text of a JSON string or the digits of a JSON number, "" for anything else. Services send codes as either.
func scalar(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	}
	return ""
}

// plainJSON encodes a value as JSON without escapes for HTML, for a person to read.
func plainJSON(value any) string {
	var plain strings.Builder
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(value) // cannot fail: the value was decoded from JSON
	return plain.String()
}

// bodyReader reads a body, and remembers what errors and logs tell of it.
type bodyReader struct {
	r    io.Reader
	n    int64  // bytes read so far
	head []byte // the first MaxShown bytes
	err  error  // why the body broke off, nil if it did not
}

func (b *bodyReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	if room := MaxShown - len(b.head); room > 0 {
		b.head = append(b.head, p[:min(n, room)]...)
	}
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}
