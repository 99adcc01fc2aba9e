// Package download fetches a file, such as a candidate's CV, from an address
// that an ATS named.
//
// Whoever can put an attachment on a candidate may have chosen that address, so
// it is not trusted: only https is spoken, only public addresses are dialled,
// every redirect is judged anew, and nothing but the request itself is sent.
// Proxies of the environment are not used, since the address could then not be
// checked: a proxy looks the name up by itself. The address is a secret, for it
// may hold a signature; no error repeats more of it than the host.
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

// Defaults of the options.
const (
	// DefaultMaxBytes is the largest file fetched: 20 MiB.
	DefaultMaxBytes = 20 << 20
	// DefaultTimeout is how long one file may take, redirects included.
	DefaultTimeout = 30 * time.Second
)

// maxRedirects suits signed storage behind an ATS, which takes one or two.
const maxRedirects = 3

// File is what an address held.
type File struct {
	Data []byte
	// ContentType is what the host says that it is, parameters included; empty
	// where it says nothing or nothing valid.
	ContentType string
}

// Getter fetches files. It is safe for concurrent use and holds nothing that
// must be closed. Make one with New.
type Getter struct {
	maxBytes int64
	timeout  time.Duration

	trusted          origin
	trustedTransport http.RoundTripper

	// Only tests replace these.
	public   func(netip.Addr) bool
	resolver *net.Resolver
	roots    *x509.CertPool

	outside, inside *http.Client
	own             []*http.Transport
}

// Option changes a [Getter] when it is made.
type Option func(*Getter)

// WithMaxBytes replaces DefaultMaxBytes. It bounds the file as it arrives and
// as it is when unpacked. What is not positive changes nothing.
func WithMaxBytes(n int64) Option {
	return func(g *Getter) {
		if n > 0 {
			g.maxBytes = n
		}
	}
}

// WithTimeout replaces DefaultTimeout. What is not positive changes nothing.
func WithTimeout(d time.Duration) Option {
	return func(g *Getter) {
		if d > 0 {
			g.timeout = d
		}
	}
}

// WithTrusted names one origin, such as http://127.0.0.1:8080, that may do
// without https and lie in a private network: the upstream's own, which the
// operator chose. A path after it is ignored; what is no http or https origin
// trusts nothing.
//
// It is reached through transport, whose connections are its owner's to close,
// or, where that is nil, as the other addresses are but without their check and
// with the proxies of the environment. A redirect from elsewhere does not reach
// it.
func WithTrusted(address string, transport http.RoundTripper) Option {
	return func(g *Getter) {
		u, err := url.Parse(address)
		if err != nil || !isWeb(u) {
			return
		}
		g.trusted, g.trustedTransport = originOf(u), transport
	}
}

// New makes a Getter. It sends nothing.
func New(opts ...Option) *Getter {
	g := &Getter{maxBytes: DefaultMaxBytes, timeout: DefaultTimeout, public: public}
	for _, opt := range opts {
		opt(g)
	}
	g.outside = g.client(g.transport(g.control))
	if g.trustedTransport == nil {
		direct := g.transport(nil)
		direct.Proxy = http.ProxyFromEnvironment
		g.trustedTransport = direct
	}
	g.inside = g.client(g.trustedTransport)
	return g
}

// Get fetches the file at an address.
//
// Errors match one of ErrAddress, ErrGone, ErrTooLarge, ErrTimeout and ErrFailed
// with errors.Is, or are the context's. None holds more of the address than its
// host.
func (g *Getter) Get(ctx context.Context, address string) (File, error) {
	within, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	// A transport goes on dialling for a request that was given up, since the
	// next might use the connection. This ends it.
	defer func() {
		for _, t := range g.own {
			t.CloseIdleConnections()
		}
	}()
	file, err := g.follow(within, address)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return File{}, err
	}
	return file, nil
}

// follow fetches the file, over redirects where there are any.
func (g *Getter) follow(ctx context.Context, address string) (File, error) {
	at, err := url.Parse(address)
	if err != nil {
		return File{}, fmt.Errorf("%w (it is no web address)", ErrAddress) // err repeats it
	}
	var from *url.URL
	for range maxRedirects + 1 {
		client, err := g.choose(from, at)
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

// fetch sends one request. It gives the file, or where a redirect leads.
func (g *Getter) fetch(ctx context.Context, client *http.Client, at *url.URL) (File, *url.URL, error) {
	host := hostOf(at)
	req := (&http.Request{Method: http.MethodGet, URL: at, Host: at.Host, Header: http.Header{
		"Accept":     {"*/*"},
		"User-Agent": {"kombo-mcp"},
		// It also keeps transports from unpacking by themselves, without a cap.
		"Accept-Encoding": {"identity"},
	}}).WithContext(ctx)
	resp, err := client.Do(req)
	if err != nil {
		return File{}, nil, g.explain(ctx, host, err, "gave no valid answer")
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode >= 200 && resp.StatusCode < 300:
		file, err := g.read(resp)
		if err == nil {
			// A host that sees the connection close may still end the file in
			// form, short as it is.
			err = ctx.Err()
		}
		if err != nil {
			return File{}, nil, g.explain(ctx, host, err, "broke off or sent a damaged file")
		}
		return file, nil, nil
	case redirects(resp):
		next, err := at.Parse(resp.Header.Get("Location"))
		if err != nil {
			return File{}, nil, fmt.Errorf("%w (%s redirects to no valid address)", ErrFailed, host)
		}
		return File{}, next, nil
	default:
		return File{}, nil, statusError(host, resp.StatusCode)
	}
}

func redirects(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return resp.Header.Get("Location") != ""
	}
	return false
}
