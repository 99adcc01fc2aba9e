package kombo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Client calls the API for one integration. It is safe for concurrent use.
// Create one with New.
type Client struct {
	key           string
	integration   string
	base          string
	userAgent     string
	transport     http.RoundTripper
	http          *http.Client
	httpWrites    *http.Client
	logger        *slog.Logger
	retries       int
	readTimeout   time.Duration
	actionTimeout time.Duration
	shutdown      context.Context
	grace         time.Duration
	// sleep waits between attempts. It is a field so that tests need not wait.
	sleep      func(context.Context, time.Duration) error
	observe    func(context.Context, Attempt)
	rawRecords bool
	limits     *limiters
}

// New returns a client for the key, in the EU region unless an option says
// otherwise. It sends nothing; use CheckAPIKey to check the key.
func New(apiKey string, opts ...Option) (*Client, error) {
	key := strings.TrimSpace(apiKey)
	if key == "" {
		return nil, errors.New("kombo: the API key is empty")
	}
	if strings.ContainsFunc(key, invalidInHeader) {
		return nil, errors.New("kombo: the API key contains invalid characters")
	}
	c := &Client{
		key:           key,
		base:          regions[RegionEU],
		userAgent:     "kombo-mcp",
		logger:        slog.New(slog.DiscardHandler),
		retries:       DefaultRetries,
		readTimeout:   DefaultReadTimeout,
		actionTimeout: DefaultActionTimeout,
		shutdown:      context.Background(),
		grace:         shutdownGrace,
		sleep:         sleep,
		observe:       func(context.Context, Attempt) {},
		limits:        &limiters{},
	}
	for _, opt := range opts {
		if err := opt(c); err != nil {
			return nil, fmt.Errorf("kombo: %w", err)
		}
	}
	if c.transport == nil {
		c.transport = newTransport()
	}
	c.http = newHTTPClient(c.transport)
	c.httpWrites = newHTTPClient(withoutKeepAlives(c.transport))
	return c, nil
}

func newHTTPClient(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport: transport,
		// A redirect could carry the key and a write to another address.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func newTransport() http.RoundTripper {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	own := standard.Clone()
	own.MaxIdleConnsPerHost = startingLimit
	return own
}

// withoutKeepAlives returns a transport that opens a connection for each request.
// On a reused one a write may race with the server closing it, and then its
// outcome is unknown; a handshake is cheaper than that.
func withoutKeepAlives(transport http.RoundTripper) http.RoundTripper {
	shared, ok := transport.(*http.Transport)
	if !ok {
		return transport
	}
	own := shared.Clone()
	own.DisableKeepAlives = true
	return own
}

// ForIntegration returns a client for another integration of the same
// environment. It shares connections and limits with c. With an invalid id every
// call fails.
func (c *Client) ForIntegration(id string) *Client {
	other := *c
	other.integration = id
	return &other
}

// Integration returns the client's integration id, "" if it has none.
func (c *Client) Integration() string { return c.integration }

// ActionTimeout returns how long a write may take in all. After that its outcome
// is either decided or unknown for good.
func (c *Client) ActionTimeout() time.Duration { return c.actionTimeout }

// CloseIdleConnections closes connections that are not in use.
func (c *Client) CloseIdleConnections() {
	c.http.CloseIdleConnections()
	c.httpWrites.CloseIdleConnections()
}

// String returns the integration id, so that printing a client never prints its
// key.
func (c Client) String() string { return "kombo.Client(" + c.integration + ")" }

// GoString returns String.
func (c Client) GoString() string { return c.String() }

// LogValue returns String.
func (c Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// redact removes the key from text that came from outside.
func (c *Client) redact(text string) string {
	return strings.ReplaceAll(text, c.key, "[redacted]")
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
