package cmd

import (
	"context"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// A taker takes what matched, one after the other, with the cursor behind it.
type taker func(ctx context.Context, s inspect.Summary, behind history.Cursor) error

func (w *waiting) newTaker() (taker, error) {
	switch {
	case w.o.then != "":
		return w.newCommand()
	case w.o.get != "":
		path, err := parsePath(w.o.get)
		return func(ctx context.Context, s inspect.Summary, behind history.Cursor) error {
			return w.printPart(ctx, path, s, behind)
		}, err
	case w.o.json:
		return func(_ context.Context, s inspect.Summary, behind history.Cursor) error {
			return printJSON(w.out, matchJSON{summaryJSON(s), cursorText(behind)})
		}, nil
	}
	lines := &listing{place: w.place, store: w.store} // which keeps its columns
	return func(ctx context.Context, s inspect.Summary, _ history.Cursor) error {
		return lines.printLines(ctx, []inspect.Summary{s})
	}, nil
}

// A matchJSON is a delivery that was waited for.
type matchJSON struct {
	deliveryJSON
	Cursor string `json:"cursor"` // --after it continues behind the delivery
}
