package cmd

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// cursorPrefix marks a cursor, as an id may be all digits.
const cursorPrefix = "c_"

func cursorText(c history.Cursor) string { return cursorPrefix + strconv.FormatInt(int64(c), 10) }

// start is behind what doesn't count: what --after or --since say, else the beginning of the session of this project's
// running listener, the first of several; else the present.
func (w *waiting) start(ctx context.Context) (history.Cursor, error) {
	end, err := w.store.Cursor(ctx) // before it asks who listens: who begins in between is behind it
	switch {
	case err != nil:
		return 0, w.broken(err)
	case w.o.after != "":
		return w.afterCursor(ctx, end)
	case w.o.since != "":
		return w.store.CursorSince(ctx, w.sel.query.Since)
	}
	for _, r := range w.project.listeners() {
		if r.Cursor != nil {
			end = min(end, *r.Cursor)
		}
	}
	return end, nil
}

// afterCursor reads --after.
func (w *waiting) afterCursor(ctx context.Context, end history.Cursor) (history.Cursor, error) {
	if w.o.after == "now" {
		return end, nil
	}
	if digits, ok := strings.CutPrefix(w.o.after, cursorPrefix); ok {
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n < 0 {
			return 0, fail(exitUsage, "--json and --get cursor print cursors like c_1207", "wait: --after %s is no cursor", w.o.after)
		}
		if history.Cursor(n) > end {
			return 0, fail(exitFailed, "leave --after out, or give it an id", "wait: --after %s is of another history: this one ends at %s", w.o.after, cursorText(end))
		}
		return history.Cursor(n), nil
	}
	id, err := resolve(ctx, w.store, "wait: --after", w.o.after)
	if err != nil {
		return 0, err
	}
	w.passed[id] = true // it may be under way
	c, err := w.store.CursorOf(ctx, id)
	if err != nil {
		return 0, w.broken(err)
	}
	return c, nil
}

// look takes those of a batch of changes that match, and says whether there are enough of them.
func (w *waiting) look(ctx context.Context, batch []inspect.Summary) (enough bool, err error) {
	var over []inspect.Summary
	for _, s := range batch {
		if w.missed.underWay(s); s.Outcome != inspect.OutcomePending {
			over = append(over, s)
		}
	}
	if len(over) == 0 {
		return false, nil
	}
	chosen, err := w.among(ctx, over)
	if err != nil {
		return false, w.broken(err)
	}
	for _, s := range over {
		switch match, ok := chosen[s.ID]; {
		case w.passed[s.ID]:
		case !ok:
			w.missed.add(s, w.o.selectors)
		default:
			if err := w.take(ctx, match); err != nil {
				return false, err
			}
			if w.matched++; w.matched == w.o.count {
				return true, nil
			}
		}
	}
	// Of what is over the place is for good; what is still under way comes again behind it.
	place, err := w.store.CursorOf(ctx, over[len(over)-1].ID)
	switch {
	case err == nil:
		w.at = place
	case !isNotFound(err): // deleted meanwhile: then it begins a little earlier, if it must
		return false, w.broken(err)
	}
	return false, nil
}

// among is those of some deliveries that are chosen. What is deleted meanwhile is not.
func (w *waiting) among(ctx context.Context, some []inspect.Summary) (map[string]inspect.Summary, error) {
	ids := make([]string, len(some))
	for i, s := range some {
		ids[i] = s.ID
	}
	found, err := w.sel.among(ctx, w.store, ids)
	if isNotFound(err) {
		found = nil
		for _, id := range ids { // whoever it was keeps none of the others out
			one, err := w.sel.among(ctx, w.store, []string{id})
			if err != nil && !isNotFound(err) {
				return nil, err
			}
			found = append(found, one...)
		}
	} else if err != nil {
		return nil, err
	}
	chosen := make(map[string]inspect.Summary, len(found))
	for _, s := range found {
		chosen[s.ID] = s
	}
	return chosen, nil
}

// take hands on one that matched. While a command works on it the time stands still.
func (w *waiting) take(ctx context.Context, s inspect.Summary) error {
	place, err := w.store.CursorOf(ctx, s.ID)
	if err != nil {
		return w.broken(err)
	}
	w.passed[s.ID], w.cursor = true, place
	w.clock.pause()
	defer w.clock.resume()
	return w.taker(ctx, s, place)
}

// lookThrough looks at all that is there now, behind w.at.
func (w *waiting) lookThrough(ctx context.Context) (enough bool, err error) {
	end, err := w.store.Cursor(ctx)
	for at := w.at; err == nil && at < end; {
		var batch []inspect.Summary
		if batch, at, err = w.store.Changes(ctx, at); err == nil {
			if enough, err := w.look(ctx, batch); enough || err != nil {
				return enough, err
			}
		}
	}
	if err != nil {
		return false, w.broken(err)
	}
	return false, nil
}

func isNotFound(err error) bool {
	_, missing := errors.AsType[*history.NotFoundError](err)
	return missing
}
