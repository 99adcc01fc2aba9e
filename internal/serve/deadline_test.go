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

// TestClientThatDoesNotReadLosesItsConnection requests much and never reads it.
func TestClientThatDoesNotReadLosesItsConnection(t *testing.T) {
	t.Parallel()
	const answers = 64 // of a megabyte
	t.Run("over sse", func(t *testing.T) {
		t.Parallel()
		inBubble(t, func(t *testing.T, h *testServer) {
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
			time.Sleep(2 * defaultTimeouts.write)
			assert.Equal(t, 1, h.http.Sessions(), "its session stays")
			assert.Zero(t, h.http.calls.Load())
		})
	})
	t.Run("over http", func(t *testing.T) {
		t.Parallel()
		inBubble(t, func(t *testing.T, h *testServer) {
			id := h.greet()
			body := calling(1, "huge", object{"megabytes": answers})
			c := h.dial(t, fmt.Sprintf("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nMcp-Session-Id: %s\r\nContent-Length: %d\r\n\r\n%s", id, len(body), body))
			assert.Contains(t, h.post(id, calling(2, "large", nil)).body, `"result"`, "others are served meanwhile")
			_, err := io.ReadFull(c, make([]byte, 1))
			require.NoError(t, err, "it begins")
			time.Sleep(defaultTimeouts.write + time.Second)
			got, err := io.Copy(io.Discard, c)
			assert.NoError(t, err, "the connection still stands")
			assert.Zero(t, got, "the rest of its answer still came")
		})
	})
}

func TestSlowReaderGetsWholeAnswer(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, h *testServer) {
		s := h.stream()
		for i := range 5 {
			time.Sleep(defaultTimeouts.write / 2)
			s.say(calling(i, "large", nil))
			assert.Greater(t, len(s.nextButPings()), 1<<20)
		}
	})
}
