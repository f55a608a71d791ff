package state

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sweepInbox makes dead letters of what has waited too long, and takes out dead letters that were kept long enough.
func (s *Store) sweepInbox(ctx context.Context) error {
	b, now := s.inbox, s.now()
	b.mu.RLock()
	names := slices.Collect(maps.Keys(b.boxes))
	b.mu.RUnlock()
	for _, name := range names {
		old := now.Add(-b.limits.Age)
		for _, i := range b.items(name, false) {
			if time.Unix(i.at, 0).After(old) {
				break // and so are those behind it
			}
			t, ok := b.tries.get(name)
			if !ok || t.Key != i.key {
				m, _ := b.marks.get(markKey(name, i.key))
				t = m.try
				t.Key = i.key
			}
			t.At, t.Why = now, fmt.Sprintf("it has waited for %s", b.limits.Age)
			if err := s.bury(ctx, name, i.key, t); err != nil {
				return err
			}
		}
		var keys []uint64
		for _, i := range b.items(name, true) {
			if time.Unix(i.at, 0).Before(old.Add(-b.limits.Keep)) {
				keys = append(keys, i.key)
			}
		}
		n, err := s.takeOutAll(ctx, name, keys)
		if err != nil {
			return err
		}
		if n > 0 {
			if err := s.Note(ctx, Event{By: "relay", Did: "drop", Name: name, About: fmt.Sprintf("%d dead letters, kept for %s", n, b.limits.Keep)}); err != nil {
				return err
			}
		}
	}
	return errors.Join(b.settleDoubts(ctx, now), b.forgetNotes(ctx), s.names.tidy(ctx), s.tokens.tidy(ctx), b.marks.tidy(ctx), b.tries.tidy(ctx))
}

// forgetNotes takes out what is noted of deliveries that are gone.
func (b *inbox) forgetNotes(ctx context.Context) error {
	for at := range b.marks.all() {
		name, text, _ := strings.Cut(at, ".")
		key, err := strconv.ParseUint(text, 10, 64)
		if _, held := b.find(name, key); held || err != nil {
			continue
		}
		if _, err := b.marks.remove(ctx, at); err != nil {
			return err
		}
	}
	for name, last := range b.tries.all() {
		if _, held := b.find(name, last.Key); held {
			continue
		}
		if _, err := b.tries.removeIf(ctx, name, func(t try) bool { return t.Key == last.Key }); err != nil {
			return err
		}
	}
	return nil
}
