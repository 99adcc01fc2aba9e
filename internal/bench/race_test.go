//go:build race

package bench

// raced is true under the race detector, which makes counting tokens ten times
// as slow. It could find nothing in what the rivals would be sent, so that is
// left to runs without it; the answers are checked in both.
const raced = true
