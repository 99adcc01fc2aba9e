package journal

import (
	"bytes"
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
)

// The kinds of lines. A reader passes over kinds that it does not know.
const (
	KindStart   = "start"   // first line of every file; From names the file before
	KindIntent  = "intent"  // a write that is about to be sent
	KindOutcome = "outcome" // what became of an intent of the same ID
	KindRead    = "read"    // a read, journalled on request only
	KindNote    = "note"    // anything else worth keeping
	KindHealed  = "healed"  // a torn last line was cut off; Bytes and SHA256 tell what it was
	KindGap     = "gap"     // lines that once stood before this one are gone; SHA256 is the last of them
)

// maxLine bounds in bytes a line that a caller hands in, lest a body that it forgot to hash fill the disk.
const maxLine = 1 << 20

// Bounds of what an outcome may say: longer texts are cut, larger data is left out, because an
// outcome has to be recorded whatever it holds.
const (
	maxText = 8 << 10
	maxData = 64 << 10
)

// genesis stands for the line before the very first one.
var genesis = strings.Repeat("0", 2*sha256.Size)

// Line is one line of the journal as it stands on disk, a JSON object without line breaks. Prev is
// the SHA-256 of the line before in hex, its line break left out; the journal sets it. Durations
// are milliseconds, times UTC.
type Line struct {
	Prev string    `json:"prev"`
	Kind string    `json:"kind"`
	Time time.Time `json:"time"`
	ID   string    `json:"id,omitempty"`

	Key         string          `json:"key,omitempty"`
	Slot        string          `json:"slot,omitempty"`
	Batch       string          `json:"batch,omitempty"`
	Tool        string          `json:"tool,omitempty"`
	RequestID   string          `json:"request_id,omitempty"`
	Client      string          `json:"client,omitempty"`
	Integration string          `json:"integration,omitempty"`
	Arguments   json.RawMessage `json:"arguments,omitempty"`
	ConfirmedBy string          `json:"confirmed_by,omitempty"`
	Deadline    time.Time       `json:"deadline,omitzero"`
	Again       bool            `json:"again,omitempty"`
	Writer      string          `json:"writer,omitempty"`

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

// encode gives the line's bytes without a line break.
func (l *Line) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(l); err != nil {
		return nil, fmt.Errorf("encode a line of kind %s: %w", l.Kind, err)
	}
	raw := bytes.TrimRight(b.Bytes(), "\n")
	if callers := l.Kind == KindIntent || l.Kind == KindRead || l.Kind == KindNote; callers && len(raw) > maxLine {
		return nil, fmt.Errorf("a line of kind %s has %d bytes, more than %d", l.Kind, len(raw), maxLine)
	}
	return raw, nil
}

var errNotALine = errors.New("not a line of this journal")

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

// cut shortens a text to at most limit bytes without splitting a character.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit] + "…"
}

// outcomeLine makes the line of an outcome. It carries what the intent said about identity as
// well, since the intent may stand in a file that is no longer read.
func outcomeLine(e *once.Entry, o once.Outcome, at time.Time) *Line {
	l := &Line{
		Kind: KindOutcome, Time: at.UTC(), ID: e.ID,
		Key: e.Key, Slot: e.Slot, Batch: e.Batch, Tool: e.Tool,
		State: string(o.State), Summary: cut(o.Summary, maxText), Data: dataOf(o.Created), Attempts: o.Attempts,
		LogURL: cut(o.LogURL, maxText), DurationMS: o.Duration.Milliseconds(), Error: cut(o.Error, maxText),
	}
	return l
}

// dataOf is the ids of what was created as a line holds them; none where they are too large.
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
	// A line with other data is as good a record of the write.
	if len(l.Data) > 0 && json.Unmarshal(l.Data, &o.Created) != nil {
		o.Created = nil
	}
	return o
}

func newID() string { return rand.Text() }
