package state_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
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

// A disk that is full when the relay stops leaves empty indexes, which are made anew. To call that damage would have a backup restored
// over what is all there.
func TestIndexesThatAreLost(t *testing.T) {
	dir := t.TempDir()
	s, err := state.Open(t.Context(), dir, state.InboxLimits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := claim(t, s, otter, "token:ann"); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	indexes, err := filepath.Glob(filepath.Join(dir, "jetstream", "*", "streams", "*", "msgs", "index.db"))
	if err != nil || len(indexes) < 2 {
		t.Fatal(indexes, err)
	}
	for i, index := range indexes {
		if err := os.Truncate(index, int64(i%2*100)); err != nil { // nothing, or zeros behind what there was
			t.Fatal(err)
		}
	}
	said := reopen(t, dir, otter)
	if !strings.Contains(said, "is made anew") || strings.Contains(said, "WARN") || strings.Contains(said, "ERROR") {
		t.Errorf("the log says:\n%s", said)
	}
}

// A file of messages that is gone is damage.
func TestMessagesThatAreLost(t *testing.T) {
	dir := t.TempDir()
	s, err := state.Open(t.Context(), dir, state.InboxLimits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Note(t.Context(), state.Event{By: "operator", Did: "drain"}); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	blocks, err := filepath.Glob(filepath.Join(dir, "jetstream", "*", "streams", "audit", "msgs", "*.blk"))
	if err != nil || len(blocks) != 1 {
		t.Fatal(blocks, err)
	}
	if err := os.Remove(blocks[0]); err != nil {
		t.Fatal(err)
	}
	if said := reopen(t, dir, ""); !strings.Contains(said, "level=ERROR") || !strings.Contains(said, "the data folder is damaged") {
		t.Errorf("the log says:\n%s", said)
	}
}

// reopen opens a folder, in which the name must be known unless it is empty, closes it, and gives what the log has.
func reopen(t *testing.T, dir, name string) string {
	t.Helper()
	var said locked
	s, err := state.Open(t.Context(), dir, state.InboxLimits{}, slog.New(slog.NewTextHandler(&said, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if name != "" {
		if _, known, err := s.Settings(t.Context(), name); !known || err != nil {
			t.Errorf("the name %s is lost: %v", name, err)
		}
	}
	shut(t, s)
	return said.String()
}

// locked is what several write to.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// What can't be opened on a full disk has that for a reason: another folder on it would do no better.
func TestNoRoomToOpen(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "lock"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := state.Open(t.Context(), dir, state.InboxLimits{}, nil); err == nil || errors.Is(err, state.ErrNoRoom) {
		t.Errorf("with room: %v", err)
	}
	defer state.SetLeastFree(state.SetLeastFree(1 << 62))
	if _, err := state.Open(t.Context(), dir, state.InboxLimits{}, nil); !errors.Is(err, state.ErrNoRoom) || !strings.Contains(err.Error(), "lock") {
		t.Errorf("without: %v", err)
	}
}
