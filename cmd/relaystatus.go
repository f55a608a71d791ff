package cmd

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/admin"
)

func newRelayState(s streams, o *relayOptions) *cobra.Command {
	var json bool
	c := &cobra.Command{
		Use:     "status",
		Short:   "Say how the relay stands",
		Example: "  hook-relay status\n  hook-relay status --json",
		Long:    "Ask the relay that runs with this data folder how it stands. The exit code is 3 if it is not ready for requests.",
		Args:    exactly(cobra.NoArgs, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			var status admin.Status
			err := o.atRelay(c.Context(), func(r *relayClient) error {
				if err := r.call(c.Context(), http.MethodGet, "status", nil, &status); err != nil {
					return fail(exitFailed, "the relay's log says more", "status: %w", err)
				}
				return nil
			})
			switch {
			case err != nil:
				return err
			case status.Figures == nil:
				return fail(exitFailed, "restart it: an older version runs", "status: the relay said less than was asked for")
			case json:
				err = printJSON(s.out, status)
			default:
				err = printStatus(s.out, status)
			}
			if err == nil && !status.Ready {
				next := "its log says why"
				switch {
				case slices.Contains(status.NotReady, diskFull):
					next = "make room on the disk of its data folder"
				case status.Draining:
					next = "stop it once nothing is in flight, or have it take listeners again: `hook-relay resume`"
				}
				return fail(exitWrong, next, "the relay is not ready: %s", strings.Join(status.NotReady, ", "))
			}
			return err
		},
	}
	c.Flags().BoolVar(&json, "json", false, "print one JSON object")
	return c
}

func printStatus(out io.Writer, s admin.Status) error {
	ready := "ready"
	if !s.Ready {
		ready = "not ready: " + strings.Join(s.NotReady, ", ")
	}
	inbox := "empty"
	if i := s.Inbox; i.Endpoints > 0 {
		inbox = fmt.Sprintf("%d waiting, %s, of %s; %s", i.Waiting, plural(i.Dead, "dead letter", "dead letters"), plural(i.Endpoints, "endpoint", "endpoints"), humanize.IBytes(uint64(max(0, i.Bytes))))
		if !i.Oldest.IsZero() {
			inbox += "; the oldest since " + i.Oldest.Local().Format(time.DateTime)
		}
	}
	lines := []string{
		"relay     " + s.Software + ", up for " + timespan(time.Since(s.Began)) + ", " + ready,
		fmt.Sprintf("tunnels   %d", s.Tunnels),
		fmt.Sprintf("requests  %d in flight", s.InFlight),
		fmt.Sprintf("names     %d, of which %d connected", s.Names, s.Connected),
		fmt.Sprintf("tokens    %d", s.Tokens),
		"inbox     " + inbox,
	}
	if !s.Certificate.IsZero() {
		lines = append(lines, "TLS       the certificate is good until "+s.Certificate.Local().Format(time.DateTime))
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(out, inspect.Printable(line)); err != nil {
			return err
		}
	}
	return nil
}
