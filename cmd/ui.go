package cmd

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/replay"
	"github.com/seed-4575fdc3/hook/tui"
)

const (
	firstBrowsed = 500     // deliveries that the screen of the past begins with, the newest
	maxBrowsed   = 100_000 // how many it gets in all
	olderAtOnce  = 2000    // how many of them come in one batch
)

func newUI(s streams) *cobra.Command {
	var notify bool
	c := &cobra.Command{
		Use:     "ui [FILE]",
		Short:   "Look through what was captured, on the screen",
		Long:    "Open the screen on this project's history, or on a session that `hook export --as session` wrote. A file is only read.",
		Example: "  hook ui\n  hook ui for-maria.hook",
		Args:    exactly(cobra.MaximumNArgs(1), "one file"),
		RunE: func(c *cobra.Command, args []string) error {
			if !isTerminal(s.in) || !isTerminal(s.out) {
				return fail(exitUsage, "`hook list` prints what there is", "ui: the screen needs a terminal")
			}
			file := ""
			if len(args) > 0 {
				file = args[0]
			}
			return withHistoryOf(c, s, file, func(p place, store *history.Store) error { return p.browse(c.Context(), store, file, notify) })
		},
	}
	notifyFlag(c.Flags(), &notify)
	return c
}

// browse shows the screen on a store's past, and what other processes add to it meanwhile.
func (p place) browse(ctx context.Context, store *history.Store, file string, notify bool) error {
	cursor, err := store.Cursor(ctx)
	if err != nil {
		return err
	}
	recent, err := store.List(ctx, history.Query{Limit: firstBrowsed})
	if err != nil {
		return err
	}
	found, err := findSecrets(p.project, nil, p.in, p.err)
	if err != nil {
		return err
	}
	config := tui.Config{
		Recorded: "history of " + filepath.Base(p.project.dir), Version: Version, Secrets: found.summary(), Recent: recent, Deliveries: browsed{store},
		Explain: func(d *inspect.Delivery) string { return found.explainDelivery(d).text(p.pen.colourless(), 0) },
		Search:  p.searching(store, nil), Words: searchWords(), Trouble: troubleOf, Notify: notify,
		ASCII: p.pen.ascii, NoColor: os.Getenv("NO_COLOR") != "",
	}
	client := replay.NewClient(replay.ClientOptions{})
	defer client.CloseIdleConnections()
	acting := p.browsing(store, found, func(context.Context) (*replayer, error) { return p.replayerOf(store, found, client) })
	config.Do = p.browserActions(acting, file)
	older, news := make(chan []inspect.Summary), make(chan []inspect.Summary)
	config.Older, config.News = older, news
	if file != "" {
		config.Recorded = filepath.Base(file)
	}
	ctx, quit := context.WithCancel(ctx)
	defer quit()
	err = group(ctx,
		func(ctx context.Context) error { return feedOlder(ctx, store, recent, older) },
		func(ctx context.Context) error {
			if file != "" {
				return nil // nobody adds to it
			}
			return p.feedChanges(ctx, store, cursor, news)
		},
		func(ctx context.Context) error {
			defer quit()
			return p.showScreen(ctx, config)
		})
	return errors.Join(err, p.leave(acting, file))
}

// feedOlder brings what is older than recent, the newest first, and closes to at its end.
func feedOlder(ctx context.Context, store *history.Store, recent []inspect.Summary, to chan<- []inspect.Summary) error {
	defer close(to)
	if len(recent) < firstBrowsed {
		return nil
	}
	last, behind := recent[len(recent)-1], false
	var batch []inspect.Summary
	for s, err := range store.Each(ctx, history.Query{Limit: maxBrowsed}) {
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		case behind || s.ReceivedAt.Before(last.ReceivedAt): // last itself may have been deleted
			batch = append(batch, s)
		default: // what came meanwhile is news
			behind = s.ID == last.ID
		}
		if len(batch) == olderAtOnce && !handed(ctx, to, &batch) {
			return nil
		}
	}
	if len(batch) > 0 {
		handed(ctx, to, &batch)
	}
	return nil
}

// handed hands the batch over and begins another; it is false if ctx ended before somebody took it.
func handed(ctx context.Context, to chan<- []inspect.Summary, batch *[]inspect.Summary) bool {
	select {
	case to <- *batch:
		*batch = nil
		return true
	case <-ctx.Done():
		return false
	}
}

// replayerOf delivers what a store has to where `hook replay` would, unless that is another machine, which it would ask about.
func (p place) replayerOf(store *history.Store, found *secrets, client *replay.Client) (*replayer, error) {
	where, err := p.replayTo("")
	if err != nil {
		return nil, err
	}
	_, listens := p.listener()
	near := func(d *inspect.Delivery) (replay.Target, bool, error) {
		to, exact, err := where(d)
		if err == nil && !listens && !to.IsLocal() {
			err = fail(exitUsage, "`hook replay "+d.ID+"` asks before it sends there", "%s went to %s, which is another machine", d.ID, inspect.Printable(to.Host))
		}
		return to, exact, err
	}
	return &replayer{
		store: store, secrets: found, client: client, where: near,
		find:     func(ctx context.Context, id string) (*inspect.Delivery, error) { return whole(ctx, store, id) },
		recorder: &recorder{secrets: found, store: store, log: discardLog()},
	}, nil
}

// feedChanges brings what is added to the history until ctx ends.
func (p place) feedChanges(ctx context.Context, store *history.Store, after history.Cursor, to chan<- []inspect.Summary) error {
	for batch, err := range store.Watch(ctx, after) {
		if err != nil {
			return err
		}
		select {
		case to <- batch:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// browsed gives the screen whole deliveries of a store.
type browsed struct{ *history.Store }

func (b browsed) Delivery(ctx context.Context, id string) (*inspect.Delivery, error) {
	return b.Get(ctx, id)
}
