package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"strconv"
	"syscall"
)

// Transport returns a RoundTripper that serves requests without a socket. It
// respects the request's context, returns resets as errors, and rejects requests to
// any other host.
func (s *Sandbox) Transport() http.RoundTripper { return &transport{s} }

type transport struct{ s *Sandbox }

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer func() { _ = r.Body.Close() }() // required of a RoundTripper; an error changes nothing
	}
	if err := r.Context().Err(); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	if !t.s.ownHost(r.URL.Host) {
		return nil, &net.DNSError{Err: "the sandbox serves no other host", Name: r.URL.Host, IsNotFound: true}
	}
	// From here on the request has arrived, as a client's trace must show.
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	inner := r.Clone(r.Context())
	if inner.Body == nil {
		inner.Body = http.NoBody
	}
	inner.Host = r.URL.Host
	out := t.s.answer(inner)
	if err := r.Context().Err(); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	if out.reset {
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	return out.response(r), nil
}

func (s *Sandbox) ownHost(host string) bool {
	for _, origin := range []string{inProcessOrigin, s.opts.BaseURL} {
		if u, err := url.Parse(origin); err == nil && u.Host == host {
			return true
		}
	}
	return false
}

func (p reply) response(r *http.Request) *http.Response {
	resp := &http.Response{
		Status: strconv.Itoa(p.status) + " " + http.StatusText(p.status), StatusCode: p.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: p.header, ContentLength: int64(len(p.body)), Request: r,
	}
	var body io.Reader = bytes.NewReader(p.body)
	if p.cut {
		body = io.MultiReader(bytes.NewReader(p.body[:len(p.body)/2]), broken{})
	}
	resp.Body = io.NopCloser(body)
	return resp
}

// broken is a reader that fails, at the end of a body that was cut off.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
