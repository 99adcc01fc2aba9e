package property

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestAPropertyIsTriedAsOftenAsItsTestSays(t *testing.T) {
	for n, underRace := range map[int]int{100: 20, 12: 2, 1: 1} {
		tried := 0
		Check(t, n, func(*rapid.T) { tried++ })
		want := n
		if raced {
			want = underRace
		}
		assert.Equal(t, want, tried)
	}
}
