package cmd

import (
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/replay"
)

type replayOptions struct {
	selectors
	refs          []string // ids and files
	to            string
	secrets       []string
	keepSignature bool
	insecure      bool
	noStore       bool
	noMark        bool // without Hook-Replay
	yes           bool
	waitForApp    time.Duration
	timeout       time.Duration
	json          bool
	print         string

	changes changeFlags
	faults  mischief

	pace        paceValue
	concurrency int
	shuffle     bool
	failFast    bool

	expect   string
	baseline string
	update   bool // the baseline
	junit    string

	watch bool
	paths []string // that --watch watches
}

func newReplay(s streams) *cobra.Command {
	var o replayOptions
	c := &cobra.Command{
		Use:     "replay [id|file...]",
		Aliases: []string{"resend", "retry"},
		Short:   "Deliver captured webhooks again, signed anew, and judge what comes of it",
		Long: "Deliver captured webhooks again: the same bytes, with a fresh timestamp and signature where the secret is known.\n" +
			"An id may be shortened; \"last\", the default, is the last live delivery, last:5 the last five; a file is what `hook export`\n" +
			"or a browser wrote (har, ndjson, http, session). The selectors choose from the history, replays left out.\n\n" +
			"They go to --to, else to this project's running listener's app, else where they went first. Each answer is compared with the\n" +
			"app's first one. Exits 3 if the app answered well then and does not now, 1 if it still fails.",
		Example: "  hook replay last\n  hook replay d_4f2a d_9c1e --to http://localhost:4000\n  hook replay --failed --since 1h\n" +
			"  hook replay d_4f2a --set data.object.amount=0 --new-id\n  hook replay --provider stripe --pace original --junit replay.xml\n" +
			"  hook replay --watch d_4f2a",
		RunE: func(c *cobra.Command, args []string) error {
			o.refs = args
			if err := cmp.Or(noEmpty("replay", c.Flags(), "to", "expect", "baseline", "junit"), o.check(c.Flags())); err != nil {
				return err
			}
			return withHistory(c, s, func(p place, store *history.Store) error { return runReplay(c.Context(), p, store, o) })
		},
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", "", "deliver to this `URL` (default: the running listener's app, else where it went first)")
	o.selectors.flags(f)
	f.BoolVar(&o.keepSignature, "keep-signature", false, "send the signature as it was")
	f.StringArrayVar(&o.secrets, "secret", nil, "the signing secret, `[PROVIDER=]SOURCE`: @FILE, env:NAME or - (repeatable)")
	o.changes.flags(f)
	f.Var(&o.faults, "fault", "send it wrong, `name[=value]`: "+strings.Join(faultNames(), ", ")+" (repeatable)")
	f.Var(&o.pace, "pace", "how fast: `original` (the pauses that were), 2x, max (the default), or 10/s")
	f.IntVar(&o.concurrency, "concurrency", 1, "how many may be under way at once, a `number`")
	f.BoolVar(&o.shuffle, "shuffle", false, "in any order instead of the original one")
	f.BoolVar(&o.failFast, "fail-fast", false, "stop at the first that fails")
	f.StringVar(&o.expect, "expect", "", "want these `statuses`, as in 2xx or 200,404, instead of the first answer")
	f.StringVar(&o.baseline, "baseline", "", "want the answers in this `file`, which is made if it isn't there")
	f.BoolVar(&o.update, "update-baseline", false, "write the answers into the baseline anew")
	f.StringVar(&o.junit, "junit", "", "write a JUnit report to this `file`")
	f.BoolVar(&o.watch, "watch", false, "again and again: when the app is back after a restart, or files of the project change")
	f.StringArrayVar(&o.paths, "watch-path", nil, "with --watch: the `folder` or file to watch (default: the project, less what git ignores; repeatable)")
	f.StringVar(&o.print, "print", "", "print what would go where instead of sending it: `list`, http or curl")
	f.BoolVar(&o.noMark, "no-mark", false, "leave out the Hook-Replay fields, by which an app can tell a replay")
	f.BoolVar(&o.yes, "yes", false, "don't ask before sending to another machine")
	waitForAppFlag(f, &o.waitForApp)
	f.DurationVar(&o.timeout, "timeout", 0, "how long the answer may take to begin, a `time` (default 60s)")
	noStoreFlag(f, &o.noStore)
	f.BoolVar(&o.insecure, "insecure", false, "believe any certificate of the target")
	f.BoolVar(&o.json, "json", false, "one JSON object a line")
	f.Lookup("print").NoOptDefVal = "list"
	return c
}

// check refuses what has no meaning together. given are the flags that were set.
func (o *replayOptions) check(given interface{ Changed(name string) bool }) error {
	together := func(a, b, next string) error {
		return fail(exitUsage, next, "replay: --%s and --%s don't go together", a, b)
	}
	selecting := o.selectors.given(given)
	switch {
	case selecting && len(o.refs) > 0:
		return fail(exitUsage, "leave the ids out, or the selectors", "replay: ids and selectors don't go together")
	case !selecting && len(o.refs) == 0:
		o.refs = []string{"last"}
	}
	switch {
	case o.concurrency < 1:
		return fail(exitUsage, "leave it out for one at a time", "replay: --concurrency %d: nothing would be sent", o.concurrency)
	case o.timeout < 0:
		return fail(exitUsage, "leave it out for 60s", "replay: --timeout %s is no time to wait", o.timeout)
	case o.keepSignature && o.faults.forging() != "":
		return together("keep-signature", "fault", "a fault is in the signature: leave one of them out")
	case o.faults.shuffle:
		return fail(exitUsage, "--shuffle changes the order", "replay: --fault shuffle is for `hook send --count`")
	case o.faults.any() && (o.expect != "" || o.baseline != ""):
		return fail(exitUsage, "leave it out: what a right app does with a fault is known", "replay: --fault is judged by itself, without --expect or --baseline")
	case o.expect != "" && o.baseline != "":
		return together("expect", "baseline", "the baseline says what to expect")
	case o.update && o.baseline == "":
		return fail(exitUsage, "say which with --baseline FILE", "replay: --update-baseline has no baseline")
	case o.changes.edit && (o.watch || o.json):
		return together("edit", map[bool]string{true: "watch", false: "json"}[o.watch], "edit once into a file, and give that with --body @FILE")
	case o.watch && o.print != "":
		return together("watch", "print", "print once")
	case len(o.paths) > 0 && !o.watch:
		return fail(exitUsage, "add --watch", "replay: --watch-path is for --watch")
	case o.pace.original() && o.shuffle:
		return together("pace", "shuffle", "pauses in any order are none: give a rate, as in --pace 10/s")
	case o.print != "" && !slices.Contains(replayPrints(), o.print):
		return fail(exitUsage, "there are "+strings.Join(replayPrints(), ", "), "replay: --print %s is none of the forms", o.print)
	}
	if _, err := parseExpected(o.expect); err != nil {
		return err
	}
	for flag, path := range map[string]string{"junit": o.junit, "baseline": o.baseline} {
		if info, err := os.Stat(filepath.Dir(path)); path != "" && (err != nil || !info.IsDir()) { // better known before than after all were sent
			return fail(exitUsage, "make the folder, or name another", "replay: --%s %s: there is no folder %s", flag, path, filepath.Dir(path))
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return fail(exitUsage, "name a file in it", "replay: --%s %s: it is a folder", flag, path)
		}
	}
	return o.faults.check("replay", 1) // each is spoilt by itself
}

// A replaying is one `hook replay`: what is delivered again, to where, and how it is judged.
type replaying struct {
	place
	o         replayOptions
	store     *history.Store
	replayer  *replayer
	originals originals
	judge     judge
	report    *replayReport
	asked     map[replay.Target]bool // whether the user was asked about it, without a path; false if nothing goes there in this round, as all must be left out
	closing   []io.Closer            // when the command ends
}

func runReplay(ctx context.Context, p place, store *history.Store, o replayOptions) error {
	r := &replaying{place: p, o: o, store: store, asked: make(map[replay.Target]bool)}
	defer r.end()
	if err := r.equip(); err != nil {
		return err
	}
	var err error
	r.originals, err = r.find(ctx, time.Now())
	switch {
	case err != nil && ctx.Err() != nil && o.print == "":
		r.originals.count = -1
		r.report = r.newReport()
		return r.finish(ctx, ctx.Err())
	case err != nil:
		return err
	}
	if r.judge, err = r.judging(); err != nil {
		return err
	}
	switch {
	case o.print != "":
		return r.print(ctx)
	case o.watch:
		return r.watch(ctx)
	}
	return r.once(ctx)
}

// equip makes what delivers.
func (r *replaying) equip() error {
	change, err := r.o.changes.read(r.place)
	if err != nil {
		return err
	}
	found, err := findSecrets(r.project, r.o.secrets, r.in, r.err)
	if err != nil {
		return err
	}
	where, err := r.replayTo(r.o.to)
	if err != nil {
		return err
	}
	options := replay.ClientOptions{Insecure: r.o.insecure, Head: r.o.timeout}
	client := replay.NewClient(options)
	r.closing = append(r.closing, closer(client.CloseIdleConnections))
	r.replayer = &replayer{
		store: r.store, secrets: found, client: client, keep: r.o.keepSignature, where: where, waitForApp: r.o.waitForApp,
		change: change, faults: r.o.faults, unmarked: r.o.noMark, options: options, talk: aboveProgress{r},
		told: make(map[string]bool), signing: make(map[string]signature.Secret),
	}
	if !r.o.noStore {
		r.replayer.recorder = &recorder{secrets: found, store: r.store, log: discardLog()}
	}
	return nil
}

func (r *replaying) end() {
	for _, c := range r.closing {
		_ = c.Close() // they were only read
	}
}

// A closer is a function that closes something.
type closer func()

// Close calls it.
func (c closer) Close() error {
	c()
	return nil
}

func (p place) replayTo(to string) (destination, error) {
	if to != "" {
		return toURL(to)
	}
	if r, ok := p.listener(); ok {
		return toListener(r.Target)
	}
	return toFirst, nil
}
