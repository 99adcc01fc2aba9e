// Package download fetches a file, such as a candidate's CV, from an address that an
// ATS gave.
//
// Make a [Getter] with [New] and call [Getter.Get]. Its errors are sentences for an
// agent, and match [ErrAddress], [ErrGone], [ErrTooLarge], [ErrTimeout] or [ErrFailed].
//
// The address is not trusted, since whoever can attach something to a candidate may
// have chosen it. The package protects the network of the server against it (SSRF):
//
//   - It uses only https, and connects only to public addresses. They are checked when
//     it connects, so that a name cannot resolve to another address after the check.
//   - It checks every redirect like a first address, and sends no cookies, referrers or
//     credentials.
//   - It uses no proxy of the environment: a proxy resolves names itself, so that
//     addresses could not be checked.
//
// One origin can be exempt, see [WithTrusted]. The address is a secret, because it may
// contain a signature: no error contains more of it than the host.
package download

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// The defaults of the options.
const (
	// DefaultMaxBytes is the largest file fetched: 20 MiB.
	DefaultMaxBytes = 20 << 20
	// DefaultTimeout is how long a file may take, including redirects.
	DefaultTimeout = 30 * time.Second
)

// maxRedirects is enough for the storage behind an ATS, which takes one or two.
const maxRedirects = 3

// File is a fetched file.
type File struct {
	Data []byte
	// ContentType is the content type that the host sent, with parameters; empty if
	// it sent none or an invalid one.
	ContentType string
}

// Getter fetches files. It is safe for concurrent use and needs no closing. Make one
// with [New].
type Getter struct {
	maxBytes int64
	timeout  time.Duration

	trusted          origin
	trustedTransport http.RoundTripper

	// Only tests change these.
	isPublic func(netip.Addr) bool
	resolver *net.Resolver
	roots    *x509.CertPool

	untrustedClient, trustedClient *http.Client
	transports                     []*http.Transport
}

// Option configures a [Getter].
type Option func(*Getter)

// WithMaxBytes replaces [DefaultMaxBytes]. It limits the file both as it is sent and
// decompressed. Values that are not positive are ignored.
func WithMaxBytes(n int64) Option {
	return func(g *Getter) {
		if n > 0 {
			g.maxBytes = n
		}
	}
}

// WithTimeout replaces [DefaultTimeout]. Values that are not positive are ignored.
func WithTimeout(d time.Duration) Option {
	return func(g *Getter) {
		if d > 0 {
			g.timeout = d
		}
	}
}

// WithTrusted sets one origin, such as http://127.0.0.1:8080, that may lack https and be
// in a private network: that of the API itself, which the operator chose. A path after
// it is ignored, and so is an address that is not http or https.
//
// It is reached through transport, whose connections are for its owner to close. If
// transport is nil, it is reached like other addresses, but without the check and with
// the proxies of the environment. A redirect from another origin to it is refused.
func WithTrusted(address string, transport http.RoundTripper) Option {
	return func(g *Getter) {
		u, err := url.Parse(address)
		if err != nil || !isWebURL(u) {
			return
		}
		g.trusted, g.trustedTransport = originOf(u), transport
	}
}

// New returns a Getter. It sends nothing.
func New(opts ...Option) *Getter {
	g := &Getter{maxBytes: DefaultMaxBytes, timeout: DefaultTimeout, isPublic: isPublic}
	for _, opt := range opts {
		opt(g)
	}
	g.untrustedClient = g.newClient(g.newTransport(g.checkAddress))
	if g.trustedTransport == nil {
		direct := g.newTransport(nil)
		direct.Proxy = http.ProxyFromEnvironment
		g.trustedTransport = direct
	}
	g.trustedClient = g.newClient(g.trustedTransport)
	return g
}

// Get fetches the file at an address.
//
// Its errors match one of [ErrAddress], [ErrGone], [ErrTooLarge], [ErrTimeout] and
// [ErrFailed] with errors.Is, or are those of the context. None contains more of the
// address than its host.
func (g *Getter) Get(ctx context.Context, address string) (File, error) {
	limited, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	// A transport keeps dialing after a request was canceled, because the next
	// request might use the connection. This stops it.
	defer func() {
		for _, t := range g.transports {
			t.CloseIdleConnections()
		}
	}()
	file, err := g.follow(limited, address)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return File{}, err
	}
	return file, nil
}

// follow fetches the file and follows redirects.
func (g *Getter) follow(ctx context.Context, address string) (File, error) {
	at, err := url.Parse(address)
	if err != nil {
		return File{}, fmt.Errorf("%w (it is not a web address)", ErrAddress) // err quotes it
	}
	var from *url.URL
	for range maxRedirects + 1 {
		client, err := g.clientFor(from, at)
		if err != nil {
			return File{}, err
		}
		file, next, err := g.fetch(ctx, client, at)
		if err != nil || next == nil {
			return file, err
		}
		from, at = at, next
	}
	return File{}, fmt.Errorf("%w (it redirects more than %d times)", ErrFailed, maxRedirects)
}

// fetch sends one request. It returns the file, or the target of a redirect.
func (g *Getter) fetch(ctx context.Context, client *http.Client, at *url.URL) (File, *url.URL, error) {
	host := displayHost(at)
	req := (&http.Request{Method: http.MethodGet, URL: at, Host: at.Host, Header: http.Header{
		"Accept":     {"*/*"},
		"User-Agent": {"kombo-mcp"},
		// This also prevents transports from decompressing without a limit.
		"Accept-Encoding": {"identity"},
	}}).WithContext(ctx)
	resp, err := client.Do(req)
	if err != nil {
		return File{}, nil, g.userError(ctx, host, err, "sent no valid response")
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode >= 200 && resp.StatusCode < 300:
		file, err := g.readBody(resp)
		if err == nil {
			// If the connection is closed at the timeout, the host may still end
			// the response properly, although the file is incomplete.
			err = ctx.Err()
		}
		if err != nil {
			return File{}, nil, g.userError(ctx, host, err, "closed the connection or sent a damaged file")
		}
		return file, nil, nil
	case isRedirect(resp):
		next, err := at.Parse(resp.Header.Get("Location"))
		if err != nil {
			return File{}, nil, fmt.Errorf("%w (%s redirects to an invalid address)", ErrFailed, host)
		}
		return File{}, next, nil
	default:
		return File{}, nil, statusError(host, resp.StatusCode)
	}
}

func isRedirect(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return resp.Header.Get("Location") != ""
	}
	return false
}
