package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
	"github.com/seed-4575fdc3/hook/tui"
)

// newBreakpoint is the listener's.
func (l *listener) newBreakpoint() *breakpoint {
	return &breakpoint{patience: l.o.timeout, read: readTrap, editing: l.editHeld, remade: l.remade, log: l.log}
}

// Answer answers in place of the app. A body that is JSON is said to be.
func (b *breakpoint) Answer(id string, status int, body string) error {
	r := &inspect.Response{Status: status, Header: make(http.Header), Body: inspect.CaptureOf([]byte(body))}
	switch {
	case status < 200 || status > 599:
		return fmt.Errorf("%d is no status of an answer: one from 200 to 599 is", status)
	case body == "":
	case status == http.StatusNoContent || status == http.StatusNotModified:
		return fmt.Errorf("an answer %d has no body", status)
	case json.Valid([]byte(body)):
		r.Header.Set("Content-Type", "application/json")
	default:
		r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	}
	return b.rule(id, replay.Ruling{Answer: r})
}

// editHeld opens the editor on the body of one that is held.
func (l *listener) editHeld(ctx context.Context, d *inspect.Delivery, then editedThen) (tui.Editing, error) {
	e, err := l.acting.drafts.edit(ctx, d, then)
	if err != nil {
		return nil, err
	}
	return heldEditing{e}, nil
}

// A heldEditing is an editing of one that is held.
type heldEditing struct{ *editing }

// Done hands on what was made of the body. What was only looked at stays held.
func (e heldEditing) Done(ctx context.Context) (inspect.Summary, error) {
	if body, err := e.draft.read(); err == nil && bytes.Equal(body, e.draft.original) {
		return inspect.Summary{}, errors.New("nothing was changed: it is still held")
	}
	return e.editing.Done(ctx)
}

// remade is d with another body, signed anew: what the app gets in its place. Where it can't be signed, its Change says so.
func (l *listener) remade(ctx context.Context, d *inspect.Delivery, body []byte) (*inspect.Delivery, error) {
	again := l.replayer()
	again.change = &change{changeFlags: changeFlags{body: "-"}, newBody: body}
	done, err := again.prepare(ctx, d)
	if err != nil {
		return nil, err
	}
	done.fresh.Change = "edited while it was held"
	if why, kept := strings.CutPrefix(done.note, "signature kept: "); kept {
		done.fresh.Change += " · not signed anew: " + why
	}
	return done.fresh, nil
}
