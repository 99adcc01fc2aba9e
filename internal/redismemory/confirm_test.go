//go:build redis

package redismemory

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/internal/once/oncetest"
)

// The test binary starts itself with these variables, to be another server.
const (
	serverURL   = "REDIS_TEST_SERVER_URL"
	serverDir   = "REDIS_TEST_SERVER_DIR"
	serverRound = "REDIS_TEST_SERVER_ROUND"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(serverURL); url != "" {
		if err := serverMain(url, os.Getenv(serverDir), os.Getenv(serverRound)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func serverMain(url, dir, round string) (err error) {
	m, err := Open(context.Background(), url)
	if err != nil {
		return err
	}
	j, err := journal.Open(journal.Options{Path: dir, Shared: m})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close(), m.Close()) }()
	return oncetest.Process(j, round)
}

func TestConfirmationsKeepTheirContractInRedis(t *testing.T) {
	w := newWorld(t)
	exe, err := os.Executable()
	require.NoError(t, err)
	oncetest.Confirmations(t, func(t *testing.T) once.Memory {
		t.Helper()
		return w.join(t, w.redis.url())
	}, func(t *testing.T, round string) *exec.Cmd {
		t.Helper()
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), serverURL+"="+w.redis.url(), serverDir+"="+t.TempDir(), serverRound+"="+round)
		cmd.Stderr = os.Stderr
		return cmd
	})
	for _, key := range w.redis.keys(t) {
		assert.Regexp(t, `^kombo-mcp:\{writes\}:(entry|spent):`, key)
		assert.NotRegexp(t, `spent:.*(kill|race|found)`, key, "hashed")
	}
}

func TestAConfirmationIsUsedUpThoughTheAnswerWasLost(t *testing.T) {
	k, m, other := losing(t)
	until := time.Now().Add(time.Hour)
	require.NoError(t, other.Spend(t.Context(), "warm", "up", until)) // so that Redis has the script
	k.lose.Store(retries)
	require.NoError(t, m.Spend(t.Context(), "a", "first", until), "the same attempt")
	assert.Negative(t, k.lose.Add(-1), "the answers were lost")
	require.ErrorIs(t, other.Spend(t.Context(), "a", "second", until), once.ErrSpent)
	require.Error(t, m.Spend(t.Context(), "", "first", until))
	require.Error(t, m.Spend(t.Context(), "b", "first", time.Now()))
}

func TestARedisThatForgotLetsNothingBeSentAgainByWhoeverSentIt(t *testing.T) {
	for name, forget := range map[string]func(t *testing.T, s *server){
		"flushed":         func(t *testing.T, s *server) { s.do(t, "FLUSHALL") },
		"restarted empty": func(t *testing.T, s *server) { s.kill(t); s.start(t) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			in := intent("a")
			in.Confirmation = oncetest.Confirmation("c")
			require.NoError(t, w.a.Spend(t.Context(), in, in.Confirmation))
			send(t, w.a, in, once.Done)
			send(t, w.a, intent("unknown"), once.Unknown)
			p := fresh(t, w.a, intent("in flight"))
			forget(t, w.redis)

			assert.True(t, looked(t, w.a, "a"))
			require.ErrorIs(t, w.a.Spend(t.Context(), in, in.Confirmation), once.ErrSpent)
			assert.Equal(t, once.Done, prior(t, w.a, intent("a")).Outcome.State)
			assert.Equal(t, once.Done, prior(t, w.b, intent("a")).Outcome.State, "Redis has it again, for all")
			assert.Equal(t, once.Unknown, prior(t, w.a, intent("unknown")).Outcome.State)
			assert.Equal(t, once.Unknown, prior(t, w.b, intent("unknown")).Outcome.State)
			mine, theirs := joined(t, w.a, intent("in flight")), joined(t, w.b, intent("in flight"))
			require.NoError(t, p.Done(once.Outcome{State: once.Done, Summary: "x"}))
			assert.Equal(t, "x", outcome(t, mine).Summary)
			assert.Equal(t, "x", outcome(t, theirs).Summary)
			send(t, w.a, again(intent("a")), once.Done)
		})
	}
}

func TestWhatAnotherServerUndidIsNotTakenForLost(t *testing.T) {
	w := newWorld(t)
	in := inSlot("to Interview")
	in.SlotValue = "interview"
	other := inSlot("to Offer")
	other.SlotValue = "offer"
	same := inSlot("to Interview, with headers")
	same.SlotValue = "interview"
	send(t, w.a, in, once.Done)
	send(t, w.b, same, once.Done)
	prior(t, w.a, in)
	send(t, w.b, other, once.Done)
	assert.False(t, looked(t, w.a, in.Key), "though a's own file has it as done")
	send(t, w.a, in, once.Done)
}

func TestTheSettingsOfARealRedisAreRead(t *testing.T) {
	s := startRedis(t)
	m := opened(t, s.url())
	risks, err := m.Risks(t.Context())
	require.NoError(t, err)
	require.Len(t, risks, 1)
	assert.Equal(t, "appendonly", risks[0].Setting)
	s.do(t, "CONFIG", "SET", "save", "3600 1")
	s.do(t, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
	risks, err = m.Risks(t.Context())
	require.NoError(t, err)
	require.Len(t, risks, 1)
	assert.Equal(t, "maxmemory-policy", risks[0].Setting)
}
