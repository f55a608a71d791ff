package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

type waitOptions struct {
	selectors
	words   []string
	count   int
	timeout time.Duration // 0 for never
	after   string
	get     string
	then    string
	args    []string // of then's program
	json    bool
}

// waitTimeout is how long `hook wait` waits by default: a script that waits for ever costs more than one that fails.
const waitTimeout = 5 * time.Minute

func newWait(s streams) *cobra.Command {
	var o waitOptions
	c := &cobra.Command{
		Use:   "wait [words...] [--then COMMAND [-- ARGUMENTS...]]",
		Short: "Wait until deliveries match, and print them",
		Long: "Wait until deliveries match, and print them, as soon as the app's answer to each is over. What came since this project's\n" +
			"running listener began counts too, so nothing is missed that came before the wait; without a listener it is what comes\n" +
			"from now on. Exits 0 when enough of them matched, 6 if they didn't in time.",
		Example: "  hook wait --event push --timeout 30s\n" +
			"  hook wait --provider stripe --status 2xx --get body.data.object.id\n" +
			"  hook wait --event push --after last --count 3 --json\n" +
			"  hook wait --event push --timeout 0 --then ./deploy.sh -- --fast",
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.read(args, c.ArgsLenAtDash()); err != nil {
				return err
			}
			return withHistory(c, s, func(p place, store *history.Store) error { return runWait(c.Context(), p, store, o) })
		},
	}
	o.flags(c.Flags())
	f := c.Flags()
	f.IntVar(&o.count, "count", 1, "until this `number` of deliveries matched")
	f.DurationVar(&o.timeout, "timeout", waitTimeout, "give up after this `time`; 0 for never")
	f.StringVar(&o.after, "after", "", "only what ended after this `CURSOR`: one that --json or --get cursor printed, an id, last, or now")
	f.StringVar(&o.get, "get", "", "print this part of each that matched, a `path` like id, body.data.object.id or header.x-request-id")
	f.StringVar(&o.then, "then", "", "run this `COMMAND` for each that matched, without a shell, with the body on its stdin and HOOK_* variables")
	f.BoolVar(&o.json, "json", false, "one JSON object a line")
	return c
}

// read takes the words before -- and what is behind it, and refuses what can't be.
func (o *waitOptions) read(args []string, dash int) error {
	o.words = args
	if dash >= 0 {
		o.words, o.args = args[:dash], args[dash:]
		if o.then == "" {
			return fail(exitUsage, "as in `hook wait --event push --then ./deploy.sh -- --fast`", "wait: what is behind -- belongs to the command of --then, and there is none")
		}
	}
	switch {
	case o.count < 1:
		return fail(exitUsage, "leave it out for one", "wait: --count %d: there must be something to wait for", o.count)
	case o.json && o.get != "", o.json && o.then != "", o.get != "" && o.then != "":
		return fail(exitUsage, "take one of them", "wait: --json, --get and --then each say what to do with what matched")
	case o.timeout < 0:
		return fail(exitUsage, "a time is like 30s or 5m, and 0 is for ever", "wait: --timeout %s is no time to wait", o.timeout)
	}
	return nil
}

// A waiting is one `hook wait`.
type waiting struct {
	place
	o       waitOptions
	store   *history.Store
	sel     selection
	taker   taker
	missed  missed
	matched int
	passed  map[string]bool // the ids of those, and what --after names
	cursor  history.Cursor  // behind the last that matched; else where it began
	at      history.Cursor  // all that ended before it was looked at
	clock   *stopwatch
}

func runWait(ctx context.Context, p place, store *history.Store, o waitOptions) error {
	w := &waiting{place: p, o: o, store: store, passed: make(map[string]bool), clock: &stopwatch{}}
	var err error
	if w.sel, err = o.selection(o.words, time.Now()); err != nil {
		return err
	}
	if w.taker, err = w.newTaker(); err != nil {
		return err
	}
	if w.at, err = w.start(ctx); err != nil {
		return err
	}
	w.cursor = w.at
	return w.run(ctx)
}

// run looks at all that ended after w.at, and at what comes, until enough of it matched or the time is over. What it
// looks at comes in the order in which it ended, so that a cursor parts it in two.
func (w *waiting) run(ctx context.Context) error {
	if enough, err := w.lookThrough(ctx); enough || err != nil {
		return err
	}
	if isTerminal(w.err) {
		_, _ = fmt.Fprintln(w.err, w.pen.faint.Sprintf("waiting for %s; Ctrl-C ends it", w.wanted()))
	}
	var g sync.WaitGroup
	defer g.Wait()
	watching, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	g.Go(func() { w.watchListeners(watching, stop) })
	w.clock = newStopwatch(w.o.timeout, func() { stop(nil) })
	defer w.clock.pause()
	for batch, err := range w.store.Watch(watching, w.at) {
		if err != nil {
			return w.broken(err)
		}
		if enough, err := w.look(ctx, batch); enough || err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if enough, err := w.lookThrough(ctx); enough || err != nil { // at what came just before the time was over
		return err
	}
	if why := context.Cause(watching); !errors.Is(why, context.Canceled) {
		return why
	}
	return w.timedOut()
}

// wanted is what is waited for, in words.
func (w *waiting) wanted() string {
	words := strings.TrimSpace(plural(w.o.count-w.matched, "delivery", "deliveries") + " " + w.o.asked())
	if w.o.timeout > 0 {
		words += ", for up to " + timespan(w.o.timeout)
	}
	return inspect.Printable(words)
}

// broken is for a history that can't be read any more: waiting on would be for nothing.
func (w *waiting) broken(err error) error {
	return fail(exitFailed, "`hook list` says whether the history can be read", "wait: %w", err)
}

// A stopwatch calls over once it has run for a time. It doesn't run while it is paused.
type stopwatch struct {
	left    time.Duration
	running time.Time
	timer   *time.Timer // nil if it never ends, or has not begun
}

func newStopwatch(d time.Duration, over func()) *stopwatch {
	if d == 0 {
		return &stopwatch{}
	}
	return &stopwatch{d, time.Now(), time.AfterFunc(d, over)}
}

func (s *stopwatch) pause() {
	if s.timer != nil && s.timer.Stop() {
		s.left -= time.Since(s.running)
	}
}

func (s *stopwatch) resume() {
	if s.timer != nil {
		s.running = time.Now()
		s.timer.Reset(s.left)
	}
}
