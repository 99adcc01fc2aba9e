package tools

import (
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

// questionKey names the one question that a call asks.
const questionKey = "confirm"

// writer is the caller as writes see them.
func (c Caller) writer() writes.Caller {
	return writes.Caller{RequestID: c.RequestID, Client: c.Client, CanAsk: c.CanAsk, Reply: c.reply(), State: c.State}
}

// reply is what the person answered, "" before they were asked.
func (c Caller) reply() writes.Reply {
	response, answered := c.Responses[questionKey]
	if !answered {
		return ""
	}
	if response.Elicitation == nil {
		if err := response.DecodeFor(mcp.MethodElicitationCreate); err != nil || response.Elicitation == nil {
			return writes.ReplyUnreadable
		}
	}
	switch response.Elicitation.Action {
	case mcp.ElicitationResponseActionAccept:
		return writes.ReplyAccepted
	case mcp.ElicitationResponseActionDecline:
		return writes.ReplyDeclined
	default:
		return writes.ReplyDismissed
	}
}

// ask is a question as the protocol carries it, in both of its eras.
func ask(e *writes.ConfirmationRequiredError) *mcp.CallToolResult {
	return &mcp.CallToolResult{
		Result: mcp.Result{ResultType: mcp.ResultTypeInputRequired},
		MultiRoundTripResult: mcp.MultiRoundTripResult{
			RequestState: e.State,
			InputRequests: mcp.InputRequests{questionKey: mcp.NewElicitationInputRequest(mcp.ElicitationParams{
				Mode: mcp.ElicitationModeForm, Message: e.Question.Text(),
				RequestedSchema: map[string]any{"type": "object", "properties": map[string]any{}},
			})},
		},
	}
}
