package cmd

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// What stays of a screen in the terminal once it is gone.

const (
	lastFailures = 5 // that are named one by one
	leaveTime    = 2 * time.Second
)

// doings count what was done on a screen.
type doings struct{ replayed, sent, deleted atomic.Int64 }

// words are what was done, if anything.
func (t *doings) words() []string {
	var all []string
	for _, done := range []struct {
		n    int64
		what string
	}{{t.replayed.Load(), "replayed"}, {t.sent.Load(), "sent"}, {t.deleted.Load(), "deleted"}} {
		if done.n > 0 {
			all = append(all, fmt.Sprintf("%d %s", done.n, done.what))
		}
	}
	return all
}

// leaveScreen sums the session up: where webhooks went, how many, the last that went wrong, and how to see them again.
func (l *listener) leaveScreen(why error) error {
	var b strings.Builder
	if why == nil {
		l.sumUp(&b)
	}
	if l.acting != nil {
		l.acting.leftBehind(&b)
	}
	_, err := io.WriteString(l.out, b.String())
	return err
}

func (l *listener) sumUp(b *strings.Builder) {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
	defer cancel()
	fmt.Fprintf(b, "hook  %s  %s  %s  for %s\n", l.pen.bold.Sprint(inspect.Printable(l.endpointURL())), l.pen.sign("→", "->"), l.engine.Target, span(time.Since(l.began)))
	counts := l.recorder.sum().words(l.enforce != "")
	if l.acting != nil {
		counts = append(counts, l.acting.did.words()...)
	}
	fmt.Fprintln(b, strings.Join(counts, ", "))
	bad, more := l.badOnes(ctx)
	short := shortIDs(ctx, l.store, bad...)
	for _, s := range slices.Backward(bad) {
		fmt.Fprintln(b, cut(l.out, l.pen.badLine(s, short[s.ID], l.remark(ctx, s, short))))
	}
	switch {
	case l.store == nil:
		fmt.Fprintln(b, "nothing was kept (--no-store)")
	case len(bad) == 0:
		fmt.Fprintln(b, "see them again: hook list · hook ui")
	default:
		and := ""
		if more {
			and = "these and more"
		}
		fmt.Fprintf(b, "%s: hook list --failed · hook show %s · hook ui\n", cmp.Or(and, "see them again"), short[bad[0].ID])
	}
}

// badOnes are the last deliveries of this session that failed, or whose signature is bad: the newest first.
func (l *listener) badOnes(ctx context.Context) (last []inspect.Summary, more bool) {
	if l.store == nil {
		last = l.unkept.bad()
	} else {
		for _, q := range []history.Query{{Failed: true}, {Verdicts: []signature.Verdict{signature.Invalid}}} {
			q.Since, q.NoReplays, q.Limit = l.began, true, 50
			found, err := l.store.List(ctx, q)
			if err != nil {
				l.log.Warn("read the history", "error", err)
			}
			last = append(last, found...)
		}
	}
	last = slices.DeleteFunc(last, func(s inspect.Summary) bool { return s.Endpoint != l.recorder.endpoint })
	slices.SortFunc(last, func(x, y inspect.Summary) int {
		return cmp.Or(y.ReceivedAt.Compare(x.ReceivedAt), cmp.Compare(y.ID, x.ID))
	})
	last = slices.CompactFunc(last, func(x, y inspect.Summary) bool { return x.ID == y.ID })
	return last[:min(len(last), lastFailures)], len(last) > lastFailures
}

// bad are those that are remembered and failed, or whose signature is bad.
func (u *unkept) bad() []inspect.Summary {
	u.mu.Lock()
	defer u.mu.Unlock()
	var all []inspect.Summary
	for _, d := range u.known {
		if s := d.Summary(); s.ReplayOf == "" && (s.Failed() || s.Verdict == signature.Invalid) {
			all = append(all, s)
		}
	}
	return all
}

// badLine is a delivery that went wrong: its id in front, as the end may be cut off.
func (p pen) badLine(s inspect.Summary, id, remark string) string {
	return fmt.Sprintf("  %s  %s  %s %s  %s%s", p.bold.Sprint(id), p.faint.Sprint(s.ReceivedAt.Local().Format(time.TimeOnly)),
		p.verdict(s.Verdict), p.status(s), inspect.Printable(strings.TrimSpace(orDash(s.Provider)+" "+s.EventType)), remark)
}

// cut is a line that fits the terminal, if out is one.
func cut(out io.Writer, line string) string {
	f, ok := out.(interface{ Fd() uintptr })
	if !ok {
		return line
	}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return ansi.Truncate(line, width, "…")
	}
	return line
}

// span is a time in words.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}

// leftBehind says which files the screen has written, and which hold what was typed and not used.
func (a *acting) leftBehind(b *strings.Builder) {
	if files := a.wrote.all(); len(files) > 0 {
		fmt.Fprintln(b, "wrote "+inspect.Printable(strings.Join(files, ", ")))
	}
	for _, file := range a.drafts.left() {
		fmt.Fprintln(b, "an edited body that was not sent is in "+file)
	}
}

// leave says what was done while one looked through a history, or a file.
func (p place) leave(a *acting, file string) error {
	var b strings.Builder
	did, what, list := a.did.words(), "history of "+filepath.Base(p.project.dir), "hook list"
	if file != "" {
		what, list = file, "hook list --file "+quoted(file)
	}
	if len(did) > 0 {
		what += ": " + strings.Join(did, ", ")
	}
	fmt.Fprintf(&b, "%s · as lines: %s\n", inspect.Printable(what), list)
	a.leftBehind(&b)
	_, err := io.WriteString(p.out, b.String())
	return err
}
