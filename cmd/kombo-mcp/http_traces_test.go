package main

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/fake"
)

// TestTracesGoWhereTheStandardVariableSays reads what the server exports as
// bytes: names stand in them as they are.
func TestTracesGoWhereTheStandardVariableSays(t *testing.T) {
	t.Parallel()
	exported := &fake.Log{}
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/v1/traces", r.URL.Path)
		body := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			unzipped, err := gzip.NewReader(body)
			if !assert.NoError(t, err) {
				return
			}
			body = unzipped
		}
		_, err := io.Copy(exported, body)
		assert.NoError(t, err)
	}))
	t.Cleanup(collector.Close)
	u := serveUpstream(t, nil)
	person := u.Snapshot().Candidates[0]
	require.NotEmpty(t, person.Emails)
	s := serveProcess(t, append(u.environment(t), "OTEL_EXPORTER_OTLP_ENDPOINT="+collector.URL))
	session := s.open()
	s.tool(session, "get_tags", object{"limit": 1})
	s.tool(session, "get_candidates", object{"email": person.Emails[0], "where": "no such column"})
	s.tool(session, "get_candidates", object{"email": person.Emails[0]})
	require.NoError(t, s.cmd.Process.Signal(syscall.SIGTERM))
	s.end(deadline)
	got := exported.String()
	for _, name := range []string{"kombo-mcp", "tools/call get_tags", "tools/call get_candidates", "kombo.operation", "http.response.status_code"} {
		assert.Contains(t, got, name)
	}
	for _, secret := range []string{person.Emails[0], person.Last, u.APIKey()} {
		assert.NotContains(t, strings.ToLower(got), strings.ToLower(secret))
	}
}
