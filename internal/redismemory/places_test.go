//go:build redis

package redismemory

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
	"github.com/kombo-mcp/kombo-mcp/internal/approvals/approvalstest"
	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

// works takes a memory through what it is for.
func works(t *testing.T, m, other *Memory) {
	t.Helper()
	require.NoError(t, m.Ping(t.Context()))
	_, found, err := m.Get(t.Context(), "a")
	require.NoError(t, err)
	assert.False(t, found)
	first, second := anEntry("a"), anEntry("b")
	for _, e := range []once.Entry{first, second} {
		_, claimed, err := m.Claim(t.Context(), e, false)
		require.NoError(t, err)
		assert.True(t, claimed)
		held, claimed, err := other.Claim(t.Context(), once.Entry{ID: "x", Key: e.Key, Expires: e.Expires}, false)
		require.NoError(t, err)
		assert.False(t, claimed)
		assert.Equal(t, e, held)
		e.Outcome.State = once.Done
		require.NoError(t, other.Settle(t.Context(), e))
	}
	_, found, err = m.Get(t.Context(), "a")
	require.NoError(t, err)
	assert.False(t, found, "undone")
	_, found, err = m.Get(t.Context(), "b")
	require.NoError(t, err)
	assert.True(t, found)
	approves(t, m.Approvals(), other.Approvals())
}

// approves takes approvals through what they are for.
func approves(t *testing.T, s, other *Approvals) {
	t.Helper()
	a, created, err := s.Put(t.Context(), approvalstest.Request("acme", "h"))
	require.NoError(t, err)
	assert.True(t, created)
	all, err := other.List(t.Context(), approvals.AllTenants())
	require.NoError(t, err)
	assert.Equal(t, []approvals.Approval{a}, all)
	_, err = other.Decide(t.Context(), approvals.OfTenant("acme"), a.ID, approvalstest.Yes)
	require.NoError(t, err)
	a, found, err := s.Find(t.Context(), "acme", "h")
	require.NoError(t, err)
	assert.True(t, found)
	_, err = s.Spend(t.Context(), a)
	require.NoError(t, err)
	_, err = other.Sweep(t.Context())
	require.NoError(t, err)
}

func TestAClusterIsFoundFromAnyOfItsNodes(t *testing.T) {
	a := startRedis(t, "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(freePort(t)))
	busB := freePort(t)
	b := startRedis(t, "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(busB))
	require.NoError(t, a.admin.ClusterAddSlotsRange(t.Context(), 0, 8191).Err())
	require.NoError(t, b.admin.ClusterAddSlotsRange(t.Context(), 8192, 16383).Err())
	a.do(t, "CLUSTER", "SET-CONFIG-EPOCH", 1)
	b.do(t, "CLUSTER", "SET-CONFIG-EPOCH", 2)
	a.do(t, "CLUSTER", "MEET", "127.0.0.1", b.port, busB)
	for _, s := range []*server{a, b} {
		require.Eventually(t, func() bool {
			info, err := s.admin.ClusterInfo(t.Context()).Result()
			return err == nil && strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_slots_ok:16384")
		}, 20*time.Second, 20*time.Millisecond)
	}
	for _, s := range []*server{a, b} {
		s.allow(t, "+cluster|slots")
	}
	works(t, opened(t, "redis://kombo:hunter2@"+a.addr()), opened(t, "redis://kombo:hunter2@"+b.addr()))
	assert.True(t, len(a.keys(t)) == 0 || len(b.keys(t)) == 0, "all in one place")
	assert.NotEmpty(t, append(a.keys(t), b.keys(t)...))
}

func TestPrefixesKeepMemoriesApart(t *testing.T) {
	s := startRedis(t)
	works(t, opened(t, s.url()), opened(t, s.url()))
	staging := opened(t, s.url(), WithPrefix("staging:"))
	works(t, staging, staging)
}

// allow makes a user kombo with the rights that the package documents, and more.
func (s *server) allow(t *testing.T, more ...any) {
	t.Helper()
	s.do(t, append([]any{
		"ACL", "SETUSER", "kombo", "on", ">hunter2", "~kombo-mcp:*", "-@all",
		"+eval", "+evalsha", "+exists", "+hmget", "+hset", "+del", "+pexpire", "+pttl", "+sadd", "+smembers", "+srem",
		"+zadd", "+zrange", "+zrangebyscore", "+zrem",
	}, more...)...)
}

func TestAPasswordIsAskedForAndAUserNeedsFewRights(t *testing.T) {
	s := startRedis(t)
	s.allow(t)
	s.do(t, "ACL", "SETUSER", "default", "-@all")
	m := opened(t, "redis://kombo:hunter2@"+s.addr())
	works(t, m, m)
	for _, user := range []string{"kombo:wrong-hunter3", ":hunter2", "nobody:hunter2"} {
		_, err := Open(t.Context(), "redis://"+user+"@"+s.addr())
		require.ErrorContains(t, err, "redis at "+s.addr())
		assert.NotContains(t, err.Error(), "hunter")
	}
	_, err := Open(t.Context(), s.url())
	require.Error(t, err, "a user without rights")
	_, err = Open(t.Context(), "redis://kombo:hunter2@"+s.addr(), WithPrefix("other:"))
	require.ErrorContains(t, err, "NOPERM", "a prefix that is not the user's")
}

func TestAUnixSocketServes(t *testing.T) {
	dir, err := os.MkdirTemp("", "r") // a socket's path is short
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	path := filepath.Join(dir, "s")
	startRedis(t, "--unixsocket", path)
	m := opened(t, "unix://"+path)
	works(t, m, m)
}

func TestTLSIsSpokenToAServerThatItsAuthorityVouchesFor(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	keyDER, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	dir := t.TempDir()
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	certFile, keyFile := filepath.Join(dir, "cert"), filepath.Join(dir, "key")
	require.NoError(t, os.WriteFile(certFile, cert, 0o600))
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}), 0o600))
	port := strconv.Itoa(freePort(t))
	startRedis(t, "--tls-port", port, "--tls-cert-file", certFile, "--tls-key-file", keyFile,
		"--tls-ca-cert-file", certFile, "--tls-auth-clients", "no")
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(cert))

	m := opened(t, "rediss://127.0.0.1:"+port, WithRootCAs(roots))
	works(t, m, m)
	_, err = Open(t.Context(), "rediss://127.0.0.1:"+port)
	require.ErrorContains(t, err, "certificate")
	_, err = Open(t.Context(), "rediss://localhost:"+port, WithRootCAs(roots))
	require.ErrorContains(t, err, "certificate")
	_, err = Open(t.Context(), "redis://127.0.0.1:"+port)
	require.Error(t, err, "plain text")
}
