package cmd

import (
	"context"
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect/history"
)

// withHistoryOf is withHistory; if file is given it is the history in that file, a session say, of all the projects in it. It is
// only read.
func withHistoryOf(c *cobra.Command, s streams, file string, do func(place, *history.Store) error) error {
	if file == "" {
		return withHistory(c, s, do)
	}
	p, err := findPlace(s)
	if err != nil {
		return err
	}
	store, err := openFile(c.Context(), "--file", file)
	if err != nil {
		return err
	}
	if err = do(p, store); history.IsDamaged(err) {
		err = historyFault(file, err)
	}
	return errors.Join(err, closing(store, p.err))
}

func openFile(ctx context.Context, what, file string) (*history.Store, error) {
	store, err := history.Open(ctx, file, history.Options{ReadOnly: true})
	if newer, ok := errors.AsType[*history.NewerError](err); ok {
		return nil, fail(exitFailed, "upgrade hook", "%s %s: %w", what, file, newer)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fail(exitUsage, "`hook export --as session -o "+file+"` makes one", "%s %s: there is no such file", what, file)
	case errors.Is(err, history.ErrNotHistory):
		return nil, fail(exitUsage, "it takes what `hook export --as session` makes; `hook import "+file+"` reads other formats", "%s %s: %w", what, file, history.ErrNotHistory)
	case history.IsDamaged(err):
		return nil, historyFault(file, err)
	case err != nil:
		return nil, fail(exitFailed, "", "%s %s: %w", what, file, err)
	}
	return store, nil
}

// withAllProjects is withHistory, of all projects.
func withAllProjects(c *cobra.Command, s streams, do func(place, *history.Store) error) error {
	p, err := findPlace(s)
	if err != nil {
		return err
	}
	everywhere := p
	everywhere.project.dir = ""
	return everywhere.withHistory(c.Context(), func(store *history.Store) error { return do(p, store) })
}
