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
	headerTime = 10 * time.Second
	idleTime   = 2 * time.Minute
	maxHeaders = 32 << 10
	// drainTime is how long calls in flight may go on after a shutdown began.
	drainTime = 10 * time.Second
	// settleTime lets the last answers out to their streams.
	settleTime = 50 * time.Millisecond
)

// Serve serves until ctx ends, then lets calls in flight finish for up to ten
// seconds, ends the sessions and closes the listener.
func (h *HTTP) Serve(ctx context.Context, l net.Listener) error {
	base, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeaders,
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
	h.drain()
	cancel(errors.New("the server is shutting down"))
	last, stop := context.WithTimeout(context.Background(), time.Second)
	defer stop()
	h.endSessions(last)
	if err := srv.Shutdown(last); err != nil {
		return errors.Join(srv.Close(), <-failed)
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// drain waits for the calls in flight, and a moment more for their answers to
// go out.
func (h *HTTP) drain() {
	done := make(chan struct{})
	go func() { h.calls.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(drainTime):
		h.opts.Logger.Warn("calls were cancelled by the shutdown", "in_flight", h.queue.inFlight())
	}
	time.Sleep(settleTime)
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
