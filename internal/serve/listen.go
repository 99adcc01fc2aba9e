package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/kombo-mcp/kombo-mcp/internal/ownfile"
)

const (
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 32 << 10
	// answerFlushTime is how long the last answers may take to be written.
	answerFlushTime = 50 * time.Millisecond
	// cancelGrace is how long canceled calls may take to end.
	cancelGrace = time.Second
)

// timeouts are the time limits of connections.
type timeouts struct {
	// header and body limit how long a request takes to arrive, write how long the
	// client takes to read one write.
	header, body, write time.Duration
	// drain is how long calls in flight may continue after the shutdown began.
	drain time.Duration
	// silence is how long an event stream may have nothing to say before a comment or a
	// ping: less than proxies wait.
	silence time.Duration
}

var defaultTimeouts = timeouts{header: 10 * time.Second, body: 30 * time.Second, write: 30 * time.Second, drain: 10 * time.Second, silence: 20 * time.Second}

// Serve serves until ctx ends. Then it waits up to ten seconds for calls in flight,
// ends the sessions and closes the listener.
func (h *HTTP) Serve(ctx context.Context, l net.Listener) error {
	base, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: h.timeouts.header, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		BaseContext: func(net.Listener) context.Context { return base },
		ErrorLog:    log.New(logWriter{h.opts.Logger}, "", 0),
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	h.draining.Store(true)
	if !h.drain(h.timeouts.drain) {
		h.opts.Logger.Warn("shutdown cancels calls in flight", "in_flight", h.queue.inFlight())
	}
	cancel(errors.New("the server is shutting down"))
	// Canceled calls get a moment to record their outcome.
	h.drain(cancelGrace)
	last, stop := context.WithTimeout(context.Background(), cancelGrace)
	defer stop()
	h.endSessions(last)
	if srv.Shutdown(last) != nil {
		// Shutdown waits for connections on which no request was sent yet. They can
		// be closed without losing anything.
		_ = srv.Close()
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// drain waits until no calls are in flight, and a moment more for their answers to
// be written. It reports whether that happened within the timeout.
func (h *HTTP) drain(timeout time.Duration) bool {
	end := time.Now().Add(timeout)
	// With SSE, the POST is answered before its call begins.
	time.Sleep(answerFlushTime)
	for h.calls.Load() > 0 {
		if time.Now().After(end) {
			return false
		}
		time.Sleep(answerFlushTime / 10)
	}
	time.Sleep(answerFlushTime)
	return true
}

// endSessions closes the open streams, so that clients see a regular end of the
// stream and not a broken connection.
func (h *HTTP) endSessions(ctx context.Context) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.tenants {
		t.http.CloseSessions(ctx)
		t.sse.CloseSessions()
		_ = t.http.Shutdown(ctx) // stops the library's cleanup; the listener is ours
	}
}

// Certificates returns a TLS configuration whose certificate is reloaded when its
// files change. The files must be readable and valid now.
func Certificates(certFile, keyFile string) (*tls.Config, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile}
	if _, err := c.get(nil); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"}}, nil
}

type certificate struct {
	certFile, keyFile string

	mu        sync.Mutex
	current   *tls.Certificate
	modified  time.Time
	checkedAt time.Time
}

// certificateCheckInterval is how often the files are checked for changes.
const certificateCheckInterval = time.Second

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current != nil && time.Since(c.checkedAt) < certificateCheckInterval {
		return c.current, nil
	}
	c.checkedAt = time.Now()
	var newest time.Time
	for _, f := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(f)
		if err != nil {
			return c.currentOr(err)
		}
		if info.ModTime().After(newest) {
			newest = info.ModTime()
		}
	}
	if c.current != nil && newest.Equal(c.modified) {
		return c.current, nil
	}
	pair, err := c.load()
	if err != nil {
		return c.currentOr(err)
	}
	c.current, c.modified = &pair, newest
	return c.current, nil
}

// maxPEMBytes is more than a certificate with its chain has, or a key.
const maxPEMBytes = 1 << 20

func (c *certificate) load() (tls.Certificate, error) {
	chain, err := ownfile.ReadRegular(c.certFile, maxPEMBytes)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := ownfile.ReadRegular(c.keyFile, maxPEMBytes)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(chain, key)
}

// currentOr returns the current certificate, which stays in use while the files are
// being replaced, or else the error.
func (c *certificate) currentOr(err error) (*tls.Certificate, error) {
	if c.current != nil {
		return c.current, nil
	}
	return nil, fmt.Errorf("TLS certificate: %w", err)
}
