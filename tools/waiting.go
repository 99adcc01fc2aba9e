package tools

import (
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

// Waits reports whether a result of [Toolbox.Call] says that a write waits for a person's
// approval.
func Waits(r *mcp.CallToolResult) bool {
	if r == nil {
		return false
	}
	a, ok := r.StructuredContent.(*writes.Answer)
	return ok && a.Waits()
}
