package app

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/tenants"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// slowKey marks a context in which files trickle.
type slowKey struct{}

// TestATenantsSlowFilesDelayOnlyThatTenant: its files take its own places, however many it asks for.
func TestATenantsSlowFilesDelayOnlyThatTenant(t *testing.T) {
	sb := sandbox.New(sandbox.Options{Seed: 7, Applications: 50})
	up, err := InSandbox(sb)
	require.NoError(t, err)
	var trickling atomic.Int32
	fetch := up.Fetch
	up.Fetch = func(ctx context.Context, address string) ([]byte, string, error) {
		if ctx.Value(slowKey{}) == nil {
			return fetch(ctx, address)
		}
		trickling.Add(1)
		<-ctx.Done()
		return nil, "", context.Cause(ctx)
	}
	a, err := Open(t.Context(), over(TransportHTTP), Options{Upstream: &up})
	require.NoError(t, err)
	defer func() { assert.NoError(t, a.Close()) }()
	box := func(name string) *tools.Toolbox {
		box, err := a.toolboxOf(t.Context(), &tenants.Tenant{Name: name})
		require.NoError(t, err)
		return box
	}
	candidate := withCV(t, sb, up.Client)
	read := func(ctx context.Context, box *tools.Toolbox) error {
		_, err := box.Run(ctx, tools.Caller{}, "get_candidate_attachments", map[string]any{"candidate_id": candidate, "read": "CV"})
		return err
	}
	slow, stop := context.WithCancel(context.WithValue(t.Context(), slowKey{}, true))
	var calls sync.WaitGroup
	// A tenant's places are its own after its settings were read again, too.
	for _, box := range []*tools.Toolbox{box("slow"), box("slow")} {
		for range maxFiles {
			calls.Go(func() { assert.ErrorIs(t, read(slow, box), context.Canceled) })
		}
	}
	require.Eventually(t, func() bool { return trickling.Load() == maxTenantFiles }, 5*time.Second, time.Millisecond)
	quick, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, other := range []string{"a", "b"} {
		require.NoError(t, read(quick, box(other)))
	}
	assert.EqualValues(t, maxTenantFiles, trickling.Load())
	stop()
	calls.Wait()
	require.NoError(t, read(quick, box("slow")), "the places are free again")
}

// withCV is a candidate with a file that is their CV.
func withCV(t *testing.T, sb *sandbox.Sandbox, client *kombo.Client) string {
	t.Helper()
	for _, c := range sb.Snapshot().Candidates {
		files, err := client.GetCandidateAttachments(t.Context(), c.ID)
		if err == nil && slices.ContainsFunc(files, func(f kombo.Attachment) bool { return f.Type == "CV" }) {
			return c.ID
		}
	}
	require.Fail(t, "nobody has a CV")
	return ""
}

func TestPlacesAreBoundedInAll(t *testing.T) {
	p := newPlaces(2, 3)
	var held []func()
	for _, name := range []string{"a", "a", "b"} {
		release, err := p.tenant(name)(t.Context())
		require.NoError(t, err)
		held = append(held, release)
	}
	short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	for _, name := range []string{"a", "b", "c"} {
		_, err := p.tenant(name)(short)
		require.ErrorIs(t, err, context.DeadlineExceeded, name)
	}
	for _, release := range held {
		release()
	}
	for _, name := range []string{"b", "b", "c"} {
		_, err := p.tenant(name)(t.Context())
		require.NoError(t, err, "the place of what gave up is free")
	}
}
