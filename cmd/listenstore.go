package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// What a listener keeps, and where it finds it again. Webhooks go through whatever becomes of the history.

// openStore opens the history, unless nothing is to be kept.
func (l *listener) openStore(ctx context.Context) (err error) {
	if !l.o.noStore {
		l.store, err = l.openHistory(ctx, history.Options{Log: l.log, KeepTrying: true})
	}
	return err
}

func (l *listener) upkeep(ctx context.Context) error {
	if l.store == nil {
		return nil
	}
	return l.store.RunUpkeep(ctx)
}

// recent is what the screen begins with, and from where on it looks for more.
func (l *listener) recent(ctx context.Context) (history.Cursor, []inspect.Summary) {
	if l.store == nil {
		return 0, nil
	}
	cursor, err := l.store.Cursor(ctx)
	if err != nil {
		l.log.Warn("read the history", "error", err)
		return 0, nil
	}
	recent, err := l.store.List(ctx, history.Query{Limit: recentOnScreen})
	if err != nil {
		l.log.Warn("read the history", "error", err)
	}
	return cursor, recent
}

// delivery is the delivery with that id, from the history or from memory.
func (l *listener) delivery(ctx context.Context, id string) (*inspect.Delivery, error) {
	return l.find(id, func() (*inspect.Delivery, error) { return l.store.Get(ctx, id) })
}

// whole is delivery, with the attempt that may follow in a moment.
func (l *listener) whole(ctx context.Context, id string) (*inspect.Delivery, error) {
	return l.find(id, func() (*inspect.Delivery, error) { return whole(ctx, l.store, id) })
}

func (l *listener) find(id string, inStore func() (*inspect.Delivery, error)) (*inspect.Delivery, error) {
	remembered := l.unkept.get(id)
	if remembered != nil && (l.store == nil || l.failing() != nil) {
		return remembered, nil
	}
	if l.store == nil {
		return nil, errUnkept(id)
	}
	d, err := inStore()
	if err != nil && remembered != nil {
		return remembered, nil
	}
	return d, err
}

// failing is why the history can't be written now; nil if it can.
func (l *listener) failing() error {
	if l.store == nil {
		return nil
	}
	_, err := l.store.Failed()
	return err
}

// lookAtHistory is how often lines look whether the history can be written.
const lookAtHistory = time.Second

// A trouble is what is wrong with the history. The zero trouble is none.
type trouble struct {
	why  string // it can't be written now; "" if it can
	next string // what to do about it
	lost int64  // entries that could not be kept
}

// trouble says how the history stands. How many are lost matters only once no more are: else it would be news all the time.
func (l *listener) trouble() trouble {
	if l.store == nil {
		return trouble{}
	}
	n, err := l.store.Failed()
	if err != nil {
		t := trouble{why: err.Error()}
		if history.IsDamaged(err) || errors.Is(err, history.ErrNotHistory) {
			t.next = "; `hook list` says how to go on"
		}
		return t
	}
	return trouble{lost: n}
}

// warning is what the user must know of the history; "" if there is nothing.
func (l *listener) warning() string { return l.trouble().words() }

func (t trouble) words() string {
	switch {
	case t.why != "":
		return "webhooks go through, but the history can't be written: " + inspect.Printable(t.why) + t.next
	case t.lost > 0:
		return plural(int(t.lost), "entry", "entries") + " could not be kept in the history, which works again"
	}
	return ""
}

func (f *plainFace) history(t trouble) error {
	_, err := fmt.Fprintf(f.err, "hook: warning: %s\n", t.words())
	return err
}

func (f jsonFace) history(t trouble) error {
	if t.why == "" {
		return printJSON(f.out, map[string]any{"type": "state", "history": "up", "lost": t.lost})
	}
	return printJSON(f.out, map[string]any{"type": "error", "error": "history_unwritable", "message": t.words()})
}
