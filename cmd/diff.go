package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect/diff"
	"github.com/seed-4575fdc3/hook/inspect/history"
)

type diffOptions struct {
	refs                        []string
	response, all, json, reveal bool
}

func newDiff(s streams) *cobra.Command {
	var o diffOptions
	c := &cobra.Command{
		Use:   "diff A [B]",
		Short: "Compare two deliveries by what they mean",
		Long: "Compare two deliveries by what they mean: the order of keys, white space and the spelling of numbers make no difference,\n" +
			"and what differs at every firing (ids, times, signatures) is folded. With one id, that delivery is compared with the one\n" +
			"of the same event type before it, a replay with its original. A file, an argument with a dot or a slash, is a body.\n" +
			"Exits 3 if they differ. docs/comparing.md says how it is done.",
		Example: "  hook diff d_4f2a d_9c1e\n  hook diff last\n  hook diff d_4f2a d_9c1e --response\n  hook diff last expected.json --json | jq -r .path",
		Args:    exactly(cobra.RangeArgs(1, 2), "one or two ids or files"),
		RunE: func(c *cobra.Command, args []string) error {
			o.refs = args
			if o.files() == 0 {
				return withHistory(c, s, func(p place, store *history.Store) error { return runDiff(c.Context(), p, store, o) })
			}
			p, err := findPlace(s)
			if err != nil {
				return err
			}
			return runDiffFiles(c.Context(), p, o)
		},
	}
	f := c.Flags()
	f.BoolVar(&o.response, "response", false, "compare what the apps answered")
	f.BoolVar(&o.all, "all", false, "with what is folded: ids, times and signatures, which differ at every firing")
	f.BoolVar(&o.json, "json", false, "one JSON object for each difference, then a summary")
	f.BoolVar(&o.reveal, "reveal", false, "show credentials and what looks like a secret")
	return c
}

func runDiff(ctx context.Context, p place, store *history.Store, o diffOptions) error {
	a, b, err := twoDeliveries(ctx, store, o.refs)
	if err != nil {
		return err
	}
	c := comparison{report: diff.Deliveries(a, b), before: deliverySide(ctx, store, a), after: deliverySide(ctx, store, b)}
	if o.response {
		x, y := answerOf(a), answerOf(b)
		if x == nil && y == nil {
			return fail(exitFailed, "without --response the requests are compared", "diff --response: no app answered %s or %s", a.ID, b.ID)
		}
		c.report, c.answers = diff.Responses(x, y), true
	}
	return p.compared(c, o)
}

func runDiffFiles(ctx context.Context, p place, o diffOptions) error {
	if o.response {
		return fail(exitUsage, "leave --response out, or give two ids", "diff: a file is a body, and has no response")
	}
	if len(o.refs) == 1 {
		return fail(exitUsage, "give two, or a file and an id", "diff %s: one file can't be compared with itself", o.refs[0])
	}
	var (
		sides  [2]side
		bodies [2]diff.Body
		err    error
	)
	for i, ref := range o.refs {
		if sides[i], bodies[i], err = p.bodySide(ctx, ref); err != nil {
			return err
		}
	}
	if bodies[0].ContentType == "" { // a file without a telling name is what the other is
		bodies[0].ContentType = bodies[1].ContentType
	} else if bodies[1].ContentType == "" {
		bodies[1].ContentType = bodies[0].ContentType
	}
	report := diff.Report{Sections: []diff.Section{{Name: "body", Result: diff.Bodies(bodies[0], bodies[1])}}}
	return p.compared(comparison{report: report, before: sides[0], after: sides[1]}, o)
}
