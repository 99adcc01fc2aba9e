package serve

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/kombo-mcp/kombo-mcp/internal/fake"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// TestRequestSpansAreChildrenOfCallSpan does not run in parallel, because the
// provider is global.
func TestRequestSpansAreChildrenOfCallSpan(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	before := otel.GetTracerProvider()
	otel.SetTracerProvider(trace.NewTracerProvider(trace.WithSpanProcessor(spans)))
	t.Cleanup(func() { otel.SetTracerProvider(before) })
	s := sandbox.New(sandbox.Options{Seed: 7, Applications: 60, RateLimit: -1})
	client := fake.Kombo(t, s, kombo.WithObserver(TraceAttempt))
	box, err := tools.New(tools.Config{Client: client})
	require.NoError(t, err)
	h := startServer(t, func(o *HTTPOptions, _ *HTTP) { o.Auth = tokenAuth{"": {Name: "one", Box: box}} })
	id := h.greet()
	h.post(id, calling(1, "get_tags", object{"limit": 1}))
	h.post(id, calling(2, "get_tags", object{"where": "no such column"}))
	calls, requests := map[codes.Code]trace.ReadOnlySpan{}, []trace.ReadOnlySpan{}
	for _, span := range spans.Ended() {
		switch {
		case span.Name() == "tools/call get_tags":
			calls[span.Status().Code] = span
		default:
			requests = append(requests, span)
		}
	}
	require.Contains(t, calls, codes.Unset)
	require.Contains(t, calls, codes.Error, "the refusal")
	require.NotEmpty(t, requests)
	for _, r := range requests {
		assert.Equal(t, calls[codes.Unset].SpanContext().SpanID(), r.Parent().SpanID(), r.Name())
		assert.Equal(t, calls[codes.Unset].SpanContext().TraceID(), r.SpanContext().TraceID())
	}
}
