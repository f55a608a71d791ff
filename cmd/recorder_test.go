package cmd

import (
	"strings"
	"testing"
)

func TestCountsInWords(t *testing.T) {
	for want, c := range map[string]counts{
		"0 received, 0 answered 2xx, 0 failed, 0 refused, 0 bad signatures":                     {},
		"6 received, 1 answered 2xx, 3 failed, 2 refused, 1 bad signature, 1 further attempt":   {received: 6, ok: 1, failed: 3, refused: 2, invalid: 1, again: 1},
		"2 received, 1 answered 2xx, 0 failed, 0 refused, 1 rejected, 2 bad signatures":         {received: 2, ok: 1, rejected: 1, invalid: 2}, // a challenge that was wrong
		"9 received, 9 answered 2xx, 0 failed, 0 refused, 0 bad signatures, 2 further attempts": {received: 9, ok: 9, again: 2},
	} {
		if got := strings.Join(c.words(false), ", "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got, want := strings.Join(counts{}.words(true), ", "), "0 received, 0 answered 2xx, 0 failed, 0 refused, 0 rejected, 0 bad signatures"; got != want {
		t.Errorf("enforced: got %q, want %q", got, want)
	}
}
