package cmd

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/admin"
	"github.com/seed-4575fdc3/hook/relay/state"
)

func newRelayName(s streams, o *relayOptions) *cobra.Command {
	var json bool
	list := &cobra.Command{
		Use: "list", Aliases: []string{"ls"},
		Short:   "List the endpoint names, whose they are and who is there",
		Example: "  hook-relay name list",
		Args:    exactly(cobra.NoArgs, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			return o.operate(c.Context(), func(r *relayClient) error {
				var all []admin.Name
				if err := r.call(c.Context(), http.MethodGet, "names", nil, &all); err != nil {
					return fail(exitFailed, "the relay's log says more", "name list: %w", err)
				}
				return printNames(s, all, json)
			})
		},
	}
	list.Flags().BoolVar(&json, "json", false, "print one JSON object a line")
	release := &cobra.Command{
		Use:     "release NAME",
		Short:   "Make a name nobody's, or lift its ban",
		Example: "  hook-relay name release quiet-otter-k7q2",
		Args:    exactly(cobra.ExactArgs(1), "the name"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkName("name release", args[0]); err != nil {
				return err
			}
			return o.operate(c.Context(), func(r *relayClient) error {
				var did admin.Released
				if err := r.call(c.Context(), http.MethodDelete, "names/"+args[0], nil, &did); err != nil {
					return fail(exitFailed, afterNo(err, "`hook-relay name list` shows what there is"), "name release: %w", err)
				}
				_, err := fmt.Fprintf(s.out, "released %s%s\n", args[0], goneToo(did.Dropped))
				return err
			})
		},
	}
	why := ""
	ban := &cobra.Command{
		Use:     "ban NAME",
		Short:   "Take a name from its owner, and keep all from claiming it",
		Example: "  hook-relay name ban rude-otter --why phishing",
		Args:    exactly(cobra.ExactArgs(1), "the name"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkName("name ban", args[0]); err != nil {
				return err
			}
			return o.operate(c.Context(), func(r *relayClient) error {
				var did admin.Banned
				if err := r.call(c.Context(), http.MethodPost, "names/"+args[0]+"/ban", map[string]string{"why": why}, &did); err != nil {
					return fail(exitFailed, afterNo(err, "`hook-relay name list` shows what there is"), "name ban: %w", err)
				}
				_, err := fmt.Fprintf(s.out, "banned %s%s; `hook-relay name release %s` lifts that\n", args[0], goneToo(did.Dropped), args[0])
				return err
			})
		},
	}
	ban.Flags().StringVar(&why, "why", "", "the `reason`, for the audit log")
	c := &cobra.Command{
		Use:     "name",
		Short:   "List, release and ban endpoint names",
		Example: "  hook-relay name list\n  hook-relay name release quiet-otter-k7q2",
		Args:    exactly(cobra.NoArgs, "list, release or ban"),
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(list, release, ban)
	return c
}

// checkName refuses what no endpoint can be called, as an empty variable of the shell gives it.
func checkName(command, name string) error {
	if relay.ValidName(name) {
		return nil
	}
	return fail(exitUsage, relay.NameRule, "%s: %q can't be an endpoint's", command, name)
}

// goneToo says how many held deliveries went with a name; nothing if none did.
func goneToo(n int) string {
	if n == 0 {
		return ""
	}
	return ", and let go of " + plural(n, "delivery that was held for it", "deliveries that were held for it")
}

// printNames prints a line for each.
func printNames(s streams, all []admin.Name, json bool) error {
	for _, n := range all {
		var err error
		if json {
			err = printJSON(s.out, n)
		} else {
			_, err = fmt.Fprintln(s.out, inspect.Printable(nameLine(n)))
		}
		if err != nil {
			return err
		}
	}
	if len(all) == 0 {
		_, _ = fmt.Fprintln(s.err, "there are no names: `hook listen` claims one")
	}
	return nil
}

// nameLine is a name in a line.
func nameLine(n admin.Name) string {
	line := fmt.Sprintf("%-28s ", n.Name)
	switch {
	case n.Banned != "":
		return line + "banned: " + n.Banned
	case n.Since.IsZero():
		line += "away"
	default:
		line += "connected since " + n.Since.Local().Format(time.DateTime) + " from " + n.Remote
	}
	line += "  " + n.Owner
	if n.WhenAway != "" && n.WhenAway != string(relay.Auto) {
		line += ", when away: " + n.WhenAway
	}
	if n.Provider != "" {
		line += ", answers " + n.Provider
	}
	if len(n.Access) > 0 {
		line += ", access: " + strings.Join(n.Access, " ")
	}
	if n.Browsers {
		line += ", browsers allowed"
	}
	if !n.Expires.IsZero() {
		line += ", until " + n.Expires.Local().Format(time.DateTime)
	}
	return line
}

func newRelayAudit(s streams, o *relayOptions) *cobra.Command {
	last, json := 50, false
	const most = 10_000
	c := &cobra.Command{
		Use:     "audit",
		Short:   "Show who claimed what, and what operators did",
		Example: "  hook-relay audit --last 200",
		Args:    exactly(cobra.NoArgs, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			if last < 1 || last > most {
				return fail(exitUsage, "as in --last 200", "audit: --last %d: it is a number from 1 to %d", last, most)
			}
			return o.operate(c.Context(), func(r *relayClient) error {
				var all []state.Event
				if err := r.call(c.Context(), http.MethodGet, "audit?last="+strconv.Itoa(last), nil, &all); err != nil {
					return fail(exitFailed, afterNo(err, "the relay's log says more"), "audit: %w", err)
				}
				for _, e := range all {
					if err := printEvent(s.out, e, json); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	c.Flags().IntVar(&last, "last", 50, "at most this `number` of events, the last ones")
	c.Flags().BoolVar(&json, "json", false, "print one JSON object a line")
	return c
}

func printEvent(out io.Writer, e state.Event, json bool) error {
	if json {
		return printJSON(out, e)
	}
	about := ""
	if e.About != "" {
		about = "  " + e.About
	}
	_, err := fmt.Fprintln(out, inspect.Printable(fmt.Sprintf("%s  %-20s %-14s %s%s", e.At.Local().Format(time.DateTime), e.By, e.Did, e.Name, about)))
	return err
}
