package writes

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/kombo"
)

// memory remembers writes by their keys, as the journal does.
type memory struct {
	once.None
	mu      sync.Mutex
	entries map[string]once.Entry
	// refused are only found by LookConfirmed.
	refused map[string]once.Entry
	spent   map[string]bool
	intents []once.Intent
	// broken fails every call; hidden makes Look find nothing, as if another process
	// had begun since.
	broken error
	hidden bool
	settle []once.Outcome
}

func (m *memory) Look(_ context.Context, key string) (once.Entry, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, found := m.entries[key]
	if m.hidden {
		return once.Entry{}, false, m.broken
	}
	return e, found, m.broken
}

func (m *memory) Spend(_ context.Context, _ once.Intent, c once.Confirmation) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken == nil && m.spent[c.Token] {
		return once.ErrSpent
	}
	if m.spent == nil {
		m.spent = map[string]bool{}
	}
	m.spent[c.Token] = true
	return m.broken
}

func (m *memory) LookConfirmed(_ context.Context, key, token string) (once.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.entries[key]; e.Confirmation == token {
		return e, m.broken
	}
	if e := m.refused[key]; e.Confirmation == token {
		return e, m.broken
	}
	return once.Entry{}, m.broken
}

func (m *memory) Begin(_ context.Context, in once.Intent) (once.Claim, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return once.Claim{}, m.broken
	}
	if e, found := m.entries[in.Key]; found && !in.Again {
		if e.Outcome.State == once.InFlight {
			return once.Claim{Wait: func(context.Context) (once.Entry, error) { return once.Entry{}, errors.New("still under way") }}, nil
		}
		return once.Claim{Prior: &e}, nil
	}
	m.intents = append(m.intents, in)
	return once.Claim{Done: func(o once.Outcome) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		e := once.Entry{Key: in.Key, Tool: in.Tool, Confirmation: in.Confirmation.Token, At: start, Outcome: o}
		if o.State == once.Refused {
			m.refused[in.Key] = e
			return nil
		}
		m.entries[in.Key] = e
		return nil
	}}, nil
}

func (m *memory) Settle(_ context.Context, _ once.Entry, o once.Outcome) error {
	m.settle = append(m.settle, o)
	return nil
}

var start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// rig is an executor with a clock and a memory, and counts what is sent.
type rig struct {
	*Executor
	t      *testing.T
	memory *memory
	now    time.Time
	sent   []string
	// fails are the errors of sending, by record.
	fails map[string]error
}

func newRig(t *testing.T, change func(*Deps)) *rig {
	t.Helper()
	r := &rig{t: t, memory: &memory{entries: map[string]once.Entry{}, refused: map[string]once.Entry{}}, now: start, fails: map[string]error{}}
	d := Deps{
		Memory: r.memory, Secret: []byte("a secret"), Integration: "greenhouse:1", ActionTimeout: time.Minute, Recent: &Recent{},
		Explain: error.Error, Sent: func() {}, Now: func() time.Time { return r.now }, Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&d)
	}
	r.Executor = New(d)
	return r
}

// plan moves the records.
func (r *rig) plan(records ...string) Plan {
	var p Plan
	for _, record := range records {
		p.Changes = append(p.Changes, Change{
			Record: record, Summary: "Move " + record + " to Offer", Arguments: map[string]any{"application_id": record, "stage_id": "offer"},
			Effect: Effect{Kind: EffectMoved, Record: record, Value: "offer"}, Done: "moved to Offer",
			Send: func(context.Context) (kombo.Receipt, map[string]string, error) {
				r.sent = append(r.sent, record)
				return kombo.Receipt{Attempts: 1}, nil, r.fails[record]
			},
		})
	}
	return p
}

var move = Tool{Name: "move", Weighty: true}

func (r *rig) run(f Flags, p Plan) (*Answer, error) {
	return r.Run(r.t.Context(), Caller{RequestID: "r1", Client: "test"}, move, f, p)
}

func (r *rig) nothingSent() {
	r.t.Helper()
	assert.Empty(r.t, r.sent)
	assert.Empty(r.t, r.memory.intents)
}

// only is the one entry of the memory.
func (r *rig) only() once.Entry {
	r.t.Helper()
	all := slices.Collect(maps.Values(r.memory.entries))
	if !assert.Len(r.t, all, 1) {
		return once.Entry{}
	}
	return all[0]
}
