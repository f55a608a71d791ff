package history

import (
	"errors"
	"fmt"

	"github.com/seed-4575fdc3/hook/inspect"
)

// Add hands d to the writer: its head, body and verdict. d.Attempts and d.RedeliveryOf are ignored. From then on the
// delivery counts as under way in this Store, until AddAttempt brings an attempt with an outcome; if this process ends
// before, it reads as interrupted. One whose id is known is ErrExists and stays as it is, unless d.Earlier says that it was handed
// over before: then it is under way again, with that attempt.
//
// The Pending is done as soon as the delivery is in this process' journal, where it survives SIGKILL; the database has it
// within 20 ms or so, under load within 150.
//
// Add does not wait for the disk. Only if 16384 writes or 128 MiB wait to be written, it waits for room, for
// 100 ms at most, and then gives up with ErrFull: a stuck disk must not stop the forwarding. d itself may be reused at
// once, but what its fields refer to (Header, Body.Bytes) must not change any more.
//
// The Pending's error may also be ErrExists, ErrReadOnly, ErrClosed or SQLite's. A Store that failed works again by
// itself when the cause is gone; what has failed is not tried again.
func (s *Store) Add(d *inspect.Delivery) *Pending {
	s.handed.Add(1) // from before its body is written: see doneSegments
	defer s.handed.Add(-1)
	r := &record{s.options.Project, *d, s.put(d.Body.Bytes)}
	r.Delivery.Attempts = nil
	if !r.Body.none() {
		r.Delivery.Body.Bytes = nil
	}
	j := &job{size: int64(len(r.Delivery.Body.Bytes)) + 2048, delivery: d.ID}
	j.what = func() string { return "store delivery " + r.Delivery.ID }
	j.run = func(tx *transaction) (err error) {
		if tx.project == "" {
			return errNoProject
		}
		j.pending.redeliveryOf, err = tx.add(r, j.first)
		if errors.Is(err, ErrExists) && r.Delivery.Earlier > 0 {
			j.pending.redeliveryOf, err = tx.comesAgain(r.Delivery.ID, r.Delivery.Earlier+1)
		}
		return err
	}
	if s.options.Project != "" && !s.options.ReadOnly && s.queue.open() {
		j.kept = s.journal.append(s.lockDir(), r)
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
	s.handed.Add(1)
	defer s.handed.Add(-1)
	t := &try{Attempt: a}
	j := &job{size: 1024, lazy: true, delivery: id, attempt: t}
	j.what = func() string { return fmt.Sprintf("store attempt %d of %s", a.Number, id) }
	if a.Response != nil {
		held := *a.Response
		t.Response = &held
		if t.body = s.put(held.Body.Bytes); !t.body.none() {
			held.Body.Bytes = nil
		}
		j.size += int64(len(held.Body.Bytes))
	}
	j.run = func(tx *transaction) error { return tx.attempt(id, t) }
	return s.hand(j)
}
