package cmd

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/export"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// isReplayFile says whether an argument is a file and no id.
func isReplayFile(ref string) bool {
	if ref == "-" || strings.ContainsAny(ref, `/\.`) { // which no id has
		return true
	}
	info, err := os.Stat(ref)
	return err == nil && !info.IsDir()
}

// readOriginals reads what a file has: a session as it is replayed, everything else before the first is sent. None of it goes
// into the history.
func (r *replaying) readOriginals(ctx context.Context, path string) (originals, error) {
	if path != "-" && isSession(path) {
		return r.originalsInSession(ctx, path)
	}
	var all []*inspect.Delivery
	i := &importing{place: r.place, secrets: r.replayer.secrets, hand: func(d *inspect.Delivery) { all = append(all, d) }}
	err := i.file(ctx, path)
	switch f, known := errors.AsType[*fault](err); {
	case known:
		return originals{}, fail(f.code, f.next, "replay %s: %w", path, f.error)
	case errors.Is(err, os.ErrNotExist):
		return originals{}, fail(exitUsage, "ids are as `hook list` shows them", "replay %s: there is no such file", path)
	case errors.Is(err, export.ErrFormat), errors.Is(err, export.ErrEmpty):
		return originals{}, fail(exitUsage, afterUnread(err), "replay %s: %w", path, err)
	case err != nil:
		next := afterUnread(err)
		if open, ok := errors.AsType[*fs.PathError](err); ok && open.Path == path {
			err = open.Err
		}
		return originals{}, fail(exitFailed, next, "replay %s: %w", path, err)
	case i.sum.bad > 0:
		return originals{}, fail(exitFailed, "nothing was sent: take them out of the file, or save it anew where it came from", "replay %s: %s in it can't be read",
			path, plural(i.sum.bad, "delivery", "deliveries"))
	case len(all) == 0:
		return originals{}, fail(exitFailed, "it takes what `hook export` writes as har, ndjson, http or session", "replay %s: there is no webhook in it: %s", path, i.sum.words())
	}
	return theseOriginals(withoutReplays(all)), nil
}

// withoutReplays leaves replays out, as what they repeat is there too; unless there is nothing else.
func withoutReplays(all []*inspect.Delivery) []*inspect.Delivery {
	isReplay := func(d *inspect.Delivery) bool { return d.ReplayOf != "" }
	if live := slices.DeleteFunc(slices.Clone(all), isReplay); len(live) > 0 {
		return live
	}
	return all
}

func isSession(path string) bool {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() { // what is read from a pipe is gone
		return false
	}
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	begin := make([]byte, 15)
	n, _ := file.Read(begin)
	return bytes.Equal(begin[:n], []byte("SQLite format 3"))
}

// originalsInSession are those of a session, the oldest first. It stays open until the command ends.
func (r *replaying) originalsInSession(ctx context.Context, path string) (originals, error) {
	store, err := openFile(ctx, "replay", path)
	if err != nil {
		return originals{}, damagedSession(path, err)
	}
	r.closing = append(r.closing, store)
	q := history.Query{OldestFirst: true, NoReplays: true, AllProjects: true}
	n, err := store.Count(ctx, q)
	if err == nil && n == 0 {
		err = fail(exitFailed, "`hook list --file "+path+"` shows what is in it", "replay %s: there is nothing in it but replays", path)
	}
	return originals{n, nil, func(yield func(*inspect.Delivery, error) bool) {
		for d, err := range store.EachWhole(ctx, q) {
			if !yield(d, damagedSession(path, err)) || err != nil {
				return
			}
		}
	}}, damagedSession(path, err)
}

// damagedSession has words for the damage of a session. It is not wrapped: the user's own history isn't damaged.
func damagedSession(path string, err error) error {
	if !history.IsDamaged(err) {
		return err
	}
	return fail(exitFailed, recovery(path), "replay %s: the session is damaged: %v", path, err)
}
