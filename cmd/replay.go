package cmd

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/replay"
)

type replayOptions struct {
	refs                    []string
	to                      string
	secrets                 []string
	keepSignature, insecure bool
	waitForApp              time.Duration
	json                    bool
}

func newReplay(s streams) *cobra.Command {
	var o replayOptions
	c := &cobra.Command{
		Use:     "replay [id...]",
		Aliases: []string{"resend", "retry"},
		Short:   "Deliver captured webhooks again, signed anew",
		Long: "Deliver captured webhooks again: the same bytes, with a fresh timestamp and signature where the secret is known.\n" +
			"They go to --to, else to this project's running listener's app, else where they went first. Exits 3 if the app answered\n" +
			"well before and does not now.",
		Example: "  hook replay last\n  hook replay d_4f2a d_9c1e --to http://localhost:4000",
		RunE: func(c *cobra.Command, args []string) error {
			if o.refs = args; len(args) == 0 {
				o.refs = []string{"last"}
			}
			return withHistory(c, s, func(p place, store *history.Store) error { return runReplay(c.Context(), p, store, o) })
		},
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", "", "deliver to this `URL` (default: the running listener's app, else where it went first)")
	f.BoolVar(&o.keepSignature, "keep-signature", false, "send the signature as it was")
	f.StringArrayVar(&o.secrets, "secret", nil, "the signing secret, `[PROVIDER=]SOURCE`: @FILE, env:NAME or - (repeatable)")
	waitForAppFlag(f, &o.waitForApp)
	f.BoolVar(&o.insecure, "insecure", false, "believe any certificate of the target")
	f.BoolVar(&o.json, "json", false, "one JSON object a line")
	return c
}

func runReplay(ctx context.Context, p place, store *history.Store, o replayOptions) error {
	var ids []string
	for _, ref := range o.refs { // all before the first is sent
		id, err := resolve(ctx, store, "replay", ref)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	found, err := findSecrets(p.project, o.secrets, p.in, p.err)
	if err != nil {
		return err
	}
	where, err := p.replayTo(o.to)
	if err != nil {
		return err
	}
	client := replay.NewClient(replay.ClientOptions{Insecure: o.insecure})
	defer client.CloseIdleConnections()
	r := &replayer{
		store: store, secrets: found, client: client, keep: o.keepSignature, where: where,
		recorder: &recorder{secrets: found, store: store, log: discardLog()}, waitForApp: o.waitForApp,
	}
	var sum replaySum
	for _, id := range ids {
		done, err := r.replay(ctx, id)
		if err != nil {
			return err
		}
		if err := p.printReplayed(ctx, store, done, sum.add(done), o.json); err != nil {
			return err
		}
	}
	return sum.end(p, o.json)
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

func (p place) printReplayed(ctx context.Context, store *history.Store, done replayed, verdict string, asJSON bool) error {
	before, after := done.original.Summary(), done.fresh.Summary()
	if asJSON {
		return printJSON(p.out, struct {
			deliveryJSON
			Compared string `json:"compared"` // same, fixed, regressed, still failing
			Before   int    `json:"status_before,omitempty"`
			Note     string `json:"note,omitempty"`
		}{summaryJSON(after), verdict, before.Status, done.note})
	}
	short := shortIDs(ctx, store, before, after)
	_, err := fmt.Fprintf(p.out, "  %s  %s %s %s → %s   %s %s   as %s   %s\n", short[before.ID],
		fit(inspect.Printable(orDash(before.Provider)), 8), fit(inspect.Printable(before.EventType), 28), p.pen.status(before), p.pen.status(after),
		fit(verdict, 13), right(duration(after.Duration), 7), short[after.ID], p.pen.faint.Sprint(inspect.Printable(done.note)))
	if err == nil && after.Err != "" {
		_, err = fmt.Fprintf(p.out, "          %s\n", p.pen.bad.Sprint(inspect.Printable(after.Err)))
	}
	return err
}

// A replaySum counts what came of replays.
type replaySum struct {
	replayed, fixed, failing, regressed, unreachable int
	took                                             time.Duration
}

func (s *replaySum) add(done replayed) (verdict string) {
	after := done.fresh.Summary()
	verdict = compare(done.original.Summary(), after)
	s.replayed++
	s.took += after.Duration
	switch verdict {
	case "fixed":
		s.fixed++
	case "regressed":
		s.regressed++
	case "still failing":
		s.failing++
	}
	if after.Outcome == inspect.OutcomeRefused || after.Outcome == inspect.OutcomeUnreachable {
		s.unreachable++
	}
	return verdict
}

// end prints the sum; the exit code is that of the worst that happened.
func (s *replaySum) end(p place, asJSON bool) error {
	if asJSON {
		if err := printJSON(p.out, struct {
			Type      string `json:"type"` // "summary"
			Replayed  int    `json:"replayed"`
			Fixed     int    `json:"fixed"`
			Failing   int    `json:"still_failing"`
			Regressed int    `json:"regressed"`
		}{"summary", s.replayed, s.fixed, s.failing, s.regressed}); err != nil {
			return err
		}
	} else {
		_, _ = fmt.Fprintf(p.out, "%d replayed · %d fixed · %d still failing · %d regressed\n", s.replayed, s.fixed, s.failing, s.regressed)
	}
	switch {
	case s.unreachable == s.replayed:
		return fail(exitUnreachable, "start the app, or say where with --to", "replay: the app could not be reached")
	case s.regressed > 0:
		return &fault{errQuiet, "", exitWrong}
	case s.failing > 0:
		return &fault{errQuiet, "", exitFailed}
	}
	return nil
}
