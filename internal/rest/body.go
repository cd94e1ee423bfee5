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

// MaxShown is how many characters of a body or a message a person sees.
const MaxShown = 200

// maxErrorBytes is what is read of an error's body.
const maxErrorBytes = 64 << 10

// ServiceError is the service's own word for a failure inside a 200. The reader of a body returns it.
type ServiceError struct{ Code, Message string }

func (e *ServiceError) Error() string { return e.Code + ": " + e.Message }

// unreadable sorts what the reader of a 200's body says of it.
func unreadable(err error, contentType string, body *bodyReader) *Error {
	var service *ServiceError
	switch {
	case errors.As(err, &service):
		return &Error{Status: http.StatusOK, Code: Printable(service.Code, MaxShown), Message: Printable(service.Message, MaxShown)}
	case errors.Is(err, ErrTooLarge):
		return &Error{Status: http.StatusOK, Err: ErrTooLarge}
	case body.err != nil: // the connection broke
		return &Error{Status: http.StatusOK, Err: fmt.Errorf("the answer was cut off after %d bytes: %w", body.n, body.err), passing: true}
	}
	head := "an empty body"
	if body.n > 0 {
		head = fmt.Sprintf("a body that begins with %q", Printable(string(body.head), MaxShown))
	}
	return &Error{
		Status:  http.StatusOK,
		Message: fmt.Sprintf("content type %q, %s", Printable(contentType, MaxShown), head),
		Err:     fmt.Errorf("%w: %w", ErrMalformed, err),
		// JSON that ends early may have been cut off by something in between that closed the body properly.
		passing: body.n > 0 && errors.Is(err, io.ErrUnexpectedEOF),
	}
}

// refusal reads an answer that is not a 200. The gateway may give its request ID in the body. The context is the request's.
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

// readError takes code, message and request ID from the body of an error: the service's and the gateway's form, or IAM's, or a
// string. Of any other body the message is the beginning.
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
	if code+message == "" {
		if message = scalar(body); message == "" {
			message = plainJSON(body)
		}
	}
	return Printable(code, MaxShown), Printable(message, MaxShown), requestID
}

// scalar is the text of a JSON string or number, such as a code, which may come as either; "" for anything else.
func scalar(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	}
	return ""
}

// plainJSON writes JSON without escapes that are not needed.
func plainJSON(value any) string {
	var plain strings.Builder
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(value) // it was JSON before
	return plain.String()
}

// bodyReader keeps what messages and logs tell of a body: its size, its first bytes, and the error that broke it off.
type bodyReader struct {
	r    io.Reader
	n    int64
	head []byte
	err  error
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
