package state

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// sickness is the engine's. Once it could not write, as on a full disk, it refuses all until it is started anew.
type sickness struct {
	ails chan struct{} // one token: somebody has seen that it is sick
	done sync.WaitGroup
	stop context.CancelFunc

	mu   sync.Mutex
	err  error           // why it can't be used; nil: it is well
	well context.Context // ends when it isn't: whoever waits for it then waits in vain
	ill  context.CancelCauseFunc
}

func newSickness() *sickness {
	s := &sickness{ails: make(chan struct{}, 1)}
	s.well, s.ill = context.WithCancelCause(context.Background())
	return s
}

// set says that it is sick for that reason, or well.
func (s *sickness) set(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
	if err != nil {
		s.ill(err)
	} else if s.well.Err() != nil {
		s.well, s.ill = context.WithCancelCause(context.Background())
	}
}

// while gives a context that also ends when the engine becomes sick.
func (s *sickness) while(ctx context.Context) (context.Context, context.CancelFunc) {
	s.mu.Lock()
	well := s.well
	s.mu.Unlock()
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(well, func() { cancel(context.Cause(well)) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// ails gives err back, and has the engine looked after if the error is its own.
func (s *Store) ails(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, errConflict) || errors.Is(err, jetstream.ErrKeyNotFound) {
		return err
	}
	s.sick.see(err)
	return err
}

// see notes that the engine is sick.
func (s *sickness) see(err error) {
	s.set(err)
	select {
	case s.ails <- struct{}{}:
	default: // somebody has said so
	}
}

// Err is why nothing can be stored at the moment; nil if it can.
func (s *Store) Err() error {
	s.sick.mu.Lock()
	defer s.sick.mu.Unlock()
	return s.sick.err
}

// Between two cures of a sick engine lies at least this time, at most that. Whether the disk has room again is looked at as
// often as the first.
const (
	cureSoonest = 500 * time.Millisecond
	cureLatest  = 15 * time.Second
)

// ErrNoRoom is returned for a disk without room for the engine.
var ErrNoRoom = errors.New("the disk is full")

// look runs until ctx ends, and starts the engine anew when it is sick.
func (s *Store) look(ctx context.Context) {
	pause := cureSoonest
	for {
		select {
		case <-s.sick.ails:
		case <-ctx.Done():
			return
		}
		was := s.Err()
		err := s.cure(ctx)
		switch {
		case err == nil && was == nil: // somebody saw what was cured meanwhile
			pause = cureSoonest
		case err == nil:
			s.log.Info("the engine works again", "it_was", was)
			pause = cureSoonest
		case ctx.Err() != nil:
		case errors.Is(err, ErrNoRoom):
			if !errors.Is(was, ErrNoRoom) {
				s.log.Error("the engine does not work", "error", err)
			}
			s.sick.see(err)
			pause = cureSoonest
		default:
			s.log.Error("the engine does not work", "error", err, "retry_in", pause.String())
			s.sick.see(err)
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
	if free, err := freeBytes(s.engine.options.StoreDir); err == nil && free < leastFree {
		return ErrNoRoom
	}
	if s.probe(ctx, time.Second) == nil {
		return nil // it was only busy
	}
	if err := s.engine.restart(ctx); err != nil {
		return err
	}
	return s.probed(ctx)
}

// probed is probe for an engine that has just been started.
func (s *Store) probed(ctx context.Context) (err error) {
	for range 50 { // its streams are back a moment later
		if err = s.probe(ctx, answersWithin); !errors.Is(err, jetstream.ErrNoStreamResponse) && !errors.Is(err, nats.ErrNoResponders) {
			break
		}
		timer := time.NewTimer(100 * time.Millisecond)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
	return err
}

// leastFree is how much room makes it worth a try.
var leastFree int64 = 8 << 20

// probe writes to all that the store writes to, and says whether that works within a time.
func (s *Store) probe(ctx context.Context, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
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
	s.sick.set(nil)
	return nil
}

// probeName is no endpoint's: it is too short.
const probeName = "_"
