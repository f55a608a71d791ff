package tui

import (
	"fmt"
	"strings"
)

// tour is what to try, one step after the other. A step begins with the key that it is about; pressing that goes on.
type tour struct {
	steps []string // "tab  what the app answered"
	at    int
}

// pressed goes on if that is the step's key.
func (t *tour) pressed(key string) {
	if t.at < len(t.steps) {
		if want, _, _ := strings.Cut(t.steps[t.at], " "); want == key {
			t.at++
		}
	}
}

// row is the step, in exactly w cells; ok is false if there is none.
func (t *tour) row(th theme, w int) (row string, ok bool) {
	if t.at >= len(t.steps) {
		return "", false
	}
	want, does, _ := strings.Cut(t.steps[t.at], " ")
	return th.bar(w,
		[]span{{" try  ", faint}, {th.clean(want), accent}, {"  " + th.clean(strings.TrimSpace(does)), plain}},
		[]span{{fmt.Sprintf("%d of %d ", t.at+1, len(t.steps)), faint}}), true
}
