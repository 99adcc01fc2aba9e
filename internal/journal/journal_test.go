package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kombo-mcp/kombo-mcp/internal/fake"
	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperEnv); dir != "" {
		os.Exit(helperMain(dir))
	}
	os.Exit(m.Run())
}

// newClock is at noon.
func newClock() *fake.Clock { return fake.NewClock(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)) }

func open(t *testing.T, o Options) *Journal {
	t.Helper()
	o.poll = time.Millisecond
	j, err := Open(o)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, j.Close()) })
	return j
}

func intent(key string) once.Intent { return once.Intent{Key: key, Tool: "add_candidate_tag"} }

func begin(t *testing.T, j *Journal, in once.Intent) once.Claim {
	t.Helper()
	d, err := j.Begin(t.Context(), in)
	require.NoError(t, err)
	return d
}

func fresh(t *testing.T, j *Journal, in once.Intent) once.Claim {
	t.Helper()
	d := begin(t, j, in)
	require.NotNil(t, d.Done, "the write should be fresh, but is %+v", d)
	return d
}

func send(t *testing.T, j *Journal, in once.Intent, state once.State) {
	t.Helper()
	require.NoError(t, fresh(t, j, in).Done(once.Outcome{State: state}))
}

func prior(t *testing.T, j *Journal, in once.Intent) once.Entry {
	t.Helper()
	d := begin(t, j, in)
	require.NotNil(t, d.Prior, "the write should have been made before, but is %+v", d)
	return *d.Prior
}

// reopen closes and opens, so that what follows rests on the file alone.
func reopen(t *testing.T, j *Journal) *Journal {
	t.Helper()
	require.NoError(t, j.Close())
	return open(t, j.opt)
}

func verified(t *testing.T, path string) Report {
	t.Helper()
	r, err := Verify(t.Context(), path)
	require.NoError(t, err)
	require.Nil(t, r.Bad, "%v", r.Bad)
	return r
}

func TestTheFirstOutcomeAnswersTheSameWrite(t *testing.T) {
	for _, restart := range []bool{false, true} {
		dir, c := t.TempDir(), newClock()
		j := open(t, Options{Path: dir, Now: c.Now})
		out := once.Outcome{
			State: once.Done, Summary: "Tagged.", Created: map[string]string{"id": "t1"}, Attempts: 2,
			LogURL: "https://example.test/log", Duration: 1500 * time.Millisecond,
		}
		require.NoError(t, fresh(t, j, intent("a")).Done(out))
		c.Advance(9 * time.Minute)
		if restart {
			j = reopen(t, j)
		}
		got := prior(t, j, intent("a"))
		assert.Equal(t, out, got.Outcome)
		assert.Equal(t, "add_candidate_tag", got.Tool)
		assert.Equal(t, c.Now().Add(-9*time.Minute), got.At)
		verified(t, dir)
	}
}

func TestHowLongAWriteStandsInTheWay(t *testing.T) {
	tests := map[string]struct {
		state once.State
		after time.Duration
		want  once.State
	}{
		"done is remembered for ten minutes":       {once.Done, 10*time.Minute - 1, once.Done},
		"done is forgotten after ten minutes":      {once.Done, 10 * time.Minute, ""},
		"unknown is remembered for a day":          {once.Unknown, 24*time.Hour - 1, once.Unknown},
		"unknown is forgotten after a day":         {once.Unknown, 24 * time.Hour, ""},
		"refused is not remembered at all":         {once.Refused, 0, ""},
		"a missing outcome is unknown when due":    {"", 5 * time.Minute, once.Unknown},
		"a missing outcome is unknown for a day":   {"", 24*time.Hour + 5*time.Minute - 1, once.Unknown},
		"a missing outcome is forgotten after one": {"", 24*time.Hour + 5*time.Minute, ""},
	}
	for name, tt := range tests {
		for _, restart := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				c := newClock()
				j := open(t, Options{Path: t.TempDir(), Now: c.Now})
				p := fresh(t, j, intent("a"))
				if tt.state != "" {
					require.NoError(t, p.Done(once.Outcome{State: tt.state}))
				}
				c.Advance(tt.after)
				if restart && tt.state != "" {
					j = reopen(t, j)
				}
				d := begin(t, j, intent("a"))
				if tt.want == "" {
					assert.NotNil(t, d.Done)
					return
				}
				require.NotNil(t, d.Prior)
				assert.Equal(t, tt.want, d.Prior.Outcome.State)
			})
		}
	}
}

