// Package property tries properties with pgregory.net/rapid as often as a test
// says, and less often under the race detector: that finds in a fifth of the
// cases what it finds in all of them, and takes ten times as long for each.
package property

import (
	"flag"
	"testing"

	"pgregory.net/rapid"
)

// DefaultCases is how many cases a property is tried with where one case costs
// little.
const DefaultCases = 100

// underRace is the part of the cases that is tried under the race detector.
const underRace = 5

// Check tries a property with n cases; with as many as -rapid.checks says where
// that is given.
func Check(t *testing.T, n int, property func(*rapid.T)) {
	t.Helper()
	if raced {
		n = max(1, n/underRace)
	}
	if f := flag.Lookup("rapid.checks"); f.Value.String() != f.DefValue {
		rapid.Check(t, property)
		return
	}
	passed, failing := 0, false
	rapid.Check(t, func(t *rapid.T) {
		// rapid tries as often as its flag says. Once a case has failed, it looks
		// for a smaller one: all of those count.
		if passed >= n && !failing {
			return
		}
		before := failing
		failing = true
		property(t)
		failing = before
		passed++
	})
}
