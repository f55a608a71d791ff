package cmd

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/admin"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

// A login is the relay that this user listens at, the token for it, and whom to believe about it.
type login struct {
	Relay string `json:"relay"`
	Token string `json:"token"`
	CA    string `json:"ca,omitempty"` // file of the authority that signed the relay's certificate; absolute
}

// readLogin reads the user's login; it is empty if there is none.
func readLogin(h home) (l login, err error) {
	b, err := os.ReadFile(h.login())
	if errors.Is(err, fs.ErrNotExist) {
		return login{}, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &l)
	}
	if err != nil {
		return login{}, fail(exitUsage, "`hook relay logout` removes it, `hook relay login` makes it anew", "%s: %w", h.login(), err)
	}
	return l, nil
}

// write keeps the login where only the user can read it.
func (l login) write(h home) error {
	b, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(h.login()), 0o700); err != nil {
		return err
	}
	return os.WriteFile(h.login(), append(b, '\n'), 0o600)
}

func newRelay(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:     "relay",
		Short:   "Log in to a relay of your own, and look after your names there",
		Example: "  hook relay login https://relay.example --token hk_…\n  hook relay names",
		Args:    exactly(cobra.NoArgs, "login, logout, status, names, inbox or release"),
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newLogin(s), newLogout(s), newRelayStatus(s), newRelayNames(s), newRelayInbox(s), newRelease(s))
	return c
}

func newLogin(s streams) *cobra.Command {
	source, ca := "", ""
	c := &cobra.Command{
		Use:   "login URL",
		Short: "Use this relay from now on",
		Long: "Ask the relay whether it knows the token, and keep both for `hook listen` on this machine. The token is kept in a file that only you can read.\n" +
			"Of --ca the place is kept: the file is read whenever this relay is used.",
		Example: "  hook relay login https://relay.example --token hk_…\n  hook relay login https://relay.example --token - < token.txt",
		Args:    exactly(cobra.ExactArgs(1), "the relay's URL"),
		RunE: func(c *cobra.Command, args []string) error {
			l := login{Relay: strings.TrimRight(args[0], "/")}
			if source == "" && os.Getenv("HOOK_TOKEN") != "" {
				source = "env:HOOK_TOKEN"
			}
			value, _, err := readSource(source, s.in)
			if err != nil {
				return err
			}
			if l.Token = strings.TrimSpace(value); l.Token == "" {
				return fail(exitUsage, "give it as --token @FILE, env:NAME or -, or as HOOK_TOKEN; `hook-relay token create NAME` makes one at the relay",
					"relay login: there is no token")
			}
			h := findHome()
			if before, err := readLogin(h); err == nil && sameURL(l.Relay, before.Relay) { // one that can't be read is made anew
				l.CA = before.CA
			}
			status, err := l.status(c.Context(), ca)
			if err != nil {
				return err
			}
			if ca != "" {
				if l.CA, err = filepath.Abs(ca); err != nil {
					return err
				}
			}
			if err := l.write(h); err != nil {
				return fail(exitFailed, "HOOK_HOME names another folder to keep it in", "relay login: %w", err)
			}
			_, err = fmt.Fprintf(s.out, "logged in to %s as %s: `hook listen` uses it from now on\n", inspect.Printable(l.Relay), inspect.Printable(status.Token))
			return err
		},
	}
	c.Flags().StringVar(&source, "token", "", "the token, or its `SOURCE`: @FILE, env:NAME or - (default env:HOOK_TOKEN)")
	addCA(c, &ca, "that of an earlier login to this relay")
	return c
}

// client asks the relay that this is the login of.
func (l login) client(ca string) (*relayClient, error) {
	if err := tunnel.CheckRelay(l.Relay, l.Token); errors.Is(err, tunnel.ErrPlainToken) {
		return nil, fail(exitUsage, "give the relay's https:// URL", "relay %s: %w", l.Relay, err)
	} else if err != nil {
		return nil, fail(exitUsage, "a relay is like https://relay.example", "relay: %w", err)
	}
	trust, err := l.trust(cmp.Or(ca, os.Getenv("HOOK_CA")))
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = trust
	return &relayClient{base: l.Relay, token: l.Token, client: &http.Client{Timeout: 20 * time.Second, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// ask calls the relay's API, and says what to do about a no.
func (l login) ask(ctx context.Context, ca, method, path string, out any) error {
	c, err := l.client(ca)
	if err != nil {
		return err
	}
	defer c.client.CloseIdleConnections()
	err = c.call(ctx, method, path, nil, out)
	no, isNo := errors.AsType[*relayError](err)
	untrusted, isUntrusted := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case err == nil:
		return nil
	case isUntrusted:
		return fail(exitUnreachable, "check the URL; --ca FILE or HOOK_CA gives a private CA's certificate", "the certificate of %s is not trusted: %w", l.Relay, untrusted.Err)
	case isNo && no.status == http.StatusUnauthorized:
		return fail(exitUnauthorized, "the token may have been revoked, be out of date or have a typing mistake: ask whoever runs the relay", "relay %s: %w", l.Relay, err)
	case isNo && no.status == http.StatusTooManyRequests:
		return fail(exitFailed, "too many wrong tokens were tried from your address: wait a little", "relay %s: %w", l.Relay, err)
	case isNo:
		return fail(exitFailed, "`hook relay names` lists what is yours", "relay %s: %w", l.Relay, err)
	}
	return fail(exitUnreachable, "is that the relay's URL, and does it run?", "relay %s: %w", l.Relay, err)
}

func (l login) status(ctx context.Context, ca string) (status admin.Status, err error) {
	err = l.ask(ctx, ca, http.MethodGet, "status", &status)
	return status, err
}

// mine is the login of this user: the relay and token that `hook listen` would use without a project.
func mine() (login, error) {
	l, err := readLogin(findHome())
	if err == nil && l.Relay == "" {
		err = fail(exitUsage, "hook relay login URL --token TOKEN", "there is no login to a relay")
	}
	return l, err
}

func newLogout(s streams) *cobra.Command {
	return &cobra.Command{
		Use:     "logout",
		Short:   "Forget the relay, its token and its CA",
		Example: "  hook relay logout",
		Args:    exactly(cobra.NoArgs, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			h := findHome()
			l, err := readLogin(h)
			if removed := os.Remove(h.login()); errors.Is(removed, fs.ErrNotExist) {
				_, err := fmt.Fprintln(s.out, "there was no login to a relay")
				return err
			} else if removed != nil {
				return fail(exitFailed, "remove "+h.login()+" by hand", "relay logout: %w", removed)
			}
			if err != nil { // it couldn't be read, and is gone
				l.Relay = "the relay"
			}
			_, err = fmt.Fprintf(s.out, "logged out of %s; the token is still good: whoever runs the relay can revoke it\n", inspect.Printable(l.Relay))
			return err
		},
	}
}
