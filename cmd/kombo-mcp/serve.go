package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
)

// serveMCP serves whichever transports were asked for.
func serveMCP(ctx context.Context, cmd *cli.Command, s *app.Settings) error {
	if cmd.Args().Present() {
		return unknownSubcommand(cmd, cmd.Args().First())
	}
	logger, err := s.Logger(shownWriter{os.Stderr})
	if err != nil {
		return err
	}
	o := app.Options{Version: buildVersion(), Logger: logger}
	if !s.OverHTTP() {
		if err := refuseHTTPFlags(cmd, logger); err != nil {
			return err
		}
		// A host's terminal that is closed ends the server as SIGTERM does. Over HTTP, SIGHUP reloads
		// the tenants file.
		ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
		defer stop()
		return app.ServeStdio(ctx, *s, o, &greetingReader{in: os.Stdin, w: os.Stderr}, os.Stdout)
	}
	return app.ServeHTTP(ctx, *s, o, func(l app.Listening) { announce(shownWriter{os.Stderr}, l) })
}

// announce says where a server over HTTP is reached, who may call and how a host is connected.
func announce(w io.Writer, l app.Listening) {
	lines := []string{
		fmt.Sprintf("kombo-mcp: serving %s on %s", strings.Join(l.Transports, " and "), l.Addr),
		"address: " + strings.Join(l.URLs, " and "),
		"callers: " + l.Callers,
	}
	if l.ApproveURL != "" {
		lines = append(lines, "approve: "+l.ApproveURL)
	}
	connect := "connect: kombo-mcp install --url " + l.URLs[0] + " HOST"
	if l.WithToken {
		connect += ", with the caller's token in KOMBO_AUTH_TOKEN"
	}
	_, _ = fmt.Fprintln(w, strings.Join(append(lines, connect), "\n  ")) // losing it does no harm
}

// greetingReader is the input of a server on stdio. On a terminal it says on w what
// the server waits for, once it waits; for a host it says nothing.
type greetingReader struct {
	in   *os.File
	w    io.Writer
	once sync.Once
}

// Read implements io.Reader.
func (r *greetingReader) Read(p []byte) (int, error) {
	r.once.Do(func() {
		if isTerminal(r.in) {
			_, _ = fmt.Fprintln(r.w, "kombo-mcp: serving MCP on stdin; try kombo-mcp demo or kombo-mcp install") // losing it does no harm
		}
	})
	return r.in.Read(p)
}

// refuseHTTPFlags refuses flags that have no effect on stdio: whoever gives --tenants
// relies on the limits in that file. A variable may be set for another server of the
// same shell, and is only logged.
func refuseHTTPFlags(cmd *cli.Command, logger *slog.Logger) error {
	var given, set []string
	for _, f := range httpFlags(newSettings()) {
		b, ok := flagOf(cmd, f.Names()[0])
		switch {
		case !ok:
		case b.given():
			given = append(given, "--"+f.Names()[0])
		case b.variable() != "":
			set = append(set, b.variable())
		}
	}
	switch {
	case len(given) == 1:
		return fmt.Errorf("%s is for serving over HTTP: add --transport=http, or leave it out to serve on stdin and stdout", given[0])
	case len(given) > 1:
		return fmt.Errorf("%s are for serving over HTTP: add --transport=http, or leave them out to serve on stdin and stdout", strings.Join(given, ", "))
	case len(set) > 0:
		logger.Warn("variables have no effect without --transport=http", "variables", strings.Join(set, ","))
	}
	return nil
}

// unknownSubcommand names the nearest subcommand. The library always suggests one; one
// with another first letter does not help.
func unknownSubcommand(cmd *cli.Command, name string) error {
	hint := ""
	if near := cli.SuggestCommand(cmd.Commands, name); near != "" && name != "" && near[0] == name[0] {
		hint = "; did you mean " + near + "?"
	}
	return fmt.Errorf("there is no subcommand %q%s See kombo-mcp --help", name, cmp.Or(hint, "."))
}
