package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// addClientRequests adds the tools that send a request to the client.
func addClientRequests(s *server.MCPServer) {
	s.AddTool(mcp.NewTool("test_sampling",
		mcp.WithDescription("Requests an LLM response from the client"),
		mcp.WithString("prompt", mcp.Description("Prompt to send to the LLM"), mcp.Required())),
		func(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			prompt := request.GetString("prompt", "")
			result, err := s.RequestSampling(ctx, //nolint:staticcheck // deprecated, and the suite asks for it
				mcp.CreateMessageRequest{
					Request: mcp.Request{Method: string(mcp.MethodSamplingCreateMessage)},
					CreateMessageParams: mcp.CreateMessageParams{
						Messages:  []mcp.SamplingMessage{{Role: mcp.RoleUser, Content: mcp.TextContent{Type: "text", Text: prompt}}},
						MaxTokens: 100,
					},
				})
			if err != nil {
				return mcp.NewToolResultError(err.Error()), nil
			}
			text := "No response"
			if content, ok := result.Content.(mcp.TextContent); ok {
				text = content.Text
			}
			return mcp.NewToolResultText("LLM response: " + text), nil
		})
	addQuestion(s, "test_elicitation", "User response", `{"type": "object", "properties": {
		"username": {"type": "string", "description": "User's response"}, "email": {"type": "string", "description": "User's email address"}
	}, "required": ["username", "email"]}`)
	addQuestion(s, "test_elicitation_sep1034_defaults", "Elicitation completed", `{"type": "object", "properties": {
		"name": {"type": "string", "default": "John Doe"}, "age": {"type": "integer", "default": 30}, "score": {"type": "number", "default": 95.5},
		"status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"}, "verified": {"type": "boolean", "default": true}
	}}`)
	addQuestion(s, "test_elicitation_sep1330_enums", "Elicitation completed", `{"type": "object", "properties": {
		"untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
		"titledSingle": {"type": "string", "oneOf": [{"const": "value1", "title": "Value One"}, {"const": "value2", "title": "Value Two"}]},
		"legacyEnum": {"type": "string", "enum": ["opt1", "opt2"], "enumNames": ["Option One", "Option Two"]},
		"untitledMulti": {"type": "array", "items": {"type": "string", "enum": ["option1", "option2"]}},
		"titledMulti": {"type": "array", "items": {"anyOf": [{"const": "value1", "title": "Value One"}, {"const": "value2", "title": "Value Two"}]}}
	}}`)
}

// addQuestion adds a tool that elicits values of a schema from the user.
func addQuestion(s *server.MCPServer, name, answered, schema string) {
	s.AddTool(mcp.NewTool(name, mcp.WithDescription("Asks the user something"), mcp.WithString("message")), func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		result, err := s.RequestElicitation(ctx, mcp.ElicitationRequest{
			Request: mcp.Request{Method: string(mcp.MethodElicitationCreate)},
			Params:  mcp.ElicitationParams{Message: r.GetString("message", "Provide your information"), RequestedSchema: json.RawMessage(schema)},
		})
		if err != nil {
			return mcp.NewToolResultError(err.Error()), nil
		}
		return mcp.NewToolResultText(fmt.Sprintf("%s: action=%s, content=%v", answered, result.Action, result.Content)), nil
	})
}
