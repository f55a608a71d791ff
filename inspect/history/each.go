package history

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"github.com/seed-4575fdc3/hook/inspect"
)

// Each yields the deliveries that q selects, in q's order. It reads some at a time, each in a moment of its own, so that a
// long look disturbs no writer: what comes or goes meanwhile may or may not be among them. A q.Limit of 0 is no limit.
// An error ends it.
func (s *Store) Each(ctx context.Context, q Query) iter.Seq2[inspect.Summary, error] {
	return eachPage(ctx, s, q, func(tx *sql.Tx, at []rowPlace) ([]inspect.Summary, int, error) {
		page, err := summaries(ctx, tx, at)
		return page, len(at), err
	})
}

// EachWhole is Each with all that Get gives.
func (s *Store) EachWhole(ctx context.Context, q Query) iter.Seq2[*inspect.Delivery, error] {
	return eachPage(ctx, s, q, func(tx *sql.Tx, at []rowPlace) ([]*inspect.Delivery, int, error) {
		return s.wholes(ctx, tx, at)
	})
}

// eachPage yields what read makes of the places that q selects. read may do so for the first of them only, and says how many.
func eachPage[T any](ctx context.Context, s *Store, q Query, read func(*sql.Tx, []rowPlace) ([]T, int, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		err := s.seeOwn(ctx)
		f := newFinder(s, q)
		left, limited, more := q.Limit, q.Limit > 0, true
		var at []rowPlace // found and not yet read
		for err == nil && (len(at) > 0 || more && (!limited || left > 0)) {
			var page []T
			err = s.reading(ctx, func(tx *sql.Tx) (err error) {
				if len(at) == 0 {
					room := pageRows
					if limited {
						room = min(left, pageRows)
					}
					if at, more, err = f.next(ctx, tx, room); err != nil {
						return err
					}
					left -= len(at)
				}
				var n int
				page, n, err = read(tx, at)
				at = at[n:]
				return err
			})
			for _, d := range page {
				if err == nil && !yield(d, nil) {
					return
				}
			}
		}
		if err != nil {
			yield(*new(T), fmt.Errorf("list deliveries: %w", err))
		}
	}
}
