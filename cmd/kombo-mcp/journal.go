package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/journal"
)

func journalCommand() *cli.Command {
	place := func() cli.Flag {
		return &cli.StringFlag{Name: "journal", Usage: "file or folder of the journal; by default in the user's state directory", Sources: cli.EnvVars("KOMBO_JOURNAL")}
	}
	return &cli.Command{
		Name:  "journal",
		Usage: "read the record of writes",
		Commands: []*cli.Command{
			{
				Name: "verify", Usage: "check that no line was changed, removed or added",
				Description: "Exit code 1 means that it was.",
				Flags:       []cli.Flag{place(), &cli.BoolFlag{Name: "json", Usage: "print the report as JSON"}},
				Action:      verifyJournal,
			},
			{
				Name: "show", Usage: "print the lines, oldest first",
				Flags: []cli.Flag{
					place(),
					&cli.BoolFlag{Name: "json", Usage: "print the lines as they stand in the file"},
					&cli.StringFlag{Name: "since", Usage: "only from this day or instant on, such as 2026-11-24"},
					&cli.StringFlag{Name: "tool", Usage: "only this tool"},
					&cli.StringFlag{Name: "kind", Usage: "only intent, outcome, read, note, start, healed or gap"},
					&cli.StringFlag{Name: "state", Usage: "only outcomes that are done, refused or unknown"},
				},
				Action: showJournal,
			},
		},
		Action: func(_ context.Context, cmd *cli.Command) error {
			return fmt.Errorf("journal needs verify or show, not %q", cmd.Args().First())
		},
	}
}

func verifyJournal(ctx context.Context, cmd *cli.Command) error {
	ended := newProgress(os.Stderr).waiting("reading the journal")
	r, err := journal.Verify(ctx, cmd.String("journal"))
	ended()
	if err != nil {
		return err
	}
	w := cmd.Root().Writer
	if cmd.Bool("json") {
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
	verdict := "whole: every line follows from the one before"
	if r.Bad != nil {
		verdict = "NOT whole: " + r.Bad.String()
	}
	lines := []string{fmt.Sprintf("%d lines in %s", r.Lines, strings.Join(r.Files, ", ")), verdict}
	add := func(n int, words string) {
		if n > 0 {
			lines = append(lines, fmt.Sprintf("%d %s", n, words))
		}
	}
	add(r.Open, "writes without an outcome: in flight, or cut off and unknown")
	add(r.Healed, "torn lines were healed")
	add(r.Torn, "bytes of an unfinished last line, healed at the next start")
	add(r.Unsealed, "lines after the last one noted as written")
	if r.Removed != "" {
		lines = append(lines, "older files are gone, the last of them "+r.Removed)
	}
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

func showJournal(ctx context.Context, cmd *cli.Command) error {
	f := journal.Filter{Tool: cmd.String("tool"), Kind: cmd.String("kind"), State: cmd.String("state"), JSON: cmd.Bool("json")}
	if s := cmd.String("since"); s != "" {
		var errs []error
		for _, form := range []string{time.DateOnly, time.RFC3339} {
			t, err := time.Parse(form, s)
			if err == nil {
				f.Since, errs = t, nil
				break
			}
			errs = append(errs, err)
		}
		if errors.Join(errs...) != nil {
			return fmt.Errorf("--since: %q is no day; write it as 2026-11-24 or 2026-11-24T09:30:00Z", s)
		}
	}
	return journal.Show(ctx, cmd.String("journal"), f, cmd.Root().Writer)
}
