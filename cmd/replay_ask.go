package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
)

// mayAsk asks the user, once for each host that isn't this machine, whether to send there. One goroutine at a time may.
func (r *replaying) mayAsk(ctx context.Context, original *inspect.Delivery) error {
	to, _, err := r.replayer.where(original)
	if _, ok := errors.AsType[*unfit](err); ok { // whoever is to deliver it says so
		return nil
	}
	if err != nil {
		return err
	}
	to.Path = ""
	if _, settled := r.asked[to]; settled {
		return nil
	}
	r.asked[to] = true
	if to.IsLocal() || r.o.yes {
		return nil
	}
	return r.ask(ctx, to)
}

func (r *replaying) ask(ctx context.Context, to replay.Target) error {
	if !isTerminal(r.in) || !isTerminal(r.err) {
		return fail(exitUsage, "--yes sends without asking", "replay: %s is another machine", inspect.Printable(to.Host))
	}
	how, err := r.howMany(ctx, to)
	if how == "" {
		r.asked[to] = false
		return err
	}
	if r.report != nil { // nothing is drawn meanwhile
		r.report.mu.Lock()
		defer r.report.mu.Unlock()
		_, _ = io.WriteString(r.err, "\r\x1b[K")
	}
	yes, err := r.confirm(ctx, fmt.Sprintf("send %s to %s, which is another machine?", how, inspect.Printable(to.Host)))
	if err == nil && !yes {
		return fail(exitInterrupted, "", "replay: nothing was sent to %s", inspect.Printable(to.Host))
	}
	return err
}

// howMany says how many webhooks would go to a host; nothing if none would. Of too many to look through it is the most.
func (r *replaying) howMany(ctx context.Context, to replay.Target) (string, error) {
	switch n := r.originals.count; {
	case n < 0:
		return "webhooks", nil
	case n > keptWhole:
		return "up to " + plural(n*r.o.copies(), "webhook", "webhooks"), nil
	}
	switch n, err := r.goingTo(ctx, to); {
	case err != nil || n == 0:
		return "", err
	case n == 1:
		return "one webhook", nil
	default:
		return plural(n, "webhook", "webhooks"), nil
	}
}

// goingTo is how many would go to a host, without those that can't be sent as was asked for, or stand behind one with which all
// ends.
func (r *replaying) goingTo(ctx context.Context, to replay.Target) (n int, err error) {
	for original, err := range r.originals.all {
		if err != nil {
			return 0, err
		}
		there, _, err := r.replayer.where(original)
		there.Path = ""
		switch {
		case err == nil && there != to:
			continue
		case err == nil && !r.o.changes.edit: // which is for once
			_, err = r.replayer.prepare(ctx, original)
		}
		if _, ok := errors.AsType[*unfit](err); ok && r.originals.count != 1 {
			continue
		}
		if err != nil {
			break
		}
		n++
	}
	return n * r.o.copies(), ctx.Err()
}
