package cmd

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// secrets are the signing secrets that apply in a project, found in this order: the --secret flags, HOOK_SECRET_STRIPE and
// the like, the variables that apps usually have them in, the same in .env of the current folder or the project's, and the
// project's test secret.
// It is safe for concurrent use.
type secrets struct {
	project project
	flags   []signature.Secret
	own     []variable                // of this process
	files   atomic.Pointer[variables] // of .env too; read anew when those change
	tests   map[string]*test          // by provider; not changed
	used    sync.Map                  // the names of providers whose test secret was seen in use
}

// A variable may hold a secret.
type variable struct{ name, value, source string }

const maxCandidates = 64 // variables that are tried when nothing else explains a signature

// findSecrets reads flags, each [PROVIDER=]SOURCE, and looks at the project. talk gets warnings.
func findSecrets(p project, flags []string, stdin io.Reader, talk io.Writer) (*secrets, error) {
	s := &secrets{project: p}
	for _, flag := range flags {
		secret, err := readSecretFlag(p, flag, stdin, talk)
		if err != nil {
			return nil, err
		}
		s.flags = append(s.flags, secret)
	}
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		s.own = append(s.own, variable{name, value, name})
	}
	s.files.Store(s.look(time.Now(), talk))
	m, err := p.remember(func(m *memory) (changed bool) {
		for _, provider := range signature.Providers() {
			_, made := m.test(provider)
			changed = changed || made
		}
		return changed
	})
	if err != nil { // what needs no memory works without
		_, _ = fmt.Fprintf(talk, "hook: warning: no test secrets: %s: set HOOK_HOME to a folder that can be written\n", inspect.Printable(err.Error()))
	}
	s.tests = m.Tests
	return s, nil
}

// variables are what the environment and the .env files had when they were looked at.
type variables struct {
	looked time.Time
	stamps string // tells the files' state from another
	all    []variable
}

// look reads the .env files. talk gets warnings.
func (s *secrets) look(now time.Time, talk io.Writer) *variables {
	v := &variables{looked: now, stamps: s.stamps(), all: s.own}
	for _, dir := range s.project.dirs() {
		path := filepath.Join(dir, ".env")
		found, skipped, err := readDotEnv(path)
		if err != nil {
			_, _ = fmt.Fprintln(talk, "hook: warning: .env is left out:", inspect.Printable(err.Error()))
		}
		for _, line := range skipped {
			_, _ = fmt.Fprintf(talk, "hook: warning: %s:%d is passed over: it is not NAME=VALUE\n", inspect.Printable(path), line)
		}
		v.all = slices.Concat(v.all, found)
	}
	return v
}

func (s *secrets) stamps() string {
	var b strings.Builder
	for _, dir := range s.project.dirs() {
		if info, err := os.Stat(filepath.Join(dir, ".env")); err == nil {
			fmt.Fprint(&b, info.ModTime().UnixNano(), info.Size(), " ")
		}
	}
	return b.String()
}

// variables are those that count now: a listener sees a changed .env within a second, as its app does after a restart.
func (s *secrets) variables() []variable {
	v := s.files.Load()
	now := time.Now()
	if now.Sub(v.looked) < time.Second {
		return v.all
	}
	fresh := &variables{looked: now, stamps: v.stamps, all: v.all}
	if s.stamps() != v.stamps {
		fresh = s.look(now, io.Discard)
	}
	s.files.Store(fresh)
	return fresh.all
}

