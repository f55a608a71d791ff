package cmd

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/admin"
)

func (i inboxCommands) drop() *cobra.Command {
	all, dead, yes := false, false, false
	c := &cobra.Command{
		Use:     "drop NAME [ID...]",
		Short:   "Let go of what is held for an endpoint; it is never delivered",
		Example: "  " + i.program + " inbox drop quiet-otter-k7q2 d_4f2a d_9c1e\n  " + i.program + " inbox drop quiet-otter-k7q2 --dead --yes",
		Args:    exactly(cobra.MinimumNArgs(1), "the name, and ids"),
	}
	f := c.Flags()
	f.BoolVar(&all, "all", false, "all that waits, and all dead letters")
	f.BoolVar(&dead, "dead", false, "all dead letters")
	f.BoolVar(&yes, "yes", false, "don't ask")
	with := i.door(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		name, ids, what := args[0], args[1:], ""
		if err := checkName("inbox drop", name); err != nil {
			return err
		}
		switch {
		case len(ids) > 0 && (all || dead) || all && dead:
			return fail(exitUsage, "give ids, --dead or --all", "inbox drop: what is to go is said twice")
		case all:
			what = "all that is held for " + name
		case dead:
			what = "the dead letters of " + name
		case len(ids) == 0:
			return fail(exitUsage, "give ids, as `"+i.program+" inbox list "+name+"` has them; --dead or --all", "inbox drop: nothing says what is to go")
		}
		if err := i.agreed(c.Context(), yes || len(ids) > 0, what); err != nil {
			return err
		}
		return with(c.Context(), func(ask asker) error {
			query, err := i.keysOf(ask, name, ids, false)
			if err != nil {
				return err
			}
			if dead {
				query.Set("dead", "1")
			}
			var did struct{ Dropped int }
			if err := ask(http.MethodDelete, "inbox/"+url.PathEscape(name)+"?"+query.Encode(), &did); err != nil {
				return err
			}
			_, err = fmt.Fprintf(i.out, "dropped %s\n", plural(did.Dropped, "delivery", "deliveries"))
			return err
		})
	}
	return c
}

// agreed asks whether something is really to go, unless that is clear.
func (i inboxCommands) agreed(ctx context.Context, clear bool, what string) error {
	switch {
	case clear:
		return nil
	case !isTerminal(i.in) || !isTerminal(i.err):
		return fail(exitUsage, "--yes agrees beforehand", "inbox drop asks first, and there is no terminal to ask at")
	}
	ok, err := place{streams: i.streams}.confirm(ctx, "drop "+inspect.Printable(what)+"? It is never delivered then")
	if err == nil && !ok {
		err = fail(exitFailed, "", "inbox drop: nothing was dropped")
	}
	return err
}

func (i inboxCommands) redeliver() *cobra.Command {
	c := &cobra.Command{
		Use:     "redeliver NAME [ID...]",
		Short:   "Have dead letters wait again: all of an endpoint, or those with the ids",
		Example: "  " + i.program + " inbox redeliver quiet-otter-k7q2\n  " + i.program + " inbox redeliver quiet-otter-k7q2 d_4f2a",
		Args:    exactly(cobra.MinimumNArgs(1), "the name, and ids"),
	}
	with := i.door(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := checkName("inbox redeliver", args[0]); err != nil {
			return err
		}
		return with(c.Context(), func(ask asker) error {
			query, err := i.keysOf(ask, args[0], args[1:], true)
			if err != nil {
				return err
			}
			var did struct {
				Again int `json:"waiting_again"`
			}
			if err := ask(http.MethodPost, "inbox/"+url.PathEscape(args[0])+"/redeliver?"+query.Encode(), &did); err != nil {
				return err
			}
			if did.Again == 0 {
				return fail(exitFailed, "`"+i.program+" inbox list "+args[0]+"` lists what waits", "inbox redeliver: %s has no dead letters", args[0])
			}
			_, err = fmt.Fprintf(i.out, "%s again\n", plural(did.Again, "delivery waits", "deliveries wait"))
			return err
		})
	}
	return c
}

// keysOf is the query that names what is held for an endpoint by the ids of the deliveries, which may be cut short as long as they mean
// one; without ids it is empty.
func (i inboxCommands) keysOf(ask asker, name string, ids []string, deadOnly bool) (url.Values, error) {
	query := make(url.Values)
	if len(ids) == 0 {
		return query, nil
	}
	if slices.Contains(ids, "") { // which all begin with
		return nil, fail(exitUsage, "leave it out, or see whether a variable of the shell isn't set", "inbox: an id is empty")
	}
	meant := make(map[string][]admin.Held, len(ids))
	for _, dead := range []bool{true, false} {
		if deadOnly && !dead {
			continue
		}
		err := eachHeld(ask, name, dead, func(h admin.Held) error {
			for _, id := range ids {
				if strings.HasPrefix(h.Delivery, id) {
					meant[id] = append(meant[id], h)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for _, id := range ids {
		switch found := meant[id]; {
		case len(found) == 1:
			query.Add("key", strconv.FormatUint(found[0].Key, 10))
		case len(found) > 1:
			return nil, fail(exitUsage, "give more of it", "inbox: %q means %s, %s and %s among them", id, plural(len(found), "delivery", "deliveries"), found[0].Delivery, found[1].Delivery)
		case deadOnly:
			return nil, fail(exitFailed, "`"+i.program+" inbox list "+name+" --dead` lists what there is", "inbox: no dead letter of %s is %s", name, id)
		default:
			return nil, fail(exitFailed, "`"+i.program+" inbox list "+name+"` lists what there is", "inbox: nothing that is held for %s is %s", name, id)
		}
	}
	return query, nil
}
