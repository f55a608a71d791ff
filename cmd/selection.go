package cmd

import (
	"context"
	"iter"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/filter"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// A selection is the deliveries that selectors choose: what the database can tell, and what only an expression can.
type selection struct {
	query history.Query
	where *filter.Filter // nil is all
}

// each yields the selected deliveries in the query's order; its Limit counts those that were selected, and 0 is no limit.
// looked, which may be nil, is told of each that was looked at, selected or not.
func (s selection) each(ctx context.Context, store *history.Store, looked func()) iter.Seq2[inspect.Summary, error] {
	if s.where == nil {
		return store.Each(ctx, s.query)
	}
	q := s.query
	left, limited := q.Limit, q.Limit > 0
	q.Limit = 0
	return func(yield func(inspect.Summary, error) bool) {
		for found, err := range s.looking(ctx, store, q, looked) {
			if !yield(found, err) || err != nil {
				return
			}
			if left--; limited && left == 0 {
				return
			}
		}
	}
}

// looking yields those of q that the expression is true of.
func (s selection) looking(ctx context.Context, store *history.Store, q history.Query, looked func()) iter.Seq2[inspect.Summary, error] {
	return func(yield func(inspect.Summary, error) bool) {
		for sum, err := range store.Each(ctx, q) {
			if err != nil {
				yield(sum, err)
				return
			}
			ok, err := s.holds(ctx, store, sum)
			if looked != nil {
				looked()
			}
			if err == nil && !ok {
				continue
			}
			if !yield(sum, err) || err != nil {
				return
			}
		}
	}
}

// holds says whether the expression is true of a delivery.
func (s selection) holds(ctx context.Context, store *history.Store, sum inspect.Summary) (bool, error) {
	if s.where == nil {
		return true, nil
	}
	if !s.where.MatchSummary(sum) {
		return false, nil
	}
	if !s.where.Whole() {
		return true, nil
	}
	d, err := store.Get(ctx, sum.ID)
	if err != nil {
		return false, err
	}
	return s.where.Match(d), nil
}

// among is which of the deliveries with these ids are selected, in the query's order: what a Watch brings, say.
func (s selection) among(ctx context.Context, store *history.Store, ids []string) ([]inspect.Summary, error) {
	s.query.IDs, s.query.Limit = ids, 0
	var found []inspect.Summary
	for sum, err := range s.each(ctx, store, nil) {
		if err != nil {
			return nil, err
		}
		found = append(found, sum)
	}
	return found, nil
}
