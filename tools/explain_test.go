package tools

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/ownfile"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

func TestAnErrorNamesItsCauseAndTheCure(t *testing.T) {
	for _, tt := range []struct {
		err        error
		says, omit string
	}{
		{&kombo.Error{Operation: "get_jobs", Err: fmt.Errorf("get: %w", x509.UnknownAuthorityError{})}, "SSL_CERT_FILE", "Try again"},
		{&kombo.Error{Operation: "get_jobs", Err: http.ErrServerClosed}, "Try again in a minute", "SSL_CERT_FILE"},
		{&kombo.Error{Operation: "get_jobs", Status: http.StatusNotFound, Message: "nothing here"}, "KOMBO_BASE_URL, which ends in /v1", ""},
		{&kombo.Error{Operation: "get_jobs", Status: 429, Code: kombo.CodeRateLimitExceeded, RetryAfter: time.Hour}, "request limit is used up. Kombo asks to wait an hour: try again after that", "a minute"},
		{&kombo.Error{Operation: "get_jobs", Status: 429, Code: kombo.CodeRateLimitExceeded, RetryAfter: time.Minute}, "Wait a minute", "Kombo asks"},
		{&kombo.Error{Operation: "get_jobs", Status: 429, RetryAfter: 5 * time.Minute}, "Kombo takes no more requests for now. Kombo asks to wait 5 minutes", "a minute"},
		{&kombo.Error{Operation: "get_jobs", Status: 503, Code: kombo.CodeRemoteServiceUnavailable, RetryAfter: 3 * time.Hour}, "The ATS is down. Kombo asks to wait 3 hours", "a few minutes"},
		{&kombo.Error{Operation: "get_jobs", Status: 503, Body: "<html>", RetryAfter: 24 * time.Hour}, "Kombo asks to wait a day or more", "in a minute"},
		{fmt.Errorf("nothing was sent: lock the journal: %w", ownfile.Busy(context.DeadlineExceeded)), "lock the journal: another process or call had it locked", "Kombo"},
		{context.DeadlineExceeded, "Kombo did not answer in time", "lock"},
		{&kombo.Error{Operation: "get_jobs", Status: http.StatusNotFound, Code: kombo.CodeIntegrationNotFound}, "KOMBO_INTEGRATION_ID", "/v1"},
	} {
		says := Explain(tt.err)
		assert.Contains(t, says, tt.says)
		if tt.omit != "" {
			assert.NotContains(t, says, tt.omit)
		}
	}
}

// TestAnHourToWaitIsSaidAtOnce in the answer of a tool.
func TestAnHourToWaitIsSaidAtOnce(t *testing.T) {
	asked := 0
	limited := roundTripper(func(r *http.Request) (*http.Response, error) {
		asked++
		return &http.Response{
			StatusCode: http.StatusTooManyRequests, Request: r, Header: http.Header{"Retry-After": {"3600"}},
			Body: io.NopCloser(strings.NewReader(`{"status":"error","error":{"code":"PLATFORM.RATE_LIMIT_EXCEEDED","message":"Slow down"}}`)),
		}, nil
	})
	client, err := kombo.New("key", kombo.WithIntegration("greenhouse:1"), kombo.WithHTTPClient(&http.Client{Transport: limited}))
	require.NoError(t, err)
	box, err := New(Config{Client: client})
	require.NoError(t, err)
	for tool, arguments := range map[string]map[string]any{"get_jobs": {}, "get_tags": {}, "get_candidate_attachments": {"candidate_id": "a"}} {
		asked = 0
		began := time.Now()
		_, err := box.Run(t.Context(), Caller{}, tool, arguments)
		assert.Less(t, time.Since(began), time.Second, tool)
		assert.Contains(t, Explain(err), "Kombo asks to wait an hour: try again after that, not before.", tool)
		assert.LessOrEqual(t, asked, 2, tool)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
