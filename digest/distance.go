package digest

// maxDistance is the result of EditDistance if a text is longer than that many bytes:
// comparing it would cost more than a suggestion is worth.
const maxDistance = 64

// EditDistance counts the characters that must be inserted, deleted or replaced to
// turn a into b (Levenshtein). It is 64 if either is longer than 64 bytes. Case
// counts; callers fold first.
func EditDistance(a, b string) int {
	if len(a) > maxDistance || len(b) > maxDistance {
		return maxDistance
	}
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range to {
			replace := diagonal
			if r != s {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, diagonal+1)
		}
	}
	return row[len(to)]
}
