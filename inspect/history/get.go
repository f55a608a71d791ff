package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/seed-4575fdc3/hook/inspect"
)

// Get is the delivery with that whole id, of whatever project, with its bodies and attempts. It is equal to what was
// stored: all header values in their order, all bytes. Times are in UTC, and an empty body has nil Bytes. The error is a
// *NotFoundError if there is none.
func (s *Store) Get(ctx context.Context, id string) (*inspect.Delivery, error) {
	if err := s.seeOwn(ctx); err != nil {
		return nil, err
	}
	d, err := s.get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read delivery %s: %w", id, err)
	}
	return d, nil
}

func (s *Store) get(ctx context.Context, id string) (d *inspect.Delivery, err error) {
	// One transaction, so that the delivery and its attempts are of the same moment.
	err = s.reading(ctx, func(tx *sql.Tx) error {
		var n int64
		if err := tx.QueryRowContext(ctx, "SELECT n FROM delivery WHERE id = ?", id).Scan(&n); err != nil {
			return err
		}
		all, _, err := s.wholes(ctx, tx, []rowPlace{{n: n}})
		if err == nil && len(all) == 0 {
			err = sql.ErrNoRows
		}
		if err == nil {
			d = all[0]
		}
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &NotFoundError{Ref: id}
	}
	return d, err
}
