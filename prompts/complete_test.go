package prompts_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/prompts"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

func TestCompleteSuggestsOpenJobsFirst(t *testing.T) {
	w := newWorld(t, nil)
	all := w.complete("pipeline_review", "job", "", nil)
	jobs, err := w.box.Choices(t.Context(), w.caller, tools.ChoiceJob, "")
	require.NoError(t, err)
	require.Len(t, all, len(jobs))
	closed := false
	for i, j := range jobs {
		assert.False(t, closed && j.Open, "an open job follows a closed one")
		closed = closed || !j.Open
		assert.Contains(t, all[i], j.Name)
	}
	assert.Equal(t, []string{"Backend Engineer"}, w.complete("pipeline_review", "job", "BACK", nil))
	assert.Equal(t, all[0], w.complete("pipeline_review", "job", strings.ToUpper(all[0][:5]), nil)[0])
	assert.Empty(t, w.complete("pipeline_review", "job", "no such job", nil))
	assert.Empty(t, w.complete("pipeline_review", "nosuch", "", nil))
	// Two jobs share a name: the suggestions distinguish them by id.
	shared := w.complete("pipeline_review", "job", "office", nil)
	for _, s := range w.complete("pipeline_review", "job", "Office Manager", nil) {
		assert.Contains(t, s, "(Office Manager, ")
		shared = append(shared, s)
		w.must("pipeline_review", map[string]string{"job": s})
	}
	assert.NotEmpty(t, shared)
}

func TestCompleteSuggestsStagesOfChosenJob(t *testing.T) {
	w := newWorld(t, nil)
	assert.Empty(t, w.complete("compare_candidates", "stage", "", nil), "no job was chosen")
	assert.Empty(t, w.complete("compare_candidates", "stage", "", map[string]string{"job": "nosuch"}))
	job := map[string]string{"job": "Backend Engineer"}
	stages := w.complete("compare_candidates", "stage", "", job)
	assert.Equal(t, "Applied", stages[0])
	assert.Contains(t, w.complete("compare_candidates", "stage", "phone", job), "Phone Screen")
	assert.NotEmpty(t, w.complete("rejection_round", "reason", "", nil))
	assert.Equal(t, []string{"60"}, w.complete("stale_applications", "days", "6", nil))
	assert.Empty(t, w.complete("intake", "cv", "", job))
}

func TestCompleteSuggestsApplicationsWithCandidate(t *testing.T) {
	w := newWorld(t, nil)
	all := w.complete("candidate_brief", "application", "", nil)
	require.Len(t, all, prompts.MaxSuggestions)
	_, about, found := strings.Cut(all[0], " (")
	require.True(t, found)
	name, _, _ := strings.Cut(about, ",")
	assert.Contains(t, w.complete("candidate_brief", "application", name, nil), all[0])
	assert.Equal(t, all[0], w.complete("candidate_brief", "application", all[0][:12], nil)[0])
	w.must("candidate_brief", map[string]string{"application": all[0]})
	ids, total := prompts.RecordIDs(t.Context(), w.box, w.caller, "get_candidates", "")
	assert.NotEmpty(t, ids)
	assert.GreaterOrEqual(t, total, len(ids))
	for _, id := range ids {
		assert.NotContains(t, id, " ")
	}
}

func TestTypedTextCannotEscapeWhereLiteral(t *testing.T) {
	w := newWorld(t, nil)
	for _, typed := range []string{`" || true || "`, `\`, "\"", "日本", "%%%", strings.Repeat("x", 5000)} {
		assert.Empty(t, w.complete("candidate_brief", "application", typed, nil), typed)
	}
}
