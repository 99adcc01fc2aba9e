package faults

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/kombo-mcp/kombo-mcp/internal/journal"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

// memory is the journal as tools see it: what the command wires, for servers
// that run in the test's own process.
type memory struct{ journal *journal.Journal }

func remembered(e journal.Entry) tools.Remembered {
	r := tools.Remembered{Handle: e, State: e.Outcome.State, At: e.At, Outcome: tools.Outcome{
		State: e.Outcome.State, Summary: e.Outcome.Summary, Error: e.Outcome.Error, LogURL: e.Outcome.LogURL,
		Attempts: e.Outcome.Attempts, Duration: e.Outcome.Duration,
	}}
	if r.State == "" {
		r.State, r.At = tools.StateInFlight, e.Started
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

func (m memory) Look(ctx context.Context, key string) (tools.Remembered, error) {
	e, found, err := m.journal.Look(ctx, key)
	if err != nil || !found {
		return tools.Remembered{}, err
	}
	return remembered(e), nil
}

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

func (m memory) Settle(ctx context.Context, r tools.Remembered, o tools.Outcome) error {
	e, ok := r.Handle.(journal.Entry)
	if !ok {
		return errors.New("the write is not one of this journal")
	}
	return m.journal.Settle(ctx, e, outcome(o))
}
