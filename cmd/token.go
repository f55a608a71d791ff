package cmd

import (
	"errors"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

// relay is where to connect to, and the token for it; nothing for the relay inside hook.
//
// hook.yaml comes with whatever was cloned, while tokens are the user's: so what it says is the token can only be a
// variable that is meant for hook, and no token goes to a relay of which hook.yaml alone knows.
func (l *listener) relay() (url, token string, err error) {
	s := l.settings
	url = s.first(l.o.relay, "HOOK_RELAY", func(c config) string { return c.Relay })
	if url == "" {
		return "", "", nil
	}
	source, err := l.tokenSource(url)
	if err != nil {
		return "", "", err
	}
	if l.o.relay == "" && os.Getenv("HOOK_RELAY") == "" && s.project.Relay != "" && source != "" {
		if err := l.checkKnown(url); err != nil {
			return "", "", err
		}
	}
	if source != "" {
		if token, err = l.readToken(source); err != nil {
			return "", "", err
		}
	}
	err = tunnel.CheckRelay(url, token)
	if errors.Is(err, tunnel.ErrPlainToken) {
		return "", "", fail(exitUsage, "give the relay's https:// URL", "listen: --relay %s: %w", url, err)
	}
	if err != nil {
		return "", "", fail(exitUsage, "a relay is like https://relay.example", "listen: --relay: %w", err)
	}
	if l.o.relay != "" || os.Getenv("HOOK_RELAY") != "" {
		err = l.know(url)
	}
	return url, token, err
}

// tokenSource is where the token for the relay at url comes from; empty if there is none. That of `hook relay login` is for
// the relay that it was given for.
func (l *listener) tokenSource(url string) (string, error) {
	switch project := l.settings.project.Token; {
	case l.o.token != "":
		return l.o.token, nil
	case os.Getenv("HOOK_TOKEN") != "":
		return "env:HOOK_TOKEN", nil
	case project == "" && l.settings.user.Token != "":
		return l.settings.user.Token, nil
	case project == "" && sameURL(url, l.settings.login.Relay):
		return l.settings.login.Token, nil
	case project == "":
		return "", nil
	case strings.HasPrefix(project, "env:HOOK_"):
		return project, nil
	}
	return "", fail(exitUsage, "write `token: env:HOOK_TOKEN`, and export that variable",
		"the token in hook.yaml may only be env:HOOK_…, as whoever wrote hook.yaml must not choose what else is sent")
}

// readToken reads the token from its source. It must be one that a header can carry.
func (l *listener) readToken(source string) (string, error) {
	token, from, err := readSource(source, l.in)
	if err != nil {
		return "", err
	}
	if from == "" {
		if from = "config.yaml"; l.o.token != "" {
			from = "--token"
			warnOnce(l.project, l.err)
		}
	}
	if token == "" {
		return "", fail(exitUsage, "a token's source is @FILE, env:NAME or - for standard input", "the token from %s is empty", from)
	}
	if strings.ContainsFunc(token, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return "", fail(exitUsage, "the source must hold the token and nothing else, on one line",
			"the token from %s has white space or control characters in it", from)
	}
	return token, nil
}

// checkKnown says whether a relay that hook.yaml names was ever chosen by the user: in the user's own config.yaml, or by
// --relay in this project.
func (l *listener) checkKnown(url string) error {
	if sameURL(url, l.settings.user.Relay) {
		return nil
	}
	m, err := l.project.remember(func(*memory) bool { return false })
	if err != nil || m.knows(url) {
		return err
	}
	return fail(exitUsage, "if you trust it, run once: hook listen --relay "+url,
		"hook.yaml names the relay %s, which was not used from here before, so the token is not sent", url)
}

// know remembers that the user chose a relay.
func (l *listener) know(url string) error {
	_, err := l.project.remember(func(m *memory) bool {
		known := m.knows(url)
		if !known {
			m.Relays = append(m.Relays, url)
		}
		return !known
	})
	return err
}

func (m *memory) knows(url string) bool {
	return slices.ContainsFunc(m.Relays, func(known string) bool { return sameURL(url, known) })
}

func sameURL(a, b string) bool { return strings.TrimRight(a, "/") == strings.TrimRight(b, "/") }
