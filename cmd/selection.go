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
		q := s.query
		q.Looked = looked
		return store.Each(ctx, q)
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
	if looked == nil {
		looked = func() {}
	}
	switch {
	case !s.where.Whole():
		return s.lookingAtSummaries(ctx, store, q, looked)
	case !s.where.Light():
		return s.lookingAtAll(ctx, store, q, looked)
	}
	return s.lookingTwice(ctx, store, q, looked)
}

// lookingAtSummaries is looking of an expression that summaries are enough for.
func (s selection) lookingAtSummaries(ctx context.Context, store *history.Store, q history.Query, looked func()) iter.Seq2[inspect.Summary, error] {
	return func(yield func(inspect.Summary, error) bool) {
		for sum, err := range store.Each(ctx, q) {
			looked()
			if (err != nil || s.where.MatchSummary(sum)) && !yield(sum, err) {
				return
			}
		}
	}
}

// lookingAtAll is looking of an expression that summaries tell nothing of.
func (s selection) lookingAtAll(ctx context.Context, store *history.Store, q history.Query, looked func()) iter.Seq2[inspect.Summary, error] {
	return func(yield func(inspect.Summary, error) bool) {
		for d, err := range store.EachWhole(ctx, q) {
			if err != nil {
				yield(inspect.Summary{}, err)
				return
			}
			looked()
			if s.where.Match(d) && !yield(d.Summary(), nil) {
				return
			}
		}
	}
}

// wholeBatch is how many deliveries that their summaries did not rule out are read at once at most.
const wholeBatch = 256

// lookingTwice looks at summaries first, and then at the whole of what they did not rule out: of few at a time in the
// beginning, as few may be wanted.
func (s selection) lookingTwice(ctx context.Context, store *history.Store, q history.Query, looked func()) iter.Seq2[inspect.Summary, error] {
	return func(yield func(inspect.Summary, error) bool) {
		var left []string
		size := 16
		see := func() bool {
			these := history.Query{IDs: left, AllProjects: true, OldestFirst: q.OldestFirst}
			left, size = nil, min(2*size, wholeBatch)
			for found, err := range s.lookingAtAll(ctx, store, these, func() {}) {
				if !yield(found, err) || err != nil {
					return false
				}
			}
			return true
		}
		for sum, err := range store.Each(ctx, q) {
			if err != nil {
				yield(sum, err)
				return
			}
			looked()
			if !s.where.MatchSummary(sum) {
				continue
			}
			if left = append(left, sum.ID); len(left) == size && !see() {
				return
			}
		}
		if len(left) > 0 {
			see()
		}
	}
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
