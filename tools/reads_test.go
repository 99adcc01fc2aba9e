package tools

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/fake"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// lines is the answer of a tool that is made for these tests.
type lines struct {
	Lines string `json:"lines"`
}

func (l *lines) Text() string { return l.Lines }
func (l *lines) Size() string { return "some lines" }

// reading is a tool that reads the integration, which can also be read by
// itself.
func reading() *Tool {
	return define(spec{name: "get_integration", title: "Get the integration"}, func(ctx context.Context, c *call, _ struct{}) (*lines, error) {
		text, err := c.Integration(ctx, c.Caller)
		return &lines{text}, err
	})
}

func recordingBox(t *testing.T, record func(Read) error) *Toolbox {
	t.Helper()
	s := sandbox.New(sandbox.Options{Applications: 10})
	client := fake.Kombo(t, s)
	b, err := New(Config{Client: client, RecordRead: func(_ context.Context, r Read) error { return record(r) }})
	require.NoError(t, err)
	b.tools["get_integration"] = reading()
	return b
}

func TestAReadOnBehalfOfAReadIsRecordedOnceWithItsSize(t *testing.T) {
	t.Parallel()
	var recorded []Read
	b := recordingBox(t, func(r Read) error { recorded = append(recorded, r); return nil })
	who := Caller{RequestID: "r1", Client: "test"}
	answer, err := b.Run(t.Context(), who, "get_integration", map[string]any{})
	require.NoError(t, err)
	assert.Contains(t, answer.Text(), "can be read:")
	integration := b.cfg.Client.Integration()
	assert.Equal(t, []Read{{RequestID: "r1", Client: "test", Tool: "get_integration", Integration: integration, Arguments: map[string]any{}, Summary: "some lines"}}, recorded)

	recorded = nil
	_, err = b.Integration(t.Context(), who)
	require.NoError(t, err)
	require.Len(t, recorded, 1)
	assert.Equal(t, "integration", recorded[0].Tool)
	assert.Regexp(t, `^\d+ kinds of records, \d+ writes listed$`, recorded[0].Summary)
}

func TestAReadThatCannotBeRecordedIsNotAnswered(t *testing.T) {
	t.Parallel()
	full := errors.New("the disk is full")
	b := recordingBox(t, func(Read) error { return full })
	_, err := b.Run(t.Context(), Caller{}, "get_integration", map[string]any{})
	require.ErrorIs(t, err, full)
	_, err = b.Integration(t.Context(), Caller{})
	require.ErrorIs(t, err, full)
	_, err = b.Run(t.Context(), Caller{}, "get_tags", map[string]any{})
	require.ErrorIs(t, err, full)
}
