package download

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

const (
	// stepTimeout limits connecting and the TLS handshake, each, so that a host of
	// which some addresses do not respond is still reached in time.
	stepTimeout = 10 * time.Second
	// maxHeaderBytes is plenty: storage services send about 1 KiB.
	maxHeaderBytes = 64 << 10
)

type controlFunc = func(network, address string, conn syscall.RawConn) error

// newTransport returns a transport without idle connections: files from one host are
// rarely fetched in a row, and a Getter then needs no closing.
func (g *Getter) newTransport(control controlFunc) *http.Transport {
	dialer := &net.Dialer{Timeout: stepTimeout, Control: control, Resolver: g.resolver}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	t := &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: g.roots},
		TLSHandshakeTimeout:    stepTimeout,
		Protocols:              protocols,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
	g.transports = append(g.transports, t)
	return t
}

// newClient returns a client without cookies that does not follow redirects: net/http
// would send a Referer, which is secret here.
func (g *Getter) newClient(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// checkAddress is called before each connection, when the name is already resolved.
// An earlier check could be passed by a name that resolves to another address the
// second time (DNS rebinding).
func (g *Getter) checkAddress(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !g.isPublic(to.Addr()) {
		return errNotPublic
	}
	return nil
}
