package history

import (
	"context"
	"database/sql"
	"fmt"
)

// Count is how many deliveries q selects; its Limit does not matter.
func (s *Store) Count(ctx context.Context, q Query) (int, error) {
	if err := s.seeOwn(ctx); err != nil {
		return 0, err
	}
	n, err := s.count(ctx, q)
	if err != nil {
		return 0, fmt.Errorf("count deliveries: %w", err)
	}
	return n, nil
}

func (s *Store) count(ctx context.Context, q Query) (n int, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) (err error) {
		n, err = newFinder(s, q).count(ctx, tx)
		return err
	})
	return n, err
}
