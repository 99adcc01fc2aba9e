package serve

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// soon bounds what a test waits for, on a busy machine.
const soon = 20 * time.Second

type object = map[string]any

// newBox makes the tools of one tenant, in a sandbox of their own.
func newBox(t testing.TB, change func(*tools.Config)) *tools.Toolbox {
	t.Helper()
	s := sandbox.New(sandbox.Options{Seed: 7, Applications: 60, Today: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), RateLimit: -1})
	client, err := kombo.New(s.APIKey(), kombo.WithIntegration(s.IntegrationID()), kombo.WithBaseURL(s.BaseURL()),
		kombo.WithHTTPClient(&http.Client{Transport: s.Transport()}))
	require.NoError(t, err)
	cfg := tools.Config{Client: client, Now: s.Now, Writes: tools.PolicyAllow}
	if change != nil {
		change(&cfg)
	}
	box, err := tools.New(cfg)
	require.NoError(t, err)
	return box
}

// doorman lets in whoever shows the token of a tenant.
type doorman map[string]*Tenant

var errStranger = errors.New("a stranger")

func (d doorman) Authenticate(r *http.Request) (*Tenant, error) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer")
	if t := d[strings.TrimSpace(token)]; t != nil {
		return t, nil
	}
	return nil, errStranger
}

func (d doorman) Refuse(error) (int, string) { return http.StatusUnauthorized, "Bearer" }

// house is a server on a socket, with a stub of every kind of tool beside the
// real ones.
type house struct {
	t    testing.TB
	http *HTTP
	url  string
	logs *record
	// ended gets what Serve returned.
	ended chan error
	// stop begins the shutdown.
	stop context.CancelFunc

	// began gets the name that each call of the tool wait was given, and open
	// lets all of them end.
	began chan string
	open  chan struct{}
	// gone gets the name of each that was cancelled.
	gone chan string
}

// record is written by a server and read by its test.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}

func newHouse(t testing.TB) *house {
	t.Helper()
	return &house{t: t, logs: &record{}, ended: make(chan error, 1), began: make(chan string, 2000), open: make(chan struct{}), gone: make(chan string, 2000)}
}

// openHouse serves on a free port until the test ends.
func openHouse(t testing.TB, change func(*HTTPOptions, *HTTP)) *house {
	t.Helper()
	h := newHouse(t)
	o := HTTPOptions{
		Auth:       doorman{"": {Name: "one", Box: newBox(t, nil), MaxCalls: 1000}},
		Guard:      Guard{Loopback: true},
		Streamable: true, SSE: true, MaxCalls: 1000, Version: "test", Logger: slog.New(slog.NewJSONHandler(h.logs, nil)), Extend: h.extend,
	}
	limits := &HTTP{times: patience}
	if change != nil {
		change(&o, limits)
	}
	h.http = NewHTTP(o)
	h.http.times = limits.times
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	h.url = "http://" + l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	h.stop = cancel
	go func() { h.ended <- h.http.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-h.ended:
			assert.NoError(t, err)
		case <-time.After(soon):
			assert.Fail(t, "the server does not end")
		}
	})
	return h
}

// extend adds the stubs: one that waits, one that panics, two that answer with
// much, one that tells how far it is.
func (h *house) extend(s *server.MCPServer) {
	s.AddTool(mcp.NewTool("wait", mcp.WithString("name")), func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		name := r.GetString("name", "")
		h.began <- name
		select {
		case <-h.open:
			return mcp.NewToolResultText("waited " + name), nil
		case <-ctx.Done():
			h.gone <- name
			return nil, ctx.Err()
		}
	})
	s.AddTool(mcp.NewTool("panic"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		panics()
		return nil, nil
	})
	s.AddTool(mcp.NewTool("large"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(strings.Repeat("x", 1<<20)), nil
	})
	s.AddTool(mcp.NewTool("huge", mcp.WithNumber("megabytes")), func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(strings.Repeat("x", r.GetInt("megabytes", 0)<<20)), nil
	})
	s.AddTool(mcp.NewTool("far"), func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		p := progressOf(ctx, r)
		for i := range 3 {
			p.last = time.Time{}
			p.tell(i+1, 3)
		}
		p.settle()
		return mcp.NewToolResultText("far"), nil
	})
}

