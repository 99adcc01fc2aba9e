package download

import (
	"context"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
)

// secret is the part of every address in these tests that no error may contain.
const secret = "S3CR3T"

// signed is a path with a signature, like those of storage services.
const signed = "/" + secret + "/cv.pdf?X-Signature=" + secret

// withPublic replaces the check for public addresses.
func withPublic(public func(netip.Addr) bool) Option { return func(g *Getter) { g.isPublic = public } }

// withResolver replaces the resolver of names.
func withResolver(r *net.Resolver) Option { return func(g *Getter) { g.resolver = r } }

// withRoots makes a Getter accept the certificate of a test server.
func withRoots(server *httptest.Server) Option {
	return func(g *Getter) {
		g.roots = x509.NewCertPool()
		g.roots.AddCert(server.Certificate())
	}
}

// onlyHere accepts 127.0.0.1, where test servers are, as the only public address.
func onlyHere(a netip.Addr) bool { return a == netip.MustParseAddr("127.0.0.1") }

// serveTLS starts an https server.
func serveTLS(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that do not like it are expected
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// servePlain starts an http server.
func servePlain(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// reaching returns a Getter for which a test server is on the public internet.
func reaching(server *httptest.Server, opts ...Option) *Getter {
	return New(append([]Option{withPublic(onlyHere), withRoots(server)}, opts...)...)
}

// send responds with a body.
func send(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

// errorOf gets an address that cannot be fetched. It asserts that there is no data,
// and that the error contains nothing of the address but the host.
func errorOf(t *testing.T, g *Getter, address string) error {
	t.Helper()
	file, err := g.Get(t.Context(), address)
	require.Error(t, err)
	assert.Empty(t, file)
	assertNoSecret(t, err)
	return err
}

func assertNoSecret(t *testing.T, err error) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		assert.NotContains(t, e.Error(), secret)
		assert.NotContains(t, e.Error(), "://")
	}
}

// dataOf gets an address that can be fetched.
func dataOf(t *testing.T, g *Getter, address string) string {
	t.Helper()
	file, err := g.Get(t.Context(), address)
	require.NoError(t, err)
	return string(file.Data)
}

// lookup returns a resolver that calls answer; an invalid address is an unknown name.
func lookup(answer func(name string) netip.Addr) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer far.Close()
			for answerOne(far, answer) == nil {
			}
		}()
		return near, nil
	}}
}

// answerOne reads a DNS query from a stream and answers it.
func answerOne(conn io.ReadWriter, answer func(name string) netip.Addr) error {
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return err
	}
	packed := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, packed); err != nil {
		return err
	}
	var m dnsmessage.Message
	if err := m.Unpack(packed); err != nil {
		return err
	}
	q := m.Questions[0]
	reply := dnsmessage.Message{Header: dnsmessage.Header{ID: m.ID, Response: true, RecursionAvailable: true}, Questions: m.Questions}
	head := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
	switch a := answer(strings.TrimSuffix(q.Name.String(), ".")); {
	case !a.IsValid():
		reply.RCode = dnsmessage.RCodeNameError
	case q.Type == dnsmessage.TypeA && a.Is4():
		reply.Answers = []dnsmessage.Resource{{Header: head, Body: &dnsmessage.AResource{A: a.As4()}}}
	case q.Type == dnsmessage.TypeAAAA && a.Is6():
		reply.Answers = []dnsmessage.Resource{{Header: head, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}}}
	}
	out, err := reply.Pack()
	if err != nil {
		return err
	}
	_, err = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(out))), out...))
	return err
}

// roundTripper is a function as a transport.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
