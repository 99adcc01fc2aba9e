//go:build redis

package redismemory

import (
	"bytes"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

func TestNothingIsSentWhileRedisIsGoneAndNothingBreaksWhenItForgot(t *testing.T) {
	w := newWorld(t)
	p := fresh(t, w.a, intent("a"))
	in := joined(t, w.b, intent("a"))
	w.redis.kill(t)
	for _, j := range []*journal.Journal{w.a, w.b} {
		_, err := j.Begin(t.Context(), intent("b"))
		require.ErrorIs(t, err, journal.ErrMemory)
		_, _, err = j.Look(t.Context(), "a")
		require.ErrorIs(t, err, journal.ErrMemory)
	}
	_, err := in.Wait(t.Context())
	require.ErrorIs(t, err, journal.ErrMemory)
	lost := fresh(t, w.join(t, restarted(t, w.redis)), intent("c"))
	w.redis.kill(t)
	require.ErrorIs(t, lost.Done(once.Outcome{State: once.Done}), journal.ErrMemory)

	restarted(t, w.redis)
	assert.Equal(t, once.Unknown, outcome(t, in).State)
	require.NoError(t, p.Done(once.Outcome{State: once.Done}), "passed over")
	send(t, w.b, intent("a"), once.Done)
	prior(t, w.a, intent("a"))
	fresh(t, w.a, intent("b"))
}

func restarted(t *testing.T, s *server) (address string) {
	t.Helper()
	s.start(t)
	return s.url()
}

// leaky passes on everything but the next answers to scripts that it is told to lose: it cuts those
// connections when Redis has already done what was asked.
type leaky struct {
	addr string
	lose atomic.Int32
}

func newLeaky(t *testing.T, to string) *leaky {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close()) })
	k := &leaky{addr: l.Addr().String()}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			behind, err := net.Dial("tcp", to)
			if err != nil {
				_ = client.Close()
				continue
			}
			t.Cleanup(func() { _, _ = client.Close(), behind.Close() })
			go k.pass(client, behind)
		}
	}()
	return k
}

func (k *leaky) pass(client, behind net.Conn) {
	var losing atomic.Bool
	go func() {
		buf := make([]byte, 64<<10)
		for {
			n, err := client.Read(buf)
			if n > 0 && bytes.Contains(buf[:n], []byte("\r\neval")) && k.lose.Add(-1) >= 0 {
				losing.Store(true)
			}
			if _, werr := behind.Write(buf[:n]); err != nil || werr != nil {
				_ = behind.Close()
				return
			}
		}
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := behind.Read(buf)
		if err != nil || losing.Load() {
			break
		}
		if _, err := client.Write(buf[:n]); err != nil {
			break
		}
	}
	_ = client.Close()
	_, _ = io.Copy(io.Discard, behind)
}

// losing is a server whose answers get lost, and one beside it whose answers arrive.
func losing(t *testing.T) (*leaky, *Memory, *Memory) {
	t.Helper()
	s := startRedis(t)
	k := newLeaky(t, s.addr())
	m, other := opened(t, "redis://"+k.addr), opened(t, s.url())
	for _, script := range []string{claimSource, settleSource, approvalPutSource, approvalStepSource} {
		s.do(t, "SCRIPT", "LOAD", script)
	}
	return k, m, other
}

func TestAClaimWhoseAnswerWasLostIsRecognisedAsItsOwn(t *testing.T) {
	k, m, other := losing(t)
	for _, again := range []bool{false, true} {
		e := anEntry("a")
		if again {
			e.ID = "another"
		}
		k.lose.Store(retries)
		_, claimed, err := m.Claim(t.Context(), e, again)
		require.NoError(t, err)
		assert.True(t, claimed)
		assert.Negative(t, k.lose.Add(-1), "the answers were lost")
		held, claimed, err := other.Claim(t.Context(), once.Entry{ID: "x", Key: "a", Expires: e.Expires}, false)
		require.NoError(t, err)
		assert.False(t, claimed)
		assert.Equal(t, e, held)
	}
}

func TestAClaimThatFailedIsTakenBack(t *testing.T) {
	k, m, other := losing(t)
	k.lose.Store(retries + 1)
	_, claimed, err := m.Claim(t.Context(), anEntry("a"), false)
	require.Error(t, err)
	assert.False(t, claimed)
	e, found, err := other.Get(t.Context(), "a")
	require.NoError(t, err)
	require.True(t, found, "for those who wait on it")
	assert.Equal(t, once.Refused, e.Outcome.State)
	second := anEntry("a")
	second.ID = "another"
	_, claimed, err = other.Claim(t.Context(), second, false)
	require.NoError(t, err)
	assert.True(t, claimed)

	t.Run("unless it has replaced another", func(t *testing.T) {
		k.lose.Store(retries + 1)
		third := anEntry("a")
		third.ID = "the third"
		_, _, err := m.Claim(t.Context(), third, true)
		require.Error(t, err)
		e, _, err := other.Get(t.Context(), "a")
		require.NoError(t, err)
		assert.Equal(t, third, e)
	})
	t.Run("and never takes back what is another's", func(t *testing.T) {
		k.lose.Store(retries + 1)
		fourth := anEntry("a")
		fourth.ID = "the fourth"
		_, _, err := m.Claim(t.Context(), fourth, false)
		require.Error(t, err)
		e, _, err := other.Get(t.Context(), "a")
		require.NoError(t, err)
		assert.Equal(t, "the third", e.ID)
		assert.Equal(t, once.InFlight, e.Outcome.State)
	})
}

func TestAnOutcomeWhoseAnswerWasLostIsRecordedOnce(t *testing.T) {
	k, m, other := losing(t)
	e := anEntry("a")
	_, claimed, err := m.Claim(t.Context(), e, false)
	require.NoError(t, err)
	require.True(t, claimed)
	e.Outcome = once.Outcome{State: once.Done}
	k.lose.Store(retries)
	require.NoError(t, m.Settle(t.Context(), e))
	now, _, err := other.Get(t.Context(), "a")
	require.NoError(t, err)
	assert.Equal(t, e, now)

	later := anEntry("b")
	_, claimed, err = other.Claim(t.Context(), later, false)
	require.NoError(t, err)
	require.True(t, claimed)
	later.Outcome = once.Outcome{State: once.Unknown}
	require.NoError(t, other.Settle(t.Context(), later))
	require.NoError(t, m.Settle(t.Context(), e), "told once more")
	_, found, err := other.Get(t.Context(), "b")
	require.NoError(t, err)
	assert.True(t, found, "undone by nothing that came after it")
}
