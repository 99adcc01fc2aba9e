package args

import (
	"strings"

	"github.com/kombo-mcp/kombo-mcp/digest"
)

// Nearest is the name that the key most likely means, "" if none is close: the one
// with the fewest edits, else the first of which one contains the other.
func Nearest(key string, names []string) string {
	if len(key) > maxKeyBytes {
		return ""
	}
	best, least := "", 1+len(key)/3
	for _, n := range names {
		if d := digest.EditDistance(plainKey(key), plainKey(n)); d <= least && (best == "" || d < least) {
			best, least = n, d
		}
	}
	if best != "" {
		return best
	}
	for _, n := range names {
		if len(key) > 2 && (strings.Contains(plainKey(n), plainKey(key)) || strings.Contains(plainKey(key), plainKey(n))) {
			return n
		}
	}
	return ""
}
