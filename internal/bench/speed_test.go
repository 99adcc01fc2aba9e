//go:build !race

package bench

import (
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/digest"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// Benchmarks of the server's cost beyond the requests that it makes. Each pair makes the
// same requests over HTTP; the difference is the server's.

// upstream serves the ATS over HTTP, with its data generated beforehand.
func upstream(b *testing.B, s *sandbox.Sandbox) *kombo.Client {
	b.Helper()
	srv := httptest.NewServer(s)
	b.Cleanup(srv.Close)
	c, err := kombo.New(s.APIKey(), kombo.WithIntegration(s.IntegrationID()), kombo.WithBaseURL(srv.URL+"/v1"))
	require.NoError(b, err)
	_, err = c.GetJobs(b.Context(), kombo.JobFilter{})
	require.NoError(b, err)
	return c
}

// uncached returns a toolbox that caches no walk, so that each call makes requests.
func uncached(b *testing.B, c *kombo.Client, s *sandbox.Sandbox) *tools.Toolbox {
	b.Helper()
	box, err := tools.New(tools.Config{Client: c, Now: s.Now, CacheBytes: 1, Limits: digest.Limits{Records: 200_000, Time: 5 * time.Minute}})
	require.NoError(b, err)
	digest.CountTokens("load the vocabulary")
	return box
}

// callTool makes one call and returns how many records matched.
func callTool(b *testing.B, box *tools.Toolbox, name string, with map[string]any) int {
	b.Helper()
	result := box.Call(b.Context(), tools.Caller{Client: "bench"}, name, with)
	require.False(b, result.IsError, "%v", result.Content)
	answer, ok := result.StructuredContent.(*digest.Answer)
	require.True(b, ok)
	require.True(b, answer.Summary.Complete)
	return answer.Summary.Matched
}

var openJobs = map[string]any{"statuses": []any{"OPEN"}}

func BenchmarkToolCall(b *testing.B) {
	s := newSandbox(applicationsHeld)
	box := uncached(b, upstream(b, s), s)
	for b.Loop() {
		require.Positive(b, callTool(b, box, "get_jobs", openJobs))
	}
}

func BenchmarkToolCallOnCachedWalk(b *testing.B) {
	s := newSandbox(applicationsHeld)
	box, err := tools.New(tools.Config{Client: upstream(b, s), Now: s.Now})
	require.NoError(b, err)
	callTool(b, box, "get_jobs", openJobs)
	for b.Loop() {
		require.Positive(b, callTool(b, box, "get_jobs", openJobs))
	}
}

func BenchmarkDirectRequest(b *testing.B) {
	s := newSandbox(applicationsHeld)
	c := upstream(b, s)
	filter := kombo.JobFilter{Statuses: []kombo.JobStatus{kombo.JobOpen}, ListOptions: kombo.ListOptions{PageSize: kombo.MaxPageSize}}
	for b.Loop() {
		page, err := c.GetJobs(b.Context(), filter)
		require.NoError(b, err)
		require.NotEmpty(b, page.Results)
	}
}

const manyApplications = 100_000

// large is generated once, for both benchmarks of a walk.
var large = sync.OnceValue(func() *sandbox.Sandbox { return newSandbox(manyApplications) })

func BenchmarkWalkAndDigest100k(b *testing.B) {
	s := large()
	box := uncached(b, upstream(b, s), s)
	matched := 0
	for b.Loop() {
		matched = callTool(b, box, "get_applications", map[string]any{"where": `days_since(created) > 30`, "group_by": "job,outcome", "measure": "days_to_rejection"})
	}
	require.Greater(b, matched, manyApplications/2)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/manyApplications, "ns/record")
}

func BenchmarkWalkAndDecode100k(b *testing.B) {
	c := upstream(b, large())
	read := 0
	for b.Loop() {
		read = 0
		for page, err := range c.ApplicationPages(b.Context(), kombo.ApplicationFilter{}) {
			require.NoError(b, err)
			read += len(page.Results)
		}
	}
	require.Greater(b, read, manyApplications*9/10)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/manyApplications, "ns/record")
}
