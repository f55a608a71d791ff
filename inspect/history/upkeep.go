package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/seed-4575fdc3/hook/internal/filelock"
)

const (
	// indexLock is the name of the lock of the one process that indexes.
	indexLock = "index"

	// What is indexed in one transaction, so that an Add which comes meanwhile waits some ten milliseconds at most.
	indexRows  = 64
	indexBytes = 256 << 10

	settleEvery = time.Minute
	trimEvery   = 10 * time.Minute
)

// RunUpkeep does what is not urgent until ctx ends: it indexes new deliveries, settles those of processes that are gone,
// and trims. It begins when this Store has had nothing to write for a second, works in small steps, and stops for the
// next write. Any number of processes may run it. What goes wrong is logged and tried again later; its own error is
// only that the Store is for reading.
func (s *Store) RunUpkeep(ctx context.Context) error {
	if s.options.ReadOnly {
		return ErrReadOnly
	}
	ticker := time.NewTicker(s.quiet)
	defer ticker.Stop()
	var settled, trimmed time.Time
	var clock steadiness
	trusted := false // the clock, at the last trim
	began := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticker.C:
			steady := clock.look(now, now.Sub(began))
			s.logUpkeep(ctx, "mend", s.mend(ctx))
			if _, err := s.Failed(); err != nil || !s.isQuiet() {
				continue
			}
			err := s.index(ctx, s.isQuiet)
			s.logUpkeep(ctx, "index", err)
			if IsIndexDamaged(err) {
				s.logUpkeep(ctx, "index anew", s.ForgetIndex(ctx))
			}
			if now.Sub(settled) >= settleEvery && s.isQuiet() {
				s.logUpkeep(ctx, "settle", s.settleGone(ctx))
				settled = now
			}
			if (now.Sub(trimmed) >= trimEvery || steady && !trusted) && s.isQuiet() {
				_, err := s.trim(ctx, steady)
				s.logUpkeep(ctx, "trim", err)
				trimmed, trusted = now, steady
			}
		}
	}
}

func (s *Store) isQuiet() bool { return s.queue.quietFor(s.quiet) }

func (s *Store) logUpkeep(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		s.options.Log.Warn("history upkeep", "task", what, "error", err)
	}
}

// Index indexes all deliveries that are not indexed yet, so that a search for words need not read them. It returns at
// once if another process is doing so. Adding is delayed by one small step at most.
func (s *Store) Index(ctx context.Context) error {
	return s.index(ctx, func() bool { return true })
}

// index goes on as long as there is something to index and goOn says so.
func (s *Store) index(ctx context.Context, goOn func() bool) error {
	var waiting bool
	const query = "SELECT EXISTS (SELECT 1 FROM delivery WHERE n > (SELECT indexed FROM state))"
	if err := s.reads.QueryRowContext(ctx, query).Scan(&waiting); err != nil {
		return fmt.Errorf("look for what is not indexed: %w", err)
	}
	if !waiting {
		return nil
	}
	if s.options.ReadOnly {
		return ErrReadOnly
	}
	if err := os.MkdirAll(s.lockDir(), 0o700); err != nil {
		return fmt.Errorf("lock the index: %w", err)
	}
	lock, err := tryLock(s.lockDir(), indexLock, os.O_CREATE)
	if errors.Is(err, filelock.ErrHeld) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("lock the index: %w", err)
	}
	defer lock.release()
	for more := true; more && goOn(); {
		if more, err = s.indexSome(ctx); err != nil {
			return err
		}
	}
	return nil
}

// indexSome indexes the next few deliveries and says whether there may be more.
func (s *Store) indexSome(ctx context.Context) (more bool, err error) {
	type entry struct {
		n    int64
		text string
	}
	var entries []entry
	size := 0
	err = s.eachUnindexed(ctx, s.reads, indexRows, func(n int64, text string) bool {
		entries = append(entries, entry{n, text})
		size += len(text)
		return size < indexBytes
	})
	if err != nil {
		return false, fmt.Errorf("read what is not indexed: %w", err)
	}
	if len(entries) == 0 {
		return false, nil
	}
	return true, s.do(ctx, "index deliveries", func(tx *transaction) error {
		for _, e := range entries {
			// It may have been deleted since it was read.
			const insert = "INSERT INTO search (rowid, text) SELECT n, ? FROM delivery WHERE n = ?"
			if err := tx.conn.exec(insert, e.text, e.n); err != nil {
				return err
			}
		}
		return tx.indexed(entries[len(entries)-1].n)
	})
}

// indexed notes that all deliveries up to that number are in the index of words, and brings them into the others.
func (tx *transaction) indexed(n int64) error {
	const update = "UPDATE delivery SET fresh = 0 WHERE n > (SELECT indexed FROM state) AND n <= ?"
	if err := tx.conn.exec(update, n); err != nil {
		return err
	}
	return tx.conn.exec("UPDATE state SET indexed = ?", n)
}