func TestAgainSendsWhateverStands(t *testing.T) {
	j := open(t, Options{Path: t.TempDir()})
	again := intent("a")
	again.Again = true
	send(t, j, intent("a"), once.Unknown)
	p := fresh(t, j, again)
	require.NotNil(t, begin(t, j, intent("a")).Wait)
	fresh(t, j, again)
	require.NoError(t, p.Done(once.Outcome{State: once.Done}))
	send(t, j, again, once.Refused)
	j = reopen(t, j)
	assert.Equal(t, once.Unknown, prior(t, j, intent("a")).Outcome.State, "the one left in flight is the newest")
}

func TestARefusedRepetitionLeavesTheFirstOutcome(t *testing.T) {
	j := open(t, Options{Path: t.TempDir()})
	send(t, j, intent("a"), once.Done)
	again := intent("a")
	again.Again = true
	send(t, j, again, once.Refused)
	assert.Equal(t, once.Done, prior(t, j, intent("a")).Outcome.State)
}

func TestAWriteThatUndoesAnotherMakesRoomForIt(t *testing.T) {
	slot := func(key, slot string) once.Intent { return once.Intent{Key: key, Tool: "move", Slot: slot} }
	toA, toB, other := slot("to A", "stage:1"), slot("to B", "stage:1"), slot("to A of 2", "stage:2")
	for _, restart := range []bool{false, true} {
		settle := func(t *testing.T, j *Journal) *Journal {
			if restart {
				return reopen(t, j)
			}
			return j
		}
		t.Run("when it succeeds", func(t *testing.T) {
			j := open(t, Options{Path: t.TempDir()})
			send(t, j, toA, once.Done)
			send(t, j, other, once.Done)
			send(t, j, toB, once.Done)
			j = settle(t, j)
			assert.Equal(t, once.Done, prior(t, j, toB).Outcome.State)
			assert.Equal(t, once.Done, prior(t, j, other).Outcome.State)
			send(t, j, toA, once.Done)
			j = settle(t, j)
			fresh(t, j, toB)
		})
		t.Run("of unknown outcome too", func(t *testing.T) {
			j := open(t, Options{Path: t.TempDir()})
			send(t, j, toA, once.Unknown)
			send(t, j, toB, once.Done)
			fresh(t, settle(t, j), toA)
		})
		t.Run("but not when it was refused", func(t *testing.T) {
			j := open(t, Options{Path: t.TempDir()})
			send(t, j, toA, once.Done)
			send(t, j, toB, once.Refused)
			assert.False(t, prior(t, settle(t, j), toA).Contested)
		})
		t.Run("and is contested when that is unknown", func(t *testing.T) {
			j := open(t, Options{Path: t.TempDir()})
			send(t, j, toA, once.Done)
			send(t, j, toB, once.Unknown)
			assert.True(t, prior(t, settle(t, j), toA).Contested)
		})
	}
	t.Run("but not while it may land later", func(t *testing.T) {
		c := newClock()
		j := open(t, Options{Path: t.TempDir(), Now: c.Now})
		p := fresh(t, j, toA)
		send(t, j, toB, once.Done)
		assert.NotNil(t, begin(t, j, toA).Wait)
		c.Advance(5*time.Minute + 1)
		assert.Equal(t, once.Unknown, prior(t, j, toA).Outcome.State)
		send(t, j, slot("to C", "stage:1"), once.Done)
		fresh(t, j, toA)
		require.NoError(t, p.Done(once.Outcome{State: once.Done}))
	})
}

