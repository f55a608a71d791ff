package cmd

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

type listOptions struct {
	selectors
	words []string
	limit int
	json  bool
}

func newList(s streams) *cobra.Command {
	var o listOptions
	c := &cobra.Command{
		Use:     "list [words...]",
		Aliases: []string{"ls"},
		Short:   "List what was captured, the newest first",
		Long:    "List this project's deliveries, the newest first. Words are searched for in paths, headers and bodies.",
		Example: "  hook list\n  hook list --provider stripe --failed --since 1h\n  hook list cus_9s6XKzkNRiz8i3 --json",
		RunE: func(c *cobra.Command, args []string) error {
			o.words = args
			return withHistory(c, s, func(p place, store *history.Store) error { return runList(c.Context(), p, store, o) })
		},
	}
	o.flags(c.Flags())
	c.Flags().IntVar(&o.limit, "limit", 50, "at most this `number` of deliveries; 0 for all")
	c.Flags().BoolVar(&o.json, "json", false, "one JSON object a line")
	return c
}

func runList(ctx context.Context, p place, store *history.Store, o listOptions) error {
	sel, err := o.selection(o.words, time.Now())
	if err != nil {
		return err
	}
	if o.limit < 0 {
		return fail(exitUsage, "--limit 0 is all of them", "--limit %d is less than none", o.limit)
	}
	sel.query.Limit = o.limit
	var found []inspect.Summary
	for s, err := range sel.each(ctx, store, nil) {
		if err != nil {
			return err
		}
		found = append(found, s)
	}
	if o.json {
		for _, s := range found {
			if err := printJSON(p.out, summaryJSON(s)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(found) == 0 {
		all, err := store.List(ctx, history.Query{Limit: 1})
		switch {
		case err != nil:
			return err
		case len(all) > 0:
			_, _ = fmt.Fprintln(p.err, "hook: nothing matches")
		default:
			_, _ = fmt.Fprintln(p.err, "hook: nothing here yet: `hook listen 3000` captures what comes, `hook demo` shows how it looks")
		}
		return nil
	}
	short := shortIDs(ctx, store, found...)
	for _, s := range found {
		if _, err := fmt.Fprintln(p.out, p.pen.dated(s, short[s.ID])); err != nil {
			return err
		}
	}
	return nil
}

// dated is line, with the day in front unless it is today.
func (p pen) dated(s inspect.Summary, id string) string {
	day := s.ReceivedAt.Local().Format("01-02 ")
	if s.ReceivedAt.Local().Format(time.DateOnly) == time.Now().Format(time.DateOnly) {
		day = "      "
	}
	return p.faint.Sprint(day) + p.line(s, id)
}
