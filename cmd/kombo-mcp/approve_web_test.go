package main

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
)

func TestThePageClosesOnceNothingHasWaitedForAWhile(t *testing.T) {
	t.Parallel()
	store, err := approvals.OpenFolder(approvals.FolderOptions{Dir: t.TempDir()})
	require.NoError(t, err)
	a, _, err := store.Put(t.Context(), approvals.Request{Tool: "reject_application", Hash: "a", Statement: "Reject."})
	require.NoError(t, err)
	var out bytes.Buffer
	w := newWebApproval(store, approvals.Approver{Name: "anna", Scope: approvals.AllTenants()}, &out, slog.New(slog.DiscardHandler))
	opened := ""
	w.open = func(path string) error { opened = path; return nil }
	w.idle, w.poll = 100*time.Millisecond, 5*time.Millisecond
	ended := make(chan error, 1)
	go func() { ended <- w.run(t.Context()) }()
	select {
	case err := <-ended:
		require.Fail(t, "it closes although something waits", "%v", err)
	case <-time.After(4 * w.idle):
	}
	_, err = store.Decide(t.Context(), approvals.AllTenants(), a.ID, approvals.Decision{By: "anna", How: "page"})
	require.NoError(t, err)
	require.NoError(t, <-ended)
	assert.Contains(t, out.String(), "Nothing is waiting any more. The page is closed.")
	assert.NoFileExists(t, opened)
}
