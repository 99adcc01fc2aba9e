package serve

import (
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"strings"
	"sync"

	"github.com/mark3labs/mcp-go/server"
)

const (
	// stdioCalls is how many calls run concurrently, and stdioQueue how many wait.
	// Beyond both, the library runs calls in the loop that reads messages, and thus
	// cannot cancel them. These are the highest values that it accepts.
	stdioCalls = 100
	stdioQueue = 10_000
)

// Stdio serves one client over in and out until in or ctx ends. It writes only
// protocol messages to out.
func Stdio(ctx context.Context, s *server.MCPServer, in io.Reader, out io.Writer, logger *slog.Logger) error {
	std := server.NewStdioServer(s)
	std.SetErrorLogger(log.New(logWriter{logger}, "", 0))
	server.WithWorkerPoolSize(stdioCalls)(std)
	server.WithQueueSize(stdioQueue)(std)
	err := std.Listen(ctx, in, &lockedWriter{out: out})
	if errors.Is(err, io.EOF) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// lockedWriter serializes writes: the library writes requests to the client without
// the lock that it holds for responses.
type lockedWriter struct {
	mu  sync.Mutex
	out io.Writer
}

func (w *lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.Write(p)
}

// logWriter passes the library's error messages to the structured log.
type logWriter struct{ logger *slog.Logger }

func (w logWriter) Write(p []byte) (int, error) {
	w.logger.Warn("transport error", "err", strings.TrimSpace(string(p)))
	return len(p), nil
}
