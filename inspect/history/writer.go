package history

import (
	"context"
	"fmt"
	"runtime"

	// The driver "sqlite": SQLite without cgo, so that hook builds for every platform from any other.
	_ "modernc.org/sqlite"
)

// write is the writer goroutine. It ends when the queue is closed and empty.
func (s *Store) write() {
	patience()
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
		// Lets those who were just told hand over their next: under load a transaction then takes half as many more,
		// and a delivery costs a sixth less. It costs nothing when nobody is there.
		runtime.Gosched()
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
	tx    *transaction // nil until it is needed, and after a failure
	broke bool         // there was a failure
}

// commit does the jobs in one transaction and tells their Pendings.
func (w *writer) commit(jobs []*job) {
	wrote, err := w.try(jobs)
	if err != nil {
		w.disconnect()
	}
	if wrote { // which a full disk refuses
		w.store.lastError.Store(nil)
	}
	kept := 0
	for _, j := range jobs {
		if err != nil {
			j.pending.err = err
		}
		if j.kept && err == nil { // else the journal has the only copy
			kept++
		}
		w.store.finish(j)
	}
	w.store.journal.stored(kept)
}

// try returns an error if nothing of the jobs is stored, else whether anything had to be written for them. A job that fails
// by itself has its error in its Pending.
func (w *writer) try(jobs []*job) (wrote bool, err error) {
	if w.tx != nil && !w.store.inPlace() {
		w.disconnect()
	}
	if err := w.connect(); err != nil {
		return false, err
	}
	if err := w.tx.begin(); err != nil {
		return false, err
	}
	before := w.tx.conn.written()
	if !jobs[0].alone {
		if err := w.tx.register(); err != nil {
			return false, err
		}
	}
	meet(jobs)
	for _, j := range jobs {
		if j.rides != nil && j.rides.pending.err == nil {
			continue
		}
		if err := j.run(w.tx); isOwn(err) {
			j.pending.err = err
		} else if err != nil {
			return false, err
		}
	}
	wrote = w.tx.conn.written() != before
	err = w.tx.end()
	return wrote && err == nil, err
}

func (w *writer) connect() (err error) {
	if w.tx != nil {
		return nil
	}
	w.store.renew()
	if err := w.store.ready(context.Background()); err != nil {
		return err
	}
	w.store.settleReads()
	lock, err := w.store.journal.claim(w.store.lockDir())
	if err != nil {
		return fmt.Errorf("mark this process as alive: %w", err)
	}
	conn, err := connect(uri(w.store.path, accessWrite).String())
	if err != nil {
		return err
	}
	w.tx = &transaction{conn: conn, instance: lock.name, project: w.store.options.Project}
	w.tx.underWay.lost = w.broke
	for _, pragma := range pragmas(accessWrite, w.store.busy) {
		if err := conn.exec("PRAGMA " + pragma); err != nil {
			return err
		}
	}
	return w.tx.prepare()
}

func (w *writer) disconnect() {
	if w.tx != nil {
		w.tx.conn.close()
	}
	w.tx, w.broke = nil, true
}

// end settles what is still under way here, and gives up the mark of being alive.
func (w *writer) end() {
	lock, err := w.store.journal.claim(w.store.lockDir())
	if err != nil {
		return
	}
	settle := &job{what: func() string { return "settle deliveries under way" }, alone: true, pending: newPending()}
	settle.run = func(tx *transaction) error { return tx.settle(lock.name, tx.underWay.since(tx.changed+1)) }
	w.commit([]*job{settle})
	if err := settle.pending.err; err != nil {
		w.store.options.Log.Warn("close history", "error", err)
	}
	w.disconnect()
	if s := w.store; s.journal.left() > 0 { // for whoever opens the history next
		lock.release()
	} else {
		lock.remove()
	}
}

// finish tells j's Pending, and counts what could not be stored.
func (s *Store) finish(j *job) {
	s.handed.Add(-1)
	if err := j.pending.err; err != nil {
		j.pending.err = fmt.Errorf("%s: %w", j.what(), err)
		if !j.alone && !isOwn(err) {
			s.failures.Add(1)
			s.lastError.Store(&err)
		}
	}
	if !j.kept {
		close(j.pending.done)
	}
	close(j.pending.stored)
}

// hand gives j to the writer. Its Pending is done at once if that is not possible.
func (s *Store) hand(j *job) *Pending {
	j.pending = newPending()
	if j.kept {
		close(j.pending.done)
	}
	s.handed.Add(1)
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
func (s *Store) do(ctx context.Context, what string, f func(*transaction) error) error {
	p := s.hand(&job{what: func() string { return what }, alone: true, run: func(tx *transaction) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return f(tx)
	}})
	select {
	case <-p.Stored():
		return p.Err()
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", what, ctx.Err())
	}
}
