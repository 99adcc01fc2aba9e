package serve

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
)

// inBubble runs a test of time limits with a fake clock for server and clients. The
// clock advances only while all of them wait, so that a limit never ends what is only
// slow on a busy machine. Connections are pipes, which buffer nothing.
func inBubble(t *testing.T, test func(t *testing.T, h *testServer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newTestServer(t)
		l := &pipes{waiting: make(chan net.Conn), closed: make(chan struct{})}
		transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return l.connect() }}
		t.Cleanup(transport.CloseIdleConnections)
		h.client, h.connect, h.url = &http.Client{Transport: transport}, l.connect, "http://localhost"
		h.serve(l, nil)
		test(t, h)
	})
}

// pipes is a listener whose connections are in memory.
type pipes struct {
	waiting chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func (p *pipes) connect() (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.waiting <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Accept implements net.Listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.waiting:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// Addr implements net.Listener.
func (p *pipes) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }
