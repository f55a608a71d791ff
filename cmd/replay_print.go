package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/export"
)

// replayPrints are what --print can print.
func replayPrints() []string { return []string{"list", "http", "curl"} }

// print prints what would be sent, and where, in place of sending it.
func (r *replaying) print(ctx context.Context) error {
	for original, err := range r.originals.all {
		if err != nil {
			return err
		}
		done, err := r.replayer.prepare(ctx, original)
		if _, ok := errors.AsType[*unfit](err); ok && r.originals.count != 1 {
			_, _ = fmt.Fprintf(r.err, "hook: warning: left out: %s\n", inspect.Printable(err.Error()))
			continue
		}
		if err != nil {
			return err
		}
		if err := r.printOne(done); err != nil {
			return err
		}
	}
	return nil
}

func (r *replaying) printOne(done replayed) error {
	to, sent := done.url(), r.replayer.asSent(done)
	l := letter{delivery: sent, to: to}
	switch r.o.print {
	case "curl":
		_, err := io.WriteString(r.out, curlOf(l))
		return err
	case "http":
		head, body, err := bytesOf(l)
		if err != nil {
			return err
		}
		if isTerminal(r.out) && !export.IsText(body) {
			return fail(exitFailed, "send it to a file with > FILE", "replay %s: its body is no text that a terminal could show", done.original.ID)
		}
		_, err = r.out.Write(append(head, body...))
		return err
	}
	if r.o.json {
		return printJSON(r.out, struct {
			Type   string `json:"type"` // "plan"
			ID     string `json:"id"`   // of what would be repeated
			Method string `json:"method"`
			URL    string `json:"url"`
			Size   int64  `json:"body_size"`
			Change string `json:"change,omitempty"`
			Note   string `json:"note,omitempty"`
		}{"plan", done.original.ID, sent.Method, to.String(), sent.Body.Size, sent.Change, done.note})
	}
	_, err := fmt.Fprintf(r.out, "%s  %s %s  %s %s  %s bytes  %s\n", r.pen.bold.Sprint(inspect.ShortID(done.original.ID)), sent.Method, inspect.Printable(to.String()),
		inspect.Printable(orDash(sent.Provider)), inspect.Printable(sent.EventType), humanize.Comma(sent.Body.Size),
		r.pen.faint.Sprint(inspect.Printable(joined(" · ", sent.Change, done.note))))
	return err
}
