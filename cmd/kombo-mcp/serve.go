package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/serve"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// The transports of the protocol.
const (
	transportStdio = "stdio"
	transportHTTP  = "http"
	transportSSE   = "sse"
)

// transportsOf are the transports that a command was told to serve.
func transportsOf(cmd *cli.Command) []string { return cmd.StringSlice("transport") }

// serveMCP serves whichever transports were asked for.
func serveMCP(ctx context.Context, cmd *cli.Command) error {
	if cmd.Args().Present() {
		return fmt.Errorf("there is no subcommand %q; see kombo-mcp --help", cmd.Args().First())
	}
	transports := transportsOf(cmd)
	for _, t := range transports {
		if !slices.Contains([]string{transportStdio, transportHTTP, transportSSE}, t) {
			return fmt.Errorf("--transport: %q is none of stdio, http, sse", t)
		}
	}
	switch {
	case slices.Equal(transports, []string{transportStdio}):
		return serveStdio(ctx, cmd)
	case slices.Contains(transports, transportStdio) || len(transports) == 0:
		return fmt.Errorf("--transport: stdio serves one client on its own; http and sse go together, not %q", strings.Join(transports, ","))
	}
	return serveHTTP(ctx, cmd, transports)
}

func serveStdio(ctx context.Context, cmd *cli.Command) (err error) {
	logger, err := newLogger(cmd.String("log-level"), false)
	if err != nil {
		return err
	}
	traces, err := startTraces(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, traces()) }()
	// The end of the input is a shutdown too: a write on the wire then has the
	// time that a signal would leave it, not all the time that it may take.
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s, err := configure(ctx, cmd, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return serve.Stdio(ctx, serve.New(s.box, buildVersion(), s.logger), &lastLine{in: os.Stdin, end: stop}, os.Stdout, s.logger)
}

// lastLine tells when its input ends.
type lastLine struct {
	in  io.Reader
	end func()
}

// Read implements io.Reader.
func (l *lastLine) Read(p []byte) (int, error) {
	n, err := l.in.Read(p)
	if err != nil {
		l.end()
	}
	return n, err
}

// observer counts and traces requests to Kombo.
func observer(m *serve.Metrics) func(context.Context, kombo.Attempt) {
	return func(ctx context.Context, a kombo.Attempt) {
		m.Attempt(a)
		serve.TraceAttempt(ctx, a)
	}
}
