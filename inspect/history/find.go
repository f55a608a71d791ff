package history

import (
	"context"
	"database/sql"
)

// A rowPlace is where a delivery stands in a list.
type rowPlace struct{ received, n int64 }

const (
	pageRows    = 500  // how many deliveries are found at a time at most
	firstWindow = 64   // how many are looked at together at first, to see which have the words
	lastWindow  = 2048 // and later
)

// A finder finds the places of the deliveries of a query, in its order, some at a time. It reads in the transactions that
// it is given; those may be different ones.
type finder struct {
	store  *Store
	query  Query
	plan   *plan     // nil before the first
	all    where     // what is true of all that are found, but for times and words
	search *search   // nil without words
	after  *rowPlace // the last that was found, or passed over
	none   bool      // there is nothing to find
}

func newFinder(s *Store, q Query) *finder { return &finder{store: s, query: q} }

// next is the next places, up to limit of them. more says whether there may be others, even if it is few or none.
func (f *finder) next(ctx context.Context, tx *sql.Tx, limit int) (found []rowPlace, more bool, err error) {
	if err := f.begin(ctx, tx); err != nil {
		return nil, false, err
	}
	if f.none || len(f.plan.arms) == 0 && f.plan.fresh == nil {
		return nil, false, nil
	}
	if f.search != nil {
		return f.nextWithWords(ctx, tx, limit)
	}
	rows, err := f.candidates(ctx, tx, limit)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	found, err = takePlaces(rows, limit)
	if len(found) > 0 {
		f.after = &found[len(found)-1]
	}
	return found, len(found) == limit, err
}

// begin makes the plan, and anew when the indexes have more than they had: the plan may have no arm for that.
func (f *finder) begin(ctx context.Context, tx *sql.Tx) error {
	if f.plan != nil {
		var indexed int64
		err := tx.QueryRowContext(ctx, "SELECT indexed FROM state").Scan(&indexed)
		if err != nil || indexed == f.plan.indexed {
			return err
		}
	}
	p, err := newPlanner(f.store, f.query)
	if err != nil {
		return err
	}
	made, err := p.plan(ctx, tx)
	if err != nil {
		return err
	}
	f.plan = &made
	if f.all, err = p.all(); err != nil {
		return err
	}
	if len(f.query.Words) == 0 || f.search != nil || f.none {
		return nil
	}
	f.search, err = f.store.newSearch(ctx, tx, f.query)
	if f.search == nil {
		f.none = true
	}
	return err
}

// nextWithWords looks which candidates have the words, some at a time. It gives up, for now, when it has read many texts: so
// that what is found is soon seen.
func (f *finder) nextWithWords(ctx context.Context, tx *sql.Tx, limit int) (found []rowPlace, more bool, err error) {
	rows, err := f.candidates(ctx, tx, -1)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	f.search.read = 0
	for window := firstWindow; ; window = min(2*window, lastWindow) {
		some, err := takePlaces(rows, window)
		if err != nil {
			return nil, false, err
		}
		having, err := f.search.among(ctx, tx, some)
		if err != nil {
			return nil, false, err
		}
		for _, p := range having {
			f.after = &p
			if found = append(found, p); len(found) == limit {
				return found, true, nil
			}
		}
		if len(some) < window {
			return found, false, nil
		}
		f.after = &some[len(some)-1]
		if f.search.read >= f.store.limits.pageTexts {
			return found, true, nil
		}
	}
}

// candidates are the places behind those that were found, up to limit of them if that is not negative.
func (f *finder) candidates(ctx context.Context, tx *sql.Tx, limit int) (*sql.Rows, error) {
	query, args := f.statement(limit)
	return tx.QueryContext(ctx, query, args...)
}

func (f *finder) statement(limit int) (query string, args []any) {
	w := where{}
	times, order := f.query.times(), "received DESC, n DESC"
	if f.query.OldestFirst {
		order = "received, n"
	}
	if at := f.after; at != nil && f.query.OldestFirst {
		times.from = at.received
		w.and("(received > ? OR n > ?)", at.received, at.n)
	} else if at != nil {
		times.to = at.received
		w.and("(received < ? OR n < ?)", at.received, at.n)
	}
	w.within("received", times)
	if f.search != nil && f.search.all != nil {
		query, args = among("received, n", f.search.all, f.all.with(w))
	} else {
		query, args = f.plan.query("received, n", w)
	}
	return query + " ORDER BY " + order + " LIMIT ?", append(args, limit)
}

// takePlaces reads up to limit rows.
func takePlaces(rows *sql.Rows, limit int) (all []rowPlace, err error) {
	for len(all) < limit && rows.Next() {
		var p rowPlace
		if err := rows.Scan(&p.received, &p.n); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, rows.Err()
}

// count is how many deliveries there are.
func (f *finder) count(ctx context.Context, tx *sql.Tx) (n int, err error) {
	if err := f.begin(ctx, tx); err != nil {
		return 0, err
	}
	if f.search == nil && !f.none {
		w := where{}
		w.within("received", f.query.times())
		return f.plan.count(ctx, tx, w, -1)
	}
	for more := true; more; {
		var found []rowPlace
		if found, more, err = f.next(ctx, tx, pageRows); err != nil {
			return 0, err
		}
		n += len(found)
	}
	return n, nil
}
