package serve

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestClientThatDoesNotReadLosesItsConnection requests more than the buffers of
// the sockets hold, and never reads it.
func TestClientThatDoesNotReadLosesItsConnection(t *testing.T) {
	t.Parallel()
	const answers = 64 // of a megabyte
	short := func(_ *HTTPOptions, l *HTTP) { l.timeouts.write = 200 * time.Millisecond }
	t.Run("over sse", func(t *testing.T) {
		t.Parallel()
		h := startServer(t, short)
		s := h.stream()
		for i := range answers {
			a, err := h.try(t.Context(), http.MethodPost, s.messages, calling(i, "large", nil))
			require.NoError(t, err)
			if a.status != http.StatusAccepted {
				break // it is gone already
			}
		}
		id := h.greet()
		assert.Contains(t, h.post(id, calling(1, "large", nil)).body, `"result"`, "others are served meanwhile")
		assert.Eventually(t, func() bool { return h.http.Sessions() == 1 && h.http.calls.Load() == 0 }, soon, 5*time.Millisecond, "its session stays")
	})
	t.Run("over http", func(t *testing.T) {
		t.Parallel()
		h := startServer(t, short)
		id := h.greet()
		body := calling(1, "huge", object{"megabytes": answers})
		c := h.dial(t, fmt.Sprintf("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nMcp-Session-Id: %s\r\nContent-Length: %d\r\n\r\n%s", id, len(body), body))
		assert.Contains(t, h.post(id, calling(2, "large", nil)).body, `"result"`, "others are served meanwhile")
		_, err := io.ReadFull(c, make([]byte, 1))
		require.NoError(t, err, "it begins")
		time.Sleep(time.Second)
		got, err := io.Copy(io.Discard, c)
		assert.Less(t, got, int64(answers<<20), "the rest of its answer still came: %v", err)
	})
}

func TestSlowReaderGetsWholeAnswer(t *testing.T) {
	t.Parallel()
	h := startServer(t, func(_ *HTTPOptions, l *HTTP) { l.timeouts.write = 200 * time.Millisecond })
	s := h.stream()
	for i := range 5 {
		time.Sleep(100 * time.Millisecond)
		s.say(calling(i, "large", nil))
		assert.Greater(t, len(s.next()), 1<<20)
	}
}
