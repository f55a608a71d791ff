package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A delivery that is under way names the instance of hook that handles it, and each instance holds a lock on a file of
// that name. So whoever comes later can tell a delivery that is under way from one that a crash left behind.

// settledErr is the error of an attempt that was settled.
const settledErr = "hook ended before the attempt did"

// settleGone settles the deliveries of instances that are gone.
func (s *Store) settleGone(ctx context.Context) error {
	instances, err := s.instances(ctx)
	if err != nil {
		return fmt.Errorf("find deliveries under way: %w", err)
	}
	for _, instance := range instances {
		if !isGone(s.lockDir(), instance) {
			continue
		}
		err := s.do(ctx, "settle interrupted deliveries", func(_ context.Context, tx *transaction) error {
			return tx.settle(instance)
		})
		if err != nil {
			return err
		}
	}
	return s.removeStaleLocks()
}

// instances are all that have deliveries under way.
func (s *Store) instances(ctx context.Context) ([]string, error) {
	rows, err := s.reads.QueryContext(ctx, "SELECT DISTINCT writer FROM delivery WHERE writer <> ''")
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

// removeStaleLocks removes the files of instances that were gone with nothing under way.
func (s *Store) removeStaleLocks() error {
	entries, err := os.ReadDir(s.lockDir())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, entry := range entries {
		if entry.Name() != indexLock {
			isGone(s.lockDir(), entry.Name())
		}
	}
	return err
}

// settle gives each delivery that is under way in instance the outcome interrupted.
func (tx *transaction) settle(instance string) error {
	ctx := context.Background()
	deliveries, err := tx.numbers(ctx, "SELECT n FROM delivery WHERE writer = ?", instance)
	if err != nil {
		return err
	}
	if err := tx.reserve(len(deliveries)); err != nil {
		return err
	}
	outcome := string(inspect.OutcomeInterrupted)
	for _, n := range deliveries {
		// One that was never attempted gets the attempt that it had coming.
		const begun = `INSERT INTO attempt (n, number, target, started, connect, wait, total, outcome, err, size, complete)
			SELECT n, 1, '', received, 0, 0, 0, '', '', 0, 0 FROM delivery WHERE n = ? AND attempts = 0`
		if _, err := tx.conn.ExecContext(ctx, begun, n); err != nil {
			return err
		}
		const ended = "UPDATE attempt SET outcome = ?, err = ? WHERE n = ? AND outcome = ''"
		if _, err := tx.conn.ExecContext(ctx, ended, outcome, settledErr, n); err != nil {
			return err
		}
		const summed = `UPDATE delivery SET changed = ?, writer = '', attempts = max(attempts, 1), outcome = ?, err = ?
			WHERE n = ?`
		if _, err := tx.conn.ExecContext(ctx, summed, tx.change(), outcome, settledErr, n); err != nil {
			return err
		}
	}
	return nil
}
