package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
)

// serveMCP serves whichever transports were asked for.
func serveMCP(ctx context.Context, cmd *cli.Command, s *app.Settings) error {
	if cmd.Args().Present() {
		return fmt.Errorf("there is no subcommand %q; see kombo-mcp --help", cmd.Args().First())
	}
	logger, err := s.Logger(os.Stderr)
	if err != nil {
		return err
	}
	o := app.Options{Version: buildVersion(), Logger: logger}
	if !s.OverHTTP() {
		return app.ServeStdio(ctx, *s, o, os.Stdin, os.Stdout)
	}
	return app.ServeHTTP(ctx, *s, o, func(a net.Addr) {
		fmt.Fprintf(os.Stderr, "kombo-mcp: serving %s on %s\n", strings.Join(s.Transports, " and "), a)
	})
}
