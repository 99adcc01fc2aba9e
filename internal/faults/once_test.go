package faults

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/kombo-mcp/kombo-mcp/internal/once"
	"github.com/kombo-mcp/kombo-mcp/sandbox"
	"github.com/kombo-mcp/kombo-mcp/tools"
)

func TestConcurrentIdenticalCallsSendOneWrite(t *testing.T) {
	t.Parallel()
	for _, w := range writeTools {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(pinned))
				g := newPool(t, sandbox.Options{Applications: 150, Lag: time.Hour})
				s := newServer(t, g.Sandbox, nil)
				g.Inject(sandbox.Fault{Operation: w.name, Delay: time.Minute})
				arguments := w.arguments(g)
				var group sync.WaitGroup
				for range 5 {
					group.Go(func() {
						r := s.call(w.name, arguments)
						assert.Equal(t, stateDone, r.Outcome, r.words)
					})
				}
				group.Wait()
				assert.Len(t, g.Effects(), 1)
				assert.Equal(t, []string{stateDone}, verified(t, s.path))
			})
		})
	}
}

func TestIdenticalCallIsSentAgainOnRequestOrAfterItExpires(t *testing.T) {
	d := newSetup(t, func(c *tools.Config) { c.Writes = tools.PolicyAllow })
	arguments := args{"application_id": d.application().ID, "content": "Hello."}
	send := func() { assert.Equal(t, stateDone, d.call("add_application_note", arguments).Outcome) }
	send()
	send()
	assert.Len(t, d.Effects(), 1)
	arguments["again"] = true
	send()
	assert.Len(t, d.Effects(), 2)
	delete(arguments, "again")
	d.clock.Advance(10*time.Minute - time.Second)
	send()
	assert.Len(t, d.Effects(), 2)
	d.clock.Advance(2 * time.Second)
	send()
	assert.Len(t, d.Effects(), 3)
}

func TestUndoneWriteCanBeRepeated(t *testing.T) {
	d := newSetup(t, func(c *tools.Config) { c.Writes = tools.PolicyAllow })
	a := d.application()
	tag := args{"candidate_id": a.CandidateID, "tag": args{"name": "Speaks Finnish"}}
	for range 2 {
		assert.Equal(t, stateDone, d.call("add_candidate_tag", tag).Outcome)
		assert.Equal(t, stateDone, d.call("remove_candidate_tag", tag).Outcome)
	}
	assert.Len(t, d.Effects(), 4)
	here, there := d.stages[a.StageID].Name, d.nextStage(a).Name
	for range 2 {
		for _, stage := range []string{there, here} {
			r := d.call("move_application_to_stage", args{"application_id": a.ID, "stage_id": stage})
			assert.Equal(t, stateDone, r.Outcome, r.words)
			assert.NotContains(t, r.words, "already done")
		}
	}
	assert.Len(t, d.Effects(), 8)
}

func TestUnknownOutcomeIsRememberedForADay(t *testing.T) {
	d := newSetup(t, func(c *tools.Config) { c.Writes = tools.PolicyAllow })
	arguments := args{"application_id": d.application().ID, "content": "Hello."}
	d.Inject(sandbox.Fault{Operation: "add_application_note", Status: 500, Times: 1})
	assert.True(t, d.call("add_application_note", arguments).failed)
	d.clock.Advance(23 * time.Hour)
	r := d.call("add_application_note", arguments)
	assert.True(t, r.failed, r.words)
	assert.Empty(t, d.Effects())
	arguments["again"] = true
	assert.Equal(t, stateDone, d.call("add_application_note", arguments).Outcome, "with again it is sent")
	assert.Len(t, d.Effects(), 1)
}

// expiringMemory has a write when it is looked up, and no longer when it begins.
type expiringMemory struct{ once.Memory }

func (f expiringMemory) Look(context.Context, string) (once.Entry, bool, error) {
	return once.Entry{Started: pinned, Outcome: once.Outcome{State: once.InFlight}}, true, nil
}

func TestWriteWhoseMemoryExpiresDuringTheCallIsNotSent(t *testing.T) {
	d := newSetup(t, func(c *tools.Config) { c.Memory = expiringMemory{c.Memory} })
	r := d.call("reject_application", d.rejection())
	assert.True(t, r.failed, r.words)
	assert.Contains(t, r.words, "nothing was sent")
	assert.Empty(t, d.Effects())
	assert.Equal(t, []string{stateRefused}, verified(t, d.path))
}
