// Package once holds the types of a write as write memory sees it: what the tools that write, the
// journal and a memory shared by several servers say to one another, so that no write is sent twice.
// It imports nothing of this module.
//
// A write lives through four steps:
//
//  1. Look. A plan is made, each of its changes is named by a key (integration, tool and resolved
//     arguments, hashed), and [Memory.Look] says what is remembered under that key. Nobody is asked
//     to confirm what was done already.
//  2. Begin. [Memory.Begin] records the [Intent], durably, and returns a [Claim]: permission to
//     send, held by one caller at a time; or the outcome of the same write, sent before; or a way to
//     wait for the same write, under way elsewhere. Where it returns an error nothing may be sent.
//  3. Done. Whoever holds the claim sends the write, once, and records its [Outcome] with
//     [Claim.Done]. A write whose outcome is never recorded, because its process ended, counts as
//     [Unknown] from its deadline on, or earlier where the memory can see that the process is gone.
//  4. Settle. An [Unknown] outcome is never sent again by itself. [Memory.Settle] turns it into
//     [Done] when a later read shows the change.
//
// What is remembered ends: a done write after minutes, an unknown one after a day, and either when a
// write to the same slot undoes it. A refused one is remembered for those who wait on it alone,
// since nothing was done.
//
// Use [Memory] where writes are sent. Implement [Shared] to let several servers decide together
// which of them sends; each server's own memory then asks it and records what it did.
package once

import (
	"context"
	"encoding/json"
	"time"
)

// State is what is known of a write. The zero State belongs to no write: nothing is remembered.
type State string

// The states of a write.
const (
	// InFlight is begun, without an outcome yet.
	InFlight State = "in flight"
	// Done took effect.
	Done State = "done"
	// Refused had no effect; it may be sent again.
	Refused State = "refused"
	// Unknown may have taken effect or not; it is never sent again by itself.
	Unknown State = "unknown"
)

// ParseState reads a state that was stored. What it does not know, such as the state of a newer
// version, is Unknown, so that the write is not sent again.
func ParseState(s string) State {
	switch state := State(s); state {
	case InFlight, Done, Refused:
		return state
	}
	return Unknown
}

// UnmarshalText implements encoding.TextUnmarshaler; see ParseState.
func (s *State) UnmarshalText(text []byte) error {
	*s = ParseState(string(text))
	return nil
}

// IsOutcome reports whether s says what became of a write: Done, Refused or Unknown.
func (s State) IsOutcome() bool { return s == Done || s == Refused || s == Unknown }

// IsFinal reports whether s is never replaced by another state: Done or Refused.
func (s State) IsFinal() bool { return s == Done || s == Refused }

// Intent is a write about to be sent.
type Intent struct {
	// Key names the write: a hash of integration, tool and resolved arguments. Required.
	Key string
	// Slot names what the write sets ("stage:application-id", "tag:candidate-id:name"). A done write
	// ends what is remembered of the other keys of its slot. Empty: undone by nothing.
	Slot string
	// Batch joins the writes of one call: none of them is forgotten before the last's time is up.
	// Empty for a lone one.
	Batch string
	// Tool (required), RequestID, Client, Integration and ConfirmedBy are recorded as they are.
	Tool, RequestID, Client, Integration, ConfirmedBy string
	// Arguments are the resolved arguments as a JSON value, with neither file contents nor secrets.
	Arguments json.RawMessage
	// Deadline is when nothing of this write is on the wire any more. The zero time leaves it to the
	// memory.
	Deadline time.Time
	// Again begins although the same write was just made or is in flight.
	Again bool
}

// Outcome is what became of a write.
type Outcome struct {
	// State is Done, Refused or Unknown; InFlight in an Entry whose outcome is not known yet.
	State State `json:"state"`
	// Summary says what was done, Error what went wrong: sentences.
	Summary string `json:"summary,omitempty"`
	Error   string `json:"error,omitempty"`
	// LogURL is where Kombo shows the request.
	LogURL string `json:"log_url,omitempty"`
	// Created holds the ids of what was created, by kind ("application", "candidate").
	Created map[string]string `json:"created,omitempty"`
	// Attempts counts the requests sent, Duration is how long all of them took.
	Attempts int           `json:"attempts,omitempty"`
	Duration time.Duration `json:"duration,omitempty"`
}

