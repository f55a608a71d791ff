package state

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/seed-4575fdc3/hook/relay"
)

// Next is as relay.Inbox says.
func (s *Store) Next(ctx context.Context, name string) (*relay.Held, error) {
	for {
		b := s.inbox
		b.mu.RLock()
		var first *item
		if held := b.boxes[name]; held != nil && len(held.waiting) > 0 {
			i := held.waiting[0]
			first = &i
		}
		b.mu.RUnlock()
		if first == nil {
			return nil, nil
		}
		h, err := s.read(ctx, name, *first)
		if !errors.Is(err, jetstream.ErrMsgNotFound) {
			return h, err
		}
		b.forget(name, first.key)
	}
}

// read gives a held delivery, with what came of it so far.
func (s *Store) read(ctx context.Context, name string, i item) (*relay.Held, error) {
	msg, err := s.inbox.shards[i.shard].GetMsg(ctx, i.seq)
	if err != nil {
		if !errors.Is(err, jetstream.ErrMsgNotFound) {
			err = s.ails(fmt.Errorf("read what is held for %s: %w", name, err))
		}
		return nil, err
	}
	head, body, err := decodeHeld(msg.Data)
	if err != nil {
		return nil, fmt.Errorf("read what is held for %s: %w", name, err)
	}
	h := &relay.Held{Key: i.key, Name: name, Head: head, Body: body, Attempts: head.Attempt}
	if m, ok := s.inbox.marks.get(markKey(name, i.key)); ok {
		m.try.tell(h)
	}
	if t, ok := s.inbox.tries.get(name); ok && t.Key == i.key && t.Attempts > h.Attempts {
		t.tell(h)
	}
	return h, nil
}

func (t try) tell(h *relay.Held) {
	h.Attempts, h.Failures, h.Tried, h.Why = t.Attempts, t.Failures, t.At, t.Why
}

func tryOf(h *relay.Held) try { return try{h.Key, h.Attempts, h.Failures, h.Tried, h.Why} }

// Try is as relay.Inbox says.
func (s *Store) Try(ctx context.Context, h *relay.Held) error {
	h.Attempts++
	h.Tried = s.now()
	return s.noteTry(ctx, h)
}

func (s *Store) noteTry(ctx context.Context, h *relay.Held) error {
	b := s.inbox
	if last, ok := b.tries.get(h.Name); ok && last.Key != h.Key {
		_, waits := b.find(h.Name, last.Key)
		if m, _ := b.marks.get(markKey(h.Name, last.Key)); waits && !m.Dead { // one with a lower key came, or is redelivered
			if err := b.marks.put(ctx, markKey(h.Name, last.Key), mark{last, false}); err != nil {
				return s.ails(err)
			}
		}
	}
	return s.ails(b.tries.put(ctx, h.Name, tryOf(h)))
}

// Done is as relay.Inbox says.
func (s *Store) Done(ctx context.Context, h *relay.Held) error {
	_, err := s.takeOut(ctx, h.Name, h.Key)
	return err
}

// Fail is as relay.Inbox says.
func (s *Store) Fail(ctx context.Context, h *relay.Held, why string, reached bool) (dead bool, err error) {
	h.Why = why
	if reached {
		h.Failures++
	}
	if err := s.noteTry(ctx, h); err != nil || h.Failures < s.inbox.limits.Failures {
		return false, err
	}
	return true, s.bury(ctx, h.Name, h.Key, tryOf(h))
}

