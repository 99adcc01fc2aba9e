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
	// stepTimeout bounds connecting and the TLS handshake each, so that a host
	// with a dead address among good ones is still reached in time.
	stepTimeout = 10 * time.Second
	// maxHeaderBytes is ample: storage services send about 1 KiB.
	maxHeaderBytes = 64 << 10
)

type controlFunc = func(network, address string, conn syscall.RawConn) error

// transport makes one that keeps no connection: files of one host are rarely
// read twice in a row, and what is not kept needs no closing.
func (g *Getter) transport(control controlFunc) *http.Transport {
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
	g.own = append(g.own, t)
	return t
}

// client makes one without cookies, whose redirects are followed by hand: the
// standard way sends a Referer, which here is a secret.
func (g *Getter) client(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// control is called for each address that is about to be dialled, after the
// name was looked up. A check any earlier could be passed by a name that means
// another address the second time it is asked for.
func (g *Getter) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !g.public(to.Addr()) {
		return errNotPublic
	}
	return nil
}
