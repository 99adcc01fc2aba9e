package once

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAStoredStateNobodyKnowsIsUnknown(t *testing.T) {
	for stored, want := range map[string]State{
		"in flight": InFlight, "done": Done, "refused": Refused, "unknown": Unknown,
		"": Unknown, "DONE": Unknown, "partially done": Unknown,
	} {
		assert.Equal(t, want, ParseState(stored), stored)
		var o Outcome
		raw, err := json.Marshal(map[string]string{"state": stored})
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(raw, &o))
		assert.Equal(t, want, o.State, "%q in JSON", stored)
	}
}

func TestEachStateIsOneOfTheKindsThatDecisionsRestOn(t *testing.T) {
	for state, want := range map[State][2]bool{
		"": {false, false}, InFlight: {false, false}, Done: {true, true}, Refused: {true, true}, Unknown: {true, false},
	} {
		assert.Equal(t, want, [2]bool{state.IsOutcome(), state.IsFinal()}, state)
	}
}

func TestOnlyAnEntryInFlightIsOverdue(t *testing.T) {
	deadline := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	e := Entry{Deadline: deadline, Outcome: Outcome{State: InFlight}}.Overdue()
	assert.Equal(t, Unknown, e.Outcome.State)
	assert.Equal(t, deadline, e.At)
	assert.NotEmpty(t, e.Outcome.Error)
	for _, state := range []State{Done, Refused, Unknown} {
		e := Entry{Deadline: deadline, Outcome: Outcome{State: state}}
		assert.Equal(t, e, e.Overdue())
	}
}

func TestAnEntrySurvivesJSON(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, want := range []Entry{
		{ID: "i", Key: "k", Tool: "t", Started: at, Deadline: at.Add(time.Minute), Outcome: Outcome{State: InFlight}},
		{ID: "i", Key: "k", Slot: "s", Batch: "b", Tool: "t", Started: at, Deadline: at, At: at, Expires: at, Outcome: Outcome{
			State: Done, Summary: "x", Error: "y", LogURL: "z", Created: map[string]string{"application": "a1"}, Attempts: 2, Duration: time.Second,
		}},
	} {
		raw, err := json.Marshal(want)
		require.NoError(t, err)
		var got Entry
		require.NoError(t, json.Unmarshal(raw, &got))
		assert.Equal(t, want, got)
	}
}

func TestNoneLetsEveryWriteBeSent(t *testing.T) {
	for range 2 {
		_, found, err := None{}.Look(t.Context(), "k")
		require.NoError(t, err)
		assert.False(t, found)
		claim, err := None{}.Begin(t.Context(), Intent{Key: "k", Tool: "t"})
		require.NoError(t, err)
		require.NoError(t, claim.Done(Outcome{State: Done}))
	}
	assert.NoError(t, None{}.Settle(t.Context(), Entry{}, Outcome{State: Done}))
}
