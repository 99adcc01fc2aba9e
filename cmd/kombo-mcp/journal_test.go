package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

// noted makes a journal of one done write of each caller.
func noted(t *testing.T, callers ...once.Intent) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "journal.jsonl")
	j, err := journal.Open(journal.Options{Path: path})
	require.NoError(t, err)
	for _, in := range callers {
		in.Key, in.Tool = in.Tenant+in.Subject, "add_candidate_tag"
		claim, err := j.Begin(t.Context(), in)
		require.NoError(t, err)
		require.NoError(t, claim.Done(once.Outcome{State: once.Done}))
	}
	require.NoError(t, j.Close())
	return path
}

func TestTheJournalIsShownByTenantAndSubject(t *testing.T) {
	env := environment(t)
	path := noted(t, once.Intent{Tenant: "acme", Subject: "ann"}, once.Intent{Tenant: "acme", Subject: "bob"}, once.Intent{Tenant: "other", Subject: "ann"})
	for _, c := range []struct {
		args  []string
		lines int
	}{
		{nil, 7}, {[]string{"--tenant", "acme"}, 4}, {[]string{"--subject", "ann"}, 4},
		{[]string{"--tenant", "acme", "--subject", "ann"}, 2}, {[]string{"--tenant", "ac"}, 0},
	} {
		shown := run(t, env, "", append([]string{"journal", "show", "--journal", path}, c.args...)...)
		require.Zero(t, shown.code, shown.stderr)
		assert.Equal(t, c.lines, strings.Count(shown.stdout, "\n"), "%v", c.args)
	}
}

func TestAGapInTheJournalIsAcceptedByWhoeverLooks(t *testing.T) {
	env := environment(t)
	path := noted(t, once.Intent{Tenant: "acme"})
	accept := func(more ...string) output {
		return run(t, env, "y\n", append([]string{"journal", "accept", "--journal", path}, more...)...)
	}
	nothing := accept()
	assert.Zero(t, nothing.code, nothing.stderr)
	assert.Contains(t, nothing.stdout, "Nothing is missing")

	require.NoError(t, os.Remove(path))
	verified := run(t, env, "", "journal", "verify", "--journal", path)
	assert.Equal(t, exitRefused, verified.code, verified.stderr)
	assert.Contains(t, verified.stdout, "kombo-mcp journal accept")

	unasked := accept()
	assert.Equal(t, exitUsage, unasked.code, "a pipe is nobody to ask")
	assert.Contains(t, unasked.stdout, "look in the ATS")
	assert.Contains(t, unasked.stderr, "--yes")
	assert.NoFileExists(t, path)

	accepted := accept("--yes")
	assert.Zero(t, accepted.code, accepted.stderr)
	assert.Contains(t, run(t, env, "", "journal", "show", "--kind", "accepted", "--journal", path).stdout, "--yes")
	verified = run(t, env, "", "journal", "verify", "--journal", path)
	assert.Equal(t, exitRefused, verified.code, "it stays to be seen")
	assert.NotContains(t, verified.stdout, "kombo-mcp journal accept")
	assert.Contains(t, verified.stdout, "were accepted on")
}
