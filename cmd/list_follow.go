package cmd

import (
	"context"
	"errors"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed-4575fdc3/hook/inspect"
)

// follow prints the latest that are selected, the oldest of them first, and then each that comes, once, when it is finished.
// It ends when the user stops it or nobody reads any more, which are no errors.
func (l *listing) follow(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		tick := time.NewTicker(pipeEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
				if readerGone(l.out) {
					return errUnread
				}
			}
		}
	})
	g.Go(func() error {
		if err := l.followOn(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		return errUnread // or the user's wish
	})
	if err := g.Wait(); !errors.Is(err, errUnread) && !errors.Is(err, syscall.EPIPE) {
		return err
	}
	return nil
}

// pipeEvery is how often follow sees whether anybody still reads: nothing may come for hours.
const pipeEvery = 250 * time.Millisecond

// errUnread ends follow.
var errUnread = errors.New("nobody reads any more")

func (l *listing) followOn(ctx context.Context) error {
	cursor, err := l.store.Cursor(ctx)
	if err != nil {
		return err
	}
	seen := newRecent()
	var latest []inspect.Summary
	look := l.lookout(ctx)
	defer look.end()
	for s, err := range l.sel.each(ctx, l.store, look.looked) {
		if err != nil {
			return err
		}
		if s.Outcome != inspect.OutcomePending {
			latest = append(latest, s)
			seen.add(s.ID)
			look.found++
		}
	}
	look.end()
	slices.Reverse(latest)
	for batch := range slices.Chunk(latest, listBatch) {
		if err := l.print(ctx, batch); err != nil {
			return err
		}
	}
	for batch, err := range l.store.Watch(ctx, cursor) {
		if err != nil {
			return err
		}
		var finished []string
		for _, s := range batch {
			if s.Outcome != inspect.OutcomePending && !seen.has(s.ID) {
				finished = append(finished, s.ID)
			}
		}
		if len(finished) == 0 {
			continue
		}
		came, err := l.cameSince(ctx, finished)
		if err != nil {
			return err
		}
		for _, s := range came {
			seen.add(s.ID)
		}
		if err := l.print(ctx, came); err != nil {
			return err
		}
	}
	return nil
}

// cameSince is which of the deliveries with these ids are selected, the oldest first.
func (l *listing) cameSince(ctx context.Context, ids []string) ([]inspect.Summary, error) {
	sel := l.sel
	sel.query.OldestFirst = true
	return sel.among(ctx, l.store, ids)
}

// recent remembers the latest ids that were added, so many that none comes again that was forgotten.
type recent struct{ young, old map[string]bool }

// recentIDs is how many are remembered at least.
const recentIDs = 50_000

func newRecent() *recent { return &recent{young: make(map[string]bool)} }

func (r *recent) has(id string) bool { return r.young[id] || r.old[id] }

func (r *recent) add(id string) {
	if len(r.young) == recentIDs {
		r.young, r.old = make(map[string]bool), r.young
	}
	r.young[id] = true
}
