//go:build redis

package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/fake"
)

// startRedis starts a Redis that keeps nothing and gives its address.
func startRedis(t *testing.T) string {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	require.NoError(t, err, "these tests need a Redis: apt-get install -y redis-server")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	require.NoError(t, l.Close())
	cmd := exec.Command(binary, "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", t.TempDir(), "--save", "", "--appendonly", "no")
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		assert.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait() // it was killed, which Wait calls an error
	})
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	require.Eventually(t, func() bool {
		c, err := net.DialTimeout("tcp", address, time.Second)
		return err == nil && c.Close() == nil
	}, deadline, 10*time.Millisecond)
	return "redis://" + address
}

// TestTwoServersWithOneRedisWriteOnce sends each write to both servers at one
// time: a balancer gives them out in turn.
func TestTwoServersWithOneRedisWriteOnce(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	redis := startRedis(t)
	var servers []*served
	var proxies []*httputil.ReverseProxy
	for range 2 {
		s := serveProcess(t, append(u.environment(t), "KOMBO_AUTH_TOKEN="+tokenOfOne, "KOMBO_SECRET=of-both-servers"),
			"--stateless", "--redis-url="+redis, "--writes=allow", "--max-writes-per-minute=1000", "--journal=-")
		at, err := url.Parse(s.base)
		require.NoError(t, err)
		servers = append(servers, s)
		proxies = append(proxies, httputil.NewSingleHostReverseProxy(at))
	}
	var turn atomic.Int64
	var took [2]atomic.Int64
	balancer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i := turn.Add(1) % 2
		took[i].Add(1)
		proxies[i].ServeHTTP(w, r)
	}))
	t.Cleanup(balancer.Close)
	c := &served{process: &process{t: t, stderr: &fake.Log{}}, base: balancer.URL, client: balancer.Client()}
	applications := castOf(t, u).applications
	const writes = 50
	before := len(u.Effects())
	for i := range writes {
		arguments := object{"application_id": applications[i%len(applications)].ID, "content": fmt.Sprintf("note %d", i)}
		var both [2]string
		var wg sync.WaitGroup
		for j := range both {
			wg.Go(func() {
				both[j] = c.tool(bearer(tokenOfOne), "add_application_note", arguments).body
			})
		}
		wg.Wait()
		for _, body := range both {
			assert.Contains(t, body, `"outcome":"done"`, "%d", i)
		}
	}
	seen := map[string]int{}
	for _, e := range u.Effects()[before:] {
		seen[e.Operation]++
	}
	assert.Equal(t, map[string]int{"add_application_note": writes}, seen)
	assert.Equal(t, took[0].Load(), took[1].Load())
	for _, s := range servers {
		assert.NotContains(t, s.stderr.String(), `"level":"ERROR"`)
	}
}
