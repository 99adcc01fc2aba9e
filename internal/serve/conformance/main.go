// Command conformance serves the tools, resources and prompts that the protocol's
// conformance suite calls, over the transports of kombo-mcp. Only the test of the
// suite builds it. Its answers are those that the suite expects, after mcp-go's own
// example (MIT).
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/mark3labs/mcp-go/server"

	"github.com/kombo-mcp/kombo-mcp/internal/serve"
	"github.com/kombo-mcp/kombo-mcp/kombo"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// openAuth accepts every request.
type openAuth struct{ tenant serve.Tenant }

func (a *openAuth) Authenticate(*http.Request) (serve.Login, error) {
	return serve.Login{Tenant: &a.tenant}, nil
}

func (a *openAuth) Refuse(error) (int, string) { return http.StatusUnauthorized, "" }

func run(ctx context.Context) error {
	// No tool of the suite reaches an ATS.
	client, err := kombo.New("none", kombo.WithIntegration("none"))
	if err != nil {
		return err
	}
	box, err := tools.New(tools.Config{Client: client})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	h := serve.NewHTTP(serve.HTTPOptions{
		Auth: &openAuth{serve.Tenant{Name: "suite", Box: box}}, Guard: serve.Guard{Loopback: true},
		Streamable: true, SSE: true, Version: "conformance", Logger: slog.New(slog.DiscardHandler), Extend: extend,
	})
	fmt.Fprintf(os.Stderr, "serving on %s\n", l.Addr())
	return h.Serve(ctx, l)
}

// extend adds what the suite calls.
func extend(s *server.MCPServer) {
	for _, option := range []server.ServerOption{
		server.WithResourceCapabilities(true, true), server.WithPromptCapabilities(true), server.WithCompletions(), server.WithLogging(),
	} {
		option(s)
	}
	s.EnableSampling()
	addTools(s)
	addDialect(s)
	addNotifications(s)
	addClientRequests(s)
	addResources(s)
	addPrompts(s)
}
