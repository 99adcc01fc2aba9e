package download

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// accept listens and passes each connection to handle. It returns host and port.
func accept(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { handle(conn) })
		}
	})
	t.Cleanup(func() {
		assert.NoError(t, listener.Close())
		wg.Wait()
	})
	return listener.Addr().String()
}

// mute sends nothing, and waits for the client to close the connection.
func mute(t *testing.T) func(net.Conn) {
	return func(conn net.Conn) {
		defer conn.Close()
		assert.NoError(t, conn.SetDeadline(time.Now().Add(5*time.Second)))
		_, err := io.Copy(io.Discard, conn)
		assert.False(t, isTimeout(err), "the connection was not closed")
	}
}

func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// partly sends only the start of a file.
func partly(start []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(start)
		w.(http.Flusher).Flush()
		hang(w, r)
	}
}

// drip sends a byte now and then, endlessly.
func drip(w http.ResponseWriter, r *http.Request) {
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		select {
		case <-tick.C:
			_, _ = io.WriteString(w, "a")
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			tick.Stop()
			return
		}
	}
}

func lead(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/next" {
		hang(w, r)
		return
	}
	http.Redirect(w, r, "/next", http.StatusFound)
}

var noNames = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}}

var waits = roundTripper(func(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, errors.New(r.URL.String())
})

// atEachStep runs a test for each step of a download, with an address at which the
// download hangs in that step.
func atEachStep(t *testing.T, test func(t *testing.T, g *Getter, address string), opts ...Option) {
	t.Helper()
	for name, handler := range map[string]http.HandlerFunc{
		"waiting for an answer":    hang,
		"waiting after a redirect": lead,
		"reading the file":         partly([]byte(secret)),
		"reading what only drips":  drip,
		"unpacking the file":       encoded("gzip", partly(packed(t, []byte(secret))[:5])),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serveTLS(t, handler)
			test(t, reaching(server, opts...), server.URL+signed)
		})
	}
	with := func(more ...Option) *Getter {
		return New(append(append([]Option{withPublic(onlyHere)}, opts...), more...)...)
	}
	t.Run("looking up the name", func(t *testing.T) {
		t.Parallel()
		test(t, with(withResolver(noNames)), "https://example.com"+signed)
	})
	t.Run("shaking hands", func(t *testing.T) {
		t.Parallel()
		test(t, with(), "https://"+accept(t, mute(t))+signed)
	})
	t.Run("waiting for the upstream", func(t *testing.T) {
		t.Parallel()
		server := servePlain(t, hang)
		test(t, with(WithTrusted(server.URL, nil)), server.URL+signed)
	})
	t.Run("waiting in a transport of the caller", func(t *testing.T) {
		t.Parallel()
		test(t, with(WithTrusted("http://sandbox.invalid", waits)), "http://sandbox.invalid"+signed)
	})
}

func TestTimeoutStopsDownloadAtEachStep(t *testing.T) {
	t.Parallel()
	atEachStep(t, func(t *testing.T, g *Getter, address string) {
		start := time.Now()
		err := errorOf(t, g, address)
		require.ErrorIs(t, err, ErrTimeout)
		require.ErrorContains(t, err, "was too slow or did not respond")
		assert.Less(t, time.Since(start), 3*time.Second)
	}, WithTimeout(60*time.Millisecond))
}

func TestCancelStopsDownloadAtEachStep(t *testing.T) {
	t.Parallel()
	gaveUp := errors.New("the caller gave up")
	atEachStep(t, func(t *testing.T, g *Getter, address string) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(60*time.Millisecond, func() { cancel(gaveUp) })
		start := time.Now()
		_, err := g.Get(ctx, address)
		require.ErrorIs(t, err, gaveUp)
		assertNoSecret(t, err)
		assert.Less(t, time.Since(start), 3*time.Second)
	})
}

func TestCallersDeadlineIsReturnedAsSuch(t *testing.T) {
	t.Parallel()
	server := serveTLS(t, hang)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := reaching(server).Get(ctx, server.URL+signed)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.NotErrorIs(t, err, ErrTimeout)
}

func TestCanceledContextSendsNothing(t *testing.T) {
	t.Parallel()
	server := serveTLS(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := reaching(server).Get(ctx, server.URL+signed)
	require.ErrorIs(t, err, context.Canceled)
}

func TestNoIdleConnectionRemains(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{}, 1)
	address := accept(t, func(conn net.Conn) {
		defer conn.Close()
		_, _ = io.ReadFull(conn, make([]byte, 16))
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nAda")
		_, _ = io.Copy(io.Discard, conn)
		closed <- struct{}{}
	})
	assert.Equal(t, "Ada", dataOf(t, New(WithTrusted("http://"+address, nil)), "http://"+address+signed))
	select {
	case <-closed:
	case <-time.After(5 * time.Second):
		assert.Fail(t, "the connection is open still")
	}
}
