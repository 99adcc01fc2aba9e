// Package once holds the types of a write as write memory sees it: what the tools that write, the
// journal and a memory shared by several servers say to one another, so that no write is sent twice.
// It imports nothing of this module.
//
// A write lives through five steps:
//
//  1. Look. A plan is made, each of its changes is named by a key (integration, tool and resolved
//     arguments, hashed), and [Memory.Look] says what is remembered under that key. Nobody is asked
//     to confirm what was done already.
//  2. Spend. Where somebody had to confirm the plan, [Memory.Spend] uses that [Confirmation] up. A
//     second attempt gets [ErrSpent], and [Memory.LookConfirmed] returns what the first one sent.
//  3. Begin. [Memory.Begin] records the [Intent], durably, and returns a [Claim]: permission to
//     send, held by one caller at a time; or the outcome of the same write, sent before; or a way to
//     wait for the same write, under way elsewhere. Where it returns an error nothing may be sent.
//  4. Done. Whoever holds the claim sends the write, once, and records its [Outcome] with
//     [Claim.Done]. A write whose outcome is never recorded, because its process ended, counts as
//     [Unknown] from its deadline on, or earlier where the memory can see that the process is gone.
//  5. Settle. An [Unknown] outcome is never sent again by itself. [Memory.Settle] turns it into
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
	"errors"
	"time"
)

// ErrSpent says that a confirmation was used before: nothing may be sent under it again.
var ErrSpent = errors.New("the confirmation was used before")

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
	// Slot names what the write sets ("stage:application-id", "tag:candidate-id:name"), and SlotValue
	// to what (a stage's id, "added"). A done write ends what is remembered of the other keys of its
	// slot, unless they set it to the same value. Empty Slot: undone by nothing. Empty SlotValue:
	// unlike any other value.
	Slot, SlotValue string
	// Batch joins the writes of one call: none of them is forgotten before the last's time is up.
	// Empty for a lone one.
	Batch string
	// Tool (required), RequestID and Integration are recorded as they are.
	Tool, RequestID, Integration string
	// Tenant and Subject say who calls, as authenticated: the tenant's name, and the name of the token
	// or the subject that the issuer vouches for. Client is the program, as it calls itself, which
	// proves nothing. Transport is "stdio", "http" or "sse".
	Tenant, Subject, Client, Transport string
	// Confirmation is what the write is sent under. Its Token is empty if nobody was asked.
	Confirmation Confirmation
	// Arguments are the resolved arguments as a JSON value, with neither file contents nor secrets.
	Arguments json.RawMessage
	// Deadline is when nothing of this write is on the wire any more. The zero time leaves it to the
	// memory.
	Deadline time.Time
	// Again begins although the same write was just made or is in flight.
	Again bool
}

// Confirmation is the agreement to a plan, used up once.
type Confirmation struct {
	// Token names it: the hash of a code's or a question's nonce, or the ID of an approval. It must
	// not be what an agent could confirm with. Empty for "settings", which are not used up.
	Token string
	// How says by which means the plan was confirmed: "form", "code", "approval" or "settings".
	How string
	// Answer is what was answered, as "confirm: true".
	Answer string
	// By is who answered: the client's name and version, the terminal's user, the approver's name.
	By string
	// Statement is the hash of the statement that was shown.
	Statement string
	// Expires is when the token is void even if unused. A memory keeps a used one at least until then.
	Expires time.Time
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
	Batch string `json:"batch,omitempty"`
	Tool  string `json:"tool"`
	// Slot and SlotValue say what the write sets, and to what.
	Slot      string `json:"slot,omitempty"`
	SlotValue string `json:"slot_value,omitempty"`
	// Confirmation is the Token of the Confirmation that the write was sent under.
	Confirmation string `json:"confirmation,omitempty"`
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
	// Undone: a later write of the same slot has undone this one, so that it may be sent again. Only
	// Shared.Get sets it.
	Undone bool `json:"-"`
}

// Undoes reports whether e, once done, ends what is remembered of o: another write that set the same
// slot to another value.
func (e Entry) Undoes(o Entry) bool {
	return e.Slot != "" && e.Slot == o.Slot && e.Key != o.Key && (e.SlotValue == "" || e.SlotValue != o.SlotValue)
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
	// Spend uses up c, durably and once, across goroutines, processes and restarts. The error is
	// ErrSpent if c was used before; after any error nothing may be sent under c. Of in it records
	// who calls, the tool, the integration and the batch; a key is not needed.
	Spend(ctx context.Context, in Intent, c Confirmation) error
	// LookConfirmed returns the write with that key that was sent under the confirmation with that
	// token, whatever became of it since, refused and undone ones included; the zero Entry if none is
	// remembered. One in flight has the state InFlight: its outcome is still to come.
	LookConfirmed(ctx context.Context, key, token string) (Entry, error)
	// Begin claims a write before it is sent. An error means that it must not be sent.
	Begin(ctx context.Context, in Intent) (Claim, error)
	// Settle records a better outcome for e, a write of unknown outcome, after a read has shown it.
	// A done or refused one stays as it is.
	Settle(ctx context.Context, e Entry, o Outcome) error
}

// Shared decides for several servers, each with a record of its own, which of them sends a write. It
// is safe for concurrent use.
type Shared interface {
	// Spend uses up the confirmation with that token, once for all servers, and keeps it as used until
	// then. The error is ErrSpent if it was used before. The ID is that of the attempt: the same
	// attempt may ask twice, if the first answer was lost.
	Spend(ctx context.Context, token, id string, until time.Time) error
	// Claim remembers e under e.Key until e.Expires and returns claimed, unless an entry is held
	// under that key already: then it returns that one. With again it replaces what is held. If it
	// replaces an entry that was undone, it returns that one with claimed.
	Claim(ctx context.Context, e Entry, again bool) (held Entry, claimed bool, err error)
	// Get returns the entry held under key, and whether there is one. One that was undone is not found
	// and yet returned, Undone, so that it differs from one that was lost.
	Get(ctx context.Context, key string) (e Entry, found bool, err error)
	// Settle replaces the entry of the same key and ID until e.Expires. A refused one stays for Get
	// alone and does not keep Claim from claiming. A done one marks as undone every settled entry that
	// it undoes (see Entry.Undoes), and lets done entries of e.Batch live at least until e.Expires.
	Settle(ctx context.Context, e Entry) error
}

// None is a Memory that remembers nothing: every write may be sent.
type None struct{}

// Look implements Memory: nothing is found.
func (None) Look(context.Context, string) (Entry, bool, error) { return Entry{}, false, nil }

// Spend implements Memory: every confirmation counts.
func (None) Spend(context.Context, Intent, Confirmation) error { return nil }

// LookConfirmed implements Memory: nothing is found.
func (None) LookConfirmed(context.Context, string, string) (Entry, error) { return Entry{}, nil }

// Begin implements Memory: the caller may send.
func (None) Begin(context.Context, Intent) (Claim, error) {
	return Claim{Done: func(Outcome) error { return nil }}, nil
}

// Settle implements Memory.
func (None) Settle(context.Context, Entry, Outcome) error { return nil }
