//go:build load

package load

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/testbinary"
)

// With these variables set, the test binary is a bare server instead, whose one tool
// answers with the bytes of a file.
const (
	bareKind  = "KOMBO_LOAD_BARE"
	bareBytes = "KOMBO_LOAD_BYTES"
)

func TestMain(m *testing.M) {
	if kind := os.Getenv(bareKind); kind != "" {
		if err := bare(kind, os.Getenv(bareBytes)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	// The client logs each stream that it opens.
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(testbinary.Run(m))
}

func bare(kind, path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var answer struct {
		Text string `json:"text"`
		Rest any    `json:"rest"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return err
	}
	s := server.NewMCPServer("bare", "1", server.WithToolCapabilities(false))
	s.AddTool(mcp.NewTool("answer"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultStructured(answer.Rest, answer.Text), nil
	})
	if kind == "stdio" {
		return server.ServeStdio(s)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "serving %s on %s\n", kind, l.Addr())
	mux := http.NewServeMux()
	mux.Handle("/mcp", server.NewStreamableHTTPServer(s, server.WithStateful(true)))
	sse := server.NewSSEServer(s)
	mux.Handle("/sse", sse.SSEHandler())
	mux.Handle("/message", sse.MessageHandler())
	return http.Serve(l, mux) //nolint:gosec // it is to be bare
}

// target is a server to measure.
type target struct {
	path string
	args []string
	env  []string
	// kind is stdio, http, "http with a stream" (an open GET stream) or sse.
	kind string
	// url is the address of the server, "" over stdio.
	url string
	pid int
}

// sandboxed returns the real server on made-up data.
func sandboxed(path, kind string, more ...string) *target {
	args := append([]string{"--sandbox", "--seed=7", "--today=2026-11-24", "--transport=" + kind}, more...)
	if kind != "stdio" {
		args = append(args, "--listen=127.0.0.1:0")
	}
	return &target{path: path, args: args, kind: kind}
}

var serving = regexp.MustCompile(` on (\S+:\d+)$`)

// listen starts a target that serves HTTP; over stdio, connect does.
func (g *target) listen(t *testing.T) {
	t.Helper()
	if g.kind == "stdio" {
		return
	}
	cmd := exec.Command(g.path, g.args...)
	cmd.Env = append(os.Environ(), g.env...)
	said, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	g.pid = cmd.Process.Pid
	for scan := bufio.NewScanner(said); scan.Scan(); {
		if m := serving.FindStringSubmatch(scan.Text()); m != nil {
			g.url = "http://" + m[1]
			go func() {
				for scan.Scan() {
					fmt.Fprintln(os.Stderr, scan.Text())
				}
			}()
			return
		}
		fmt.Fprintln(os.Stderr, scan.Text())
	}
	require.Fail(t, "the server does not listen")
}

// connect begins a session that lasts as long as the test.
func (g *target) connect(t *testing.T) *client.Client {
	t.Helper()
	c, err := g.dial(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (g *target) dial(ctx context.Context) (c *client.Client, err error) {
	switch g.kind {
	case "stdio":
		c, err = client.NewStdioMCPClientWithOptions(g.path, append(os.Environ(), g.env...), g.args, transport.WithCommandFunc(
			func(_ context.Context, path string, env, args []string) (*exec.Cmd, error) {
				cmd := exec.Command(path, args...)
				cmd.Env = env
				return cmd, nil
			}))
	case "http":
		c, err = client.NewStreamableHttpClient(g.url+"/mcp", transport.WithHTTPBasicClient(pooled))
	case "http with a stream":
		c, err = client.NewStreamableHttpClient(g.url+"/mcp", transport.WithHTTPBasicClient(pooled), transport.WithContinuousListening()) //nolint:staticcheck // hosts do so until they speak the newer era
	default:
		c, err = client.NewSSEMCPClient(g.url+"/sse", transport.WithHTTPClient(pooled))
	}
	if err != nil {
		return nil, err
	}
	if g.kind != "stdio" {
		if err := c.Start(context.WithoutCancel(ctx)); err != nil {
			return nil, err
		}
	}
	hello := mcp.InitializeRequest{}
	hello.Params.ProtocolVersion, hello.Params.ClientInfo = "2025-06-18", mcp.Implementation{Name: "load", Version: "1"}
	within, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if _, err = c.Initialize(within, hello); err != nil {
		_ = c.Close()
	}
	return c, err
}

// pooled keeps a connection for each caller.
var pooled = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2000, MaxIdleConns: 2000}}

// ask calls a tool. An error result is returned as an error.
func ask(ctx context.Context, c *client.Client, tool string, arguments any) (*mcp.CallToolResult, error) {
	r := mcp.CallToolRequest{}
	r.Params.Name, r.Params.Arguments = tool, arguments
	result, err := c.CallTool(ctx, r)
	if err == nil && result.IsError {
		return result, refused{tool, result.Content[0].(mcp.TextContent).Text}
	}
	return result, err
}

// refused is an error result.
type refused struct{ tool, text string }

func (r refused) Error() string { return r.tool + ": " + r.text }

// save stores an answer for the bare server.
func save(t *testing.T, r *mcp.CallToolResult) string {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"text": r.Content[0].(mcp.TextContent).Text, "rest": r.StructuredContent})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "answer.json")
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	return path
}
