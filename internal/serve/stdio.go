package serve

import (
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"sync"

	"github.com/mark3labs/mcp-go/server"
)

const (
	// stdioCalls run at once, and stdioQueue wait: past both the library runs
	// calls where it reads, and neither hears nor cancels anything meanwhile.
	// They are the most that it takes.
	stdioCalls = 100
	stdioQueue = 10_000
)

// Stdio serves one client over in and out until in ends or ctx does. Nothing
// but protocol messages is written to out.
func Stdio(ctx context.Context, s *server.MCPServer, in io.Reader, out io.Writer, logger *slog.Logger) error {
	std := server.NewStdioServer(s)
	std.SetErrorLogger(log.New(logWriter{logger}, "", 0))
	server.WithWorkerPoolSize(stdioCalls)(std)
	server.WithQueueSize(stdioQueue)(std)
	err := std.Listen(ctx, in, &wholeWrites{out: out})
	if errors.Is(err, io.EOF) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// wholeWrites keeps messages apart: the library writes its own requests to the
// client past the lock that its answers take.
type wholeWrites struct {
	mu  sync.Mutex
	out io.Writer
}

func (w *wholeWrites) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.Write(p)
}

// logWriter passes the library's own complaints on to the structured log.
type logWriter struct{ logger *slog.Logger }

func (w logWriter) Write(p []byte) (int, error) {
	w.logger.Warn("stdio", "err", string(p))
	return len(p), nil
}
