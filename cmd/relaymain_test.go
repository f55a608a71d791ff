package cmd

import (
	"os"
	"strings"
	"sync"
	"testing"
)

func TestFirstTokenIsMadeOnce(t *testing.T) {
	data := t.TempDir()
	made := make([]string, 8)
	var g sync.WaitGroup
	for i := range made {
		g.Go(func() {
			first, err := makeToken(data + "/relay/tokens")
			if err != nil {
				t.Error(err)
			}
			made[i] = first.token
		})
	}
	g.Wait()
	tokens := strings.Fields(strings.Join(made, " "))
	b, err := os.ReadFile(data + "/relay/tokens")
	if err != nil || len(tokens) != 1 || !strings.Contains(string(b), tokens[0]) {
		t.Errorf("made %q, the file has %q, %v", tokens, b, err)
	}
}
