package history

import (
	"fmt"

	"github.com/seed-4575fdc3/hook/inspect"
)

// Add hands d to the writer: its head, body and verdict. d.Attempts and d.RedeliveryOf are ignored. From then on the
// delivery counts as under way in this Store, until AddAttempt brings an attempt with an outcome; if this process ends
// before, it reads as interrupted.
//
// The Pending is done as soon as the delivery is in this process' journal, where it survives SIGKILL; the database has it
// within 20 ms or so, under load within 150.
//
// Add does not wait for the disk. Only if 16384 writes or 128 MiB of bodies wait to be written, it waits for room, for
// 100 ms at most, and then gives up with ErrFull: a stuck disk must not stop the forwarding. d itself may be reused at
// once, but what its fields refer to (Header, Body.Bytes) must not change any more.
//
// The Pending's error may also be ErrExists, ErrReadOnly, ErrClosed or SQLite's. A Store that failed works again by
// itself when the cause is gone; what has failed is not tried again.
func (s *Store) Add(d *inspect.Delivery) *Pending {
	held := *d
	held.Attempts = nil
	j := &job{size: int64(len(d.Body.Bytes)) + 2048, delivery: d.ID}
	j.what = func() string { return "store delivery " + held.ID }
	j.run = func(tx *transaction) (err error) {
		if tx.project == "" {
			return errNoProject
		}
		j.pending.redeliveryOf, err = tx.add(&held, j.first)
		return err
	}
	if s.options.Project != "" && !s.options.ReadOnly && s.queue.open() {
		j.kept = s.journal.append(s.lockDir(), &record{s.options.Project, held})
		j.lazy = j.kept
	}
	return s.hand(j)
}

// AddAttempt hands an attempt of the delivery with that whole id to the writer. An attempt with the same number is
// replaced, so one may be stored when it starts (its outcome is then pending) and again when it ends. The highest number
// is what lists show.
//
// The attempt may wait up to 20 ms, under load 100, to ride along with others; Flush and Close hurry it. For the
// rest it is as with Add; the Pending's error is a *NotFoundError if there is no such delivery.
func (s *Store) AddAttempt(id string, a inspect.Attempt) *Pending {
	j := &job{size: 1024, lazy: true, delivery: id, attempt: &a}
	j.what = func() string { return fmt.Sprintf("store attempt %d of %s", a.Number, id) }
	if a.Response != nil {
		held := *a.Response
		a.Response = &held
		j.size += int64(len(held.Body.Bytes))
	}
	j.run = func(tx *transaction) error { return tx.attempt(id, &a) }
	return s.hand(j)
}
