package tools_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// TestARepeatedQuestionGetsTheSameAnswerUntilAWrite asks three times:
// the first answer makes the walk, the second comes from it and is kept, the
// third is the second.
func TestARepeatedQuestionGetsTheSameAnswerUntilAWrite(t *testing.T) {
	t.Parallel()
	now, recorded := listNow, 0
	rig := newListRigOn(t, sandboxOf(sandbox.Options{Applications: 60}), nil, func(c *tools.Config) {
		c.Now, c.Writes = func() time.Time { return now }, tools.PolicyAllow
		c.RecordRead = func(context.Context, tools.Read) error { recorded++; return nil }
	})
	ask := func(a args) (raw, text string) {
		t.Helper()
		r := rig.box.Call(t.Context(), tools.Caller{}, "get_candidates", a)
		require.False(t, r.IsError, r.Content)
		b, err := json.Marshal(r.StructuredContent)
		require.NoError(t, err)
		return string(b), textOf(t, r)
	}
	question := args{"limit": 3, "fields": []any{"id", "tags"}}
	first, words := ask(question)
	for range 3 {
		again, text := ask(question)
		assert.Equal(t, first, again)
		assert.Equal(t, words, text)
	}
	assert.Equal(t, 4, recorded, "a read is recorded although its answer was kept")
	other, _ := ask(args{"limit": 2, "fields": []any{"id", "tags"}})
	assert.NotEqual(t, first, other)
	fewer := args{"where": "days_since(created) > 30", "limit": 0}
	for range 3 {
		ask(fewer)
	}
	before, _ := ask(fewer)
	now = now.AddDate(0, 0, 60)
	after, _ := ask(fewer)
	assert.NotEqual(t, before, after, "the present has changed")

	var answer struct{ Rows [][]string }
	require.NoError(t, json.Unmarshal([]byte(first), &answer))
	r := rig.box.Call(t.Context(), tools.Caller{}, "add_candidate_tag", args{"candidate_id": answer.Rows[0][0], "tag": args{"name": "just given"}})
	require.False(t, r.IsError, r.Content)
	written, text := ask(question)
	assert.Contains(t, written, "just given")
	assert.NotContains(t, first, "just given")
	assert.NotEqual(t, words, text)
}
