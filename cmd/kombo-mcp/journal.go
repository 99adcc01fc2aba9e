package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/journal"
)

// journalPlace is the usage of --journal where the journal is only read.
const journalPlace = "file or folder of the journal; by default in the user's state directory"

func journalCommand() *cli.Command {
	return &cli.Command{
		Name:     "journal",
		Usage:    "read the record of writes",
		Commands: []*cli.Command{verifyCommand(), showCommand(), acceptCommand()},
		Action: func(_ context.Context, cmd *cli.Command) error {
			return needsSubcommand(cmd, "verify, show or accept")
		},
	}
}

// verifyOptions say which journal is checked and how the report is printed.
type verifyOptions struct {
	*app.Settings
	json bool
}

func verifyCommand() *cli.Command {
	o := verifyOptions{Settings: newSettings()}
	return &cli.Command{
		Name: "verify", Usage: "check that no line was changed, removed or added",
		Description: "Exit code 1 means that it was.",
		Flags:       []cli.Flag{journalFlag(o.Settings, journalPlace), &yesNoFlag{Name: "json", Destination: &o.json, Usage: "print the report as JSON"}},
		Action:      func(ctx context.Context, cmd *cli.Command) error { return verifyJournal(ctx, cmd, &o) },
	}
}

// showOptions choose the lines of a journal.
type showOptions struct {
	*app.Settings
	filter journal.Filter
	// since becomes the filter's.
	since string
}

func showCommand() *cli.Command {
	o := showOptions{Settings: newSettings()}
	return &cli.Command{
		Name: "show", Usage: "print the lines, oldest first",
		Flags: []cli.Flag{
			journalFlag(o.Settings, journalPlace),
			&yesNoFlag{Name: "json", Destination: &o.filter.JSON, Usage: "print the lines as they are in the file"},
			&cli.StringFlag{Name: "since", Destination: &o.since, Usage: "only lines since this date or time, such as 2026-11-24"},
			&cli.StringFlag{Name: "tool", Destination: &o.filter.Tool, Usage: "only this tool"},
			&cli.StringFlag{Name: "tenant", Destination: &o.filter.Tenant, Usage: "only this tenant"},
			&cli.StringFlag{Name: "subject", Destination: &o.filter.Subject, Usage: "only this caller: a token's name, or a subject"},
			&cli.StringFlag{Name: "kind", Destination: &o.filter.Kind, Usage: "only intent, outcome, confirmation, approval, read, note, start, healed, gap or accepted"},
			&cli.StringFlag{Name: "state", Destination: &o.filter.State, Usage: "only outcomes that are done, refused or unknown"},
		},
		Action: func(ctx context.Context, cmd *cli.Command) error { return showJournal(ctx, cmd, &o) },
	}
}

func verifyJournal(ctx context.Context, cmd *cli.Command, o *verifyOptions) error {
	ended := newProgress(os.Stderr).waiting("reading the journal")
	r, err := journal.Verify(ctx, o.Journal)
	ended()
	if err != nil {
		return err
	}
	w := cmd.Root().Writer
	if o.json {
		err = json.NewEncoder(w).Encode(r)
	} else {
		err = printReport(w, r)
	}
	if err == nil && r.Bad != nil {
		return exitCode(exitRefused)
	}
	return err
}

func printReport(w io.Writer, r journal.Report) error {
	verdict := "intact: every line follows from the one before"
	if r.Bad != nil {
		verdict = "NOT intact: " + r.Bad.String()
	}
	lines := []string{fmt.Sprintf("%d lines in %s", r.Lines, strings.Join(r.Files, ", ")), verdict}
	add := func(n int, words string) {
		if n > 0 {
			lines = append(lines, fmt.Sprintf("%d %s", n, words))
		}
	}
	add(r.Open, "writes without an outcome: in flight, or interrupted and unknown")
	add(r.Healed, "torn lines were cut off")
	add(r.Torn, "bytes of an unfinished last line, cut off at the next start")
	add(r.Unsealed, "lines after the last one noted as written")
	if r.Gap.Missing != "" {
		lines = append(lines, "nothing is sent until somebody has looked and runs: kombo-mcp journal accept")
	}
	for _, accepted := range r.Accepted {
		lines = append(lines, "missing lines were accepted on "+accepted)
	}
	if r.Removed != "" {
		lines = append(lines, "older files are missing, the last of them "+r.Removed)
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

func showJournal(ctx context.Context, cmd *cli.Command, o *showOptions) (err error) {
	if o.since != "" {
		if o.filter.Since, err = parseInstant(o.since); err != nil {
			return fmt.Errorf("--since: %w", err)
		}
	}
	return journal.Show(ctx, o.Journal, o.filter, cmd.Root().Writer)
}

// parseInstant reads a date, which is its first moment in UTC, or an instant.
func parseInstant(s string) (time.Time, error) {
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(form, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a valid date; write it as 2026-11-24 or 2026-11-24T09:30:00Z", s)
}

// needsSubcommand says which subcommands a command has, when it is called with none of them.
func needsSubcommand(cmd *cli.Command, names string) error {
	if !cmd.Args().Present() {
		return fmt.Errorf("%s needs %s", cmd.Name, names)
	}
	return fmt.Errorf("%s needs %s, not %q", cmd.Name, names, cmd.Args().First())
}
