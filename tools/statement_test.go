package tools_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/fake"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

func TestAStatementSaysOfWhatEndsSomethingAloneThatItCannotBeUndone(t *testing.T) {
	s := sandbox.New(sandbox.Options{Seed: 7, Applications: 10, RateLimit: -1})
	box, err := tools.New(tools.Config{Client: fake.Kombo(t, s), Now: s.Now, Writes: tools.PolicyConfirmAll})
	require.NoError(t, err)
	for tool, arguments := range map[string]map[string]any{
		"reject_application":   {"application_id": "unknown1", "rejection_reason_id": "aaaaaaaaaaaaaaaaaaaaaaaa"},
		"remove_candidate_tag": {"candidate_id": "unknown1", "tag": "x"},
		"add_candidate_tag":    {"candidate_id": "unknown1", "tag": "x"},
	} {
		arguments["anyway"] = true
		_, err := box.Run(t.Context(), tools.Caller{CanAsk: true}, tool, arguments)
		var ask *tools.ConfirmationRequiredError
		require.ErrorAs(t, err, &ask, tool)
		assert.Equal(t, tool == "reject_application", ask.Statement.Irreversible, tool)
	}
}
