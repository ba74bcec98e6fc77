package fault

import "strings"

// Nearest gives the candidate that s was probably meant to be: one that holds
// it, else the one with the fewest edits; "" when none is near.
func Nearest(s string, candidates []string) string {
	best, least := "", max(2, len(s)/3)+1
	for _, c := range candidates {
		if len(s) >= 3 && strings.Contains(c, s) {
			return c
		}
		if d := edits(s, c); d < least {
			best, least = c, d
		}
	}
	return best
}

// edits is the Levenshtein distance.
func edits(a, b string) int {
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
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