// heard waits for a name.
func heard(t testing.TB, names <-chan string) string {
	t.Helper()
	select {
	case name := <-names:
		return name
	case <-time.After(soon):
		require.Fail(t, "nothing was heard")
		return ""
	}
}

// answer is that to one request.
type answer struct {
	status int
	header http.Header
	body   string
}

// send makes one request. Headers are names and values in turn.
func (h *house) send(method, path, body string, headers ...string) answer {
	h.t.Helper()
	a, err := h.try(h.t.(interface{ Context() context.Context }).Context(), method, path, body, headers...)
	require.NoError(h.t, err)
	return a
}

func (h *house) try(ctx context.Context, method, path, body string, headers ...string) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, h.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(raw)}, err
}

// rpc words a request of the protocol.
func rpc(id any, method string, params any) string {
	m := object{"jsonrpc": "2.0", "method": method}
	if id != nil {
		m["id"] = id
	}
	if params != nil {
		m["params"] = params
	}
	raw, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func calling(id any, tool string, arguments object) string {
	return rpc(id, "tools/call", object{"name": tool, "arguments": arguments, "_meta": object{"progressToken": id}})
}

var hello = rpc(0, "initialize", object{"protocolVersion": "2025-06-18", "capabilities": object{}, "clientInfo": object{"name": "test", "version": "1"}})

// greet begins a session and gives its id.
func (h *house) greet(headers ...string) string {
	h.t.Helper()
	a := h.send(http.MethodPost, "/mcp", hello, headers...)
	require.Equal(h.t, http.StatusOK, a.status, a.body)
	id := a.header.Get(server.HeaderKeySessionID)
	require.NotEmpty(h.t, id)
	a = h.send(http.MethodPost, "/mcp", rpc(nil, "notifications/initialized", nil), append(headers, server.HeaderKeySessionID, id)...)
	require.Equal(h.t, http.StatusAccepted, a.status, a.body)
	return id
}

// post sends a message in a session.
func (h *house) post(session, message string, headers ...string) answer {
	h.t.Helper()
	return h.send(http.MethodPost, "/mcp", message, append(headers, server.HeaderKeySessionID, session)...)
}

// later is post without waiting.
func (h *house) later(session, message string) <-chan answer {
	done := make(chan answer, 1)
	go func() {
		a, err := h.try(context.Background(), http.MethodPost, "/mcp", message, server.HeaderKeySessionID, session)
		if err != nil {
			a.body = err.Error()
		}
		done <- a
	}()
	return done
}

// stream is one of the older transport.
type stream struct {
	*house
	messages string
	events   *bufio.Reader
	hang     context.CancelFunc
}

func (h *house) stream(headers ...string) *stream {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/sse", nil)
	require.NoError(h.t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	require.NoError(h.t, err)
	h.t.Cleanup(func() { _ = resp.Body.Close() })
	require.Equal(h.t, http.StatusOK, resp.StatusCode)
	s := &stream{house: h, events: bufio.NewReader(resp.Body), hang: cancel}
	s.messages = s.next()
	require.True(h.t, strings.HasPrefix(s.messages, "/message?sessionId="), s.messages)
	require.Equal(h.t, http.StatusAccepted, h.send(http.MethodPost, s.messages, hello, headers...).status)
	require.Contains(h.t, s.next(), "serverInfo")
	require.Equal(h.t, http.StatusAccepted, h.send(http.MethodPost, s.messages, rpc(nil, "notifications/initialized", nil), headers...).status)
	return s
}

// next gives what the next event carries, "" at the end.
func (s *stream) next() string {
	for {
		line, err := s.events.ReadString('\n')
		if data, ok := strings.CutPrefix(line, "data:"); ok {
			return strings.TrimSpace(data)
		}
		if err != nil {
			return ""
		}
	}
}

// say sends a message on its way.
func (s *stream) say(message string) {
	s.t.Helper()
	require.Equal(s.t, http.StatusAccepted, s.send(http.MethodPost, s.messages, message).status)
}
