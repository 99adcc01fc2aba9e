package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// Memory is what remembers writes, so that none is sent twice: the journal, or
// one shared by several servers. It is safe for concurrent use.
type Memory interface {
	// Look tells what is remembered of the write with that key, without
	// claiming it. Nothing remembered is the zero Remembered.
	Look(ctx context.Context, key string) (Remembered, error)
	// Begin claims a write before it is sent. An error means that it must not
	// be sent.
	Begin(ctx context.Context, in Intent) (Claim, error)
	// Settle records that a write of unknown outcome was done after all.
	Settle(ctx context.Context, r Remembered, o Outcome) error
}

// Intent is a write about to be sent.
type Intent struct {
	// Key names the write: integration, tool and resolved arguments, hashed.
	Key string
	// Slot names what it sets; see change.
	Slot string
	// Batch joins the writes of one call, "" for a lone one.
	Batch string
	// RequestID, Client, Tool, Integration and ConfirmedBy are for the record.
	RequestID, Client, Tool, Integration, ConfirmedBy string
	// Arguments are the resolved arguments, without file contents.
	Arguments json.RawMessage
	// Deadline is when nothing of this write is on the wire any more.
	Deadline time.Time
	// Again claims although the same write was just made.
	Again bool
}

// Outcome is what became of a write: done, refused or unknown.
type Outcome struct {
	State, Summary, Error, LogURL string
	Created                       map[string]string
	Attempts                      int
	Duration                      time.Duration
}

// Remembered is a write that was made before.
type Remembered struct {
	// Handle is the memory's own.
	Handle any
	// State is StateInFlight or that of the outcome; "" where nothing is
	// remembered.
	State   string
	Outcome Outcome
	At      time.Time
}

// The states of a remembered write. A refused one was not done.
const (
	StateDone    = "done"
	StateRefused = "refused"
	StateUnknown = "unknown"
	// StateInFlight is that of a write without an outcome yet.
	StateInFlight = "in flight"
)

// Read is a read for the record: who asked what, and how much it told. It holds
// no record.
type Read struct {
	RequestID, Client, Tool, Integration string
	Arguments                            any
	// Summary counts the records.
	Summary string
}

// recordRead puts a read on record before its answer goes out.
func (b *Toolbox) recordRead(ctx context.Context, who Caller, tool string, arguments any, answer Answer) error {
	r := Read{RequestID: who.RequestID, Client: who.Client, Tool: tool, Integration: b.cfg.Client.Integration(), Arguments: arguments}
	switch a := answer.(type) {
	case *digest.Answer:
		r.Summary = fmt.Sprintf("%d matched, %d rows shown", a.Summary.Matched, len(a.Rows))
	case *AttachmentAnswer:
		r.Summary = fmt.Sprintf("%d files listed, %d bytes of text", len(a.Rows), len(a.Content))
	}
	if err := b.cfg.RecordRead(ctx, r); err != nil {
		return fmt.Errorf("the answer is held back, because this read could not be recorded: %w", err)
	}
	return nil
}

// Claim is the answer to Begin. Exactly one of Done, Prior and Wait is set.
type Claim struct {
	// Done records the outcome of a write that may be sent.
	Done func(Outcome) error
	// Prior is the same write's outcome.
	Prior *Remembered
	// Wait waits for the same write, under way here or in another process.
	Wait func(context.Context) (Remembered, error)
}

// noMemory remembers nothing.
type noMemory struct{}

func (noMemory) Look(context.Context, string) (Remembered, error) { return Remembered{}, nil }

func (noMemory) Begin(context.Context, Intent) (Claim, error) {
	return Claim{Done: func(Outcome) error { return nil }}, nil
}

func (noMemory) Settle(context.Context, Remembered, Outcome) error { return nil }
