package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/journal"
)

// acceptOptions say which journal is accepted, and whether to ask first.
type acceptOptions struct {
	*app.Settings
	yes bool
}

func acceptCommand() *cli.Command {
	o := acceptOptions{Settings: newSettings()}
	return &cli.Command{
		Name: "accept", Usage: "let writes be sent again although lines are missing",
		Description: "Shows what is missing, asks, and records who accepted it and when.",
		Flags: []cli.Flag{
			journalFlag(o.Settings, journalPlace),
			&yesNoFlag{Name: "yes", Destination: &o.yes, Usage: "do not ask"},
		},
		Action: func(ctx context.Context, cmd *cli.Command) error {
			return acceptJournal(ctx, cmd.Root().Writer, os.Stdin, &o)
		},
	}
}

func acceptJournal(ctx context.Context, w io.Writer, stdin *os.File, o *acceptOptions) error {
	gap, err := journal.FindGap(ctx, o.Journal)
	if err != nil {
		return err
	}
	if gap.Missing == "" {
		_, err := fmt.Fprintln(w, "Nothing is missing that was not accepted before.")
		return err
	}
	if _, err := fmt.Fprintln(w, gapText(gap)); err != nil {
		return err
	}
	how := "--yes"
	if !o.yes {
		if !isTerminal(stdin) || !isTerminal(w) {
			return errors.New("journal accept asks in a terminal; elsewhere it needs --yes")
		}
		how = "terminal"
		if _, err := fmt.Fprint(w, "Let writes be sent again? [y/N] "); err != nil {
			return err
		}
		answer, err := bufio.NewReader(stdin).ReadString('\n')
		if err != nil || !strings.EqualFold(strings.TrimSpace(answer), "y") {
			return exitCode(exitRefused)
		}
	}
	if err := journal.Accept(ctx, journal.Options{Path: o.Journal}, gap.Missing, userName()+", "+how); err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, "Accepted and recorded. Writes are sent again.")
	return err
}

// gapText says what is missing and what to look at.
func gapText(gap journal.Gap) string {
	since, until := "the beginning", "now"
	if !gap.Since.IsZero() {
		since = gap.Since.UTC().Format(time.RFC3339)
	}
	if !gap.Until.IsZero() {
		until = gap.Until.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("Lines of the journal are missing: the last of them had the hash %s.\n"+
		"What was written between %s and %s is not known, and the same write may be sent again.\n"+
		"If there is a copy of the file, put it back instead. If not, look in the ATS at what changed in that time.",
		gap.Missing, since, until)
}

func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "unknown user"
}
