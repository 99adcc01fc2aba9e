package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

func sandboxCommand() *cli.Command {
	return &cli.Command{
		Name:  "sandbox",
		Usage: "serve the embedded ATS as Kombo's API, for any client",
		Flags: append(sandboxFlags(),
			&cli.StringFlag{Name: "listen", Usage: "address to listen on", Value: "127.0.0.1:8788"},
			&cli.BoolFlag{Name: "json", Usage: "print the three settings as JSON"},
			&cli.IntFlag{Name: "rate-limit", Usage: "requests a minute; -1 for no limit", Value: 300},
		),
		Action: serveSandbox,
	}
}

func serveSandbox(ctx context.Context, cmd *cli.Command) error {
	opts, err := sandboxOptions(cmd)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", cmd.String("listen"))
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	opts.RateLimit = cmd.Int("rate-limit")
	opts.BaseURL = "http://" + l.Addr().String() + "/v1"
	s := sandbox.New(opts)
	if err := printSandbox(cmd, opts.BaseURL, s); err != nil {
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

// printSandbox prints the settings that lead to a served sandbox. Its key opens
// nothing else, so it is no secret.
func printSandbox(cmd *cli.Command, address string, s *sandbox.Sandbox) error {
	w := cmd.Root().Writer
	if cmd.Bool("json") {
		return printJSON(w, map[string]string{"KOMBO_BASE_URL": address, "KOMBO_API_KEY": s.APIKey(), "KOMBO_INTEGRATION_ID": s.IntegrationID()})
	}
	_, err := fmt.Fprintf(w, "KOMBO_BASE_URL=%s\nKOMBO_API_KEY=%s\nKOMBO_INTEGRATION_ID=%s\n", address, s.APIKey(), s.IntegrationID())
	return err
}
