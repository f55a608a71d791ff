package cmd

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
)

// lookWhileWatching is how often it is looked whether the app is back: as long as somebody waits for an answer to a change.
const lookWhileWatching = 200 * time.Millisecond

// afterWork is how long an app may write to files once it has answered, without that passing for somebody's change.
const afterWork = 100 * time.Millisecond

const appIsBack = "the app is back"

// A replayWatch replays the same again and again: when files have changed, and when the app is back after a restart.
type replayWatch struct {
	*replaying
	files  *fileWatch
	app    *appWatch
	last   map[string]verdict // what came of each original the last time
	ending error              // of the last round
}

// watch replays until the user has seen enough: the exit code is the last round's.
func (r *replaying) watch(ctx context.Context) error {
	target, err := r.watched(ctx)
	if err != nil {
		return err
	}
	roots := []string{r.project.dir}
	if len(r.o.paths) > 0 {
		roots = nil
		for _, path := range r.o.paths {
			path, err := filepath.Abs(path)
			if err != nil {
				return err
			}
			roots = append(roots, path)
		}
	}
	w := &replayWatch{replaying: r, app: newAppWatch(target), last: make(map[string]verdict)}
	w.app.often = lookWhileWatching
	if w.files, err = newFileWatch(ctx, roots, []string{r.o.junit, r.o.baseline, r.home.data, r.home.run, r.home.log}, r.out, r.err); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return w.files.run(ctx) })
	g.Go(func() error { return w.app.run(ctx) })
	g.Go(func() error { return w.rounds(ctx) })
	if err := g.Wait(); err != nil {
		return err
	}
	return w.ending
}

// watched is the app that the first original goes to.
func (r *replaying) watched(ctx context.Context) (replay.Target, error) {
	for original, err := range r.originals.all {
		if err != nil {
			return replay.Target{}, err
		}
		if err := r.mayAsk(ctx, original); err != nil {
			return replay.Target{}, err
		}
		target, _, err := r.replayer.where(original)
		return target, err
	}
	return replay.Target{}, errors.Join(ctx.Err(), fail(exitFailed, "`hook list` shows what was captured", "replay: nothing matches"))
}

// rounds replays all at once, and again at each news, until ctx ends.
func (w *replayWatch) rounds(ctx context.Context) error {
	if !w.o.json {
		_, _ = fmt.Fprintf(w.err, "hook: watching %s and the app at %s; Ctrl-C ends\n", inspect.Printable(strings.Join(w.files.roots, ", ")), w.app.target.Place())
	}
	state, _ := w.app.state.Get()
	for why := "begin"; ; {
		waited, err := w.awaitApp(ctx, &state)
		if err != nil {
			return nil //nolint:nilerr // the user has seen enough
		}
		if waited {
			why = appIsBack
		}
		if err := w.round(ctx, why); err != nil || ctx.Err() != nil {
			return err
		}
		if why = w.news(ctx, &state); why == "" {
			return nil
		}
	}
}

// awaitApp waits until the app is up, and says whether it was down. Its error is ctx's.
func (w *replayWatch) awaitApp(ctx context.Context, seen *appState) (waited bool, err error) {
	for {
		state, changed := w.app.state.Get()
		if *seen = state; state.known && state.up {
			return waited, nil
		}
		if state.known && !waited {
			if waited = true; !w.o.json {
				_, _ = fmt.Fprintln(w.err, "hook: the app at "+w.app.target.Place()+" is down: waiting for it")
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return waited, ctx.Err()
		}
	}
}

// news waits until it is worth trying again, and says why; nothing if ctx ended.
func (w *replayWatch) news(ctx context.Context, seen *appState) string {
	for {
		state, changed := w.app.state.Get()
		before := *seen
		*seen = state
		if state.up != before.up || state.since != before.since || state.owner.pid != before.owner.pid && before.owner.pid != 0 {
			return appIsBack // by the time that it is said
		}
		select {
		case what := <-w.files.changed:
			return what
		case <-changed:
		case <-ctx.Done():
			return ""
		}
	}
}

// round replays all once. Its error ends the watching.
func (w *replayWatch) round(ctx context.Context, why string) error {
	if !w.o.json && why != "begin" {
		_, _ = fmt.Fprintf(w.out, "%s  %s\n", w.pen.faint.Sprint(time.Now().Format(time.TimeOnly)), inspect.Printable(why))
	}
	w.replayer.forget() // the secrets may be what was changed
	w.report = w.newReport()
	w.report.before = w.last
	done := w.files.appWorks()
	err := w.run(ctx)
	_ = pauseFor(ctx, afterWork)
	done()
	if ctx.Err() != nil {
		return nil
	}
	err = w.finish(ctx, err)
	if f, ok := errors.AsType[*fault](err); err == nil || ok && (f.code == exitWrong || f.code == exitFailed || f.code == exitUnreachable) {
		if w.ending = err; ok && !errors.Is(err, errQuiet) {
			_, _ = fmt.Fprintln(w.err, "hook: "+inspect.Printable(err.Error()))
		}
		return nil
	}
	return err
}