func TestABatchIsRememberedFromItsLastOutcome(t *testing.T) {
	c := newClock()
	j := open(t, Options{Path: t.TempDir(), Now: c.Now})
	in := func(key string) once.Intent { return once.Intent{Key: key, Tool: "reject", Batch: "b1"} }
	for _, key := range []string{"a", "b", "c"} {
		send(t, j, in(key), once.Done)
		c.Advance(4 * time.Minute)
	}
	c.Advance(6*time.Minute - 1)
	j = reopen(t, j)
	assert.Equal(t, once.Done, prior(t, j, intent("a")).Outcome.State, "17 minutes after its own outcome")
	c.Advance(1)
	for _, key := range []string{"a", "b", "c"} {
		fresh(t, j, intent(key))
	}
}

func TestAnUnknownOutcomeIsSettledByWhatAReadShows(t *testing.T) {
	j := open(t, Options{Path: t.TempDir()})
	send(t, j, intent("a"), once.Unknown)
	require.NoError(t, j.Settle(t.Context(), prior(t, j, intent("a")), once.Outcome{State: once.Done, Summary: "A read shows it."}))
	j = reopen(t, j)
	e := prior(t, j, intent("a"))
	assert.Equal(t, "A read shows it.", e.Outcome.Summary)
	require.NoError(t, j.Settle(t.Context(), e, once.Outcome{State: once.Unknown}))
	assert.Equal(t, once.Done, prior(t, j, intent("a")).Outcome.State, "done is final")
}

func TestTheSameWriteInFlightIsJoined(t *testing.T) {
	for _, state := range []once.State{once.Done, once.Refused, once.Unknown} {
		j := open(t, Options{Path: t.TempDir()})
		p := fresh(t, j, intent("a"))
		in := begin(t, j, intent("a"))
		require.NotNil(t, in.Wait)
		assert.Equal(t, p.ID, in.ID)
		got := make(chan once.Entry)
		go func() {
			e, err := in.Wait(context.Background())
			assert.NoError(t, err)
			got <- e
		}()
		require.NoError(t, p.Done(once.Outcome{State: state, Summary: "x"}))
		assert.Equal(t, once.Outcome{State: state, Summary: "x"}, (<-got).Outcome)
	}
}

func TestWaitingEnds(t *testing.T) {
	c := newClock()
	j, err := Open(Options{Path: t.TempDir(), Now: c.Now, poll: time.Millisecond})
	require.NoError(t, err)
	fresh(t, j, intent("a"))
	in := begin(t, j, intent("a"))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = in.Wait(ctx)
	require.ErrorIs(t, err, context.Canceled)

	c.Advance(5 * time.Minute)
	e, err := in.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, once.Unknown, e.Outcome.State)

	p := fresh(t, j, intent("b"))
	in = begin(t, j, intent("b"))
	require.NoError(t, j.Close())
	_, err = in.Wait(t.Context())
	require.ErrorIs(t, err, ErrClosed)
	require.ErrorIs(t, p.Done(once.Outcome{State: once.Done}), ErrClosed)
	_, err = j.Begin(t.Context(), intent("c"))
	require.ErrorIs(t, err, ErrClosed)
	require.NoError(t, j.Close())
}

func TestOneOfManyGoroutinesSends(t *testing.T) {
	dir := t.TempDir()
	js := []*Journal{open(t, Options{Path: dir}), open(t, Options{Path: dir})}
	var wg sync.WaitGroup
	var mu sync.Mutex
	sent := 0
	for i := range 16 {
		wg.Go(func() {
			d, err := js[i%2].Begin(context.Background(), intent("a"))
			if !assert.NoError(t, err) {
				return
			}
			switch {
			case d.Done != nil:
				mu.Lock()
				sent++
				mu.Unlock()
				assert.NoError(t, d.Done(once.Outcome{State: once.Done}))
			case d.Wait != nil:
				e, err := d.Wait(context.Background())
				assert.NoError(t, err)
				assert.Equal(t, once.Done, e.Outcome.State)
			default:
				assert.Equal(t, once.Done, d.Prior.Outcome.State)
			}
		})
	}
	wg.Wait()
	assert.Equal(t, 1, sent)
	assert.Equal(t, 3, verified(t, dir).Lines)
}

