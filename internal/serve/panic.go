package serve

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/kombo-mcp/kombo-mcp/prompts"
)

// logPanic logs what recover gave, in the deferred function that called it,
// with attrs to say what was served. The value itself may hold personal data, so
// that its type has to do; the stack names functions.
func logPanic(ctx context.Context, logger *slog.Logger, recovered any, attrs ...any) {
	stack := debug.Stack()
	if p, ok := recovered.(*prompts.Panic); ok {
		recovered, stack = p.Value, p.Stack
	}
	logger.ErrorContext(ctx, "panic serving request", append(attrs, "err", fmt.Sprintf("%T", recovered), "stack", string(stack))...)
}
