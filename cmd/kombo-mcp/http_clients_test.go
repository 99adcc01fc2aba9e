package main

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	gosdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/tools"
)

// carrying puts a token on every request.
type carrying struct{ token string }

func (c carrying) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// goClients are the official Go SDK over what needs an address, in both eras of
// the protocol.
var goClients = map[string]struct {
	era       string
	transport func(base string, c *http.Client) gosdk.Transport
}{
	"streamable HTTP":              {"2025-11-25", streamable},
	"streamable HTTP, no sessions": {withoutSessions, streamable},
	overSSE: {"2025-06-18", func(base string, c *http.Client) gosdk.Transport {
		return &gosdk.SSEClientTransport{Endpoint: base + "/sse", HTTPClient: c}
	}},
}

const (
	overSSE         = "SSE"
	withoutSessions = "2026-07-28"
)

func streamable(base string, c *http.Client) gosdk.Transport {
	return &gosdk.StreamableClientTransport{Endpoint: base + "/mcp", HTTPClient: c}
}

func TestTheOfficialGoClientOverHTTPAndSSE(t *testing.T) {
	t.Parallel()
	u := serveUpstream(t, nil)
	applications := castOf(t, u).applications
	s := serveProcess(t, append(u.environment(t), "KOMBO_AUTH_TOKEN="+tokenOfOne), "--writes=confirm-all")
	place := -1
	for name, how := range goClients {
		place++
		application := applications[place]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), deadline)
			defer cancel()
			var asked atomic.Int32
			c := gosdk.NewClient(&gosdk.Implementation{Name: "go-sdk", Version: "1"}, &gosdk.ClientOptions{
				ElicitationHandler: func(_ context.Context, r *gosdk.ElicitRequest) (*gosdk.ElicitResult, error) {
					asked.Add(1)
					return &gosdk.ElicitResult{Action: "accept", Content: map[string]any{"confirm": true}}, nil
				},
			})
			session, err := c.Connect(ctx, how.transport(s.base, &http.Client{Transport: carrying{tokenOfOne}}), &gosdk.ClientSessionOptions{ProtocolVersion: how.era})
			require.NoError(t, err)
			defer func() { assert.NoError(t, session.Close()) }()
			if how.era != withoutSessions {
				require.NoError(t, session.Ping(ctx, nil), "the newer era has none")
			}
			listed, err := session.ListTools(ctx, nil)
			require.NoError(t, err)
			assert.Len(t, listed.Tools, len(tools.Catalogue()))
			call := func(tool string, arguments object) object {
				t.Helper()
				r, err := session.CallTool(ctx, &gosdk.CallToolParams{Name: tool, Arguments: arguments})
				require.NoError(t, err)
				require.False(t, r.IsError, "%+v", r.Content[0])
				return r.StructuredContent.(object)
			}
			assert.Positive(t, call("get_jobs", object{"limit": 2})["summary"].(object)["matched"])
			note := object{"application_id": application.ID, "content": "by the Go SDK over " + name}
			done := call("add_application_note", note)
			if name == overSSE {
				// The library cannot ask there: the server falls back.
				assert.Equal(t, "preview", done["outcome"])
				note["code"] = done["code"]
				done = call("add_application_note", note)
			} else {
				assert.Equal(t, int32(1), asked.Load(), "the person was asked")
			}
			assert.Equal(t, "done", done["outcome"])
			wrong, err := session.CallTool(ctx, &gosdk.CallToolParams{Name: "get_jobs", Arguments: object{"where": "no such column"}})
			require.NoError(t, err)
			assert.True(t, wrong.IsError)
		})
	}
}

func TestTheOfficialGoClientIsTurnedAwayWithoutAToken(t *testing.T) {
	t.Parallel()
	s := serveProcess(t, environment(t, "KOMBO_AUTH_TOKEN="+tokenOfOne), "--sandbox")
	for name, how := range goClients {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		_, err := gosdk.NewClient(&gosdk.Implementation{Name: "go-sdk", Version: "1"}, nil).Connect(ctx, how.transport(s.base, &http.Client{Transport: carrying{}}), &gosdk.ClientSessionOptions{ProtocolVersion: how.era})
		cancel()
		assert.ErrorContains(t, err, "nauthorized", name)
	}
}
