package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
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

// openHistory opens the project's history; the caller closes it. One that can't be written is read all the same.
func (p place) openHistory(ctx context.Context, o history.Options) (*history.Store, error) {
	o.Project, o.AnyFilesystem = p.project.dir, os.Getenv("HOOK_HISTORY_ANYWHERE") != ""
	if err := p.settings.user.History.into(&o); err != nil {
		return nil, err
	}
	path := p.home.history()
	store, err := history.Open(ctx, path, o)
	if !history.IsUnwritable(err) {
		return store, historyFault(path, err)
	}
	o.ReadOnly = true
	store, other := history.Open(ctx, path, o)
	if other != nil {
		return nil, historyFault(path, err)
	}
	_, _ = fmt.Fprintf(p.err, "hook: warning: the history is only read, as it can't be written: %v\n", err)
	return store, nil
}

// historyFault is err of the history at path, with the next step; nil if err is.
func historyFault(path string, err error) error {
	const another = "set HOOK_HOME to another folder"
	_, newer := errors.AsType[*history.NewerError](err)
	_, network := errors.AsType[*history.NetworkError](err)
	switch {
	case err == nil:
		return nil
	case newer:
		return fail(exitFailed, "upgrade hook, or "+another, "%w", err)
	case network:
		return fail(exitFailed, "set HOOK_HOME to a folder on a disk of this machine, or HOOK_HISTORY_ANYWHERE=1 to take it all the same", "%w", err)
	case errors.Is(err, history.ErrNotHistory), history.IsDamaged(err):
		return fail(exitFailed, recovery(path), "the history %s can't be read, and nothing was changed: %w", path, err)
	case history.IsUnwritable(err):
		return fail(exitFailed, "set HOOK_HOME to a folder that can be written", "open the history: %w", err)
	}
	return err
}

// recovery says how to go on with a damaged history, and how to get out of it what can be read.
func recovery(path string) string {
	dir, name := filepath.Dir(path), filepath.Base(path)
	aside := filepath.Join(dir, "damaged")
	if name != "history.db" {
		return "`hook import " + quoted(path) + "` brings into the history what can still be read"
	}
	return fmt.Sprintf("move it aside, and bring back what can still be read: mkdir %s && mv %s* %s && hook import %s",
		quoted(aside), quoted(path), quoted(aside), quoted(filepath.Join(aside, name)))
}

// quoted is a path as a shell takes it.
func quoted(path string) string {
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
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
	err = do(store)
	switch {
	case history.IsIndexDamaged(err) && store.ForgetIndex(ctx) == nil:
		err = fail(exitFailed, "search again", "the index of words is damaged, and is made anew: %w", err)
	case history.IsDamaged(err):
		err = historyFault(p.home.history(), err)
	}
	return errors.Join(err, closing(store, p.err))
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
