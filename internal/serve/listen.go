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
)

const (
	idleTime   = 2 * time.Minute
	maxHeaders = 32 << 10
	// settleTime lets the last answers out to their streams.
	settleTime = 50 * time.Millisecond
	// endTime is for what is cancelled when the time to drain is over.
	endTime = time.Second
)

// times are how long parts of a connection's life may take.
type times struct {
	// header and body are for a request to arrive, and write for a piece of an
	// answer to be read.
	header, body, write time.Duration
	// drain is how long calls in flight may go on after a shutdown began.
	drain time.Duration
}

var patience = times{header: 10 * time.Second, body: 30 * time.Second, write: 30 * time.Second, drain: 10 * time.Second}

// Serve serves until ctx ends, then lets calls in flight finish for up to ten
// seconds, ends the sessions and closes the listener.
func (h *HTTP) Serve(ctx context.Context, l net.Listener) error {
	base, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: h.times.header, IdleTimeout: idleTime, MaxHeaderBytes: maxHeaders,
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
	if !h.drain(h.times.drain) {
		h.opts.Logger.Warn("calls are cancelled by the shutdown", "in_flight", h.queue.inFlight())
	}
	cancel(errors.New("the server is shutting down"))
	// What was cancelled has a moment to record what became of it.
	h.drain(endTime)
	last, stop := context.WithTimeout(context.Background(), endTime)
	defer stop()
	h.endSessions(last)
	if srv.Shutdown(last) != nil {
		// Clients keep connections ready on which they have asked nothing yet.
		// The library waits for those; there is nothing on them to lose.
		_ = srv.Close()
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// drain waits for the calls in flight, and a moment more for their answers to
// go out. It tells whether none is left.
func (h *HTTP) drain(within time.Duration) bool {
	end := time.Now().Add(within)
	// A message of the older transport is answered before its call begins.
	time.Sleep(settleTime)
	for h.calls.Load() > 0 {
		if time.Now().After(end) {
			return false
		}
		time.Sleep(settleTime / 10)
	}
	time.Sleep(settleTime)
	return true
}

// endSessions closes the streams that stand open, so that clients see an end
// and not a cut.
func (h *HTTP) endSessions(ctx context.Context) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.tenants {
		t.http.CloseSessions(ctx)
		t.sse.CloseSessions()
		_ = t.http.Shutdown(ctx) // only the sweeper: the listener is ours
	}
}

// Certificates is a TLS configuration whose certificate is read again when its
// files change.
func Certificates(certFile, keyFile string) (*tls.Config, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile}
	if _, err := c.get(nil); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"}}, nil
}

type certificate struct {
	certFile, keyFile string

	mu       sync.Mutex
	current  *tls.Certificate
	modified time.Time
	looked   time.Time
}

// lookEvery is how often the files are looked at.
const lookEvery = 10 * time.Second

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current != nil && time.Since(c.looked) < lookEvery {
		return c.current, nil
	}
	c.looked = time.Now()
	var newest time.Time
	for _, f := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(f)
		if err != nil {
			return c.keep(err)
		}
		if info.ModTime().After(newest) {
			newest = info.ModTime()
		}
	}
	if c.current != nil && newest.Equal(c.modified) {
		return c.current, nil
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return c.keep(err)
	}
	c.current, c.modified = &pair, newest
	return c.current, nil
}

// keep goes on with the certificate in use while the files are being replaced.
func (c *certificate) keep(err error) (*tls.Certificate, error) {
	if c.current != nil {
		return c.current, nil
	}
	return nil, fmt.Errorf("TLS certificate: %w", err)
}
