package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// sandboxOptions describe the data of a served sandbox and where it is served.
type sandboxOptions struct {
	*app.Settings
	json      bool
	rateLimit int
}

func sandboxCommand() *cli.Command {
	o := sandboxOptions{Settings: newSettings(), rateLimit: 300}
	o.Listen = "127.0.0.1:8788"
	return &cli.Command{
		Name:  "sandbox",
		Usage: "serve the embedded ATS as Kombo's API, for any client",
		Flags: append(sandboxFlags(o.Settings),
			&cli.StringFlag{Name: "listen", Destination: &o.Listen, Value: o.Listen, Usage: "address to listen on"},
			&yesNoFlag{Name: "json", Destination: &o.json, Usage: "print the three settings as JSON"},
			&cli.IntFlag{Name: "rate-limit", Destination: &o.rateLimit, Value: o.rateLimit, Usage: "requests a minute; -1 for no limit"},
		),
		Action: func(ctx context.Context, cmd *cli.Command) error { return serveSandbox(ctx, cmd, &o) },
	}
}

func serveSandbox(ctx context.Context, cmd *cli.Command, o *sandboxOptions) error {
	opts, err := o.SandboxOptions()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	opts.RateLimit = o.rateLimit
	opts.BaseURL = "http://" + l.Addr().String() + "/v1"
	s := sandbox.New(opts)
	if err := printSandbox(cmd.Root().Writer, o.json, opts.BaseURL, s); err != nil {
		return errors.Join(err, l.Close())
	}
	srv := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// printSandbox prints the settings by which a client reaches a served sandbox. Its
// key is valid nowhere else, so it is not a secret.
func printSandbox(w io.Writer, asJSON bool, address string, s *sandbox.Sandbox) error {
	if asJSON {
		return printJSON(w, map[string]string{"KOMBO_BASE_URL": address, "KOMBO_API_KEY": s.APIKey(), "KOMBO_INTEGRATION_ID": s.IntegrationID()})
	}
	_, err := fmt.Fprintf(w, "KOMBO_BASE_URL=%s\nKOMBO_API_KEY=%s\nKOMBO_INTEGRATION_ID=%s\n", address, s.APIKey(), s.IntegrationID())
	return err
}
