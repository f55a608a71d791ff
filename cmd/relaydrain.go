package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/relay/admin"
)

func newRelayDrain(s streams, o *relayOptions) *cobra.Command {
	var wait time.Duration
	var json bool
	c := &cobra.Command{
		Use:     "drain",
		Short:   "Have the relay finish what it has begun, and take nobody new",
		Example: "  hook-relay drain --wait 1m && systemctl stop hook-relay",
		Long: "Tell the listeners to go, take no new ones, and wait until nothing is in flight. /readyz answers 503 from then on, and the relay\n" +
			"can be stopped without breaking a request off. `hook-relay resume` undoes it.",
		Args: exactly(cobra.NoArgs, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			if wait < 0 {
				return fail(exitUsage, "a duration is like 30s or 2m", "--wait %v: it must not be less than nothing", wait)
			}
			return o.atRelay(c.Context(), func(r *relayClient) error { return drain(c.Context(), s, r, wait, json) })
		},
	}
	c.Flags().DurationVar(&wait, "wait", 30*time.Second, "wait this `duration` at most until nothing is in flight; 0 doesn't wait")
	c.Flags().BoolVar(&json, "json", false, "print one JSON object")
	return c
}

// drainLook is how often a relay is asked whether it is done.
const drainLook = 50 * time.Millisecond

func drain(ctx context.Context, s streams, r *relayClient, wait time.Duration, json bool) error {
	var d admin.Drain
	if err := r.call(ctx, http.MethodPost, "drain", nil, &d); err != nil {
		return fail(exitFailed, "the relay's log says more", "drain: %w", err)
	}
	began := time.Now()
	if !json {
		if _, err := fmt.Fprintf(s.out, "draining: %s told to go, %s in flight\n",
			plural(d.Tunnels, "listener was", "listeners were"), plural(d.InFlight, "request is", "requests are")); err != nil {
			return err
		}
	}
	for !done(d) && time.Since(began) < wait {
		pause := time.NewTimer(drainLook)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
		if err := r.call(ctx, http.MethodGet, "drain", nil, &d); err != nil {
			return fail(exitFailed, "the relay's log says more", "drain: %w", err)
		}
	}
	if json {
		if err := printJSON(s.out, d); err != nil {
			return err
		}
	}
	switch {
	case done(d):
		_, _ = fmt.Fprintf(s.err, "nothing is in flight after %s; stop the relay, or `hook-relay resume` takes listeners again\n", duration(time.Since(began)))
		return nil
	case wait == 0:
		return nil
	}
	return fail(exitTimedOut, "wait longer with --wait 5m; a relay that is told to stop gives them its --drain-timeout",
		"after %s %s and %s still there", wait, plural(d.InFlight, "request", "requests"), plural(d.Tunnels, "listener are", "listeners are"))
}

// done says whether nothing is in flight any more.
func done(d admin.Drain) bool { return d.InFlight+d.Tunnels == 0 }

func newRelayResume(s streams, o *relayOptions) *cobra.Command {
	return &cobra.Command{
		Use:     "resume",
		Short:   "Have the relay take listeners again after `drain`",
		Example: "  hook-relay resume",
		Args:    exactly(cobra.NoArgs, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			return o.atRelay(c.Context(), func(r *relayClient) error {
				if err := r.call(c.Context(), http.MethodDelete, "drain", nil, new(any)); err != nil {
					return fail(exitFailed, "the relay's log says more", "resume: %w", err)
				}
				_, err := fmt.Fprintln(s.out, "listeners are taken again")
				return err
			})
		},
	}
}

// atRelay is operate for what only a relay that runs can answer.
func (o *relayOptions) atRelay(ctx context.Context, do func(*relayClient) error) error {
	conn, err := net.Dial("unix", shortSocket(socketName(o.dataFolder())))
	if err != nil {
		return cmp.Or(notYours(exitUnreachable, o.dataFolder(), err),
			fail(exitUnreachable, "name the data folder of the one that runs with --data, or start it", "no relay runs with the data folder %s: %w", o.dataFolder(), err))
	}
	return errors.Join(o.operate(ctx, do), conn.Close())
}
