package tools_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/fake"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// inputBox is a toolbox on a small sandbox, without a socket.
func inputBox(t *testing.T) *tools.Toolbox {
	t.Helper()
	box, _ := inputSandbox(t)
	return box
}

func inputSandbox(t testing.TB) (*tools.Toolbox, *sandbox.Sandbox) {
	t.Helper()
	s := sandbox.New(sandbox.Options{Seed: 7, Applications: 30, Today: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), RateLimit: -1})
	client := fake.Kombo(t, s)
	box, err := tools.New(tools.Config{Client: client, Now: s.Now})
	require.NoError(t, err)
	return box, s
}

// rowsOf are the rows of a list's answer.
func rowsOf(t *testing.T, r *mcp.CallToolResult) [][]string {
	t.Helper()
	raw, err := json.Marshal(r.StructuredContent)
	require.NoError(t, err)
	var answer struct {
		Rows [][]string `json:"rows"`
	}
	require.NoError(t, json.Unmarshal(raw, &answer))
	return answer.Rows
}