// Entry is what is remembered of one write.
type Entry struct {
	// ID names this write, Key every write that is the same.
	ID    string `json:"id"`
	Key   string `json:"key"`
	Slot  string `json:"slot,omitempty"`
	Batch string `json:"batch,omitempty"`
	Tool  string `json:"tool"`
	// Started is when the write began, Deadline when a missing outcome begins to count as Unknown.
	Started  time.Time `json:"started"`
	Deadline time.Time `json:"deadline"`
	// At is when the outcome was recorded; zero while the write is in flight.
	At time.Time `json:"at,omitzero"`
	// Expires is when a Shared memory may forget the entry; zero in any other.
	Expires time.Time `json:"expires,omitzero"`
	Outcome Outcome   `json:"outcome"`
	// Contested: a later write of the same slot is in flight or unknown, so that this one, though
	// done, may have been undone. A Shared memory need not set it.
	Contested bool `json:"-"`
}

// Overdue returns e as it is once its deadline is over: an entry in flight has become Unknown.
func (e Entry) Overdue() Entry {
	if e.Outcome.State == InFlight {
		e.At = e.Deadline
		e.Outcome = Outcome{State: Unknown, Error: "no answer was recorded before the deadline"}
	}
	return e
}

// Claim is the answer to Begin. Exactly one of Done, Prior and Wait is set.
type Claim struct {
	// ID names the write in the record; empty where Prior is set.
	ID string
	// Done records the outcome of a write that this caller may send now. It is called once; a second
	// call is an error. It has a time limit of its own, because the caller's is often over when a
	// write's answer comes. After an error the outcome may be unknown to other processes.
	Done func(Outcome) error
	// Prior is the same write, made before: Done or Unknown. Nothing is to be sent.
	Prior *Entry
	// Wait waits for the outcome of the same write, which is under way here or in another process.
	// Nothing is to be sent. The state it returns can be Refused.
	Wait func(context.Context) (Entry, error)
}

// Memory keeps a write from being sent twice. It is safe for concurrent use.
type Memory interface {
	// Look returns what is remembered of the write with that key, without claiming it. An entry in
	// flight has the state InFlight. It returns no refused write.
	Look(ctx context.Context, key string) (e Entry, found bool, err error)
	// Begin claims a write before it is sent. An error means that it must not be sent.
	Begin(ctx context.Context, in Intent) (Claim, error)
	// Settle records a better outcome for e, a write of unknown outcome, after a read has shown it.
	// A done or refused one stays as it is.
	Settle(ctx context.Context, e Entry, o Outcome) error
}

// Shared decides for several servers, each with a record of its own, which of them sends a write. It
// is safe for concurrent use.
type Shared interface {
	// Claim remembers e under e.Key until e.Expires and returns claimed, unless an entry is held
	// under that key already: then it returns that one. With again it replaces what is held.
	Claim(ctx context.Context, e Entry, again bool) (held Entry, claimed bool, err error)
	// Get returns the entry held under key, and whether there is one.
	Get(ctx context.Context, key string) (e Entry, found bool, err error)
	// Settle replaces the entry of the same key and ID until e.Expires. A refused one stays for Get
	// alone and does not keep Claim from claiming. A done one ends every settled entry of another key
	// with e.Slot, and lets done entries of e.Batch live at least until e.Expires.
	Settle(ctx context.Context, e Entry) error
}

// None is a Memory that remembers nothing: every write may be sent.
type None struct{}

// Look implements Memory: nothing is found.
func (None) Look(context.Context, string) (Entry, bool, error) { return Entry{}, false, nil }

// Begin implements Memory: the caller may send.
func (None) Begin(context.Context, Intent) (Claim, error) {
	return Claim{Done: func(Outcome) error { return nil }}, nil
}

// Settle implements Memory.
func (None) Settle(context.Context, Entry, Outcome) error { return nil }
