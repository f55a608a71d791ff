package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/replay"
	"github.com/seed-4575fdc3/hook/tui"
)

// An acting is what the user can do on a screen, with what is there. Its methods may be called concurrently.
type acting struct {
	place
	store   *history.Store // nil with --no-store
	secrets *secrets
	find    func(ctx context.Context, id string) (*inspect.Delivery, error) // with the attempt that may follow in a moment
	failing func() error                                                    // why the history doesn't have all; nil: it has
	again   func(ctx context.Context) (*replayer, error)                    // one for each replay, as what it changes is its own
	sendTo  func(ctx context.Context) (replay.Target, *running, error)      // where samples go to

	drafts drafts
	wrote  wrote
	did    doings
}

// actions are what can be done while listening.
func (l *listener) actions() tui.Actions {
	l.acting = &acting{
		place: l.place, store: l.store, secrets: l.secrets, find: l.whole, failing: l.failing,
		again: func(context.Context) (*replayer, error) { return l.replayer(), nil },
		sendTo: func(ctx context.Context) (replay.Target, *running, error) {
			return l.place.sendTo(ctx, l.endpointURL())
		},
	}
	do := l.acting.all()
	if l.store == nil {
		do.Delete, do.Why = nil, "nothing is kept (--no-store), and what is remembered goes with hook"
	}
	return do
}

// browserActions are what can be done with what a store has. A session file is only read, but what is in it can be copied
// and written elsewhere.
func (p place) browserActions(a *acting, file string) tui.Actions {
	do := a.all()
	if file != "" {
		do.Replay, do.Edit, do.Send, do.Samples, do.Delete = nil, nil, nil, nil, nil
		do.Why = "this is a session file, which is only read: `hook import " + quoted(file) + "` takes it into the history"
	}
	return do
}

// browsing is what can be done with what a store has, by those who look through it.
func (p place) browsing(store *history.Store, found *secrets, again func(ctx context.Context) (*replayer, error)) *acting {
	return &acting{
		place: p, store: store, secrets: found, again: again, failing: func() error { return nil },
		find:   func(ctx context.Context, id string) (*inspect.Delivery, error) { return whole(ctx, store, id) },
		sendTo: p.sendToListener,
	}
}

// all are all of the actions.
func (a *acting) all() tui.Actions {
	return tui.Actions{
		Replay: a.replay, Edit: a.edit, Samples: a.samples, Send: a.send, Copy: a.copyForms(), Clipboard: clipboard(),
		Export: a.export, ExportForms: screenExports(), SaveFixture: a.saveFixture, Delete: a.delete,
	}
}

func (a *acting) replay(ctx context.Context, id string, keep bool) (inspect.Summary, error) {
	again, err := a.again(ctx)
	if err != nil {
		return inspect.Summary{}, onScreen(err)
	}
	fresh, err := again.Replay(ctx, id, keep)
	a.did.replayed.Add(int64(count(err == nil)))
	return fresh, err
}

// edit prepares the user's editor, at whose end the delivery is replayed as edited.
func (a *acting) edit(ctx context.Context, id string, keep bool) (tui.Editing, error) {
	d, err := a.find(ctx, id)
	if err != nil {
		return nil, onScreen(err)
	}
	e, err := a.drafts.edit(ctx, d, func(ctx context.Context, body []byte) (inspect.Summary, error) {
		return a.replayEdited(ctx, d, body, keep)
	})
	if err != nil {
		return nil, onScreen(err)
	}
	return e, nil
}

// replayEdited delivers d again with another body.
func (a *acting) replayEdited(ctx context.Context, d *inspect.Delivery, body []byte, keep bool) (inspect.Summary, error) {
	again, err := a.again(ctx)
	if err != nil {
		return inspect.Summary{}, err
	}
	again.keep, again.change = keep, &change{changeFlags: changeFlags{body: "-"}, newBody: body}
	done, err := again.prepare(ctx, d)
	if err != nil {
		return inspect.Summary{}, err
	}
	done.fresh.Change = "edited by hand"
	if err := again.deliver(ctx, done); err != nil {
		return inspect.Summary{}, err
	}
	a.did.replayed.Add(1)
	return done.fresh.Summary(), ctx.Err()
}

// each yields these deliveries whole, the oldest first. Those that are gone are left out.
func (a *acting) each(ctx context.Context, ids []string) iter.Seq2[*inspect.Delivery, error] {
	if a.store != nil && a.failing() == nil {
		return a.store.EachWhole(ctx, history.Query{IDs: ids, AllProjects: true, OldestFirst: true, Limit: -1})
	}
	return func(yield func(*inspect.Delivery, error) bool) {
		var all []*inspect.Delivery // few are remembered
		for _, id := range ids {
			if d, err := a.find(ctx, id); err == nil {
				all = append(all, d)
			}
		}
		slices.SortStableFunc(all, func(x, y *inspect.Delivery) int {
			return cmp.Or(x.ReceivedAt.Compare(y.ReceivedAt), cmp.Compare(x.ID, y.ID))
		})
		for _, d := range all {
			if !yield(d, ctx.Err()) || ctx.Err() != nil {
				return
			}
		}
	}
}

// onScreen is an error with its next step in one line, as a screen has it.
func onScreen(err error) error {
	if f, ok := errors.AsType[*fault](err); ok && f.next != "" {
		return fmt.Errorf("%w; %s", err, f.next)
	}
	return err
}
