package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// A place is where a command runs: its project, with the secrets, the settings and the history that apply there.
type place struct {
	streams
	home     home
	project  project
	settings settings
	pen      pen
}

func findPlace(s streams) (place, error) {
	h := findHome()
	p, err := findProject(h)
	if err != nil {
		return place{}, err
	}
	set, err := readSettings(p)
	return place{streams: s, home: h, project: p, settings: set, pen: newPen()}, err
}

// openHistory opens the project's history; the caller closes it.
func (p place) openHistory(ctx context.Context, o history.Options) (*history.Store, error) {
	o.Project = p.project.dir
	store, err := history.Open(ctx, p.home.history(), o)
	if newer, ok := errors.AsType[*history.NewerError](err); ok {
		return nil, fail(exitFailed, "upgrade hook, or set HOOK_HOME to another folder", "%w", newer)
	}
	if errors.Is(err, history.ErrNotHistory) {
		return nil, fail(exitFailed, "move that file away, or set HOOK_HOME to another folder", "%w", err)
	}
	if err != nil {
		return nil, fail(exitFailed, "set HOOK_HOME to a folder that can be written", "open the history: %w", err)
	}
	return store, nil
}

// withHistory is for commands that begin by opening the history and end by closing it.
func withHistory(c *cobra.Command, s streams, do func(place, *history.Store) error) error {
	p, err := findPlace(s)
	if err != nil {
		return err
	}
	return p.withHistory(c.Context(), func(store *history.Store) error { return do(p, store) })
}

func (p place) withHistory(ctx context.Context, do func(*history.Store) error) error {
	store, err := p.openHistory(ctx, history.Options{})
	if err != nil {
		return err
	}
	return errors.Join(do(store), closing(store, p.err))
}

// closing closes the history; what could not be written is said.
func closing(store *history.Store, talk io.Writer) error {
	err := store.Close()
	if n, _ := store.Failed(); n > 0 {
		_, _ = fmt.Fprintf(talk, "hook: warning: %s could not be kept in the history\n", plural(int(n), "entry", "entries"))
	}
	return err
}

// resolve finds the delivery that ref means.
func resolve(ctx context.Context, store *history.Store, what, ref string) (string, error) {
	id, err := store.Resolve(ctx, ref)
	if many, ok := errors.AsType[*history.AmbiguousError](err); ok {
		return "", fail(exitUsage, "give more of the id", "%s %s: %w", what, ref, many)
	}
	if _, ok := errors.AsType[*history.NotFoundError](err); ok {
		if ref == "last" {
			return "", fail(exitFailed, "`hook listen 3000` captures what comes, `hook send stripe invoice.paid` sends something", "%s last: nothing was captured yet", what)
		}
		return "", fail(exitFailed, "run `hook list` to see what was captured", "%s %s: no such delivery", what, ref)
	}
	return id, err
}

// whole gives a delivery with its attempt: the row of one that has just been answered may follow in a moment.
func whole(ctx context.Context, store *history.Store, id string) (*inspect.Delivery, error) {
	cursor, err := store.Cursor(ctx)
	if err != nil {
		return nil, err
	}
	d, err := store.Get(ctx, id)
	if err != nil || d.Last() != nil || time.Since(d.ReceivedAt) > time.Minute {
		return d, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for batch, err := range store.Watch(ctx, cursor) {
		if err != nil {
			return d, nil // what is there is good enough
		}
		for _, s := range batch {
			if s.ID == id && s.Outcome != inspect.OutcomePending {
				return store.Get(ctx, id)
			}
		}
	}
	return d, nil
}
