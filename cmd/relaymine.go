package cmd

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/admin"
)

// What a user asks of the relay that they are logged in to.

func newRelayStatus(s streams) *cobra.Command {
	json, ca := false, ""
	c := &cobra.Command{
		Use:     "status",
		Short:   "Say which relay is used, and what the token allows",
		Example: "  hook relay status",
		Args:    exactly(cobra.NoArgs, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			l, err := mine()
			if err != nil {
				return err
			}
			status, err := l.status(c.Context(), ca)
			if err != nil {
				return err
			}
			if json {
				return printJSON(s.out, struct {
					Relay string `json:"relay"`
					admin.Status
				}{l.Relay, status})
			}
			lines := []string{
				"relay   " + l.Relay + "  " + status.Software,
				"token   " + status.Token + "  " + strings.Join(status.Scopes, " ") + "  names " + status.Pattern,
				fmt.Sprintf("names   %d, of which %d connected", status.Names, status.Connected),
			}
			if status.Most > 0 {
				lines[2] += fmt.Sprintf("; at most %d", status.Most)
			}
			if !status.Expires.IsZero() {
				lines[1] += "  until " + status.Expires.Local().Format(time.DateTime)
			}
			for _, line := range lines {
				if _, err := fmt.Fprintln(s.out, inspect.Printable(line)); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&json, "json", false, "print one JSON object")
	addCA(c, &ca, "that of the login")
	return c
}

func newRelayNames(s streams) *cobra.Command {
	json, ca := false, ""
	c := &cobra.Command{
		Use:     "names",
		Short:   "List the endpoint names that are yours there",
		Example: "  hook relay names --json",
		Args:    exactly(cobra.NoArgs, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			l, err := mine()
			if err != nil {
				return err
			}
			var all []admin.Name
			if err := l.ask(c.Context(), ca, http.MethodGet, "names", &all); err != nil {
				return err
			}
			return printNames(s, all, json)
		},
	}
	c.Flags().BoolVar(&json, "json", false, "print one JSON object a line")
	addCA(c, &ca, "that of the login")
	return c
}

func newRelease(s streams) *cobra.Command {
	ca := ""
	c := &cobra.Command{
		Use:     "release NAME",
		Short:   "Give a name back, for anybody to claim",
		Example: "  hook relay release quiet-otter-k7q2",
		Args:    exactly(cobra.ExactArgs(1), "the name"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkName("relay release", args[0]); err != nil {
				return err
			}
			l, err := mine()
			if err != nil {
				return err
			}
			var did admin.Released
			if err := l.ask(c.Context(), ca, http.MethodDelete, "names/"+args[0], &did); err != nil {
				return err
			}
			_, err = fmt.Fprintf(s.out, "released %s%s\n", inspect.Printable(args[0]), goneToo(did.Dropped))
			return err
		},
	}
	addCA(c, &ca, "that of the login")
	return c
}
