package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/urfave/cli/v3"
	"golang.org/x/term"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/approvals"
)

// approveOptions say where the approvals are and how the person decides.
type approveOptions struct {
	*app.Settings
	web bool
}

func approveCommand() *cli.Command {
	o := approveOptions{Settings: newToolSettings()}
	return &cli.Command{
		Name:  "approve",
		Usage: "approve or decline, as a person, the writes that wait for approval",
		Description: "It shows each write whole and asks. It is for the person who runs the server with\n" +
			"--confirm-fallback person, and takes the same --journal and --redis-url.\n" +
			"It needs a terminal: an agent could type into anything else.",
		Flags: []cli.Flag{
			journalFlag(o.Settings, journalPlace+"; what waits is kept beside it"),
			redisFlag(o.Settings, "Redis in which servers share what waits"),
			&yesNoFlag{Name: "web", Destination: &o.web, Usage: "decide in the browser, on a page that only this machine can open"},
		},
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if cmd.Args().Present() {
				return fmt.Errorf("approve takes no argument, not %q", cmd.Args().First())
			}
			return runApprove(ctx, os.Stdin, os.Stdout, &o)
		},
	}
}

func runApprove(ctx context.Context, in, out *os.File, o *approveOptions) (err error) {
	if !isTerminal(in) || !isTerminal(out) {
		return errors.New("approve is for a person, and needs a terminal for its input and its output: an agent could type into anything else. Run it in a terminal of your own")
	}
	logger, err := o.Logger(shownWriter{os.Stderr})
	if err != nil {
		return err
	}
	store, closeStore, err := app.OpenApprovals(ctx, *o.Settings, app.Options{Version: buildVersion(), Logger: logger})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore()) }()
	who := approvals.Approver{Name: userName(), Scope: approvals.AllTenants()}
	if o.web {
		return newWebApproval(store, who, out, logger).run(ctx)
	}
	return approveInTerminal(ctx, in, out, store, who)
}

// approveInTerminal asks about each write. A signal ends it at once: what was not
// decided by then still waits.
func approveInTerminal(ctx context.Context, in, out *os.File, store approvals.Store, who approvals.Approver) error {
	t := approvals.Terminal{In: in, Out: out, Store: store, Approver: who, Drain: func() { discardTyped(in) }}
	if width, _, err := term.GetSize(int(out.Fd())); err == nil {
		t.Width = width
	}
	ended := make(chan error, 1)
	go func() {
		_, err := t.Run(ctx)
		ended <- err
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		// The goroutine waits for a line, which nothing can interrupt.
		_, err := fmt.Fprintln(out, "\nNo decision. What was not decided is still waiting.")
		return errors.Join(err, exitCode(exitRefused))
	}
}
