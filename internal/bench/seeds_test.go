//go:build !race

package bench

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/kombo-mcp/kombo-mcp/sandbox"
)

// TestAnswersAreRightOnOtherData asks the same questions of other data on
// other days of the week. These seeds hold people whose only offer or interview
// was deleted, and roles that Kombo does not map.
func TestAnswersAreRightOnOtherData(t *testing.T) {
	for days, seed := range []uint64{5, 22} {
		s := sandbox.Options{Seed: seed, Applications: applicationsHeld, RateLimit: -1, Today: today.AddDate(0, 0, 1+days)}
		shared := newTrialOn(t, s)
		for _, k := range tasks {
			t.Run(fmt.Sprintf("seed %d, %s", seed, k.id), func(t *testing.T) {
				on := shared
				if k.trace != nil {
					on = newTrialOn(t, s)
				}
				ask := k.pick(on.world)
				truth := k.truth(on.world, ask)
				answer := k.answer(&agent{t: t, box: on.box}, ask)
				if k.trace != nil {
					answer = k.trace(on.world, on.sandbox)
				}
				assert.Equal(t, truth, answer, "%v", ask)
			})
		}
	}
}

func newTrialOn(t *testing.T, o sandbox.Options) *trial {
	t.Helper()
	s := sandbox.New(o)
	return &trial{s, newWorld(s.Snapshot()), newBox(t, s, longWalks)}
}
