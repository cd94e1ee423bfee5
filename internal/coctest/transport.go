package coctest

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
)

// Transport is an http.RoundTripper that hands requests to a handler without a network, so that a test can run
// everything in the virtual time of testing/synctest, which sockets do not follow. An aborted answer breaks off as a
// connection would.
type Transport struct {
	Handler http.Handler
}

// RoundTrip implements http.RoundTripper.
func (t Transport) RoundTrip(out *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(out.Context())
	in := out.Clone(ctx)
	in.RequestURI = out.URL.RequestURI()
	in.Host = out.URL.Host
	if in.Body == nil {
		in.Body = http.NoBody
	}
	pr, pw := io.Pipe()
	w := &pipeWriter{
		header: make(http.Header), head: make(chan *http.Response, 1), body: pw, read: pr, request: out, cancel: cancel,
	}
	go func() { //nolint:contextcheck // the writer has the exchange's context
		err := io.ErrUnexpectedEOF // unless the handler returns
		defer func() {
			r := recover()
			if r != nil && r != http.ErrAbortHandler { //nolint:errorlint // this very value ends an exchange, as in net/http
				panic(r)
			}
			if err == nil {
				w.WriteHeader(http.StatusOK)
			}
			close(w.head)
			_ = pw.CloseWithError(err)
		}()
		t.Handler.ServeHTTP(w, in)
		err = w.missing()
	}()
	select {
	case resp, ok := <-w.head:
		if !ok {
			cancel()
			return nil, io.ErrUnexpectedEOF
		}
		return resp, nil
	case <-ctx.Done():
		cancel()
		_ = pr.CloseWithError(context.Cause(ctx))
		return nil, context.Cause(ctx)
	}
}

// pipeWriter is the http.ResponseWriter of one exchange.
type pipeWriter struct {
	header  http.Header
	head    chan *http.Response
	sent    bool
	written int
	body    *io.PipeWriter
	read    *io.PipeReader
	request *http.Request
	cancel  context.CancelFunc
}

func (w *pipeWriter) Header() http.Header { return w.header }

func (w *pipeWriter) WriteHeader(status int) {
	if w.sent {
		return
	}
	w.sent = true
	rec := httptest.NewRecorder()
	maps.Copy(rec.Header(), w.header)
	rec.WriteHeader(status)
	resp := rec.Result()
	ctx := w.request.Context()
	stop := context.AfterFunc(ctx, func() { _ = w.read.CloseWithError(context.Cause(ctx)) })
	resp.Request, resp.Body = w.request, body{w.read, w.cancel, stop}
	w.head <- resp
}

func (w *pipeWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	n, err := w.body.Write(p)
	w.written += n
	return n, err
}

func (w *pipeWriter) Flush() {}

// missing is the error of a body that is shorter than announced.
func (w *pipeWriter) missing() error {
	if n, err := strconv.Atoi(w.header.Get("Content-Length")); err == nil && w.written < n {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// body ends the exchange when it is closed.
type body struct {
	*io.PipeReader
	cancel context.CancelFunc
	stop   func() bool
}

func (b body) Close() error {
	b.stop()
	b.cancel()
	return b.PipeReader.Close()
}
