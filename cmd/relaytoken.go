package cmd

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/admin"
	"github.com/seed-4575fdc3/hook/relay/state"
)

func newRelayToken(s streams, o *relayOptions) *cobra.Command {
	c := &cobra.Command{
		Use:     "token",
		Short:   "Make, list and revoke tokens",
		Example: "  hook-relay token create alice\n  hook-relay token list",
		Long:    "Look after the tokens of the relay with this data folder, whether it runs or not.",
		Args:    exactly(cobra.NoArgs, "create, list or revoke"),
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newTokenCreate(s, o), newTokenList(s, o), newTokenRevoke(s, o))
	return c
}

func newTokenCreate(s streams, o *relayOptions) *cobra.Command {
	var asked admin.Token
	var expires time.Duration
	var json bool
	c := &cobra.Command{
		Use:     "create NAME",
		Short:   "Make a token, and print it once",
		Example: "  hook-relay token create alice\n  hook-relay token create ci --names 'ci-*' --max-names 20 --expires 720h",
		Args:    exactly(cobra.ExactArgs(1), "the token's name"),
		RunE: func(c *cobra.Command, args []string) error {
			asked.Name = args[0]
			if err := noEmpty("token create", c.Flags(), "names", "scope"); err != nil {
				return err
			}
			if expires < 0 {
				return fail(exitUsage, "a duration is like 720h", "--expires %v: it must be more than nothing", expires)
			}
			if expires > 0 {
				asked.Expires = time.Now().Add(expires)
			}
			o.makes = true
			if _, err := os.Stat(o.dataFolder()); errors.Is(err, os.ErrNotExist) {
				_, _ = fmt.Fprintf(s.err, "hook-relay: a new data folder is made: %s\n", o.dataFolder())
			}
			return o.operate(c.Context(), func(r *relayClient) error {
				var made admin.NewToken
				if err := r.call(c.Context(), http.MethodPost, "tokens", asked, &made); err != nil {
					if no, ok := errors.AsType[*relayError](err); ok && no.status == http.StatusBadRequest {
						return fail(exitUsage, "`hook-relay token create --help` has examples", "token create: %w", err)
					}
					return fail(exitFailed, afterNo(err, "`hook-relay token list` shows what there is"), "token create: %w", err)
				}
				if json {
					return printJSON(s.out, made)
				}
				_, err := fmt.Fprintln(s.out, made.Secret)
				_, _ = fmt.Fprintf(s.err, "this is the token of %s; it is not shown again. On their own machine:\n  hook relay login URL --token %s\n", made.Name, made.Secret)
				return err
			})
		},
	}
	f := c.Flags()
	f.StringSliceVar(&asked.Scopes, "scope", []string{state.ScopeListen}, "what it allows, a `scope`: listen, read or admin (repeatable)")
	f.StringVar(&asked.Pattern, "names", "*", "which endpoint names: one, or `patterns` with commas between them, as in 'acme-*,quiet-otter'")
	f.IntVar(&asked.Most, "max-names", 0, "how many names it may have at a time, a `number`; 0 for any")
	f.DurationVar(&expires, "expires", 0, "it ends after this `duration`, as in 720h; 0 for never")
	f.BoolVar(&json, "json", false, "print one JSON object")
	return c
}

func newTokenList(s streams, o *relayOptions) *cobra.Command {
	var json bool
	c := &cobra.Command{
		Use: "list", Aliases: []string{"ls"},
		Short:   "List the tokens, without what proves them",
		Example: "  hook-relay token list",
		Args:    exactly(cobra.NoArgs, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			return o.operate(c.Context(), func(r *relayClient) error {
				var all []admin.Token
				if err := r.call(c.Context(), http.MethodGet, "tokens", nil, &all); err != nil {
					return fail(exitFailed, "the relay's log says more", "token list: %w", err)
				}
				for _, t := range all {
					if json {
						if err := printJSON(s.out, t); err != nil {
							return err
						}
						continue
					}
					if _, err := fmt.Fprintln(s.out, inspect.Printable(tokenLine(t))); err != nil {
						return err
					}
				}
				if len(all) == 0 {
					_, _ = fmt.Fprintln(s.err, "there are no tokens: `hook-relay token create NAME` makes one")
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&json, "json", false, "print one JSON object a line")
	return c
}

// tokenLine is a token in a line.
func tokenLine(t admin.Token) string {
	line := fmt.Sprintf("%-20s %-18s names %s", t.Name, strings.Join(t.Scopes, " "), t.Pattern)
	if t.Most > 0 {
		line += fmt.Sprintf(", at most %d", t.Most)
	}
	switch {
	case t.Expired:
		line += ", expired " + t.Expires.Local().Format(time.DateTime)
	case !t.Expires.IsZero():
		line += ", until " + t.Expires.Local().Format(time.DateTime)
	}
	return line
}

func newTokenRevoke(s streams, o *relayOptions) *cobra.Command {
	return &cobra.Command{
		Use: "revoke NAME", Aliases: []string{"rm"},
		Short:   "End a token, and the tunnels of whoever uses it",
		Example: "  hook-relay token revoke alice",
		Long:    "End a token at once. The names that were claimed with it stay its own until they are released.",
		Args:    exactly(cobra.ExactArgs(1), "the token's name"),
		RunE: func(c *cobra.Command, args []string) error {
			return o.operate(c.Context(), func(r *relayClient) error {
				if strings.Trim(args[0], ".") == "" { // no part of a path
					return fail(exitUsage, "`hook-relay token list` shows what there is", "token revoke: no token can be named %q", args[0])
				}
				var said struct {
					Disconnected int `json:"disconnected"`
				}
				if err := r.call(c.Context(), http.MethodDelete, "tokens/"+url.PathEscape(args[0]), nil, &said); err != nil {
					return fail(exitFailed, afterNo(err, "`hook-relay token list` shows what there is"), "token revoke: %w", err)
				}
				_, err := fmt.Fprintf(s.out, "revoked %s; %s disconnected\n", args[0], plural(said.Disconnected, "listener", "listeners"))
				return err
			})
		},
	}
}
