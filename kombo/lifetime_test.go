package kombo

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// held is a server that responds only when the test says so.
type held struct {
	*upstream
	arrived chan struct{}
	answer  chan struct{}
	gone    chan struct{}
}

func hold(t *testing.T, body string) held {
	t.Helper()
	h := held{arrived: make(chan struct{}, 10), answer: make(chan struct{}), gone: make(chan struct{}, 10)}
	h.upstream = serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		h.arrived <- struct{}{}
		select {
		case <-h.answer:
			_, _ = io.WriteString(w, body)
		case <-r.Context().Done():
			h.gone <- struct{}{}
		}
	})
	return h
}

type result struct {
	receipt Receipt
	err     error
}

func moveInBackground(ctx context.Context, c *Client) chan result {
	results := make(chan result, 1)
	go func() {
		receipt, err := c.MoveApplicationToStage(ctx, "a", MoveApplicationToStageInput{StageID: "s"})
		results <- result{receipt, err}
	}()
	return results
}

func TestACallersContextEndsAReadAtOnce(t *testing.T) {
	h := hold(t, page(""))
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	c := h.client(t)
	go func() {
		_, err := c.GetTags(ctx, TagFilter{})
		failed <- err
	}()
	<-h.arrived
	cancel()
	require.ErrorIs(t, <-failed, context.Canceled)
	<-h.gone
	assert.Len(t, h.requests(), 1)
}

func TestAWriteOnTheWireOutlivesItsCaller(t *testing.T) {
	h := hold(t, done)
	ctx, cancel := context.WithCancel(t.Context())
	results := moveInBackground(ctx, h.client(t))
	<-h.arrived
	cancel()
	select {
	case <-h.gone:
		t.Fatal("the write was dropped")
	case r := <-results:
		t.Fatal("returned before the write ended", r.err)
	case h.answer <- struct{}{}:
	}
	r := <-results
	require.NoError(t, r.err)
	assert.Equal(t, 1, r.receipt.Attempts)
}

func TestAWriteWhoseCallerIsGoneIsNotSent(t *testing.T) {
	h := hold(t, done)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := <-moveInBackground(ctx, h.client(t))
	require.ErrorIs(t, r.err, context.Canceled)
	assert.NotErrorIs(t, r.err, ErrOutcomeUnknown)
	assert.Empty(t, h.requests())
}

func TestAWriteThatIsStillConnectingEndsWithItsCaller(t *testing.T) {
	dialing := make(chan struct{})
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		close(dialing)
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	ctx, cancel := context.WithCancel(t.Context())
	results := moveInBackground(ctx, newTestClient(t, "http://127.0.0.1:1", WithHTTPClient(&http.Client{Transport: transport})))
	<-dialing
	cancel()
	r := <-results
	require.ErrorIs(t, r.err, context.Canceled)
	assert.NotErrorIs(t, r.err, ErrOutcomeUnknown)
}

func TestAWriteThatIsNotAnsweredInTimeIsUnknown(t *testing.T) {
	h := hold(t, done)
	r := <-moveInBackground(t.Context(), h.client(t, WithTimeouts(time.Minute, 50*time.Millisecond)))
	require.ErrorIs(t, r.err, ErrOutcomeUnknown)
	require.ErrorIs(t, r.err, context.DeadlineExceeded)
	assert.ErrorContains(t, r.err, "no response within 50ms")
	assert.ErrorContains(t, r.err, "look in the ATS before repeating it")
	assert.Len(t, h.requests(), 1)
}

func TestAReadThatIsNotAnsweredInTimeIsRepeated(t *testing.T) {
	h := hold(t, page(""))
	_, err := h.client(t, WithTimeouts(50*time.Millisecond, time.Minute), WithRetries(1)).GetTags(t.Context(), TagFilter{})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.NotErrorIs(t, err, ErrOutcomeUnknown)
	assert.Len(t, h.requests(), 2)
}

func TestShutdownLeavesAWriteOnTheWireItsGrace(t *testing.T) {
	shutdown, stop := context.WithCancel(t.Context())
	h := hold(t, done)
	results := moveInBackground(t.Context(), h.client(t, WithShutdown(shutdown)))
	<-h.arrived
	stop()
	h.answer <- struct{}{}
	r := <-results
	require.NoError(t, r.err)
}

func TestShutdownEndsAWriteAfterItsGrace(t *testing.T) {
	shutdown, stop := context.WithCancel(t.Context())
	h := hold(t, done)
	c := h.client(t, WithShutdown(shutdown))
	c.grace = 20 * time.Millisecond
	results := moveInBackground(t.Context(), c)
	<-h.arrived
	stop()
	r := <-results
	require.ErrorIs(t, r.err, ErrOutcomeUnknown)
	assert.ErrorIs(t, r.err, ErrShutdown)
}

func TestShutdownEndsAWriteAtOnceThatHadItsTime(t *testing.T) {
	shutdown, stop := context.WithCancelCause(t.Context())
	h := hold(t, done)
	results := moveInBackground(t.Context(), h.client(t, WithShutdown(shutdown)))
	<-h.arrived
	stop(ErrDrained)
	r := <-results
	require.ErrorIs(t, r.err, ErrOutcomeUnknown)
	assert.ErrorIs(t, r.err, ErrShutdown)
}

