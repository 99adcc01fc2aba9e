package journal

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/internal/plainjson"
)

// The kinds of lines. A reader skips kinds that it does not know.
const (
	KindStart   = "start"   // first line of every file; From names the file before
	KindIntent  = "intent"  // a write that is about to be sent
	KindOutcome = "outcome" // what became of an intent of the same ID
	// KindConfirmation is a confirmation that was used up, before the writes that it confirms.
	KindConfirmation = "confirmation"
	// KindApproval is a step in the life of an approval: State says which ("asked", "approved",
	// "declined", "spent", "expired"), Token names it, ConfirmedBy decided.
	KindApproval = "approval"
	KindRead     = "read"   // a read, recorded on request only
	KindNote     = "note"   // anything else worth recording
	KindHealed   = "healed" // a torn last line was cut off; Bytes and SHA256 say what it was
	KindGap      = "gap"    // lines before this one are missing; SHA256 is the last of them
	// KindAccepted ends a gap: whoever ConfirmedBy names has looked; SHA256 is that of the gap.
	KindAccepted = "accepted"
)

// maxLine is the most bytes of a line that a caller passes, so that a file passed by mistake instead
// of its hash does not fill the disk.
const maxLine = 1 << 20

// The most bytes of an outcome's texts and data. Longer texts are cut and larger data is left out,
// because an outcome has to be recorded whatever it holds.
const (
	maxText = 8 << 10
	maxData = 64 << 10
)

// genesis is the hash of the line before the first one.
var genesis = strings.Repeat("0", 2*sha256.Size)

// Origin says where a line comes from: who called, and how the write was confirmed. The lines of a
// write's intent and of its outcome have the same.
type Origin struct {
	// Tenant and Subject are as authenticated. Client is what the program calls itself, which proves
	// nothing. Transport is "stdio", "http" or "sse".
	Tenant    string `json:"tenant,omitempty"`
	Subject   string `json:"subject,omitempty"`
	Client    string `json:"client,omitempty"`
	Transport string `json:"transport,omitempty"`
	// ConfirmedHow is "form", "code", "approval" or "settings", and in a line of KindApproval the means,
	// such as "terminal". Answer is what was answered, ConfirmedBy who answered.
	ConfirmedHow string `json:"confirmed_how,omitempty"`
	Answer       string `json:"answer,omitempty"`
	ConfirmedBy  string `json:"confirmed_by,omitempty"`
}

// maxName is the most bytes of a name: a client chooses its own.
const maxName = 256

func originOf(in once.Intent, c once.Confirmation) Origin {
	return Origin{
		Tenant: truncate(in.Tenant, maxName), Subject: truncate(in.Subject, maxName),
		Client: truncate(in.Client, maxName), Transport: in.Transport,
		ConfirmedHow: truncate(c.How, maxName), Answer: truncate(c.Answer, maxName), ConfirmedBy: truncate(c.By, maxName),
	}
}

// Line is a line of the journal as it is on disk: a JSON object without line breaks. Prev is the
// SHA-256 of the line before, in hex and without its line break; the journal sets it. Durations are
// in milliseconds, times in UTC.
type Line struct {
	Prev string    `json:"prev"`
	Kind string    `json:"kind"`
	Time time.Time `json:"time"`
	ID   string    `json:"id,omitempty"`

	Key         string `json:"key,omitempty"`
	Slot        string `json:"slot,omitempty"`
	SlotValue   string `json:"slot_value,omitempty"`
	Batch       string `json:"batch,omitempty"`
	Tool        string `json:"tool,omitempty"`
	RequestID   string `json:"request_id,omitempty"`
	Integration string `json:"integration,omitempty"`
	Origin
	Arguments json.RawMessage `json:"arguments,omitempty"`
	// Token, Statement and Expires are those of the once.Confirmation.
	Token     string    `json:"token,omitempty"`
	Statement string    `json:"statement,omitempty"`
	Expires   time.Time `json:"expires,omitzero"`
	Deadline  time.Time `json:"deadline,omitzero"`
	Again     bool      `json:"again,omitempty"`
	Writer    string    `json:"writer,omitempty"`

	State      string          `json:"state,omitempty"`
	Summary    string          `json:"summary,omitempty"`
	Data       json.RawMessage `json:"data,omitempty"`
	Attempts   int             `json:"attempts,omitempty"`
	LogURL     string          `json:"log_url,omitempty"`
	DurationMS int64           `json:"duration_ms,omitempty"`
	Error      string          `json:"error,omitempty"`

	From   string `json:"from,omitempty"`
	Bytes  int64  `json:"bytes,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
}

// encode returns the line as JSON without a line break.
func (l *Line) encode() ([]byte, error) {
	raw, err := plainjson.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("encode a line of kind %s: %w", l.Kind, err)
	}
	callers := l.Kind == KindIntent || l.Kind == KindConfirmation || recordable(l.Kind)
	if callers && len(raw) > maxLine {
		return nil, fmt.Errorf("a line of kind %s has %d bytes, more than %d", l.Kind, len(raw), maxLine)
	}
	return raw, nil
}

// recordable reports whether callers may append lines of that kind themselves: those that change
// nothing of what is remembered.
func recordable(kind string) bool {
	return kind == KindRead || kind == KindNote || kind == KindApproval
}

var errNotALine = errors.New("not a line of a journal")

func parseLine(raw []byte) (Line, error) {
	var l Line
	if err := json.Unmarshal(raw, &l); err != nil {
		return Line{}, fmt.Errorf("%w: %w", errNotALine, err)
	}
	if l.Kind == "" || !isHash(l.Prev) {
		return Line{}, fmt.Errorf("%w: kind or prev is missing", errNotALine)
	}
	return l, nil
}

func hashOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

func isHash(s string) bool {
	if len(s) != len(genesis) {
		return false
	}
	_, err := hex.DecodeString(s)
	return err == nil
}

// truncate cuts a text to at most limit bytes without splitting a character.
func truncate(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit] + "…"
}

// outcomeLine makes the line of an outcome. It repeats what identifies the write, since the intent may
// be in a file that is no longer read.
func outcomeLine(e *once.Entry, o once.Outcome, at time.Time) *Line {
	l := &Line{
		Kind: KindOutcome, Time: at.UTC(), ID: e.ID,
		Key: e.Key, Slot: e.Slot, SlotValue: e.SlotValue, Batch: e.Batch, Tool: e.Tool, Token: e.Confirmation,
		State: string(o.State), Summary: truncate(o.Summary, maxText), Data: dataOf(o.Created), Attempts: o.Attempts,
		LogURL: truncate(o.LogURL, maxText), DurationMS: o.Duration.Milliseconds(), Error: truncate(o.Error, maxText),
	}
	return l
}

// dataOf is the JSON of the ids of what was created; none if it is too large.
func dataOf(created map[string]string) json.RawMessage {
	if len(created) == 0 {
		return nil
	}
	if raw, err := json.Marshal(created); err == nil && len(raw) <= maxData {
		return raw
	}
	return nil
}

func (l *Line) outcome() once.Outcome {
	o := once.Outcome{
		State: once.ParseState(l.State), Summary: l.Summary, Attempts: l.Attempts, LogURL: l.LogURL,
		Duration: time.Duration(l.DurationMS) * time.Millisecond, Error: l.Error,
	}
	if o.State == once.InFlight {
		o.State = once.Unknown
	}
	// Data of another shape does not make the outcome unusable.
	if len(l.Data) > 0 && json.Unmarshal(l.Data, &o.Created) != nil {
		o.Created = nil
	}
	return o
}

func newID() string { return rand.Text() }
