package history

import (
	"context"
	"database/sql"
	"fmt"

	// The driver "sqlite": SQLite without cgo, so that hook builds for every platform from any other.
	_ "modernc.org/sqlite"
)

// write is the writer goroutine. It ends when the queue is closed and empty.
func (s *Store) write() {
	w := &writer{store: s}
	defer w.end()
	for {
		jobs, last := s.queue.take()
		for len(jobs) > 0 {
			n := together(jobs)
			w.commit(jobs[:n])
			jobs = jobs[n:]
		}
		if last {
			return
		}
	}
}

// together is how many of the jobs, from the first, go into one transaction.
func together(jobs []*job) int {
	for i, j := range jobs {
		if j.alone {
			return max(i, 1)
		}
	}
	return len(jobs)
}

// A writer is what the writer goroutine works with. After a failure it begins anew with a fresh connection, so that no
// state of a broken one is carried on.
type writer struct {
	store *Store
	lock  *fileLock // marks this instance as alive; nil before the first write
	db    *sql.DB   // nil until it is needed, and after a failure
	tx    transaction
}

// commit does the jobs in one transaction and tells their Pendings.
func (w *writer) commit(jobs []*job) {
	err := w.try(jobs)
	if err != nil {
		w.disconnect()
	}
	if err == nil {
		w.store.lastError.Store(nil)
	}
	for _, j := range jobs {
		if err != nil {
			j.pending.err = err
		}
		w.store.finish(j)
	}
}

// try returns an error if nothing of the jobs is stored. A job that fails by itself has its error in its Pending.
func (w *writer) try(jobs []*job) error {
	if err := w.connect(); err != nil {
		return err
	}
	if err := w.tx.begin(); err != nil {
		return err
	}
	// A delivery or an attempt is one change; a job alone sees to its own.
	if !jobs[0].alone {
		if err := w.tx.reserve(len(jobs)); err != nil {
			return err
		}
	}
	for _, j := range jobs {
		if err := j.run(&w.tx); isOwn(err) {
			j.pending.err = err
		} else if err != nil {
			return err
		}
	}
	return w.tx.end()
}

func (w *writer) connect() (err error) {
	if w.db != nil {
		return nil
	}
	if w.lock == nil {
		if w.lock, err = claim(w.store.lockDir()); err != nil {
			return fmt.Errorf("mark this process as alive: %w", err)
		}
	}
	if w.db, err = sql.Open("sqlite", dsn(w.store.path, accessWrite, w.store.busy)); err != nil {
		return err
	}
	ctx := context.Background() // a write is never half wanted: SQLite bounds its time
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return err
	}
	w.tx = transaction{conn: conn, instance: w.lock.name, project: w.store.options.Project}
	return w.tx.prepare(ctx)
}

func (w *writer) disconnect() {
	if w.tx.conn != nil {
		w.tx.close()
	}
	if w.db != nil {
		w.db.Close()
	}
	w.db, w.tx = nil, transaction{}
}

// end settles what is still under way here, and gives up the mark of being alive.
func (w *writer) end() {
	if w.lock == nil {
		return
	}
	settle := &job{what: "settle deliveries under way", alone: true, pending: newPending(), run: func(tx *transaction) error {
		return tx.settle(w.lock.name)
	}}
	w.commit([]*job{settle})
	if err := settle.pending.err; err != nil {
		w.store.options.Log.Warn("close history", "error", err)
	}
	w.disconnect()
	w.lock.remove()
}

// finish tells j's Pending, and counts what could not be stored.
func (s *Store) finish(j *job) {
	if err := j.pending.err; err != nil {
		j.pending.err = fmt.Errorf("%s: %w", j.what, err)
		if !j.alone && !isOwn(err) {
			s.failures.Add(1)
			s.lastError.Store(&j.pending.err)
		}
	}
	close(j.pending.done)
}

// hand gives j to the writer. Its Pending is done at once if that is not possible.
func (s *Store) hand(j *job) *Pending {
	j.pending = newPending()
	err := ErrReadOnly
	if !s.options.ReadOnly {
		err = s.queue.put(j)
	}
	if err != nil {
		j.pending.err = err
		s.finish(j)
	}
	return j.pending
}

// do has the writer run f in a transaction of its own, and waits for it. If ctx ends first, f may still run.
func (s *Store) do(ctx context.Context, what string, f func(context.Context, *transaction) error) error {
	p := s.hand(&job{what: what, alone: true, run: func(tx *transaction) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return f(context.WithoutCancel(ctx), tx)
	}})
	select {
	case <-p.Done():
		return p.Err()
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", what, ctx.Err())
	}
}
