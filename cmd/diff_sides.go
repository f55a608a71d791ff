package cmd

import (
	"context"
	"fmt"
	"mime"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/diff"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

// A side is one of the two that are compared: a delivery, or a file.
type side struct {
	summary inspect.Summary
	id      string // as people are shown it
	file    string
}

func deliverySide(ctx context.Context, store *history.Store, d *inspect.Delivery) side {
	sum := d.Summary()
	return side{summary: sum, id: shortIDs(ctx, store, sum)[sum.ID]}
}

// isDiffFile tells a file from an id: it has a dot or a slash, or an @ in front.
func isDiffFile(ref string) bool {
	return strings.HasPrefix(ref, "@") || strings.ContainsAny(ref, `./\`)
}

// files is how many of the arguments are files.
func (o diffOptions) files() int {
	n := 0
	for _, ref := range o.refs {
		if isDiffFile(ref) {
			n++
		}
	}
	return n
}

// twoDeliveries are those that the ids name, the earlier one first if only one was named.
func twoDeliveries(ctx context.Context, store *history.Store, refs []string) (a, b *inspect.Delivery, err error) {
	var both []*inspect.Delivery
	for _, ref := range refs {
		id, err := resolve(ctx, store, "diff", ref)
		if err != nil {
			return nil, nil, err
		}
		d, err := whole(ctx, store, id)
		if err != nil {
			return nil, nil, err
		}
		both = append(both, d)
	}
	if len(both) == 2 {
		return both[0], both[1], nil
	}
	before, err := comesBefore(ctx, store, both[0])
	return before, both[0], err
}

// comesBefore is what a delivery is compared with if nothing is said: the original of a replay, else the last of the same
// provider and event type before it.
func comesBefore(ctx context.Context, store *history.Store, d *inspect.Delivery) (*inspect.Delivery, error) {
	const next = "`hook list` shows what there is; `hook diff A B` compares any two"
	if d.ReplayOf != "" {
		id, err := resolve(ctx, store, "diff", d.ReplayOf)
		if err != nil {
			return nil, fail(exitFailed, next, "diff %s: %s, of which it is a replay, is not there any more", d.ID, d.ReplayOf)
		}
		return whole(ctx, store, id)
	}
	if d.Provider == "" {
		return nil, fail(exitFailed, next, "diff %s: its sender is unknown, so there is none like it", d.ID)
	}
	q := history.Query{Providers: []string{d.Provider}, Until: d.ReceivedAt, NoReplays: true}
	if d.EventType != "" {
		q.Events = []string{d.EventType}
	}
	for s, err := range store.Each(ctx, q) {
		if err != nil {
			return nil, err
		}
		if s.ID != d.ID && s.EventType == d.EventType {
			return whole(ctx, store, s.ID)
		}
	}
	kind := strings.TrimSpace(d.Provider + " " + d.EventType)
	return nil, fail(exitFailed, next, "diff %s: there is no %s before it", d.ID, kind)
}

func answerOf(d *inspect.Delivery) *inspect.Response {
	if a := d.Last(); a != nil {
		return a.Response
	}
	return nil
}

// maxDiffFile bounds a file: two of them are in memory at once.
const maxDiffFile = 64 << 20

// bodySide is the body that an argument names: a file, or a delivery's.
func (p place) bodySide(ctx context.Context, ref string) (s side, body diff.Body, err error) {
	if isDiffFile(ref) {
		name := strings.TrimPrefix(ref, "@")
		info, err := os.Stat(name)
		if err != nil {
			return s, body, fail(exitFailed, "an argument with a dot or a slash is a file; an id is like d_4f2a", "diff: %w", err)
		}
		if info.IsDir() || info.Size() > maxDiffFile {
			return s, body, fail(exitUsage, "a body is a file of up to 64 MiB", "diff %s: this is a folder, or too big", name)
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return s, body, fail(exitFailed, "", "diff: %w", err)
		}
		return side{file: name}, diff.Body{ContentType: mime.TypeByExtension(filepath.Ext(name)), Bytes: content}, nil
	}
	err = p.withHistory(ctx, func(store *history.Store) error {
		id, err := resolve(ctx, store, "diff", ref)
		if err != nil {
			return err
		}
		d, err := whole(ctx, store, id)
		if err != nil {
			return fmt.Errorf("diff %s: %w", ref, err)
		}
		s = deliverySide(ctx, store, d)
		body = diff.Body{
			ContentType: d.Header.Get("Content-Type"), Encoding: strings.Join(d.Header["Content-Encoding"], ", "), Bytes: d.Body.Bytes, Size: d.Body.Size,
		}
		return nil
	})
	return s, body, err
}
