package approvals

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestOfTwoSpentAtOnceTheLaterCounts: the clock has milliseconds, and the order of files is
// that of random names.
func TestOfTwoSpentAtOnceTheLaterCounts(t *testing.T) {
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	first := Approval{ID: "Z", Created: at, State: Spent, SpentAt: at.Add(time.Second)}
	second := Approval{ID: "A", Created: at.Add(time.Millisecond), State: Spent, SpentAt: at.Add(time.Second)}
	for _, same := range [][]Approval{{first, second}, {second, first}} {
		a, found := OfSameCall(same)
		assert.True(t, found)
		assert.Equal(t, "A", a.ID)
	}
	waiting := Approval{ID: "B", Created: at, State: Waiting}
	for _, same := range [][]Approval{{first, waiting}, {waiting, first}} {
		a, _ := OfSameCall(same)
		assert.Equal(t, "B", a.ID, "one that is not spent comes first")
	}
}
