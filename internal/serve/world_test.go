package serve

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/fake"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// soon is how long a test waits at most, on a busy machine.
const soon = 20 * time.Second

type object = map[string]any

// newBox returns the toolbox of one tenant, with a sandbox of its own.
func newBox(t testing.TB, change func(*tools.Config)) *tools.Toolbox {
	t.Helper()
	s := sandbox.New(sandbox.Options{Seed: 7, Applications: 60, Today: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), RateLimit: -1})
	client := fake.Kombo(t, s)
	cfg := tools.Config{Client: client, Now: s.Now, Writes: tools.PolicyAllow}
	if change != nil {
		change(&cfg)
	}
	box, err := tools.New(cfg)
	require.NoError(t, err)
	return box
}

// tokenAuth authenticates by a token that is the name of a tenant.
type tokenAuth map[string]*Tenant

var errUnknownToken = errors.New("unknown token")

func (d tokenAuth) Authenticate(r *http.Request) (Login, error) {
	token := strings.TrimSpace(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer"))
	if t := d[token]; t != nil {
		return Login{Tenant: t, Subject: token, Owner: token}, nil
	}
	return Login{}, errUnknownToken
}

func (d tokenAuth) Refuse(error) (int, string) { return http.StatusUnauthorized, "Bearer" }

// testServer is a server with stub tools in addition to the real ones: on a
// socket, or on connections in memory.
type testServer struct {
	t      testing.TB
	http   *HTTP
	url    string
	client *http.Client
	// connect opens a connection to the server.
	connect func() (net.Conn, error)
	logs    *fake.Log
	// ended receives what Serve returned.
	ended chan error
	// stop begins the shutdown.
	stop context.CancelFunc

	// began receives the name in each call of the tool wait; closing open ends all
	// of them.
	began chan string
	open  chan struct{}
	// gone receives the name of each call that was canceled.
	gone chan string
}

func newTestServer(t testing.TB) *testServer {
	t.Helper()
	return &testServer{t: t, client: http.DefaultClient, logs: &fake.Log{}, ended: make(chan error, 1), began: make(chan string, 2000), open: make(chan struct{}), gone: make(chan string, 2000)}
}

// startServer starts a server on a free port, until the test ends.
func startServer(t testing.TB, change func(*HTTPOptions, *HTTP)) *testServer {
	t.Helper()
	h := newTestServer(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	h.url = "http://" + l.Addr().String()
	h.connect = func() (net.Conn, error) { return net.Dial("tcp", l.Addr().String()) }
	h.serve(l, change)
	return h
}

// serve serves on a listener until the test ends.
func (h *testServer) serve(l net.Listener, change func(*HTTPOptions, *HTTP)) {
	t := h.t
	t.Helper()
	o := HTTPOptions{
		Auth:       tokenAuth{"": {Name: "one", Box: newBox(t, nil), MaxCalls: 1000}},
		Guard:      Guard{Loopback: true},
		Streamable: true, SSE: true, MaxCalls: 1000, Version: "test", Logger: slog.New(slog.NewJSONHandler(h.logs, nil)), Extend: h.extend,
	}
	limits := &HTTP{timeouts: defaultTimeouts}
	if change != nil {
		change(&o, limits)
	}
	h.http = NewHTTP(o)
	h.http.timeouts = limits.timeouts
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
}

// extend adds the stubs: one that waits, one that panics, two with large answers,
// one that reports progress.
func (h *testServer) extend(s *server.MCPServer) {
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
			p.report(i+1, "steps")
		}
		p.waitUntilSent()
		return mcp.NewToolResultText("far"), nil
	})
}

// heard waits for a name from a channel.
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

// answer is the response to one request.
type answer struct {
	status int
	header http.Header
	body   string
}

// send sends one request. Headers are alternating names and values.
func (h *testServer) send(method, path, body string, headers ...string) answer {
	h.t.Helper()
	a, err := h.try(h.t.(interface{ Context() context.Context }).Context(), method, path, body, headers...)
	require.NoError(h.t, err)
	return a
}

func (h *testServer) try(ctx context.Context, method, path, body string, headers ...string) (answer, error) {
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
	resp, err := h.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(raw)}, err
}

// rpc returns a request of the protocol.
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

// greet initializes a session and returns its id.
func (h *testServer) greet(headers ...string) string {
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
func (h *testServer) post(session, message string, headers ...string) answer {
	h.t.Helper()
	return h.send(http.MethodPost, "/mcp", message, append(headers, server.HeaderKeySessionID, session)...)
}

// later posts without waiting for the response.
func (h *testServer) later(session, message string, headers ...string) <-chan answer {
	done := make(chan answer, 1)
	go func() {
		a, err := h.try(context.Background(), http.MethodPost, "/mcp", message, append(headers, server.HeaderKeySessionID, session)...)
		if err != nil {
			a.body = err.Error()
		}
		done <- a
	}()
	return done
}

// getStream opens a GET stream in a session, until the test ends.
func (h *testServer) getStream(ctx context.Context, session string, headers ...string) (status int, events io.Reader) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/mcp", nil)
	require.NoError(h.t, err)
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set(server.HeaderKeySessionID, session)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := h.client.Do(r)
	require.NoError(h.t, err)
	h.t.Cleanup(func() { _ = resp.Body.Close() })
	return resp.StatusCode, resp.Body
}

// stream is an SSE stream.
type stream struct {
	*testServer
	messages string
	events   *bufio.Reader
	hang     context.CancelFunc
}

func (h *testServer) stream(headers ...string) *stream {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/sse", nil)
	require.NoError(h.t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := h.client.Do(r)
	require.NoError(h.t, err)
	h.t.Cleanup(func() { _ = resp.Body.Close() })
	require.Equal(h.t, http.StatusOK, resp.StatusCode)
	s := &stream{testServer: h, events: bufio.NewReader(resp.Body), hang: cancel}
	s.messages = s.next()
	require.True(h.t, strings.HasPrefix(s.messages, "/message?sessionId="), s.messages)
	require.Equal(h.t, http.StatusAccepted, h.send(http.MethodPost, s.messages, hello, headers...).status)
	require.Contains(h.t, s.next(), "serverInfo")
	require.Equal(h.t, http.StatusAccepted, h.send(http.MethodPost, s.messages, rpc(nil, "notifications/initialized", nil), headers...).status)
	return s
}

// next returns the data of the next event, "" at the end.
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

// nextButPings is next, but for the library's pings.
func (s *stream) nextButPings() string {
	event := s.next()
	for strings.Contains(event, `"method":"ping"`) {
		event = s.next()
	}
	return event
}

// say posts a message of the stream's session.
func (s *stream) say(message string) {
	s.t.Helper()
	require.Equal(s.t, http.StatusAccepted, s.send(http.MethodPost, s.messages, message).status)
}
