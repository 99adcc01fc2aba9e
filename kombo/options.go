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
	// DefaultReadTimeout is how long one attempt at a read may take.
	DefaultReadTimeout = time.Minute
	// DefaultActionTimeout is how long a write may take, waits and repetitions
	// included, and one attempt at reading attachments.
	DefaultActionTimeout = 5 * time.Minute
	// DefaultRetries is how often a call is repeated at most.
	DefaultRetries = 4
)

// shutdownGrace is how long a write that may have reached Kombo outlives the
// context of WithShutdown.
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

// Option configures a client.
type Option func(*Client) error

// WithIntegration sets the integration that calls are for, such as
// workday:HWUTwvyx2wLoSUHphiWVrp28. All but CheckAPIKey need one.
func WithIntegration(id string) Option {
	return func(c *Client) error {
		if strings.ContainsFunc(id, notInHeader) {
			return errors.New("the integration id has characters that no id has")
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
			return fmt.Errorf("unknown region %q: valid ones are %s and %s", region, RegionEU, RegionUS)
		}
		c.base = base
		return nil
	}
}

// WithBaseURL replaces the region's address, version path included, such as
// http://127.0.0.1:8080/v1.
func WithBaseURL(address string) Option {
	return func(c *Client) error {
		parsed, err := url.Parse(address)
		if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
			return errors.New("the base URL must be an absolute http or https address")
		}
		if parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "" {
			return errors.New("the base URL must have no user, query or fragment")
		}
		c.base = strings.TrimRight(address, "/")
		return nil
	}
}

// WithHTTPClient takes the transport of client. Its time-out, cookies and
// redirect policy are not used: this client has its own.
func WithHTTPClient(client *http.Client) Option {
	return func(c *Client) error {
		if client == nil {
			return errors.New("the HTTP client is nil")
		}
		c.transport = client.Transport
		if c.transport == nil {
			c.transport = http.DefaultTransport
		}
		return nil
	}
}

// WithLogger sets where attempts (debug) and oddities (warn) are logged, without
// queries and bodies. The default logs nothing.
func WithLogger(logger *slog.Logger) Option {
	return func(c *Client) error {
		if logger == nil {
			return errors.New("the logger is nil")
		}
		c.logger = logger
		return nil
	}
}

// WithUserAgent sets the User-Agent header.
func WithUserAgent(agent string) Option {
	return func(c *Client) error {
		if strings.ContainsFunc(agent, notInText) {
			return errors.New("the user agent has control characters")
		}
		c.userAgent = agent
		return nil
	}
}

// WithRetries sets how often a call is repeated at most; 0 for never.
func WithRetries(most int) Option {
	return func(c *Client) error {
		if most < 0 {
			return fmt.Errorf("the number of retries is %d; it must not be negative", most)
		}
		c.retries = most
		return nil
	}
}

// WithTimeouts replaces DefaultReadTimeout and DefaultActionTimeout.
func WithTimeouts(read, action time.Duration) Option {
	return func(c *Client) error {
		if read <= 0 || action <= 0 {
			return errors.New("time-outs must be positive")
		}
		c.readTimeout, c.actionTimeout = read, action
		return nil
	}
}

// WithShutdown names a context whose end stops writes: those not yet sent at
// once, those that may have reached Kombo after ten more seconds.
func WithShutdown(ctx context.Context) Option {
	return func(c *Client) error {
		c.shutdown = ctx
		return nil
	}
}

// WithObserver has observe called once for each HTTP attempt, when it ended,
// with the context of the call (its values hold even where a write outlived its
// caller). It must be quick and safe for concurrent use.
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

// Attempt is one HTTP exchange, for metrics and traces. Counts that the server
// did not report are -1.
type Attempt struct {
	// Operation is the call, such as get_jobs; Path its template, without ids.
	Operation   string
	Method      string
	Path        string
	Integration string
	// Number counts the attempts of one call from 1.
	Number int
	Start  time.Time
	// Queued is the wait for a slot before Start; Duration what came after it.
	Queued   time.Duration
	Duration time.Duration
	// Status is 0 where there was no answer.
	Status int
	Code   Code
	// Err is nil for a success.
	Err error
	// Sent tells whether the request may have reached the server.
	Sent                 bool
	RateLimit            int
	RateRemaining        int
	ConcurrencyLimit     int
	ConcurrencyRemaining int
}

func notInText(r rune) bool   { return r < ' ' || r == 0x7f }
func notInHeader(r rune) bool { return r <= ' ' || r >= 0x7f }