// bury makes a dead letter of what waits.
func (s *Store) bury(ctx context.Context, name string, key uint64, t try) error {
	b := s.inbox
	if _, ok := b.find(name, key); !ok { // it was dropped
		return nil
	}
	if err := b.marks.put(ctx, markKey(name, key), mark{t, true}); err != nil {
		return s.ails(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	held := b.boxes[name]
	if held == nil {
		return nil
	}
	if rest, i, ok := remove(held.waiting, key); ok {
		held.waiting, held.dead = rest, insert(held.dead, i)
	}
	return nil
}

// takeOut deletes one delivery, waiting or dead; ok says whether it was there.
func (s *Store) takeOut(ctx context.Context, name string, key uint64) (ok bool, err error) {
	b := s.inbox
	i, ok := b.find(name, key)
	if !ok {
		return false, nil
	}
	if err := b.shards[i.shard].DeleteMsg(ctx, i.seq); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
		return true, s.ails(fmt.Errorf("take out what was held for %s: %w", name, err))
	}
	b.forget(name, key)
	if _, marked := b.marks.get(markKey(name, key)); marked {
		_, err = b.marks.remove(ctx, markKey(name, key))
	}
	return true, s.ails(err)
}

// find gives an item, waiting or dead.
func (b *inbox) find(name string, key uint64) (item, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	held := b.boxes[name]
	if held == nil {
		return item{}, false
	}
	for _, items := range [][]item{held.waiting, held.dead} {
		if at, ok := slices.BinarySearchFunc(items, key, byKey); ok {
			return items[at], true
		}
	}
	return item{}, false
}

// forget takes an item out of the index.
func (b *inbox) forget(name string, key uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	held := b.boxes[name]
	if held == nil {
		return
	}
	var i item
	var ok bool
	if held.waiting, i, ok = remove(held.waiting, key); !ok {
		if held.dead, i, ok = remove(held.dead, key); !ok {
			return
		}
	}
	held.bytes -= int64(i.size)
	b.total -= int64(i.size)
	b.tidyLocked(name)
}

// A Backlog is how much is held for one endpoint.
type Backlog struct {
	Name    string    `json:"name"`
	Waiting int       `json:"waiting"`
	Dead    int       `json:"dead"`
	Bytes   int64     `json:"bytes"`
	Oldest  time.Time `json:"oldest,omitzero"` // of those that wait
}

// Backlogs are those of all endpoints for which anything is held, in no order.
func (s *Store) Backlogs() []Backlog {
	b := s.inbox
	b.mu.RLock()
	defer b.mu.RUnlock()
	all := make([]Backlog, 0, len(b.boxes))
	for name, held := range b.boxes {
		one := Backlog{Name: name, Waiting: len(held.waiting), Dead: len(held.dead), Bytes: held.bytes}
		if len(held.waiting) > 0 {
			one.Oldest = time.Unix(held.waiting[0].at, 0)
		}
		all = append(all, one)
	}
	return all
}

// HeldOf gives what is held for an endpoint, in order, or its dead letters: at most that many whose keys are above after.
func (s *Store) HeldOf(ctx context.Context, name string, dead bool, after uint64, most int) ([]*relay.Held, error) {
	var all []*relay.Held
	for _, i := range s.inbox.items(name, dead) {
		if i.key <= after {
			continue
		}
		if len(all) == most {
			break
		}
		h, err := s.read(ctx, name, i)
		if errors.Is(err, jetstream.ErrMsgNotFound) { // it has just gone
			continue
		}
		if err != nil {
			return all, err
		}
		all = append(all, h)
	}
	return all, nil
}

// items are those of an endpoint that wait, or are dead.
func (b *inbox) items(name string, dead bool) []item {
	b.mu.RLock()
	defer b.mu.RUnlock()
	held := b.boxes[name]
	switch {
	case held == nil:
		return nil
	case dead:
		return append([]item(nil), held.dead...)
	}
	return append([]item(nil), held.waiting...)
}

// Drop takes out deliveries of an endpoint, waiting or dead: those with the keys, or all if keys is nil.
func (s *Store) Drop(ctx context.Context, by, name string, keys []uint64) (n int, err error) {
	if keys == nil {
		n, err = s.drop(ctx, name)
	} else {
		n, err = s.takeOutAll(ctx, name, keys)
	}
	if n == 0 || err != nil {
		return n, err
	}
	return n, s.Note(ctx, Event{By: by, Did: "drop", Name: name, About: many(n, "held delivery", "held deliveries")})
}

// Redeliver has dead letters of an endpoint wait again, each at its old place: those with the keys, or all if keys is nil.
func (s *Store) Redeliver(ctx context.Context, by, name string, keys []uint64) (n int, err error) {
	b := s.inbox
	if keys == nil {
		for _, i := range b.items(name, true) {
			keys = append(keys, i.key)
		}
	}
	for _, key := range keys {
		changed := false
		ok, err := b.marks.update(ctx, markKey(name, key), func(m *mark) bool {
			changed = m.Dead
			m.Dead, m.Failures = false, 0
			return changed
		})
		if err != nil {
			return n, s.ails(err)
		}
		if !ok || !changed {
			continue
		}
		b.revive(name, key)
		n++
	}
	if n == 0 {
		return 0, nil
	}
	return n, s.Note(ctx, Event{By: by, Did: "redeliver", Name: name, About: many(n, "dead letter", "dead letters")})
}

// revive moves an item from the dead letters to those that wait.
func (b *inbox) revive(name string, key uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	held := b.boxes[name]
	if held == nil {
		return
	}
	if rest, i, ok := remove(held.dead, key); ok {
		held.dead, held.waiting = rest, insert(held.waiting, i)
	}
}

// drop takes out all that is held for an endpoint.
func (s *Store) drop(ctx context.Context, name string) (n int, err error) {
	var keys []uint64
	for _, i := range append(s.inbox.items(name, false), s.inbox.items(name, true)...) {
		keys = append(keys, i.key)
	}
	return s.takeOutAll(ctx, name, keys)
}

func (s *Store) takeOutAll(ctx context.Context, name string, keys []uint64) (n int, err error) {
	for _, key := range keys {
		ok, err := s.takeOut(ctx, name, key)
		if err != nil {
			return n, err
		}
		if ok {
			n++
		}
	}
	return n, nil
}
