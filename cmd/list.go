package cmd

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

type listOptions struct {
	selectors
	words            []string
	limit            int
	limited          bool // limit was given
	json             bool
	format           string
	follow, reverse  bool
	redelivered      bool
	delete, yes, all bool
	allProjects      bool
	file             string
	changed          interface{ Changed(name string) bool }
	printAs          *listFormat
}

func newList(s streams) *cobra.Command {
	var o listOptions
	c := &cobra.Command{
		Use:     "list [words...]",
		Aliases: []string{"ls"},
		Short:   "List what was captured, the newest first",
		Long: "List this project's deliveries, the newest first. Words are searched for in paths, headers and bodies; all of them must be there.\n" +
			"--where takes an expression over all that is known of a delivery: docs/finding.md.",
		Example: "  hook list\n" +
			"  hook list --provider stripe --failed --since 1h\n" +
			"  hook list cus_9s6XKzkNRiz8i3 --json\n" +
			"  hook list --where 'status >= 400 && body.data.object.amount > 1000'\n" +
			"  hook list --format '{{.id}} {{.status}} {{.body.data.object.amount}}'\n" +
			"  hook list --follow --event 'invoice.*'\n" +
			"  hook list --delete --until 7d",
		RunE: func(c *cobra.Command, args []string) error {
			o.words, o.changed, o.limited = args, c.Flags(), c.Flags().Changed("limit")
			if err := o.check(); err != nil {
				return err
			}
			run := func(p place, store *history.Store) error { return runList(c.Context(), p, store, o) }
			if o.allProjects {
				return withAllProjects(c, s, run)
			}
			return withHistoryOf(c, s, o.file, run)
		},
	}
	o.selectors.flags(c.Flags())
	f := c.Flags()
	f.IntVar(&o.limit, "limit", 50, "at most this `number` of deliveries; 0 for all")
	f.BoolVar(&o.reverse, "reverse", false, "the same deliveries, the newest last")
	f.BoolVarP(&o.follow, "follow", "f", false, "go on with what comes, whoever captures it, until Ctrl-C")
	f.BoolVar(&o.redelivered, "redelivered", false, "what a provider sent more than once, and whether the app answered alike")
	f.BoolVar(&o.json, "json", false, "one JSON object a line")
	f.StringVar(&o.format, "format", "", "each by this `template`: '{{.id}} {{.event}} {{.body.data.object.id}}'")
	f.BoolVar(&o.allProjects, "all-projects", false, "of all projects, not only of this one")
	f.StringVar(&o.file, "file", "", "what is in this session `file`, which is only read")
	f.BoolVar(&o.delete, "delete", false, "delete what is selected, after asking")
	f.BoolVar(&o.yes, "yes", false, "with --delete: don't ask")
	f.BoolVar(&o.all, "all", false, "with --delete: all of them, without a selector")
	return c
}

// check is what can be found wrong before the history is opened.
func (o *listOptions) check() error {
	for _, ways := range [][]string{
		{"json", "format"}, {"follow", "reverse", "redelivered", "delete", "file"}, {"format", "redelivered"}, {"reverse", "redelivered"}, {"format", "delete"}, {"file", "all-projects"},
	} {
		if given := slices.DeleteFunc(ways, func(name string) bool { return !o.changed.Changed(name) }); len(given) > 1 {
			return fail(exitUsage, "leave one of them out", "list --%s and --%s don't go together", given[0], given[1])
		}
	}
	switch {
	case o.limit < 0:
		return fail(exitUsage, "--limit 0 is all of them", "--limit %d is less than none", o.limit)
	case (o.yes || o.all) && !o.delete:
		return fail(exitUsage, "without --delete nothing is asked", "--yes and --all go with --delete")
	case o.changed.Changed("format"):
		var err error
		o.printAs, err = parseListFormat(o.format)
		return err
	}
	return nil
}

func runList(ctx context.Context, p place, store *history.Store, o listOptions) error {
	sel, err := o.selection(o.words, time.Now())
	if err != nil {
		return err
	}
	sel.query.Limit = o.limit
	l := &listing{place: p, store: store, o: o, sel: sel}
	switch {
	case o.delete:
		return l.delete(ctx)
	case o.follow:
		return l.follow(ctx)
	case o.redelivered:
		n, err := p.listRedelivered(ctx, store, sel, o.limit, o.json)
		if err == nil && n == 0 {
			return l.nothing(ctx, "was sent more than once")
		}
		return err
	}
	n, err := l.once(ctx)
	if err == nil && n == 0 {
		return l.nothing(ctx, "matches")
	}
	return err
}

// A listing is one run of hook list.
type listing struct {
	place
	store *history.Store
	o     listOptions
	sel   selection
	lines lineColumns
}

const (
	listBatch = 500                    // deliveries that are printed at once at most
	listPause = 200 * time.Millisecond // after which those that a long search has found are printed
)

// once prints what is selected and says how many that were. When ctx ends it prints what was found until then.
func (l *listing) once(ctx context.Context) (n int, err error) {
	if l.o.reverse {
		return l.reversed(ctx)
	}
	var found []inspect.Summary
	printed := time.Now()
	flush := func() error {
		all := found
		found, printed = nil, time.Now()
		return l.print(ctx, all)
	}
	look := l.lookout(ctx)
	defer look.end()
	look.pause = func() error {
		if len(found) > 0 && time.Since(printed) > listPause {
			look.clear()
			return flush()
		}
		return nil
	}
	for s, err := range l.sel.each(ctx, l.store, look.looked) {
		if err != nil {
			look.stopped(ctx)
			if late := flush(); late != nil {
				return n, late
			}
			return n, err
		}
		n++
		look.found = n
		if found = append(found, s); len(found) == listBatch {
			look.clear()
			if err := flush(); err != nil {
				return n, err
			}
		}
	}
	look.end()
	return n, flush()
}

// reversed prints the same as once the other way round.
func (l *listing) reversed(ctx context.Context) (n int, err error) {
	look := l.lookout(ctx)
	defer look.end()
	var found []inspect.Summary
	for s, err := range l.sel.each(ctx, l.store, look.looked) {
		if err != nil {
			look.stopped(ctx)
			return 0, err
		}
		found = append(found, s)
		look.found = len(found)
	}
	look.end()
	slices.Reverse(found)
	for batch := range slices.Chunk(found, listBatch) {
		if err := l.print(ctx, batch); err != nil {
			return 0, err
		}
	}
	return len(found), nil
}

// print prints some deliveries, in the way that was asked for. It does so even if ctx has ended.
func (l *listing) print(ctx context.Context, all []inspect.Summary) error {
	ctx = context.WithoutCancel(ctx)
	switch {
	case len(all) == 0:
		return nil
	case l.o.json:
		for _, s := range all {
			if err := printJSON(l.out, summaryJSON(s)); err != nil {
				return err
			}
		}
		return nil
	case l.o.printAs != nil:
		return l.o.printAs.print(ctx, l.out, l.store, all)
	}
	return l.printLines(ctx, all)
}
