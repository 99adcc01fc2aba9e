package kombo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Defaults of the options.
const (
	// DefaultReadTimeout is how long one attempt at a read may take; with pauses and
	// retries it takes at most half a minute more.
	DefaultReadTimeout = time.Minute
	// DefaultActionTimeout is how long a write may take, waits and retries
	// included, and one attempt at reading attachments.
	DefaultActionTimeout = 5 * time.Minute
	// DefaultRetries is the maximum number of retries of a call.
	DefaultRetries = 4
)

// shutdownGrace is how long a write that may have reached Kombo may still take
// once the context of WithShutdown is done.
const shutdownGrace = 10 * time.Second

// The regions of Kombo, for WithRegion.
const (
	RegionEU = "eu"
	RegionUS = "us"
)

var regions = map[string]string{
	RegionEU: "https://api.kombo.dev/v1",
	RegionUS: "https://api.us.kombo.dev/v1",
}

// Option configures a client; see New.
type Option func(*Client) error

// WithIntegration sets the integration that calls are made for, such as
// workday:HWUTwvyx2wLoSUHphiWVrp28. All calls but CheckAPIKey need one.
func WithIntegration(id string) Option {
	return func(c *Client) error {
		if strings.ContainsFunc(id, invalidInHeader) {
			return errInvalidIntegration
		}
		c.integration = id
		return nil
	}
}

// WithRegion chooses where Kombo holds the data: RegionEU, the default, or
// RegionUS, in any case.
func WithRegion(region string) Option {
	return func(c *Client) error {
		base, known := regions[strings.ToLower(region)]
		if !known {
			return fmt.Errorf("unknown region %q: must be one of %s, %s", region, RegionEU, RegionUS)
		}
		c.base = base
		return nil
	}
}

// WithBaseURL replaces the address of the region, version path included, as in
// http://127.0.0.1:8080/v1.
func WithBaseURL(address string) Option {
	return func(c *Client) error {
		parsed, err := url.Parse(address)
		if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
			return errors.New("the base URL must be an absolute http or https URL")
		}
		if parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "" {
			return errors.New("the base URL must not contain a user, a query or a fragment")
		}
		c.base = strings.TrimRight(address, "/")
		return nil
	}
}

// WithHTTPClient sends requests through the transport of client. Its time-out,
// cookies and redirect policy are ignored in favour of this client's own.
func WithHTTPClient(client *http.Client) Option {
	return func(c *Client) error {
		if client == nil {
			return errors.New("the HTTP client must not be nil")
		}
		c.transport = client.Transport
		if c.transport == nil {
			c.transport = http.DefaultTransport
		}
		return nil
	}
}

// WithLogger logs attempts (debug), Kombo's warnings (info) and values of an
// unexpected type (warn), without queries and bodies. The default logs nothing.
func WithLogger(logger *slog.Logger) Option {
	return func(c *Client) error {
		if logger == nil {
			return errors.New("the logger must not be nil")
		}
		c.logger = logger
		return nil
	}
}

// WithUserAgent sets the User-Agent header; the default is kombo-mcp.
func WithUserAgent(agent string) Option {
	return func(c *Client) error {
		if strings.ContainsFunc(agent, invalidInText) {
			return errors.New("the user agent must not contain control characters")
		}
		c.userAgent = agent
		return nil
	}
}

// WithRetries sets the maximum number of retries of a call; 0 turns them off.
// The default is DefaultRetries.
func WithRetries(limit int) Option {
	return func(c *Client) error {
		if limit < 0 {
			return fmt.Errorf("the number of retries must not be negative, but is %d", limit)
		}
		c.retries = limit
		return nil
	}
}

// WithTimeouts replaces DefaultReadTimeout and DefaultActionTimeout.
func WithTimeouts(read, action time.Duration) Option {
	return func(c *Client) error {
		if read <= 0 || action <= 0 {
			return errors.New("the time-outs must be positive")
		}
		c.readTimeout, c.actionTimeout = read, action
		return nil
	}
}

// WithShutdown stops writes once ctx is done: those not yet sent at once, those
// that may have reached Kombo after another ten seconds, or at once if the cause of
// ctx is ErrDrained. Their errors match ErrShutdown.
func WithShutdown(ctx context.Context) Option {
	return func(c *Client) error {
		c.shutdown = ctx
		return nil
	}
}

// WithObserver calls observe at the end of each attempt, with the context of the
// call; its values are available even if a write outlived its caller. The
// function must be fast and safe for concurrent use.
func WithObserver(observe func(ctx context.Context, a Attempt)) Option {
	return func(c *Client) error {
		c.observe = observe
		return nil
	}
}

// WithRawRecords keeps with each record the JSON that it was decoded from, for
// the records' methods Raw and UnknownFields. Decoding then takes about twice
// the time and half again the memory.
func WithRawRecords() Option {
	return func(c *Client) error {
		c.rawRecords = true
		return nil
	}
}

// Attempt is one HTTP exchange, or the wait for one that was never started, for
// metrics and traces. Limits that the server did not report are -1.
type Attempt struct {
	// Operation is the name of the call, such as get_jobs; Path its template,
	// without ids.
	Operation   string
	Method      string
	Path        string
	Integration string
	// Number counts the attempts of one call from 1.
	Number int
	Start  time.Time
	// Queued is the wait for a slot before Start, Duration the time since.
	Queued   time.Duration
	Duration time.Duration
	// Status is the HTTP status, 0 if there was no response.
	Status int
	Code   Code
	// Err is nil if the attempt succeeded.
	Err error
	// Sent reports whether the request may have reached the server.
	Sent                 bool
	RateLimit            int
	RateRemaining        int
	ConcurrencyLimit     int
	ConcurrencyRemaining int
}

func invalidInText(r rune) bool   { return r < ' ' || r == 0x7f }
func invalidInHeader(r rune) bool { return r <= ' ' || r >= 0x7f }
