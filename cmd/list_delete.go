package cmd

import (
	"context"
	"fmt"
	"slices"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
)

// deleteBatch is how many deliveries are deleted at once.
const deleteBatch = 500

// delete deletes what is selected, after the user has agreed.
func (l *listing) delete(ctx context.Context) error {
	switch {
	case !l.o.narrow() && len(l.o.words) == 0 && !l.o.limited && !l.o.all:
		return fail(exitUsage, "say which: --until 7d, --provider stripe, words; or --all", "list --delete: nothing says what to delete")
	case !l.o.yes && !(isTerminal(l.in) && isTerminal(l.err)):
		return fail(exitUsage, "--yes agrees beforehand", "list --delete asks first, and there is no terminal to ask at")
	}
	if !l.o.limited {
		l.sel.query.Limit = 0
	}
	ids, err := l.chosen(ctx)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return l.nothing(ctx, "to delete")
	}
	if !l.o.yes {
		ok, err := l.confirm(ctx, "delete "+l.count(len(ids))+l.lookedFor()+"?")
		if err != nil {
			return err
		}
		if !ok {
			return fail(exitFailed, "", "list --delete: nothing was deleted")
		}
	}
	deleted := 0
	for batch := range slices.Chunk(ids, deleteBatch) {
		n, err := l.store.Delete(ctx, batch...)
		if deleted += n; err != nil {
			_, _ = fmt.Fprintf(l.err, "hook: %s deleted, of %s\n", l.count(deleted), humanize.Comma(int64(len(ids))))
			return err
		}
	}
	if l.o.json {
		return printJSON(l.out, map[string]any{"type": "summary", "deleted": deleted})
	}
	_, err = fmt.Fprintf(l.out, "%s deleted\n", l.count(deleted))
	return err
}

// chosen is the ids of what is selected. What is still under way stays: its end would be missed.
func (l *listing) chosen(ctx context.Context) ([]string, error) {
	look := l.lookout(ctx)
	defer look.end()
	var ids []string
	for s, err := range l.sel.each(ctx, l.store, look.looked) {
		if err != nil {
			look.stopped(ctx)
			return nil, err
		}
		if s.Outcome != inspect.OutcomePending {
			ids = append(ids, s.ID)
			look.found = len(ids)
		}
	}
	return ids, nil
}

func (l *listing) count(n int) string {
	if n < 1000 {
		return plural(n, "delivery", "deliveries")
	}
	return humanize.Comma(int64(n)) + " deliveries"
}
