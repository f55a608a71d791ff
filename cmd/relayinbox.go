package cmd

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/admin"
	"github.com/seed-4575fdc3/hook/relay/state"
)

// An asker asks a relay's API, and says what to do about a no.
type asker func(method, path string, out any) error

// inboxCommands look after what a relay holds: that of one's own names with `hook relay inbox`, any with `hook-relay inbox`.
type inboxCommands struct {
	streams
	program string // "hook relay", "hook-relay"

	// door adds what flags it needs, and gives what does something with the relay.
	door func(c *cobra.Command) func(ctx context.Context, do func(asker) error) error
}

// newRelayInbox is `hook relay inbox`.
func newRelayInbox(s streams) *cobra.Command {
	return inboxCommands{s, "hook relay", func(c *cobra.Command) func(context.Context, func(asker) error) error {
		ca := ""
		addCA(c, &ca, "that of the login")
		return func(ctx context.Context, do func(asker) error) error {
			l, err := mine()
			if err != nil {
				return err
			}
			return do(func(method, path string, out any) error { return l.ask(ctx, ca, method, path, out) })
		}
	}}.command()
}

// newOperatorInbox is `hook-relay inbox`.
func newOperatorInbox(s streams, o *relayOptions) *cobra.Command {
	return inboxCommands{s, "hook-relay", func(*cobra.Command) func(context.Context, func(asker) error) error {
		return func(ctx context.Context, do func(asker) error) error {
			return o.operate(ctx, func(r *relayClient) error {
				return do(func(method, path string, out any) error {
					if err := r.call(ctx, method, path, nil, out); err != nil {
						return fail(exitFailed, afterNo(err, "`hook-relay inbox list` shows what there is"), "inbox: %w", err)
					}
					return nil
				})
			})
		}
	}}.command()
}

func (i inboxCommands) command() *cobra.Command {
	c := &cobra.Command{
		Use:   "inbox",
		Short: "List, drop and redeliver what is held for endpoints",
		Long: "What comes while nobody listens may be held (`hook listen --when-away`), and is delivered when somebody does. What the app\n" +
			"has failed too often, or what is too old, is a dead letter: it is kept for a while, and waits again after redeliver.",
		Example: "  " + i.program + " inbox list\n  " + i.program + " inbox redeliver quiet-otter-k7q2",
		Args:    exactly(cobra.NoArgs, "list, drop or redeliver"),
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(i.list(), i.drop(), i.redeliver())
	return c
}

func (i inboxCommands) list() *cobra.Command {
	dead, json := false, false
	c := &cobra.Command{
		Use: "list [NAME]", Aliases: []string{"ls"},
		Short:   "List how much is held for each endpoint, or what for one",
		Example: "  " + i.program + " inbox list\n  " + i.program + " inbox list quiet-otter-k7q2 --dead",
		Args:    exactly(cobra.MaximumNArgs(1), "one name at most"),
	}
	f := c.Flags()
	f.BoolVar(&dead, "dead", false, "list the dead letters")
	f.BoolVar(&json, "json", false, "print one JSON object a line")
	with := i.door(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 && dead {
			return fail(exitUsage, "as in `"+i.program+" inbox list NAME --dead`", "inbox list: --dead is for one endpoint")
		}
		for _, name := range args {
			if err := checkName("inbox list", name); err != nil {
				return err
			}
		}
		return with(c.Context(), func(ask asker) error {
			if len(args) == 0 {
				return i.printBacklogs(ask, json)
			}
			return i.printHeld(ask, args[0], dead, json)
		})
	}
	return c
}

func (i inboxCommands) printBacklogs(ask asker, json bool) error {
	var all []state.Backlog
	if err := ask(http.MethodGet, "inbox", &all); err != nil {
		return err
	}
	for _, b := range all {
		if json {
			if err := printJSON(i.out, b); err != nil {
				return err
			}
			continue
		}
		line := fmt.Sprintf("%-28s %d waiting, %s, %s", b.Name, b.Waiting, plural(b.Dead, "dead letter", "dead letters"), humanize.IBytes(uint64(max(b.Bytes, 0))))
		if !b.Oldest.IsZero() {
			line += ", the oldest from " + b.Oldest.Local().Format(time.DateTime)
		}
		if _, err := fmt.Fprintln(i.out, inspect.Printable(line)); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		_, _ = fmt.Fprintln(i.err, "nothing is held")
	}
	return nil
}

// heldPage is how many deliveries are asked for at once.
const heldPage = 200

// eachHeld calls do with each delivery that is held for an endpoint, or each dead letter, in their order.
func eachHeld(ask asker, name string, dead bool, do func(admin.Held) error) error {
	query := url.Values{"most": {strconv.Itoa(heldPage)}}
	if dead {
		query.Set("dead", "1")
	}
	for {
		var page []admin.Held
		if err := ask(http.MethodGet, "inbox/"+url.PathEscape(name)+"?"+query.Encode(), &page); err != nil {
			return err
		}
		for _, h := range page {
			if err := do(h); err != nil {
				return err
			}
		}
		if len(page) < heldPage {
			return nil
		}
		query.Set("after", strconv.FormatUint(page[len(page)-1].Key, 10))
	}
}

// printHeld prints a line for each delivery that is held for an endpoint, or each dead letter.
func (i inboxCommands) printHeld(ask asker, name string, dead, json bool) error {
	any := false
	err := eachHeld(ask, name, dead, func(h admin.Held) error {
		any = true
		if json {
			return printJSON(i.out, h)
		}
		_, err := fmt.Fprintln(i.out, heldLine(h))
		return err
	})
	switch {
	case err != nil:
		return err
	case any:
	case dead:
		_, _ = fmt.Fprintf(i.err, "%s has no dead letters\n", inspect.Printable(name))
	default:
		_, _ = fmt.Fprintf(i.err, "nothing waits for %s; --dead lists its dead letters\n", inspect.Printable(name))
	}
	return nil
}

// heldLine is a delivery that is held in a line: when it came, who sent it and what it is, what became of it so far.
func heldLine(h admin.Held) string {
	path, _ := inspect.MaskURL(h.Path)
	what := strings.TrimSpace(h.Provider + " " + h.Event)
	if what == "" {
		what = "-"
	}
	line := fmt.Sprintf("%s  %s  %s  %s  %s", inspect.Printable(h.Delivery), h.Received.Local().Format(time.DateTime), fit(inspect.Printable(what), 32),
		fit(inspect.Printable(h.Method+" "+path), 26), right(humanize.IBytes(uint64(max(h.Size, 0))), 8))
	if h.Attempts > 0 {
		line += "  " + plural(h.Attempts, "attempt", "attempts")
	}
	if h.Why != "" {
		line += ": " + inspect.Printable(h.Why)
	}
	return line
}

// eventOf is what a held delivery is about, as far as it tells.
func eventOf(h *relay.Held) (provider, event string) {
	r := signature.Request{
		Method: h.Head.Method, URL: h.Head.Base + h.Head.Path, Header: h.Head.Header, Body: h.Body, ReceivedAt: h.Head.ReceivedAt, Remote: h.Head.Remote,
	}
	p := signature.Detect(r).Provider
	if p == nil {
		return "", ""
	}
	return p.Name, p.Meta(r).EventType
}
