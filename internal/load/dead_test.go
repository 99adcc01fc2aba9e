//go:build load

package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

const (
	deadClients = 50
	// deadAsks is how many large answers each requests: more than sockets and queues
	// can buffer.
	deadAsks = 40
)

// dead opens a stream of the older transport, requests large answers and reads none of
// them.
func dead(t *testing.T, g *target) {
	t.Helper()
	c := dialRaw(t, g, "GET /sse HTTP/1.1\r\nHost: localhost\r\n\r\n")
	var messages string
	for events := bufio.NewReaderSize(c, 16); messages == ""; {
		line, err := events.ReadString('\n')
		require.NoError(t, err)
		if path, ok := strings.CutPrefix(line, "data: "); ok {
			messages = strings.TrimSpace(path)
		}
	}
	say := func(body string) {
		resp, err := pooled.Post(g.url+messages, "application/json", strings.NewReader(body))
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusAccepted, resp.StatusCode)
	}
	say(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"dead","version":"1"}}}`)
	for i := range deadAsks {
		say(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"get_applications","arguments":{"max_tokens":16000}}}`, i+1))
	}
}

func dialRaw(t *testing.T, g *target, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(g.url, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	_, err = io.WriteString(c, text)
	require.NoError(t, err)
	return c
}

// TestDeadClientsDelayNobody measures some callers alone, and then with clients that
// do not read their answers, or never finish a request.
func TestDeadClientsDelayNobody(t *testing.T) {
	const callers = 8
	g := sandboxed(testbinary.Path(t), "http,sse")
	g.listen(t)
	g.kind = "http"
	var alive []*client.Client
	for range callers {
		alive = append(alive, g.connect(t))
	}
	run := func() figure {
		return measure(t, alive, callers, func(ctx context.Context, c *client.Client) error {
			_, err := ask(ctx, c, "get_jobs", map[string]any{})
			return err
		})
	}
	run()
	var alone, beside []figure
	for range runs {
		alone = append(alone, run())
	}
	for range deadClients {
		dead(t, g)
		dialRaw(t, g, "POST /mcp HTTP/1.1\r\nHost: ")
		dialRaw(t, g, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 20000000\r\n\r\n{")
	}
	// Their calls are finished; only the answers are still unread.
	time.Sleep(time.Second)
	for range runs {
		beside = append(beside, run())
	}
	a, b := middle(alone), middle(beside)
	fmt.Printf("%d callers alone: %.0f calls/s, p50 %s, p99 %s; beside %d dead clients of three kinds: %.0f calls/s, p50 %s, p99 %s\n",
		callers, a.rate, ms(a.p50), ms(a.p99), 3*deadClients, b.rate, ms(b.p50), ms(b.p99))
	if *wanted {
		assert.Greater(t, b.rate, 0.7*a.rate)
	}
}