func TestNoWriteBeginsAfterShutdown(t *testing.T) {
	shutdown, stop := context.WithCancel(t.Context())
	stop()
	u := script(t, answer{status: 200, body: done})
	r := <-moveInBackground(t.Context(), u.client(t, WithShutdown(shutdown)))
	require.ErrorIs(t, r.err, ErrShutdown)
	assert.NotErrorIs(t, r.err, ErrOutcomeUnknown)
	assert.Empty(t, u.requests())
}

func TestARefusedConnectionIsRepeatedEvenForAWrite(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	for name, call := range calls {
		var paused waits
		err := call(t.Context(), newTestClient(t, "http://"+address, withSleep(paused.sleep), WithRetries(2)))
		require.Error(t, err, name)
		assert.NotErrorIs(t, err, ErrOutcomeUnknown, name)
		assert.Len(t, paused.list, 2, name)
	}
}

func TestAResetAfterSendingIsUnknownForAWriteAndRepeatedForTheRest(t *testing.T) {
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			u := serve(t, func(http.ResponseWriter, *http.Request, int) { panic(http.ErrAbortHandler) })
			err := call(t.Context(), u.client(t, WithRetries(2)))
			require.Error(t, err)
			want := 3
			if isWrite(name) {
				want = 1
			}
			assert.Len(t, u.requests(), want)
			assert.Equal(t, name != "read", errors.Is(err, ErrOutcomeUnknown))
		})
	}
}

// net/http itself retries some requests when a reused connection breaks. No write
// may be among them.
func TestAWriteOnAKeptConnectionThatBreaksIsSentOnce(t *testing.T) {
	for name, call := range calls {
		if name == "read" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			u := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
				if r.Method == http.MethodGet {
					answer{status: 200, body: page("")}.write(w)
					return
				}
				panic(http.ErrAbortHandler)
			})
			c := u.client(t, WithRetries(0))
			_, err := c.GetTags(t.Context(), TagFilter{})
			require.NoError(t, err)
			require.ErrorIs(t, call(t.Context(), c), ErrOutcomeUnknown)
			assert.Len(t, u.requests(), 2)
		})
	}
}

func TestAWriteNeverMeetsAConnectionThatTheServerIsClosing(t *testing.T) {
	u := script(t, answer{status: 200, body: done})
	c := u.client(t, WithRetries(0))
	for range 20 {
		r := <-moveInBackground(t.Context(), c)
		require.NoError(t, r.err)
		u.CloseClientConnections()
	}
}

func TestATransportThatCannotBeTracedCountsAsSent(t *testing.T) {
	c := newTestClient(t, "http://127.0.0.1:1", WithHTTPClient(&http.Client{Transport: echoing{}}))
	r := <-moveInBackground(t.Context(), c)
	assert.ErrorIs(t, r.err, ErrOutcomeUnknown)
}

func TestHTTP2BehavesTheSame(t *testing.T) {
	var number atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, 2, r.ProtoMajor)
		if number.Add(1) == 2 {
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, done)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	c := newTestClient(t, server.URL, WithHTTPClient(server.Client()))
	r := <-moveInBackground(t.Context(), c)
	require.NoError(t, r.err)
	r = <-moveInBackground(t.Context(), c)
	require.ErrorIs(t, r.err, ErrOutcomeUnknown)
	assert.EqualValues(t, 2, number.Load())
}

func TestTheRealPauseEndsWithItsContext(t *testing.T) {
	require.NoError(t, sleep(t.Context(), time.Millisecond))
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(ErrShutdown)
	assert.ErrorIs(t, sleep(ctx, time.Hour), ErrShutdown)
}

// TestABodyThatTricklesEndsWithItsRead: each byte in time does not make more of it.
func TestABodyThatTricklesEndsWithItsRead(t *testing.T) {
	u := serve(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, " ")
			_ = http.NewResponseController(w).Flush()
			time.Sleep(5 * time.Millisecond)
		}
	})
	var paused waits
	c := u.client(t, WithTimeouts(50*time.Millisecond, 50*time.Millisecond), withSleep(paused.sleep), WithRetries(1))
	for name, read := range map[string]func() error{
		"a list":      func() error { _, err := c.GetTags(t.Context(), TagFilter{}); return err },
		"a live read": func() error { _, err := c.GetCandidateAttachments(t.Context(), "a"); return err },
	} {
		began := time.Now()
		err := read()
		require.ErrorIs(t, err, context.DeadlineExceeded, name)
		assert.Less(t, time.Since(began), 5*time.Second, name)
	}
}

// TestAReadHasATimeInAll: retries and the pauses that a server asks for included.
func TestAReadHasATimeInAll(t *testing.T) {
	c := &Client{readTimeout: time.Minute, actionTimeout: 5 * time.Minute}
	for k, most := range map[kind]time.Duration{read: 90 * time.Second, readLive: 5 * time.Minute} {
		life := c.lifetime(t.Context(), k)
		deadline, ok := life.waiting.Deadline()
		require.True(t, ok)
		assert.WithinDuration(t, time.Now().Add(most), deadline, time.Second)
		life.cancel()
	}
}
