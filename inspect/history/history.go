// Package history keeps deliveries on disk: one SQLite database that all hook processes of a user share, of all their
// projects, and files for long bodies beside it. Every delivery is kept with its exact bytes, its attempts and the verdict on its signature, and is found
// again by id, by filters, or by words.
//
// Writing is asynchronous: [Store.Add] and [Store.AddAttempt] hand over to one writer goroutine, which commits all that
// is waiting in one transaction. Reading never waits for writing. Other processes' changes are seen with [Store.Watch].
//
// Signing secrets are never stored; the headers of a delivery are, as they came.
package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// What a Store keeps at most when its Options do not say.
const (
	DefaultMaxAge         = 30 * 24 * time.Hour
	DefaultMaxCount       = 100_000
	DefaultMaxBytes int64 = 2 << 30
)

// Options say how a Store is opened. The zero value reads and writes, and reads all projects.
type Options struct {
	// Project is the absolute path that keys this project's deliveries. With "" reading sees all projects, and
	// nothing can be added.
	Project string

	// Log is told of what nobody else is: failed upkeep. Nil discards.
	Log *slog.Logger

	// What Trim leaves, over the whole database and not only this project. Zero means the default above, a negative
	// value no limit. MaxBytes counts the database's pages in use and the bodies outside of it.
	MaxAge   time.Duration
	MaxCount int
	MaxBytes int64

	// ReadOnly opens an existing database, a session for one, that this process may not or must not change, wherever it
	// lies; one of an older schema is read from a copy of it. Everything that writes then fails with ErrReadOnly, and
	// deliveries that a crash left behind keep reading as pending.
	ReadOnly bool

	// KeepTrying opens a history that can't be opened now, but perhaps later: its disk is full, its folder can't be
	// written, its file is damaged. Until then reading fails, and Failed says why. A network filesystem and a newer
	// version are errors all the same.
	KeepTrying bool

	// AnyFilesystem doesn't ask what filesystem the database is on: see NetworkError.
	AnyFilesystem bool
}

// A Store is an open history. All its methods are safe for concurrent use.
//
// The Store owns one goroutine, its writer. It starts with the first write, so a Store that only reads has none, and it
// ends in Close.
type Store struct {
	path    string
	copied  string // a folder with the copy that is read instead of path; "" if there is none
	options Options
	reads   *sql.DB
	queue   *queue
	writing sync.WaitGroup
	journal journal

	segments segments
	handed   atomic.Int64 // jobs that are not over

	standing atomic.Pointer[standing]
	stale    time.Time // when the database was found replaced; the writer's

	busy  time.Duration // how long a write waits for another process' transaction
	quiet time.Duration // how long nothing must have been added before upkeep works

	limits limits

	failures  atomic.Int64
	lastError atomic.Pointer[error] // of the latest write, nil if it succeeded
}

// Open opens the database at path, and creates it (mode 0600, its folder 0700) unless o.ReadOnly is set. Deliveries
// that were under way in a process that is gone are settled as interrupted.
//
// A database of a newer version of hook is a *NewerError, a file that is no history ErrNotHistory; neither is changed. A
// missing file with o.ReadOnly is fs.ErrNotExist. ctx bounds the opening only.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	s, err := open(ctx, path, o)
	if err != nil {
		return nil, fmt.Errorf("open history %s: %w", path, err)
	}
	return s, nil
}

func open(ctx context.Context, path string, o Options) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, options: o.withDefaults(), busy: 5 * time.Second, quiet: time.Second, limits: usualLimits()}
	s.queue = newQueue(func() { s.writing.Go(s.write) })
	s.standing.Store(new(standing))
	if o.ReadOnly {
		return s, s.openForReading(ctx)
	}
	err = s.ready(ctx)
	if err != nil && (!o.KeepTrying || isLasting(err) || ctx.Err() != nil) {
		return nil, err
	}
	if err := s.read(path, accessRead); err != nil {
		return nil, err
	}
	if err != nil {
		s.lastError.Store(&err)
		return s, nil
	}
	// A history that can be read but not settled (a full disk) is still of use.
	if err := s.settleGone(ctx); err != nil {
		s.options.Log.Warn("settle interrupted deliveries", "error", err)
	}
	s.awaitOthers()
	return s, nil
}

// idleReads is how many connections for reading are kept.
const idleReads = 2

// read has the Store read the database at path.
func (s *Store) read(path string, a access) error {
	db, err := sql.Open("sqlite", dsn(path, a, s.busy))
	if err != nil {
		return err
	}
	s.reads = sql.OpenDB(&reading{s, db.Driver(), path, a})
	// Reading is bound by the processor: more connections than this only hold more page caches. Each Watch keeps one.
	s.reads.SetMaxOpenConns(16)
	s.reads.SetMaxIdleConns(idleReads)
	return db.Close()
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.MaxAge == 0 {
		o.MaxAge = DefaultMaxAge
	}
	if o.MaxCount == 0 {
		o.MaxCount = DefaultMaxCount
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	return o
}

// create makes an empty file with the right mode, which SQLite then uses for the files beside it too.
func create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	// Only ever create: to open and close an existing database would drop this process' POSIX locks on it.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if os.IsExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// Close writes all that was handed over, settles deliveries of this Store that are still under way as interrupted, and
// closes the database. Whatever is handed over afterwards fails with ErrClosed. A second Close does nothing.
func (s *Store) Close() error {
	s.queue.close()
	s.writing.Wait()
	s.segments.close()
	err := s.reads.Close()
	if s.copied != "" {
		err = errors.Join(err, os.RemoveAll(s.copied))
	}
	if err != nil {
		return fmt.Errorf("close history %s: %w", s.path, err)
	}
	return nil
}

// Flush returns when all that was handed over before it is written or has failed; what failed, its Pending says. Its
// own error is ctx's, or that no commit was possible.
func (s *Store) Flush(ctx context.Context) error {
	if s.queue.idle() {
		return nil
	}
	return s.do(ctx, "flush history", func(*transaction) error { return nil })
}

// seeOwn makes reading see what was handed over before. If that can't be stored soon, what is there is read.
func (s *Store) seeOwn(ctx context.Context) error {
	if s.handed.Load() == 0 {
		return nil
	}
	soon, cancel := context.WithTimeout(ctx, catchUp)
	defer cancel()
	_ = s.Flush(soon)
	return ctx.Err()
}

// Failed is how many deliveries and attempts could not be stored since Open, and the latest write's error, which is nil
// again as soon as a write succeeds.
func (s *Store) Failed() (int64, error) {
	if err := s.lastError.Load(); err != nil {
		return s.failures.Load(), *err
	}
	return s.failures.Load(), nil
}
