package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A relay that held a delivery hands it over again until the app has answered: to this process or to another one, today or
// tomorrow. It stays one delivery, with an attempt more.

// Attempts is how many attempts the delivery with that whole id has, of whatever project, those under way among them. The
// error is a *NotFoundError if there is no such delivery.
func (s *Store) Attempts(ctx context.Context, id string) (n int, _ error) {
	if err := s.seeOwn(ctx); err != nil {
		return 0, err
	}
	err := s.reads.QueryRowContext(ctx, "SELECT attempts FROM delivery WHERE id = ?", id).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, &NotFoundError{Ref: id}
	}
	if err != nil {
		return 0, fmt.Errorf("count the attempts of %s: %w", id, err)
	}
	return n, nil
}

// comesAgain has a delivery that is known as under way in this instance, with an attempt of that number.
func (tx *transaction) comesAgain(id string, number int) (redeliveryOf string, err error) {
	var n int64
	next := &try{Attempt: inspect.Attempt{Number: number, Started: time.Now()}}
	const query = "SELECT n, redelivery_of, target FROM delivery WHERE id = ?"
	err = tx.conn.each(query, []any{id}, func(row *statement) {
		n, redeliveryOf, next.Target = row.columnInt(0), row.columnText(1), row.columnText(2)
	})
	if err != nil {
		return "", err
	}
	change, _, err := tx.store(n, next)
	if err == nil {
		tx.underWay.put(id, n, change)
	}
	return redeliveryOf, err
}
