package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// An exposer is a program on this machine that gives the relay inside hook a public address: docs/exposing.md.
type exposer struct {
	name    string   // as it is shown
	command []string // the program and its arguments; {port} and {url} stand for the relay's
	proxies bool     // it adds to X-Forwarded-For whom it has a request from, so that what that field says last is true

	// reader makes what understands the program's output, for one run of it, which ends with ctx. What it returns is called
	// with one line after the other.
	reader func(ctx context.Context, local string) func(line string) meaning
}

// A meaning is what a line of an exposer's output says.
type meaning struct {
	url   string // the public URL, which works from now on; of a run, only the first one counts
	new   bool   // url counts although there is one already
	tell  string // something that the user must see: an error, a link to follow
	noise bool   // nothing that would explain why the program ended
	over  bool   // it will never work again: only starting anew helps
}

// exposers are those that are known by name, in the order in which they are proposed.
var exposers = []exposer{cloudflared, ngrok, tailscale}

// install says where each is to be had.
var install = map[string]string{
	"cloudflared": "https://developers.cloudflare.com/cloudflare-one/connections/connect-networks/downloads/",
	"ngrok":       "https://ngrok.com/download",
	"tailscale":   "https://tailscale.com/download",
	"ssh":         "the OpenSSH client of your system",
}

const viaUsage = "--via is cloudflared, ngrok, tailscale, ssh:HOST or a command that prints its URL"

// via is the exposer that is in force; nil without one, or where a relay was asked for more pressingly.
func (l *listener) via() (*exposer, error) {
	given, rank := l.settings.find(l.o.via, "HOOK_VIA", func(c config) string { return c.Via })
	if given == "" {
		return nil, nil
	}
	relay, relayRank := l.settings.find(l.o.relay, "HOOK_RELAY", func(c config) string { return c.Relay })
	switch {
	case relay != "" && relayRank < rank:
		return nil, nil
	case relay != "" && relayRank == rank:
		return nil, fail(exitUsage, "take one of them: --via is for the relay inside hook", "listen: --relay %s and --via %s exclude each other", relay, given)
	}
	e, err := parseVia(given)
	if err != nil {
		return nil, err
	}
	if rank == rankProject && !isNamed(given) {
		return nil, fail(exitUsage, "give it as --via or HOOK_VIA, or in your own config.yaml",
			"hook.yaml may only say via: cloudflared, ngrok or tailscale, as whoever wrote it must not choose what else is run or connected to: it says %q", given)
	}
	if _, err := exec.LookPath(e.command[0]); err != nil {
		return nil, notInstalled(e, err)
	}
	return e, nil
}

func notInstalled(e *exposer, err error) error {
	program := e.command[0]
	if !errors.Is(err, exec.ErrNotFound) {
		return fail(exitUsage, viaUsage, "listen: --via %s: %w", e.name, err)
	}
	next := viaUsage
	if where := install[program]; where != "" {
		next = "install it: " + where
	}
	if others := installed(); len(others) > 0 {
		next += "; or, as " + others[0] + " is installed, --via " + others[0]
	}
	return fail(exitUsage, next, "listen: --via %s: %s is not installed (not in PATH)", e.name, program)
}

// installed are the exposers that are on this machine, by name.
func installed() []string {
	var names []string
	for _, e := range exposers {
		if _, err := exec.LookPath(e.command[0]); err == nil {
			names = append(names, e.name)
		}
	}
	return names
}

func isNamed(given string) bool {
	for _, e := range exposers {
		if e.name == given {
			return true
		}
	}
	return false
}

// parseVia reads what stands behind --via.
func parseVia(given string) (*exposer, error) {
	for _, e := range exposers {
		if e.name == given {
			return &e, nil
		}
	}
	if where, ok := strings.CutPrefix(given, "ssh:"); ok {
		return sshVia(where)
	}
	words, err := splitWords(given)
	if err != nil {
		return nil, fail(exitUsage, "write it as for a shell, of which it is not given to any", "listen: --via %s: %w", given, err)
	}
	if len(words) == 0 {
		return nil, fail(exitUsage, viaUsage, "listen: --via is empty")
	}
	return &exposer{name: words[0], command: words, reader: anyURL}, nil
}

// filled is the command for a relay on that port.
func (e *exposer) filled(port int) []string {
	fill := strings.NewReplacer("{port}", strconv.Itoa(port), "{url}", localURL(port))
	words := make([]string, len(e.command))
	for i, word := range e.command {
		words[i] = fill.Replace(word)
	}
	return words
}

func localURL(port int) string { return "http://127.0.0.1:" + strconv.Itoa(port) }

// baseURL finds URLs that could be a base: a host and perhaps a port. What has a path is something else: a page to read.
var baseURL = regexp.MustCompile(`https?://(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z][0-9A-Za-z.-]*)(:[0-9]{1,5})?/?(["'<>)\]},;\\]|\s|$)`)

// findURL gives the first base URL in line that ok takes; without a slash at its end.
func findURL(line string, ok func(scheme, host string) bool) string {
	for _, m := range baseURL.FindAllStringSubmatch(line, -1) {
		u := strings.TrimRight(strings.TrimSuffix(m[0], m[3]), "/.")
		scheme, host, _ := strings.Cut(u, "://")
		if ok(scheme, host) {
			return u
		}
	}
	return ""
}

// anyURL is the reader of a command that hook doesn't know: the first URL that isn't on this machine's relay.
func anyURL(_ context.Context, local string) func(string) meaning {
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(local, "http://"))
	return func(line string) meaning {
		return meaning{url: findURL(line, func(_, host string) bool {
			name, itsPort, err := net.SplitHostPort(host)
			if err != nil {
				name, itsPort = strings.Trim(host, "[]"), ""
			}
			here := name == "localhost" || net.ParseIP(name).IsLoopback() || net.ParseIP(name).IsUnspecified()
			return !here || itsPort != port
		})}
	}
}

// splitWords splits a command as a shell would, with '…', "…" and \ before a blank, a quote or another \. Nothing else in it has
// a meaning: no variable, no pattern, no operator.
func splitWords(s string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote byte
	begun := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote == '\'' && c != quote:
			word.WriteByte(c)
		case c == '\\' && i+1 < len(s) && strings.IndexByte(" \t\n\\'\"", s[i+1]) >= 0:
			i++
			word.WriteByte(s[i])
			begun = true
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote, begun = c, true
		case strings.IndexByte(" \t\n", c) >= 0:
			if begun {
				words = append(words, word.String())
				word.Reset()
			}
			begun = false
		default:
			word.WriteByte(c)
			begun = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("the quote %c is not closed", quote)
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}

// plainWord matches what a shell takes as it stands.
var plainWord = regexp.MustCompile(`^[0-9A-Za-z_./:@%+=,-]+$`)

// viaTip is how the same listener would be public.
func (l *listener) viaTip() string {
	names := installed()
	if len(names) == 0 {
		return ""
	}
	command := "hook listen"
	if target := l.o.target; target != "" {
		if !plainWord.MatchString(target) {
			target = "'" + strings.ReplaceAll(target, "'", `'\''`) + "'"
		}
		command += " " + target
	}
	return names[0] + " is installed, so `" + command + " --via " + names[0] + "` gives a public URL"
}
