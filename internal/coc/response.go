package coc

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxErrorBytes is what is read of an error's body, maxShown how many characters of a body or message a person sees.
const maxErrorBytes, maxShown = 64 << 10, 200

// readPage reads the body of a 200.
func readPage(contentType string, body *countingReader, limit int64) (*page, error) {
	p, err := decodePage(body, limit)
	switch {
	case err == nil && success(p.errorCode):
		return p, nil
	case err == nil:
		return nil, &Error{
			Status: http.StatusOK, Code: printable(*p.errorCode, maxShown), Message: printable(deref(p.errorMsg), maxShown),
		}
	case errors.Is(err, ErrPageTooLarge):
		return nil, &Error{Status: http.StatusOK, Err: ErrPageTooLarge}
	case body.err != nil: // the connection broke
		return nil, &Error{Status: http.StatusOK, Err: fmt.Errorf("the answer was cut off after %d bytes: %w", body.n, body.err), retryable: true}
	}
	head := "an empty body"
	if body.n > 0 {
		head = fmt.Sprintf("a body that begins with %q", printable(string(body.head), maxShown))
	}
	return nil, &Error{
		Status:  http.StatusOK,
		Message: fmt.Sprintf("content type %q, %s", printable(contentType, maxShown), head),
		Err:     fmt.Errorf("%w: %w", ErrMalformed, err),
		// JSON that ends early may have been cut off by something in between that closed the body properly.
		retryable: body.n > 0 && errors.Is(err, io.ErrUnexpectedEOF),
	}
}

// statusError reads an answer that is not a 200.
func statusError(resp *http.Response, body io.Reader) *Error {
	e := &Error{Status: resp.StatusCode, retryable: retryableStatus(resp.StatusCode), retryAfter: retryAfter(resp.Header)}
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		e.Err = ErrRedirect
		if to, err := resp.Location(); err == nil {
			to.RawQuery, to.Fragment, to.User = "", "", nil
			e.Err = fmt.Errorf("%w, and this one leads to %s", ErrRedirect, printable(to.String(), maxShown))
		}
		return e
	}
	raw, err := io.ReadAll(io.LimitReader(body, maxErrorBytes))
	if err != nil && len(raw) == 0 {
		e.Err = err
		return e
	}
	e.Code, e.Message = readError(raw)
	return e
}

// readError takes code and message from the body of an error: the service's and the gateway's form, or IAM's; otherwise the
// message is the beginning of the body.
func readError(raw []byte) (code, message string) {
	var answer struct {
		ErrorCode string `json:"error_code"`
		ErrorMsg  string `json:"error_msg"`
		Error     struct {
			Code    any    `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	switch err := json.Unmarshal(raw, &answer); {
	case err == nil && answer.ErrorCode+answer.ErrorMsg != "":
		return printable(answer.ErrorCode, maxShown), printable(answer.ErrorMsg, maxShown)
	case err == nil && answer.Error.Message != "" && answer.Error.Code != nil:
		return printable(fmt.Sprint(answer.Error.Code), maxShown), printable(answer.Error.Message, maxShown)
	}
	return "", printable(plainJSON(raw), maxShown)
}

// plainJSON writes JSON without escapes that are not needed, behind which a secret would not be recognized. Other text stays.
func plainJSON(raw []byte) string {
	var value any
	var plain strings.Builder
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	if json.Unmarshal(raw, &value) != nil || enc.Encode(value) != nil {
		return string(raw)
	}
	return plain.String()
}

// countingReader keeps what messages and logs tell of a body: its size, its first bytes, and the error that broke it off.
type countingReader struct {
	r    io.Reader
	n    int64
	head []byte
	err  error
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if room := maxShown - len(c.head); room > 0 {
		c.head = append(c.head, p[:min(n, room)]...)
	}
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
