//go:build load

package load

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// filesUpstream is an ATS in which the files of some candidates trickle.
type filesUpstream struct {
	*sandbox.Sandbox
	trickling   map[string]bool // by path
	slow, quick []string        // candidates with a CV
}

// serveFiles serves one until the test ends.
func serveFiles(t *testing.T) *filesUpstream {
	t.Helper()
	const each = 6
	up := &filesUpstream{trickling: map[string]bool{}}
	srv := httptest.NewUnstartedServer(up)
	up.Sandbox = sandbox.New(sandbox.Options{Seed: 7, Applications: 600, RateLimit: -1, BaseURL: "http://" + srv.Listener.Addr().String() + "/v1"})
	srv.Start()
	t.Cleanup(srv.Close)
	client, err := kombo.New(up.APIKey(), kombo.WithIntegration(up.IntegrationID()), kombo.WithBaseURL(up.BaseURL()))
	require.NoError(t, err)
	slow := map[string]bool{}
	for _, c := range up.Snapshot().Candidates {
		files, err := client.GetCandidateAttachments(t.Context(), c.ID)
		if err != nil || !slices.ContainsFunc(files, func(f kombo.Attachment) bool { return f.Type == "CV" && f.DataURL != "" }) {
			continue
		}
		if len(up.slow) == each {
			if up.quick = append(up.quick, c.ID); len(up.quick) == each {
				break
			}
			continue
		}
		up.slow = append(up.slow, c.ID)
		for _, f := range files {
			if u, err := url.Parse(f.DataURL); err == nil {
				slow[u.Path] = true
			}
		}
	}
	require.Len(t, up.quick, each)
	up.trickling = slow
	return up
}

// ServeHTTP implements [http.Handler].
func (u *filesUpstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !u.trickling[r.URL.Path] {
		u.Sandbox.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/pdf")
	for r.Context().Err() == nil {
		if _, err := w.Write([]byte("%")); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}
