package tools

import "strings"

// nearest gives the name that differs least from key, or "" where none is near.
func nearest(key string, names []string) string {
	best, least := "", 1+len(key)/3
	for _, n := range names {
		if d := editDistance(plainKey(key), plainKey(n)); d <= least && (best == "" || d < least) {
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

// editDistance counts the single-byte edits between a and b (Levenshtein).
func editDistance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
