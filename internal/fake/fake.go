// Package fake holds what tests put in the place of the world around a server:
// a clock that they set, a log that they read while it is written, Kombo
// without a network. Where all goroutines of a test can wait for one another,
// testing/synctest is the better clock.
package fake

import (
	"bytes"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// Clock shows the time that a test sets. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that shows now until it is advanced.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now returns the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance sets the clock forward by d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Log collects what is written to it. Its zero value is an empty log, safe for
// concurrent use.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String returns what was written so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Kombo returns a client of a sandbox that uses no socket, so that it also works
// in a bubble of synctest.
func Kombo(tb testing.TB, s *sandbox.Sandbox, options ...kombo.Option) *kombo.Client {
	tb.Helper()
	return KomboOver(tb, s, s.Transport(), options...)
}

// KomboOver is Kombo over another transport, such as one that fails.
func KomboOver(tb testing.TB, s *sandbox.Sandbox, transport http.RoundTripper, options ...kombo.Option) *kombo.Client {
	tb.Helper()
	options = append([]kombo.Option{
		kombo.WithIntegration(s.IntegrationID()), kombo.WithBaseURL(s.BaseURL()), kombo.WithHTTPClient(&http.Client{Transport: transport}),
	}, options...)
	client, err := kombo.New(s.APIKey(), options...)
	require.NoError(tb, err)
	return client
}
