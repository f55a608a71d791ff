package cmd

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// originals are what is delivered again, in the order in which it is.
type originals struct {
	count int      // how many there are; -1 if nobody knows before they were read
	ids   []string // theirs, where they were named; else nil
	all   iter.Seq2[*inspect.Delivery, error]
}

// find finds what the ids, the files or the selectors mean, all before the first is sent.
func (r *replaying) find(ctx context.Context, now time.Time) (originals, error) {
	if len(r.o.refs) == 0 {
		return r.findSelected(ctx, now)
	}
	if len(r.o.refs) == 1 && isReplayFile(r.o.refs[0]) {
		found, err := r.readOriginals(ctx, r.o.refs[0])
		if err != nil || !r.o.shuffle {
			return found, err
		}
		all, err := collected(found)
		return theseOriginals(mixed(all, true)), err
	}
	var ids []string
	for _, ref := range r.o.refs {
		if isReplayFile(ref) {
			return originals{}, fail(exitUsage, "`hook import` takes several; then choose from the history", "replay %s: one file at a time, and by itself", ref)
		}
		some, err := resolveRef(ctx, r.store, "replay", ref)
		if err != nil {
			return originals{}, err
		}
		ids = append(ids, some...)
	}
	return r.originalsOf(ctx, mixed(ids, r.o.shuffle)), nil
}

// collected is all of them at once.
func collected(from originals) (all []*inspect.Delivery, err error) {
	for d, err := range from.all {
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// mixed is s, in any order if shuffle is set.
func mixed[T any](s []T, shuffle bool) []T {
	if shuffle {
		rand.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] }) //nolint:gosec // any order will do
	}
	return s
}

func (r *replaying) originalsOf(ctx context.Context, ids []string) originals {
	return originals{len(ids), ids, func(yield func(*inspect.Delivery, error) bool) {
		for _, id := range ids {
			if d, err := whole(ctx, r.store, id); !yield(d, err) || err != nil {
				return
			}
		}
	}}
}

func theseOriginals(all []*inspect.Delivery) originals {
	return originals{len(all), nil, func(yield func(*inspect.Delivery, error) bool) {
		for _, d := range all {
			if !yield(d, nil) {
				return
			}
		}
	}}
}

// findSelected finds what the selectors choose, the oldest first, as of now: replays are left out, those that this command
// makes too.
func (r *replaying) findSelected(ctx context.Context, now time.Time) (originals, error) {
	sel, err := r.o.selection(nil, now)
	if err != nil {
		return originals{}, err
	}
	sel.query.OldestFirst, sel.query.NoReplays, sel.query.Limit = true, true, 0
	if sel.query.Until.IsZero() {
		sel.query.Until = now
	}
	count := -1
	if sel.where == nil {
		if count, err = r.store.Count(ctx, sel.query); err != nil {
			return originals{}, err
		}
	}
	if count == 0 {
		return originals{}, fail(exitFailed, "`hook list` with the same selectors shows what they choose", "replay: nothing matches")
	}
	if !r.o.shuffle {
		return originals{count, nil, sel.whole(ctx, r.store)}, nil
	}
	var ids []string
	for found, err := range sel.each(ctx, r.store, nil) {
		if err != nil {
			return originals{}, err
		}
		ids = append(ids, found.ID)
	}
	return r.originalsOf(ctx, mixed(ids, true)), nil
}

// whole yields all of what is selected.
func (s selection) whole(ctx context.Context, store *history.Store) iter.Seq2[*inspect.Delivery, error] {
	if s.where == nil {
		return store.EachWhole(ctx, s.query)
	}
	return func(yield func(*inspect.Delivery, error) bool) {
		for d, err := range store.EachWhole(ctx, s.query) {
			if err == nil && !s.where.Match(d) {
				continue
			}
			if !yield(d, err) || err != nil {
				return
			}
		}
	}
}

// resolveRef is the ids that ref means: one, or of last:N so many, the oldest first.
func resolveRef(ctx context.Context, store *history.Store, what, ref string) ([]string, error) {
	number, several := strings.CutPrefix(ref, lastMany)
	if !several {
		id, err := resolve(ctx, store, what, ref)
		return []string{id}, err
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 {
		return nil, fail(exitUsage, "last:5 is the last five", "%s %s: that is no number of deliveries", what, ref)
	}
	found, err := store.List(ctx, history.Query{NoReplays: true, Limit: n})
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", what, ref, err)
	}
	if len(found) == 0 {
		_, err := resolve(ctx, store, what, "last")
		return nil, err
	}
	ids := make([]string, 0, len(found))
	for _, s := range slices.Backward(found) {
		ids = append(ids, s.ID)
	}
	return ids, nil
}
