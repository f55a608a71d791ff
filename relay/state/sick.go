package state

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// sickness is the engine's. Once it could not write, as on a full disk, it refuses all until it is started anew.
type sickness struct {
	mu   sync.Mutex
	err  error         // why it can't be used; nil: it is well
	ails chan struct{} // one token: somebody has seen that it is sick
	done sync.WaitGroup
	stop context.CancelFunc
}

// ails gives err back, and has the engine looked after if the error is its own.
func (s *Store) ails(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, errConflict) || errors.Is(err, jetstream.ErrKeyNotFound) {
		return err
	}
	s.sick.mu.Lock()
	s.sick.err = err
	s.sick.mu.Unlock()
	select {
	case s.sick.ails <- struct{}{}:
	default: // somebody has said so
	}
	return err
}

// Err is why nothing can be stored at the moment; nil if it can.
func (s *Store) Err() error {
	s.sick.mu.Lock()
	defer s.sick.mu.Unlock()
	return s.sick.err
}

// Between two cures of a sick engine lies at least this time, at most that.
const (
	cureSoonest = 500 * time.Millisecond
	cureLatest  = 15 * time.Second
)

// look runs until ctx ends, and starts the engine anew when it is sick.
func (s *Store) look(ctx context.Context) {
	pause := cureSoonest
	for {
		select {
		case <-s.sick.ails:
		case <-ctx.Done():
			return
		}
		err := s.cure(ctx)
		if err == nil {
			s.log.Info("the engine works again")
			pause = cureSoonest
		} else if ctx.Err() == nil {
			s.log.Error("the engine does not work", "error", err, "retry_in", pause)
			_ = s.ails(err)
		}
		timer := time.NewTimer(pause)
		pause = min(2*pause, cureLatest)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// cure starts the engine anew over what it has stored, and is nil if it can write now.
func (s *Store) cure(ctx context.Context) error {
	if free, err := freeBytes(s.engine.store.StoreDir); err == nil && free < leastFree {
		return fmt.Errorf("the disk has %d bytes left", free)
	}
	if err := s.probe(ctx); err == nil {
		return nil // it was busy, or somebody else's fault
	}
	if err := s.engine.restart(); err != nil {
		return err
	}
	return s.probe(ctx)
}

// leastFree is how much room makes it worth a try.
const leastFree = 8 << 20

// probe writes to all that the store writes to, and says whether that works.
func (s *Store) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for i := range s.inbox.shards {
		ack, err := s.engine.js.Publish(ctx, inboxSubject(i, probeName), nil)
		if err == nil {
			err = s.inbox.shards[i].DeleteMsg(ctx, ack.Sequence)
		}
		if err != nil {
			return err
		}
	}
	for _, kv := range []jetstream.KeyValue{s.names.kv, s.tokens.kv, s.inbox.tries.kv, s.inbox.marks.kv} {
		if _, err := kv.PutString(ctx, probeName, "null"); err != nil {
			return err
		}
		if err := kv.Purge(ctx, probeName); err != nil {
			return err
		}
	}
	s.sick.mu.Lock()
	defer s.sick.mu.Unlock()
	s.sick.err = nil
	return nil
}

// probeName is no endpoint's: it is too short.
const probeName = "_"