func TestWhatIsNotAnIntentOrAnOutcomeIsRefused(t *testing.T) {
	j := open(t, Options{Path: t.TempDir()})
	for name, in := range map[string]once.Intent{
		"no key":             {Tool: "t"},
		"no tool":            {Key: "k"},
		"broken arguments":   {Key: "k", Tool: "t", Arguments: json.RawMessage(`{`)},
		"a line of megabyte": {Key: "k", Tool: "t", Arguments: json.RawMessage(`"` + strings.Repeat("x", maxLine) + `"`)},
	} {
		_, err := j.Begin(t.Context(), in)
		require.Error(t, err, name)
	}
	p := fresh(t, j, once.Intent{Key: "k", Tool: "t"})
	require.Error(t, p.Done(once.Outcome{State: "perhaps"}))
	require.Error(t, j.Settle(t.Context(), once.Entry{}, once.Outcome{}))
	require.NoError(t, p.Done(once.Outcome{State: once.Done, Summary: strings.Repeat("é", maxText), Created: map[string]string{"id": strings.Repeat("x", maxData)}}))
	require.Error(t, p.Done(once.Outcome{State: once.Done}))
	e := prior(t, reopen(t, j), once.Intent{Key: "k", Tool: "t"})
	assert.Nil(t, e.Outcome.Created)
	assert.Less(t, len(e.Outcome.Summary), maxText+8)
	require.Error(t, j.Record(t.Context(), Line{Kind: KindIntent}))
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := j.Begin(cancelled, intent("b"))
	require.ErrorIs(t, err, context.Canceled)
}

func TestALineHoldsWhatTheCallerSaysAndNothingElse(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := open(t, Options{Path: dir, Now: c.Now})
	p := fresh(t, j, once.Intent{
		Key: "k", Slot: "s", SlotValue: "v", Batch: "b", RequestID: "r", Tenant: "acme", Subject: "ann", Client: "c", Transport: "http", Tool: "t", Integration: "i",
		Confirmation: once.Confirmation{Token: "n", How: "form", Answer: "confirm: true", By: "p", Statement: "h"}, Arguments: json.RawMessage(`{ "a": "<b>" }`),
	})
	require.NoError(t, j.Record(t.Context(), Line{Kind: KindRead, Tool: "get_jobs"}))
	raw, err := os.ReadFile(filepath.Join(dir, fileName))
	require.NoError(t, err)
	lines := bytes.Split(raw, []byte("\n"))
	require.Len(t, lines, 4)
	assert.JSONEq(t, `{"prev":"`+hashOf(lines[0])+`","kind":"intent","time":"2026-11-24T12:00:00Z","id":"`+p.ID+`",
		"key":"k","slot":"s","slot_value":"v","batch":"b","request_id":"r","tenant":"acme","subject":"ann","client":"c","transport":"http",
		"tool":"t","integration":"i","confirmed_how":"form","answer":"confirm: true","confirmed_by":"p","token":"n","statement":"h",
		"arguments":{"a":"<b>"},"deadline":"2026-11-24T12:05:00Z","writer":"`+j.writer+`"}`, string(lines[1]))
	assert.Contains(t, string(lines[1]), `{"a":"<b>"}`)
	assert.Contains(t, string(lines[2]), `"kind":"read"`)
}

func TestAStreamKeepsTheRecordAndTheProcessTheMemory(t *testing.T) {
	var b bytes.Buffer
	j := open(t, Options{Path: "-", Stderr: &b})
	send(t, j, intent("a"), once.Done)
	send(t, j, intent("b"), once.Unknown)
	assert.Equal(t, once.Done, prior(t, j, intent("a")).Outcome.State)
	path := filepath.Join(t.TempDir(), "captured.jsonl")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	assert.Equal(t, 5, verified(t, path).Lines)

	fails := open(t, Options{Path: "-", Stderr: failingWriter{}})
	_, err := fails.Begin(t.Context(), intent("a"))
	require.ErrorIs(t, err, ErrNotWritten)
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("pipe closed") }
