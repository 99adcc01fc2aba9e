package journal

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
)

func TestAnOutcomeWhoseStateNobodyKnowsIsUnknown(t *testing.T) {
	for stored, want := range map[string]once.State{
		"done": once.Done, "refused": once.Refused, "unknown": once.Unknown,
		"": once.Unknown, "in flight": once.Unknown, "partially done": once.Unknown,
	} {
		l := Line{Kind: KindOutcome, ID: "i", Key: "k", State: stored}
		assert.Equal(t, want, l.outcome().State, stored)
		x := newIndex(1, 1)
		x.apply(&Line{Kind: KindIntent, ID: "i", Key: "k"})
		x.apply(&l)
		assert.False(t, x.byID["i"].inFlight(), "%q settles the write", stored)
	}
}

func TestDataOfAnotherShapeLeavesTheOutcome(t *testing.T) {
	for data, want := range map[string]map[string]string{
		`{"application":"a1"}`: {"application": "a1"}, `{"application":1}`: nil, `["a1"]`: nil, `null`: nil, ``: nil,
	} {
		o := (&Line{State: "done", Data: json.RawMessage(data)}).outcome()
		assert.Equal(t, once.Done, o.State, data)
		assert.Equal(t, want, o.Created, data)
	}
}
