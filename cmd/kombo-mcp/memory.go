package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// openJournal opens the record of writes. On made-up data there is none unless
// it was asked for: the memory of what was sent is then this process's alone.
func openJournal(cmd *cli.Command, now func() time.Time, shared once.Shared, logger *slog.Logger) (*journal.Journal, error) {
	o := journal.Options{Path: cmd.String("journal"), Now: now, Shared: shared, Logger: logger}
	if o.Path == "" && cmd.Bool("sandbox") {
		o.Path, o.Stderr = "-", io.Discard
	}
	j, err := journal.Open(o)
	if err != nil {
		return nil, fmt.Errorf("%w. Every write is recorded before it is sent: name another place with --journal, or offer no writes with --read-only", err)
	}
	return j, nil
}

// recordRead writes a line for a read to j: which tool, what was asked, how
// many records it told of.
func recordRead(ctx context.Context, j *journal.Journal, r tools.Read) error {
	arguments, err := json.Marshal(r.Arguments)
	if err != nil {
		return fmt.Errorf("encode the arguments: %w", err)
	}
	return j.Record(ctx, journal.Line{
		Kind: journal.KindRead, RequestID: r.RequestID, Client: r.Client, Tool: r.Tool, Integration: r.Integration,
		Arguments: arguments, Summary: r.Summary,
	})
}
