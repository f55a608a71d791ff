package cmd

import (
	"sync"
	"testing"

	"github.com/seed-4575fdc3/hook/relay/state"
)

// Of many that start at once with one folder, one has it; and only the first start of all makes a token.
func TestFirstTokenIsMadeOnce(t *testing.T) {
	o := relayOptions{data: t.TempDir()}
	made := make([]string, 8)
	var g sync.WaitGroup
	for i := range made {
		g.Go(func() {
			h, err := o.open(t.Context(), discardLog())
			if err != nil {
				return // another has it
			}
			if made[i], err = h.firstToken(t.Context(), h.store); err != nil {
				t.Error(err)
			}
			if err := h.close(); err != nil {
				t.Error(err)
			}
		})
	}
	g.Wait()
	h, err := o.open(t.Context(), discardLog())
	if err != nil {
		t.Fatal(err)
	}
	good := 0
	for _, token := range made {
		if _, ok := h.store.Grant(token); ok {
			good++
		}
	}
	if all := h.store.Tokens(); good != 1 || len(all) != 1 || !all["first"].Has(state.ScopeListen) {
		t.Errorf("%d of %q are good, and there are %v", good, made, all)
	}
	if err := h.close(); err != nil {
		t.Error(err)
	}
}
