package history

import (
	"context"
	"fmt"
	"iter"

	"github.com/seed-4575fdc3/hook/inspect"
)

// eachRows is how many deliveries are read at a time.
const eachRows = 500

// Each yields the deliveries that q selects, in q's order. It reads some at a time, each in a moment of its own, so that a
// long look disturbs no writer: what comes or goes meanwhile may or may not be among them. A q.Limit of 0 is no limit.
// An error ends it.
func (s *Store) Each(ctx context.Context, q Query) iter.Seq2[inspect.Summary, error] {
	return func(yield func(inspect.Summary, error) bool) {
		if err := s.seeOwn(ctx); err != nil {
			yield(inspect.Summary{}, err)
			return
		}
		left, limited := q.Limit, q.Limit > 0
		for !limited || left > 0 {
			if q.Limit = eachRows; limited {
				q.Limit = min(left, eachRows)
			}
			page, last, err := s.page(ctx, q)
			if err != nil {
				yield(inspect.Summary{}, fmt.Errorf("list deliveries: %w", err))
				return
			}
			for _, d := range page {
				if !yield(d, nil) {
					return
				}
			}
			if len(page) < q.Limit {
				return
			}
			left -= len(page)
			q.after = last
		}
	}
}

// EachWhole is Each with all that Get gives.
func (s *Store) EachWhole(ctx context.Context, q Query) iter.Seq2[*inspect.Delivery, error] {
	return func(yield func(*inspect.Delivery, error) bool) {
		for sum, err := range s.Each(ctx, q) {
			if err != nil {
				yield(nil, err)
				return
			}
			d, err := s.Get(ctx, sum.ID)
			if isMissing(err) { // deleted meanwhile
				continue
			}
			if !yield(d, err) || err != nil {
				return
			}
		}
	}
}
