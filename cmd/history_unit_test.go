package cmd

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

func TestLimitsAreRead(t *testing.T) {
	day := 24 * time.Hour
	for _, c := range []struct {
		given retention
		want  history.Options //
		bad   bool
	}{
		{given: retention{}},
		{given: retention{"30d", "100000", "2GiB"}, want: history.Options{MaxAge: 30 * day, MaxCount: 100_000, MaxBytes: 2 << 30}},
		{given: retention{"12h", "1_000", "500MB"}, want: history.Options{MaxAge: 12 * time.Hour, MaxCount: 1000, MaxBytes: 500_000_000}},
		{given: retention{"none", "none", "none"}, want: history.Options{MaxAge: -1, MaxCount: -1, MaxBytes: -1}},
		{given: retention{"0", "0", "0"}, want: history.Options{MaxAge: -1, MaxCount: -1, MaxBytes: -1}},
		{given: retention{"0d", "", " None "}, want: history.Options{MaxAge: -1, MaxBytes: -1}},
		{given: retention{MaxAge: "30"}, bad: true},
		{given: retention{MaxAge: "-3d"}, bad: true},
		{given: retention{MaxAge: "-3h"}, bad: true},
		{given: retention{MaxAge: "9999999999d"}, bad: true},
		{given: retention{MaxCount: "many"}, bad: true},
		{given: retention{MaxCount: "-1"}, bad: true},
		{given: retention{MaxBytes: "-1"}, bad: true},
		{given: retention{MaxBytes: "2 boxes"}, bad: true},
	} {
		var got history.Options
		err := c.given.into(&got)
		if (err != nil) != c.bad || !c.bad && got != c.want {
			t.Errorf("%+v: got %+v, %v; want %+v, an error: %v", c.given, got, err, c.want, c.bad)
		}
	}
}

// The latest deliveries are remembered, as they were last, and no more than there is room for.
func TestUnkept(t *testing.T) {
	var u unkept
	put := func(id string, size, attempts int) {
		d := &inspect.Delivery{ID: id, Body: inspect.CaptureOf(make([]byte, size)), Attempts: make([]inspect.Attempt, attempts)}
		u.put(d)
		d.Attempts = nil // is not ours
	}
	for i := range maxUnkept + 10 {
		put("d_"+strings.Repeat("a", i), 10, 0)
	}
	if u.get("d_") != nil || u.get("d_"+strings.Repeat("a", 20)) == nil || len(u.known) != maxUnkept {
		t.Errorf("got %d remembered, want the latest %d", len(u.known), maxUnkept)
	}
	put("d_b", 10, 0)
	put("d_b", 10, 2)
	if d := u.get("d_b"); d == nil || len(d.Attempts) != 2 || u.bytes != 10*maxUnkept {
		t.Errorf("got %+v, %d bytes; want it with 2 attempts", d, u.bytes)
	}
	put("d_large", maxUnkeptBytes+1, 0)
	if u.get("d_large") == nil || u.get("d_b") != nil || len(u.ids) != 1 {
		t.Errorf("got %d beside one that is too large, want none", len(u.ids)-1)
	}
}

func TestClockBack(t *testing.T) {
	var c clockBack
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for i, s := range []struct{ up, off, want time.Duration }{
		{0, 0, 0},
		{time.Minute, -4 * time.Second, 0},
		{2 * time.Minute, time.Hour, 0},
		{3 * time.Minute, 0, time.Hour},
		{4 * time.Minute, 0, 0},
	} {
		if got := c.look(now.Add(s.up+s.off), s.up); got != s.want {
			t.Errorf("look %d: got %v, want %v", i, got, s.want)
		}
	}
}

// Without a history the screen has what this session brought, and can replay it; what is too long ago is said.
func TestScreenWithoutAHistory(t *testing.T) {
	l, _, _ := printing(t)
	_ = l.store.Close()
	l.store, l.o.noStore = nil, true
	l.recorder.store, l.recorder.unkept = nil, l.unkept
	d := arrived("push")
	l.recorder.Received(d)
	d.Attempts = []inspect.Attempt{answered(500)}
	l.recorder.Attempted(d, false)
	got, err := fetcher{l}.Delivery(t.Context(), d.ID)
	if err != nil || got.Last() == nil || got.Last().Response.Status != 500 {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := l.whole(t.Context(), d.ID); err != nil || string(got.Body.Bytes) != string(d.Body.Bytes) {
		t.Errorf("to replay: got %+v, %v", got, err)
	}
	if _, err := l.whole(t.Context(), "d_long_ago"); !errors.Is(err, errNoStore) {
		t.Errorf("got %v, want errNoStore", err)
	}
	if cursor, recent := l.recent(t.Context()); cursor != 0 || len(recent) != 0 || l.warning() != "" {
		t.Errorf("got %v, %v, %q", cursor, recent, l.warning())
	}
}

// What a history that fails doesn't have is remembered, and found before it.
func TestScreenWithAHistoryThatFails(t *testing.T) {
	l, _, _ := printing(t)
	_ = l.store.Close()
	path := l.home.history()
	if err := os.RemoveAll(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Dir(path), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.openStore(t.Context()); err != nil {
		t.Fatal(err)
	}
	store := l.store
	t.Cleanup(func() { _ = store.Close() })
	l.recorder.store, l.recorder.unkept = l.store, l.unkept
	d := arrived("push")
	<-l.recorder.Received(d)
	d.Attempts = []inspect.Attempt{answered(200)}
	l.recorder.Attempted(d, false)
	if got, err := l.delivery(context.Background(), d.ID); err != nil || got.Last() == nil {
		t.Errorf("got %+v, %v", got, err)
	}
	if w := l.warning(); !strings.Contains(w, "webhooks go through") {
		t.Errorf("got the warning %q", w)
	}
}

// The way out of a damaged history can be pasted into a shell.
func TestRecoveryIsQuoted(t *testing.T) {
	got := recovery("/home/Jo's folder/history.db")
	for _, want := range []string{`mkdir '/home/Jo'\''s folder/damaged' && `, `mv '/home/Jo'\''s folder/history.db'* `, `hook import '/home/Jo'\''s folder/damaged/history.db'`} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %s in it", got, want)
		}
	}
	if !slices.Contains(strings.Fields(recovery("/data/history.db")), "/data/history.db*") {
		t.Errorf("got %s, want it plain", recovery("/data/history.db"))
	}
}
