package serve

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// tracer returns a tracer that records nothing unless a provider is set.
func tracer() trace.Tracer { return otel.Tracer("kombo-mcp") }

// traceCall starts the span of a tool call; end ends it with the outcome. The span
// contains neither arguments nor answer.
func traceCall(ctx context.Context, tool, requestID string) (_ context.Context, end func(outcome string)) {
	ctx, span := tracer().Start(ctx, "tools/call "+tool, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("mcp.tool", tool), attribute.String("request.id", requestID)))
	return ctx, func(outcome string) {
		span.SetAttributes(attribute.String("mcp.outcome", outcome))
		if outcome == "error" {
			span.SetStatus(codes.Error, "the tool refused or failed")
		}
		span.End()
	}
}

// TraceAttempt records a finished request to Kombo as a child span of its call.
func TraceAttempt(ctx context.Context, a kombo.Attempt) {
	_, span := tracer().Start(ctx, a.Method+" "+a.Path, trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(a.Start),
		trace.WithAttributes(
			attribute.String("kombo.operation", a.Operation), attribute.Int("kombo.attempt", a.Number),
			attribute.Int("http.response.status_code", a.Status), attribute.String("kombo.code", string(a.Code)),
		))
	if a.Err != nil {
		// The error text may name people; code and status are enough.
		span.SetStatus(codes.Error, "failed")
	}
	span.End(trace.WithTimestamp(a.Start.Add(a.Duration)))
}
