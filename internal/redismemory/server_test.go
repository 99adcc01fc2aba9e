//go:build redis

package redismemory

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// server is a real redis-server that keeps nothing on disk and ends with its test.
type server struct {
	port  int
	admin *redis.Client
	start func(t *testing.T)
	kill  func(t *testing.T)
}

func startRedis(t *testing.T, args ...string) *server {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	require.NoError(t, err, "these tests need a Redis: apt-get install -y redis-server")
	dir, s := t.TempDir(), &server{port: freePort(t)}
	s.admin = redis.NewClient(&redis.Options{Addr: s.addr(), MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { assert.NoError(t, s.admin.Close()) })
	log := filepath.Join(dir, "log")
	args = append([]string{
		"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--dir", dir, "--logfile", log,
		"--save", "", "--appendonly", "no",
	}, args...)
	var process *exec.Cmd
	s.start = func(t *testing.T) {
		t.Helper()
		process = exec.Command(binary, args...)
		require.NoError(t, process.Start())
		up := func() bool {
			c, err := net.DialTimeout("tcp", s.addr(), time.Second)
			return err == nil && c.Close() == nil
		}
		if !assert.Eventually(t, up, 10*time.Second, 10*time.Millisecond) {
			said, err := os.ReadFile(log)
			t.Fatalf("redis-server does not listen: %s %v", said, err)
		}
	}
	s.kill = func(t *testing.T) {
		t.Helper()
		if process != nil {
			require.NoError(t, process.Process.Kill())
			_ = process.Wait() // it was killed, which Wait calls an error
			process = nil
		}
	}
	s.start(t)
	t.Cleanup(func() { s.kill(t) })
	return s
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { assert.NoError(t, l.Close()) }()
	return l.Addr().(*net.TCPAddr).Port
}

func (s *server) addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

func (s *server) url() string { return "redis://" + s.addr() }

func (s *server) keys(t *testing.T) []string {
	t.Helper()
	keys, err := s.admin.Keys(t.Context(), "*").Result()
	require.NoError(t, err)
	return keys
}

// age makes everything that Redis holds older by d, as if that time had passed.
func (s *server) age(t *testing.T, d time.Duration) {
	t.Helper()
	for _, key := range s.keys(t) {
		left, err := s.admin.PTTL(t.Context(), key).Result()
		require.NoError(t, err)
		assert.Positive(t, left, "%s is kept for ever", key)
		require.NoError(t, s.admin.PExpire(t.Context(), key, left-d).Err())
	}
}

// do is an administrator's command.
func (s *server) do(t *testing.T, args ...any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	require.NoError(t, s.admin.Do(ctx, args...).Err())
}