// readSecretFlag reads [PROVIDER=]SOURCE. PROVIDER= counts only for a known provider, as secrets may hold a "=".
func readSecretFlag(p project, flag string, stdin io.Reader, talk io.Writer) (signature.Secret, error) {
	secret := signature.Secret{}
	source := flag
	if name, rest, ok := strings.Cut(flag, "="); ok && signature.Lookup(name) != nil {
		secret.Provider, source = name, rest
	} else if ok && isWord(name) && (rest == "-" || strings.HasPrefix(rest, "@") || strings.HasPrefix(rest, "env:")) {
		_, err := lookup(name) // a literal secret doesn't look like that
		return signature.Secret{}, err
	}
	value, from, err := readSource(source, stdin)
	if err != nil {
		return signature.Secret{}, err
	}
	if value == "" {
		return signature.Secret{}, fail(exitUsage, "a source is @FILE, env:NAME or - for standard input", "--secret from %s is empty", from)
	}
	if from == "" {
		from = "--secret"
		warnOnce(p, talk)
	}
	secret.Value, secret.Source = value, from
	return secret, nil
}

func isWord(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") == ""
}

// warnOnce warns, once in a project, of a secret that was given in clear.
func warnOnce(p project, talk io.Writer) {
	first := false
	_, err := p.remember(func(m *memory) bool {
		first = !m.Warned
		m.Warned = true
		return first
	})
	if first && err == nil {
		_, _ = fmt.Fprintln(talk, "hook: warning: a secret on the command line is seen by other programs and kept by the shell; one from @FILE, env:NAME or - is not")
	}
}

// readSource reads what @FILE, env:NAME or - stands for; anything else stands for itself, and has no name.
func readSource(source string, stdin io.Reader) (value, from string, err error) {
	switch {
	case source == "-":
		b, err := io.ReadAll(io.LimitReader(stdin, 1<<20))
		return trimNewline(string(b)), "standard input", err
	case strings.HasPrefix(source, "@"):
		b, err := os.ReadFile(source[1:])
		if err != nil {
			return "", "", fail(exitUsage, "@FILE names a file that holds the secret and nothing else", "read a secret: %w", err)
		}
		return trimNewline(string(b)), source[1:], nil
	case strings.HasPrefix(source, "env:"):
		value, set := os.LookupEnv(source[4:])
		if !set {
			return "", "", fail(exitUsage, "env:NAME takes the secret from the variable NAME: export it first", "the variable %s is not set", source[4:])
		}
		return value, source[4:], nil
	}
	return source, "", nil
}

// trimNewline takes one newline off, which editors and echo leave behind.
func trimNewline(s string) string {
	return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r")
}

// of is the provider's secrets in order of preference: all that the first place has that has any.
func (s *secrets) of(p *signature.Provider) []signature.Secret {
	if p == nil {
		return nil
	}
	if flags := s.flagsOf(p); len(flags) > 0 {
		return flags
	}
	if found, ok := s.found(p); ok {
		return []signature.Secret{found}
	}
	if test := s.tests[p.Name]; test != nil {
		return []signature.Secret{testSecret(p, test)}
	}
	return nil
}

func (s *secrets) flagsOf(p *signature.Provider) []signature.Secret {
	var own []signature.Secret
	for _, f := range s.flags {
		if f.Provider == "" || f.Provider == p.Name {
			f.Provider = p.Name
			own = append(own, f)
		}
	}
	return own
}

// found is what the environment or .env have for the provider.
func (s *secrets) found(p *signature.Provider) (signature.Secret, bool) {
	names := append([]string{"HOOK_SECRET_" + strings.ToUpper(strings.ReplaceAll(p.Name, "-", "_"))}, p.SecretVars...)
	for _, fromFile := range []bool{false, true} {
		for _, name := range names {
			for _, v := range s.variables() {
				if v.name == name && v.value != "" && (v.source != v.name) == fromFile {
					return signature.Secret{Value: v.value, Provider: p.Name, Source: v.source}, true
				}
			}
		}
	}
	return signature.Secret{}, false
}

func testSecret(p *signature.Provider, t *test) signature.Secret {
	return signature.Secret{Value: t.Secret, Provider: p.Name, Source: "this project's test secrets", Test: true}
}

