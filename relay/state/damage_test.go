package state_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/relay/state"
)

// A relay whose data is damaged says so. It neither waits for ever nor starts as if all were well.
func TestDamagedDataFolder(t *testing.T) {
	dir := t.TempDir()
	s, err := state.Open(t.Context(), dir, state.InboxLimits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := claim(t, s, otter, "token:ann"); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	blocks, err := filepath.Glob(filepath.Join(dir, "jetstream", "*", "streams", "KV_names", "msgs", "*.blk"))
	if err != nil || len(blocks) != 1 {
		t.Fatal(blocks, err)
	}
	data, err := os.ReadFile(blocks[0])
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-20] = 0xff
	if err := os.WriteFile(blocks[0], data, 0o600); err != nil {
		t.Fatal(err)
	}
	state.SetReadWithin(time.Second) // for a folder that can't be read: a whole one has the usual time on a busy machine
	defer state.SetReadWithin(10 * time.Second)
	s, err = state.Open(t.Context(), dir, state.InboxLimits{}, nil)
	if err == nil {
		shut(t, s)
	}
	if !errors.Is(err, state.ErrDamaged) {
		t.Errorf("a damaged folder was opened with %v", err)
	}
}
