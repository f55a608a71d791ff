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
	return eachPage(ctx, s, q, pageRows, func(at []rowPlace) (page []inspect.Summary, n int, err error) {
		err = s.reading(ctx, func(tx *sql.Tx) error {
			page, err = summaries(ctx, tx, at)
			return err
		})
		return page, len(at), err
	})
}

// EachWhole finds many places at a time, as finding has to begin anew each time, and reads few, which are in memory together.
const (
	wholePlaces = 4096
	wholeRows   = 128
)

// EachWhole is Each with all that Get gives. The Header of a Response must not be changed: others may share it.
func (s *Store) EachWhole(ctx context.Context, q Query) iter.Seq2[*inspect.Delivery, error] {
	replays := !q.NoReplays
	if q.Limit <= 0 {
		q.NoReplays = false // seen when it is read anyway; to find a place the index is enough then
	}
	return eachPage(ctx, s, q, wholePlaces, func(at []rowPlace) (page []*inspect.Delivery, n int, err error) {
		err = s.readingWhole(ctx, func(r *wholeReader) error {
			page, n, err = r.all(ctx, at[:min(len(at), wholeRows)], replays)
			return err
		})
		return page, n, err
	})
}

// eachPage yields what read makes of the places that q selects, of which most are found at a time. read may do so for the
// first of them only, and says how many.
func eachPage[T any](ctx context.Context, s *Store, q Query, most int, read func([]rowPlace) ([]T, int, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		err := s.seeOwn(ctx)
		f := newFinder(s, q)
		left, limited, more := q.Limit, q.Limit > 0, true
		var at []rowPlace // found and not yet read
		for err == nil && (len(at) > 0 || more && (!limited || left > 0)) {
			if len(at) == 0 {
				room := most
				if limited {
					room = min(left, most)
				}
				err = s.reading(ctx, func(tx *sql.Tx) error {
					at, more, err = f.next(ctx, tx, room)
					return err
				})
				left -= len(at)
				continue
			}
			var page []T
			var n int
			page, n, err = read(at)
			at = at[n:]
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
