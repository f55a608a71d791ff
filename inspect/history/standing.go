package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A history may not be there when a listener starts, or vanish while it runs: a disk is full, a damaged file is in the way and
// then moved away, somebody tidies up. So the writer looks before each transaction whether what it has open is still what
// everybody else would open, and takes every occasion to try again.

const (
	// openEvery is how often the writer tries to open what could not be opened.
	openEvery = 250 * time.Millisecond

	// staleReads is how long after the database was replaced no connection for reading is kept, so that none to the old
	// one remains.
	staleReads = 5 * time.Second

	// oldReaders is how long who reads the old one has to come to an end: SQLite takes the index of its log for the new one's.
	oldReaders = time.Second
)

// A standing is what became of the database's file.
type standing struct {
	file       fs.FileInfo // of the database that is open; nil if none is
	generation int64       // counts how often it was replaced
	tried      time.Time   // when it could not be opened, and why
	failed     error
}

// ready makes sure that the database is there, and understood. Only Open and the writer call it.
func (s *Store) ready(ctx context.Context) error {
	now := s.standing.Load()
	if now.file != nil {
		return nil
	}
	if time.Since(now.tried) < openEvery {
		return now.failed
	}
	file, err := s.openFile(ctx)
	s.standing.Store(&standing{file: file, generation: now.generation, tried: time.Now(), failed: err})
	return err
}

func (s *Store) openFile(ctx context.Context) (fs.FileInfo, error) {
	if err := checkFilesystem(s.path, s.options.AnyFilesystem); err != nil {
		return nil, err
	}
	if err := s.checkEmptied(ctx); err != nil {
		return nil, err
	}
	if err := create(s.path); err != nil {
		return nil, err
	}
	if err := prepare(ctx, s.path, s.busy); err != nil {
		return nil, err
	}
	return os.Stat(s.path)
}

// checkEmptied refuses a file that lost all it had: what there is beside it may be of use, and would go with the next write.
func (s *Store) checkEmptied(ctx context.Context) error {
	for range 50 {
		info, err := os.Stat(s.path)
		if err != nil || info.Size() > 0 || !s.leftovers() {
			return nil //nolint:nilerr // what is not there can be made
		}
		select { // somebody may be making it anew
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return fmt.Errorf("%w: it is empty, but what belongs to it is not", ErrNotHistory)
}

// leftovers says whether there is a log or a body beside the database.
func (s *Store) leftovers() bool {
	if info, err := os.Stat(s.path + "-wal"); err == nil && info.Size() > 0 {
		return true
	}
	entries, err := os.ReadDir(s.bodyDir())
	return err == nil && len(entries) > 0
}

// inPlace says whether others would open what is open here: the database, and the file that shows that this process lives.
func (s *Store) inPlace() bool {
	now := s.standing.Load()
	return now.file != nil && isThere(s.path, now.file) && s.journal.inPlace()
}

func isThere(path string, file fs.FileInfo) bool {
	now, err := os.Stat(path)
	return err == nil && os.SameFile(now, file)
}

// renew lets go of all that is no longer in its place. Only the writer calls it, without a connection.
func (s *Store) renew() {
	s.journal.renew()
	s.segments.renew()
	now := s.standing.Load()
	if now.file == nil || isThere(s.path, now.file) {
		return
	}
	s.standing.Store(&standing{generation: now.generation + 1})
	s.reads.SetMaxIdleConns(-1)
	s.stale = time.Now()
	for s.reads.Stats().OpenConnections > 0 && time.Since(s.stale) < oldReaders {
		tick := time.NewTimer(5 * time.Millisecond)
		<-tick.C
	}
}

// settleReads keeps connections for reading again, once all to a database that was replaced are closed.
func (s *Store) settleReads() {
	if !s.stale.IsZero() && time.Since(s.stale) > staleReads {
		s.reads.SetMaxIdleConns(idleReads)
		s.stale = time.Time{}
	}
}

// mend looks whether the database is in its place and can be written, if there is a doubt, and has the writer see to it. It
// stores what only the journal has, once it can be.
func (s *Store) mend(ctx context.Context) error {
	s.segments.renew()
	if _, err := s.Failed(); err == nil && s.inPlace() && (s.journal.left() == 0 || s.handed.Load() > 0) {
		return nil
	}
	const touch = "UPDATE state SET floor = floor" // a full disk has no room for it
	err := s.do(ctx, "write the history", func(tx *transaction) error { return tx.conn.exec(touch) })
	if err != nil {
		return err
	}
	return s.restore(ctx)
}

// lostAnswer is the error of an attempt that could not be stored when it was made.
const lostAnswer = "the history could not be written when the app answered"

// restore stores the deliveries that reached the journal but not the database.
func (s *Store) restore(ctx context.Context) error {
	all, waiting, err := s.journal.unstored(func() bool { return s.handed.Load() == 0 })
	if waiting == 0 {
		return err
	}
	for some := range slices.Chunk(all, oneSettling) {
		if err := s.do(ctx, "store what was left", func(tx *transaction) error { return tx.restore(some) }); err != nil {
			return err
		}
	}
	s.journal.stored(waiting)
	s.failures.Add(-int64(waiting)) // they are kept after all
	return err
}

func (tx *transaction) restore(left []*record) error {
	if err := tx.register(); err != nil {
		return err
	}
	for _, r := range left {
		if more, err := tx.find.text(r.Delivery.ID).step(); err != nil {
			return err
		} else if more {
			tx.find.reset()
			continue
		}
		lost := &try{}
		lost.Number, lost.Started, lost.Outcome, lost.Err = 1, r.Delivery.ReceivedAt, inspect.OutcomeInterrupted, lostAnswer
		if _, err := tx.add(r, lost); err != nil && !errors.Is(err, ErrExists) {
			return err
		}
	}
	return nil
}
