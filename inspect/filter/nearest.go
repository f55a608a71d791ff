package filter

import (
	"slices"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
)

// didYouMean names the word that a wrong one might have been meant for, or says what else helps.
func didYouMean(wrong string, among []string, fallback string) string {
	best, distance := "", max(2, len(wrong)/3)+1
	for _, word := range among {
		if d := inspect.EditDistance(strings.ToLower(wrong), strings.ToLower(word)); d < distance && d < len(word) {
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
