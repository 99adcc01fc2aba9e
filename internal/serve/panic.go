package serve

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/kombo-mcp/kombo-mcp/prompts"
)

// logPanic logs a recovered value; call it in the deferred function that recovered.
// attrs say what was served. It logs only the type of the value, which may contain
// personal data, and the stack, which contains only names of functions.
func logPanic(ctx context.Context, logger *slog.Logger, recovered any, attrs ...any) {
	stack := debug.Stack()
	if p, ok := recovered.(*prompts.Panic); ok {
		recovered, stack = p.Value, p.Stack
	}
	logger.ErrorContext(ctx, "panic serving request", append(attrs, "err", fmt.Sprintf("%T", recovered), "stack", string(stack))...)
}
