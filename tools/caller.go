package tools

import "github.com/mark3labs/mcp-go/mcp"

// Caller is whoever calls a tool, and how.
type Caller struct {
	// Client is the name and version of the MCP client, "" if unknown.
	Client string
	// Tenant and Subject are who calls, as the transport authenticated them: the
	// tenant's name, and the OAuth subject or the token's name. Both are empty on
	// stdio. Transport is stdio, http, sse or call.
	Tenant, Subject, Transport string
	// RequestID names the call in logs and in the journal.
	RequestID string
	// CanAsk says that the client can put a form to the person at it.
	CanAsk bool
	// ReadOnly and Only keep the call from tools that the toolbox has: no
	// writes, or no tool but these (nil for any).
	ReadOnly bool
	Only     []string
	// Responses are the person's answers to what an earlier round of this call
	// asked, and State what that round sent along.
	Responses mcp.InputResponses
	State     string
	// Asked is what became of that question where the client did not answer it.
	Asked Asked
	// Progress, if not nil, gets how much was done so far, and what that counts, such as
	// "records read". How much there is to do is never known before: that a walk has a
	// limit does not mean that it gets there.
	Progress func(done int, of string)
}

// call is one call of a tool: the toolbox and who calls.
type call struct {
	*Toolbox
	Caller
}
