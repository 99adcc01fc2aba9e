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
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// openJournal opens the record of writes. On made-up data there is none unless
// it was asked for: the memory of what was sent is then this process's alone.
func openJournal(cmd *cli.Command, now func() time.Time, shared journal.Memory, logger *slog.Logger) (*journal.Journal, error) {
	o := journal.Options{Path: cmd.String("journal"), Now: now, Memory: shared, Logger: logger}
	if o.Path == "" && cmd.Bool("sandbox") {
		o.Path, o.Stderr = "-", io.Discard
	}
	j, err := journal.Open(o)
	if err != nil {
		return nil, fmt.Errorf("%w. Every write is recorded before it is sent: name another place with --journal, or offer no writes with --read-only", err)
	}
	return j, nil
}

// memory is the journal as tools see it.
type memory struct{ journal *journal.Journal }

var outcomeStates = map[string]string{
	journal.StateDone: tools.StateDone, journal.StateRefused: tools.StateRefused, journal.StateUnknown: tools.StateUnknown,
	"": tools.StateInFlight,
}

func remembered(e journal.Entry) tools.Remembered {
	r := tools.Remembered{Handle: e, State: outcomeStates[e.Outcome.State], At: e.At, Outcome: tools.Outcome{
		State: e.Outcome.State, Summary: e.Outcome.Summary, Error: e.Outcome.Error, LogURL: e.Outcome.LogURL,
		Attempts: e.Outcome.Attempts, Duration: e.Outcome.Duration,
	}}
	if r.At.IsZero() {
		r.At = e.Started
	}
	if len(e.Outcome.Data) > 0 && json.Unmarshal(e.Outcome.Data, &r.Outcome.Created) != nil {
		r.Outcome.Created = nil
	}
	return r
}

func outcome(o tools.Outcome) journal.Outcome {
	out := journal.Outcome{State: o.State, Summary: o.Summary, Error: o.Error, LogURL: o.LogURL, Attempts: o.Attempts, Duration: o.Duration}
	if raw, err := json.Marshal(o.Created); err == nil && len(o.Created) > 0 {
		out.Data = raw
	}
	return out
}

// Look implements tools.Memory.
func (m memory) Look(ctx context.Context, key string) (tools.Remembered, error) {
	e, found, err := m.journal.Look(ctx, key)
	if err != nil || !found {
		return tools.Remembered{}, err
	}
	return remembered(e), nil
}

// Begin implements tools.Memory.
func (m memory) Begin(ctx context.Context, in tools.Intent) (tools.Claim, error) {
	d, err := m.journal.Begin(ctx, journal.Intent{
		Key: in.Key, Slot: in.Slot, Batch: in.Batch, RequestID: in.RequestID, Client: in.Client, Tool: in.Tool,
		Integration: in.Integration, ConfirmedBy: in.ConfirmedBy, Arguments: in.Arguments, Deadline: in.Deadline, Again: in.Again,
	})
	switch {
	case err != nil:
		return tools.Claim{}, err
	case d.Prior != nil:
		r := remembered(*d.Prior)
		return tools.Claim{Prior: &r}, nil
	case d.InFlight != nil:
		return tools.Claim{Wait: func(ctx context.Context) (tools.Remembered, error) {
			e, err := d.InFlight.Wait(ctx)
			return remembered(e), err
		}}, nil
	}
	return tools.Claim{Done: func(o tools.Outcome) error { return d.Pending.Done(outcome(o)) }}, nil
}

// Settle implements tools.Memory.
func (m memory) Settle(ctx context.Context, r tools.Remembered, o tools.Outcome) error {
	e, ok := r.Handle.(journal.Entry)
	if !ok {
		return fmt.Errorf("settle: the write is not one of this journal")
	}
	return m.journal.Settle(ctx, e, outcome(o))
}

// recordRead writes a line for a read: which tool, what was asked, how many
// records it told of.
func (m memory) recordRead(ctx context.Context, r tools.Read) error {
	arguments, err := json.Marshal(r.Arguments)
	if err != nil {
		return fmt.Errorf("encode the arguments: %w", err)
	}
	return m.journal.Record(ctx, journal.Line{
		Kind: journal.KindRead, RequestID: r.RequestID, Client: r.Client, Tool: r.Tool, Integration: r.Integration,
		Arguments: arguments, Summary: r.Summary,
	})
}
