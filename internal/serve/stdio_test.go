package serve

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/server"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pipe is a client at the other end of stdin and stdout. The library has a single
// stdio session per process, so tests with a pipe do not run in parallel.
type pipe struct {
	*testServer
	in    io.WriteCloser
	lines chan string
	done  chan error
}

func openPipe(t *testing.T) *pipe {
	t.Helper()
	p := openSilentPipe(t)
	p.say(hello)
	require.Contains(t, p.next(), "serverInfo")
	p.say(rpc(nil, "notifications/initialized", nil))
	return p
}

// openSilentPipe opens a pipe on which nothing has been said.
func openSilentPipe(t *testing.T) *pipe {
	t.Helper()
	h := newTestServer(t)
	logger := slog.New(slog.NewJSONHandler(h.logs, nil))
	box := newBox(t, nil)
	// New lists only the real tools, which would leave out the stubs.
	s := newServer(always(box), "test", logger, nil, "", server.WithToolHandlerMiddleware(stdioAsker().middleware))
	h.extend(s)
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	p := &pipe{testServer: h, in: toServer, lines: make(chan string, 10_000), done: make(chan error, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		p.done <- Stdio(ctx, s, in, out, logger, cancel)
		_ = out.Close()
	}()
	go func() {
		for scan := bufio.NewScanner(fromServer); scan.Scan(); {
			p.lines <- scan.Text()
		}
		close(p.lines)
	}()
	t.Cleanup(func() {
		assert.NoError(t, p.in.Close())
		select {
		case err := <-p.done:
			assert.NoError(t, err)
		case <-time.After(soon):
			assert.Fail(t, "the server does not end")
		}
		cancel()
	})
	return p
}

func (p *pipe) say(message string) {
	p.t.Helper()
	_, err := io.WriteString(p.in, message+"\n")
	require.NoError(p.t, err)
}

func (p *pipe) next() string {
	p.t.Helper()
	return heard(p.t, p.lines)
}

func TestStdioCancelsWith300CallsInFlight(t *testing.T) {
	const calls = 300
	p := openPipe(t)
	for i := range calls {
		p.say(calling(i+1, "wait", object{"name": fmt.Sprint(i)}))
	}
	for range stdioCalls {
		heard(t, p.began)
	}
	p.say(rpc(1000, "ping", nil))
	assert.Contains(t, p.next(), `"id":1000`, "a ping waits for no call")
	p.say(rpc(nil, "notifications/cancelled", object{"requestId": 1}))
	assert.Equal(t, "0", heard(t, p.gone), "a cancellation waits for no call")
	close(p.open)
	answered := map[float64]bool{}
	for range calls - 1 {
		var m struct {
			ID float64 `json:"id"`
		}
		require.NoError(t, json.Unmarshal([]byte(p.next()), &m))
		answered[m.ID] = true
	}
	assert.Len(t, answered, calls-1, "no call was lost")
	assert.NotContains(t, answered, 1.0, "what was cancelled is not answered")
}

func TestStdioLastNotificationPrecedesResult(t *testing.T) {
	p := openPipe(t)
	for i := range 60 {
		p.say(calling(i+1, "far", nil))
		assertInOrder(t, []string{p.next(), p.next(), p.next(), p.next()})
	}
}

func TestStdioPanicInToolIsAnErrorResult(t *testing.T) {
	p := openPipe(t)
	p.say(calling(1, "panic", nil))
	said := p.next()
	assert.Contains(t, said, `"isError":true`)
	assert.NotContains(t, said, "ada@people")
	assert.NotContains(t, p.logs.String(), "ada@people")
	assertPanicLogged(t, p.logs.String())
	p.say(rpc(2, "ping", nil))
	assert.Contains(t, p.next(), `"id":2`)
}
