package filter

import (
	"slices"
	"strings"
)

// didYouMean names the word that a wrong one might have been meant for, or says what else helps.
func didYouMean(wrong string, among []string, fallback string) string {
	best, distance := "", max(2, len(wrong)/3)+1
	for _, word := range among {
		if d := editDistance(strings.ToLower(wrong), strings.ToLower(word)); d < distance && d < len(word) {
			best, distance = word, d
		}
	}
	if best == "" && len(wrong) >= 3 {
		if i := slices.IndexFunc(among, func(word string) bool { return strings.Contains(word, strings.ToLower(wrong)) }); i >= 0 {
			best = among[i]
		}
	}
	if best == "" {
		return fallback
	}
	return "did you mean " + best + "?"
}

// editDistance counts the bytes to insert, delete, change, or swap with their neighbour to make b of a.
func editDistance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, above, here := rows[0], rows[1], rows[2]
		here[0] = i
		for j := 1; j <= len(b); j++ {
			change := above[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			here[j] = min(change, above[j]+1, here[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				here[j] = min(here[j], before[j-2]+1)
			}
		}
		rows = [3][]int{above, here, before}
	}
	return rows[1][len(b)]
}
