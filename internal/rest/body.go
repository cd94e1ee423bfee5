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

const maxErrorBytes = 64 << 10 // of the body of a refusal

// unreadable turns an error of the read callback into an *Error.
func unreadable(err error, resp *http.Response, body *bodyReader) *Error {
	var own *Error
	switch {
	case errors.As(err, &own):
		own.Status, own.Code, own.Message = resp.StatusCode, Printable(own.Code, MaxShown), Printable(own.Message, MaxShown)
		return own
	case body.err != nil: // the connection broke
		cut := fmt.Errorf("the answer was cut off after %d bytes: %w", body.n, body.err)
		return &Error{Kind: networkError(body.err).Kind, Status: resp.StatusCode, Err: cut, retryable: true}
	}
	head := "an empty body"
	if body.n > 0 {
		head = fmt.Sprintf("a body that begins with %q", Printable(string(body.head), MaxShown))
	}
	return &Error{
		Kind: Malformed, Status: resp.StatusCode, Err: err,
		Message:   fmt.Sprintf("content type %q, %s", Printable(resp.Header.Get("Content-Type"), MaxShown), head),
		retryable: body.n > 0 && errors.Is(err, io.ErrUnexpectedEOF), // a proxy may have cut JSON off
	}
}

// refusal turns an answer that is not a success into an *Error. The API gateway may put the request ID into the body.
func refusal(ctx context.Context, resp *http.Response, body io.Reader) (e *Error, requestID string) {
	status := resp.StatusCode
	e = &Error{
		Kind: kindOf(status), Status: status, retryable: RetryableStatus(status), retryAfter: retryAfter(resp.Header),
	}
	if e.Kind == Redirect {
		if to, err := resp.Location(); err == nil {
			to.RawQuery, to.Fragment, to.User = "", "", nil
			e.Err = fmt.Errorf("this one leads to %s", Printable(to.String(), MaxShown))
		}
		return e, ""
	}
	raw, err := io.ReadAll(io.LimitReader(body, maxErrorBytes))
	switch {
	case len(raw) > 0:
		e.Code, e.Message, requestID = readError(raw)
	case errors.Is(context.Cause(ctx), errTimeIsUp):
		e.Err = fmt.Errorf("the error's body did not arrive within %s", refusalTimeout)
	case err != nil:
		e.Err = errors.New("the error's body was cut off")
	}
	return e, requestID
}

// isOnlyTLS reports whether a refusal says that the server wants TLS, as those of Go's servers and nginx do.
func isOnlyTLS(e *Error) bool {
	return e.Kind == BadRequest && (strings.Contains(e.Message, "HTTP request to an HTTPS server") ||
		strings.Contains(e.Message, "HTTP request was sent to HTTPS port"))
}

// readError reads the body of a refusal, in the form of COC and the API gateway, of IAM, or of some other services.
// Otherwise the message is a JSON string, or the body as it is.
func readError(raw []byte) (code, message, requestID string) {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	var body any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber() // a number keeps its digits
	if !json.Valid(raw) || dec.Decode(&body) != nil {
		return "", Printable(string(raw), MaxShown), ""
	}
	answer, _ := body.(map[string]any)
	inner, _ := answer["error"].(map[string]any)
	for _, form := range [][2]any{
		{answer["error_code"], answer["error_msg"]}, {inner["code"], inner["message"]}, {answer["code"], answer["message"]},
		{nil, body}, {nil, json.Number(raw)},
	} {
		code, message = Printable(scalar(form[0]), MaxShown), Printable(scalar(form[1]), MaxShown)
		if code+message != "" {
			break
		}
	}
	return code, message, scalar(answer["request_id"])
}

// scalar returns the text of a JSON string or number, which a code may be, "" for anything else.
func scalar(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	}
	return ""
}

// bodyReader remembers what errors and logs say about a body.
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
