package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/seed-4575fdc3/hook/inspect"
)

// What is stored names the instance of hook that did, as a row of writer, and each instance holds a lock on a file of its
// name. So whoever comes later can tell a delivery that is under way from one that a crash left behind.

// settledErr is the error of an attempt that was settled.
const settledErr = "hook ended before the attempt did"

// settleGone stores what instances that are gone left in their journals, and settles their deliveries.
func (s *Store) settleGone(ctx context.Context) error {
	known, err := s.instances(ctx)
	if err != nil {
		return fmt.Errorf("find deliveries under way: %w", err)
	}
	names, err := lockNames(s.lockDir())
	if err != nil {
		return err
	}
	instances := slices.Clip(known)
	for _, name := range names {
		if !slices.Contains(known, name) {
			instances = append(instances, name)
		}
	}
	var failed error
	for i, instance := range instances { // one that can't be settled keeps nobody else from it
		failed = errors.Join(failed, s.settleIfGone(ctx, instance, slices.Contains(names, instance), i < len(known)))
	}
	return failed
}

// settleIfGone does so for one instance. Its file goes last: whoever fails leaves it to the next.
func (s *Store) settleIfGone(ctx context.Context, instance string, hasFile, known bool) error {
	lock, err := tryLock(s.lockDir(), instance, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist): // somebody else settles it, or its file was lost
		if hasFile {
			return nil
		}
	case err != nil: // it lives, or it can't be told
		return nil //nolint:nilerr // and then it has not ended
	}
	var left []*record
	var unread error
	if lock != nil {
		left, unread = readJournal(lock.file)
	}
	if lock != nil && !known && len(left) == 0 && unread == nil { // it never stored anything
		lock.remove()
		return nil
	}
	err = s.settleDead(ctx, instance, left)
	switch {
	case lock == nil:
	case err != nil:
		lock.release()
	case unread != nil:
		path := lock.file.Name()
		err = errors.Join(fmt.Errorf("read what a process that is gone left in %s: %w", path, unread), os.Rename(path, path+unreadable))
		lock.release()
	default:
		lock.remove()
	}
	return err
}

// oneSettling is how many records are stored in one transaction, so that others can write meanwhile.
const oneSettling = 500

func (s *Store) settleDead(ctx context.Context, instance string, left []*record) error {
	for some := range slices.Chunk(left, oneSettling) {
		if err := s.do(ctx, "store what was left", func(tx *transaction) error { return tx.recover(instance, some) }); err != nil {
			return err
		}
	}
	return s.do(ctx, "settle interrupted deliveries", func(tx *transaction) error { return tx.settle(instance, 0) })
}

// instances are all that have stored something and did not close.
func (s *Store) instances(ctx context.Context) ([]string, error) {
	rows, err := s.reads.QueryContext(ctx, "SELECT name FROM writer")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var instance string
		if err := rows.Scan(&instance); err != nil {
			return nil, err
		}
		all = append(all, instance)
	}
	return all, rows.Err()
}

// register makes this instance known as a writer, before it stores anything.
func (tx *transaction) register() error {
	if tx.writer != 0 {
		return nil
	}
	const insert = "INSERT INTO writer (name, first) VALUES (?, ?) ON CONFLICT (name) DO NOTHING"
	if err := tx.conn.exec(insert, tx.instance, tx.changed+1); err != nil {
		return err
	}
	w, err := tx.numbers("SELECT w FROM writer WHERE name = ?", tx.instance)
	if err == nil {
		tx.writer = w[0]
	}
	return err
}

// settle gives each delivery that is under way in instance the outcome interrupted, and forgets the instance. Nothing is
// under way there that was stored before the change with the number from.
func (tx *transaction) settle(instance string, from int64) error {
	const (
		neverTried = "SELECT n FROM delivery WHERE n >= ? AND writer = ? AND last = 0"
		// One that is stored anew comes soon behind, so to look for it here takes no index.
		pending = `SELECT change FROM attempt AS a WHERE change >= ? AND writer = ? AND outcome = '' AND NOT EXISTS
			(SELECT 1 FROM attempt AS b WHERE b.change > a.change AND b.n = a.n AND b.number = a.number)`
	)
	var w, first int64
	err := tx.conn.each("SELECT w, first FROM writer WHERE name = ?", []any{instance}, func(row *statement) {
		w, first = row.columnInt(0), row.columnInt(1)
	})
	if err != nil || w == 0 {
		return err
	}
	from = max(from, first)
	changes, err := tx.numbers(pending, from, w)
	if err != nil {
		return err
	}
	deliveries, err := tx.numbers(neverTried, from, w)
	if err != nil {
		return err
	}
	for _, change := range changes {
		if err := tx.interrupt(change); err != nil {
			return err
		}
	}
	for _, n := range deliveries {
		if err := tx.interruptUntried(n); err != nil {
			return err
		}
	}
	return tx.conn.exec("DELETE FROM writer WHERE w = ?", w)
}

// interrupt stores the pending attempt with that change anew, as interrupted.
func (tx *transaction) interrupt(pending int64) error {
	change := tx.change()
	const again = `INSERT INTO attempt SELECT ?1, n, delivery.last, a.writer, number, a.target, started, connect, wait,
		total, ?2, ?3, a.status, header, a.size, complete, sha256, body
		FROM attempt AS a JOIN delivery USING (n) WHERE change = ?4`
	outcome := string(inspect.OutcomeInterrupted)
	if err := tx.conn.exec(again, change, outcome, settledErr, pending); err != nil {
		return err
	}
	const body = "INSERT INTO body SELECT ?, segment, start, length, sum, complete FROM body WHERE change = ?"
	if err := tx.conn.exec(body, change, pending); err != nil {
		return err
	}
	const this = " WHERE n = (SELECT n FROM attempt WHERE change = ?1)"
	if err := tx.conn.exec("UPDATE delivery SET last = ?1"+this, change); err != nil {
		return err
	}
	const summed = "UPDATE delivery SET outcome = ?2, err = ?3" + this +
		" AND attempts = (SELECT number FROM attempt WHERE change = ?1)"
	return tx.conn.exec(summed, change, outcome, settledErr)
}

// interruptUntried gives a delivery that was never attempted the attempt that it had coming.
func (tx *transaction) interruptUntried(n int64) error {
	received, err := tx.numbers("SELECT received FROM delivery WHERE n = ?", n)
	if err != nil {
		return err
	}
	_, _, err = tx.store(n, &try{Attempt: inspect.Attempt{
		Number: 1, Started: timeOf(received[0]), Outcome: inspect.OutcomeInterrupted, Err: settledErr,
	}})
	return err
}
