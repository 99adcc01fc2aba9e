package tools

import (
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"github.com/kombo-mcp/kombo-mcp/tools/internal/writes"
)

const (
	// questionKey names the one question that a call asks.
	questionKey = "confirm"
	// confirmField is the one field of its form. It is required and must come back
	// true: some hosts accept a form without fields by themselves.
	confirmField = "confirm"
)

// Asked is what became of a question that the server put to the client itself, beside
// what the client answered.
type Asked string

// The zero Asked is a question that the client answered, or that nobody asked.
const (
	// AskFailed is a client that announced that it can ask, and could not.
	AskFailed Asked = "failed"
	// AskUnanswered is a question that was shown and not answered: it timed out, or was
	// cancelled with its call, or the connection was lost.
	AskUnanswered Asked = "unanswered"
)

// writer is the caller as writes see them.
func (c Caller) writer() writes.Caller {
	return writes.Caller{
		Tenant: c.Tenant, Subject: c.Subject, RequestID: c.RequestID, Client: c.Client, Transport: c.Transport,
		CanAsk: c.CanAsk, Reply: c.reply(), State: c.State,
	}
}

// reply is what became of the question of an earlier round, "" if there was none.
func (c Caller) reply() writes.Reply {
	switch c.Asked {
	case AskFailed:
		return writes.ReplyCannotAsk
	case AskUnanswered:
		return writes.ReplyUnanswered
	}
	response, answered := c.Responses[questionKey]
	if !answered {
		if c.State != "" {
			// A client that returns the state without an answer drops questions.
			return writes.ReplyCannotAsk
		}
		return ""
	}
	if response.Elicitation == nil {
		if err := response.DecodeFor(mcp.MethodElicitationCreate); err != nil || response.Elicitation == nil {
			return writes.ReplyCannotAsk
		}
	}
	switch response.Elicitation.Action {
	case mcp.ElicitationResponseActionAccept:
		if isTrue(response.Elicitation.Content) {
			return writes.ReplyConfirmed
		}
		return writes.ReplyNotConfirmed
	case mcp.ElicitationResponseActionDecline, mcp.ElicitationResponseActionCancel:
		return writes.ReplyNotConfirmed
	}
	return writes.ReplyCannotAsk
}

// isTrue reports whether a form came back with its confirm true.
func isTrue(content any) bool {
	fields, ok := content.(map[string]any)
	if !ok {
		return false
	}
	switch v := fields[confirmField].(type) {
	case bool:
		return v
	case string: // some hosts return every field as text
		return strings.EqualFold(v, "true")
	}
	return false
}

// ConfirmationRequiredError is returned by Toolbox.Run when a person has to be asked
// first. Who can ask them calls again with its State and Confirmed as Responses.
type ConfirmationRequiredError = writes.ConfirmationRequiredError

// Confirmed is a person's answer for Caller.Responses.
func Confirmed(yes bool) mcp.InputResponses {
	result := mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionDecline}}
	if yes {
		result.ElicitationResponse = mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionAccept, Content: map[string]any{confirmField: true}}
	}
	return mcp.InputResponses{questionKey: mcp.NewElicitationInputResponse(result)}
}

// ask is a question as the protocol carries it, in both of its eras.
func ask(e *writes.ConfirmationRequiredError) *mcp.CallToolResult {
	return &mcp.CallToolResult{
		Result: mcp.Result{ResultType: mcp.ResultTypeInputRequired},
		MultiRoundTripResult: mcp.MultiRoundTripResult{
			RequestState: e.State,
			InputRequests: mcp.InputRequests{questionKey: mcp.NewElicitationInputRequest(mcp.ElicitationParams{
				Mode: mcp.ElicitationModeForm, Message: e.Statement.Text(),
				RequestedSchema: map[string]any{
					"type": "object",
					"properties": map[string]any{confirmField: map[string]any{
						"type": "boolean", "title": "Yes, send this", "description": "Nothing is sent unless this is set",
					}},
					"required": []string{confirmField},
				},
			})},
		},
	}
}