// toSign is the secret to sign the provider's requests with. If that is a test secret, talk gets the variable to set, once
// in a project; a nil talk leaves that for later.
func (s *secrets) toSign(p *signature.Provider, talk io.Writer) (signature.Secret, error) {
	own := s.of(p)
	if len(own) == 0 {
		return signature.Secret{}, fail(exitFailed, "`hook events` lists what can be signed", "%s signs nothing", p.Title)
	}
	if !own[0].Test {
		return own[0], nil
	}
	show := false
	_, err := s.project.remember(func(m *memory) bool {
		t, made := m.test(p)
		show = talk != nil && !t.Shown
		changed := made || show || !t.Used
		t.Used, t.Shown = true, t.Shown || show
		return changed
	})
	s.used.Store(p.Name, nil)
	if show && err == nil {
		_, _ = fmt.Fprintf(talk, "hook: no secret of %s is configured, so this project's test secret is used. For your app: %s\n",
			p.Title, setVariable(p, own[0].Value))
	}
	return own[0], err
}

// setVariable is the line that gives the app a secret.
func setVariable(p *signature.Provider, value string) string {
	name := "HOOK_SECRET_" + strings.ToUpper(p.Name)
	if len(p.SecretVars) > 0 {
		name = p.SecretVars[0]
	}
	return name + "=" + value
}

// candidates are all secrets that are configured anywhere, for explaining what none of its own explains.
func (s *secrets) candidates() []signature.Secret {
	all := slices.Clone(s.flags)
	known := make(map[string]bool)
	for _, p := range signature.Providers() {
		if found, ok := s.found(p); ok {
			all = append(all, found)
			known[found.Source] = true
		}
		if test := s.tests[p.Name]; test != nil {
			all = append(all, testSecret(p, test))
		}
	}
	for _, v := range s.variables() {
		if len(all) < maxCandidates && !known[v.source] && len(v.value) >= 8 && soundsSecret(v.name) {
			all = append(all, signature.Secret{Value: v.value, Source: v.source})
		}
	}
	return all
}

// soundsSecret says whether a variable of that name may hold a signing secret.
func soundsSecret(name string) bool {
	name = strings.ToUpper(name)
	return strings.Contains(name, "SECRET") || strings.Contains(name, "TOKEN") || strings.Contains(name, "KEY")
}

// summary names what was found and where, a line for each provider, and who is left with a test secret.
func (s *secrets) summary() []string {
	var lines, tests []string
	for _, f := range s.flags {
		if f.Provider == "" {
			lines = append(lines, "from "+f.Source+", for every provider")
		}
	}
	for _, p := range signature.Providers() {
		own := s.of(p)
		switch {
		case len(own) == 0 || slices.ContainsFunc(s.flags, func(f signature.Secret) bool { return f.Provider == "" && f.Source == own[0].Source }):
		case own[0].Test:
			tests = append(tests, p.Name)
		default:
			lines = append(lines, p.Name+" from "+own[0].Source)
		}
	}
	if len(tests) > 0 {
		lines = append(lines, "test secrets for "+strings.Join(tests, ", ")+": `hook events PROVIDER` shows the variable to set")
	}
	return lines
}

// judge says who sent a request, what it is, and whether its signature is good.
func (s *secrets) judge(r signature.Request, provider *signature.Provider) (*signature.Provider, signature.Meta, signature.Result) {
	if provider == nil {
		provider = signature.Detect(r).Provider
	}
	return provider, provider.Meta(r), provider.Verify(r, s.of(provider))
}

// settle makes a signature that no more than a test secret was tried on unknown rather than invalid: a real provider
// can't know that secret. It is judged as any other once it has been used.
func (s *secrets) settle(res signature.Result) signature.Result {
	if !res.Test {
		return res
	}
	if res.Verdict == signature.Valid {
		s.used.Store(res.Provider, nil)
	}
	_, used := s.used.Load(res.Provider)
	if t := s.tests[res.Provider]; res.Verdict == signature.Invalid && !used && (t == nil || !t.Used) &&
		res.Reason != signature.ReasonTimestampExpired && res.Reason != signature.ReasonTimestampFuture {
		res.Verdict, res.Reason = signature.Unknown, signature.ReasonNoSecret
	}
	return res
}
