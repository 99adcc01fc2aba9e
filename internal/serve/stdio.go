package serve

import (
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

const (
	// stdioCalls is how many calls run concurrently, and stdioQueue how many wait.
	// Beyond both, the library runs calls in the loop that reads messages, and thus
	// cannot cancel them. These are the highest values that it accepts.
	stdioCalls = 100
	stdioQueue = 10_000
	// maxStdioHeld is how many bytes of unanswered messages there may be: nine of the
	// largest, or 4,000 small ones.
	maxStdioHeld = 256 << 20
	// stdioDrain is how long what was received may take after the input has ended.
	stdioDrain = 10 * time.Second
)

// Stdio serves one client over in and out until in or ctx ends. It writes only
// protocol messages to out. When in ends, it finishes what it has read within ten
// seconds, and then calls ended, before it waits for calls that are still under way.
func Stdio(ctx context.Context, s *server.MCPServer, in io.Reader, out io.Writer, logger *slog.Logger, ended func()) error {
	std := server.NewStdioServer(s)
	std.SetErrorLogger(log.New(logWriter{logger}, "", 0))
	server.WithWorkerPoolSize(stdioCalls)(std)
	server.WithQueueSize(stdioQueue)(std)
	w := newWire(ctx, in, out, stdioDrain, ended)
	err := std.Listen(ctx, w, w)
	if errors.Is(err, io.EOF) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// logWriter passes the library's error messages to the structured log.
type logWriter struct{ logger *slog.Logger }

func (w logWriter) Write(p []byte) (int, error) {
	w.logger.Warn("transport error", "err", strings.TrimSpace(string(p)))
	return len(p), nil
}
