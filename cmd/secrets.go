package cmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/joho/godotenv"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// secrets are the signing secrets that apply in a project, found in this order: the --secret flags, HOOK_SECRET_STRIPE and
// the like, the variables that apps usually have them in, the same in .env of the current folder or the project's, and the
// project's test secret.
// It is safe for concurrent use.
type secrets struct {
	project   project
	flags     []signature.Secret
	variables []variable       // of the environment, then of .env
	tests     map[string]*test // by provider; not changed
	used      sync.Map         // the names of providers whose test secret was seen in use
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
		s.variables = append(s.variables, variable{name, value, name})
	}
	for _, dir := range p.dirs() {
		env, err := readDotEnv(filepath.Join(dir, ".env"))
		if err != nil {
			_, _ = fmt.Fprintln(talk, "hook: warning:", err)
		}
		s.variables = append(s.variables, env...)
	}
	m, err := p.remember(func(m *memory) (changed bool) {
		for _, provider := range signature.Providers() {
			_, made := m.test(provider)
			changed = changed || made
		}
		return changed
	})
	s.tests = m.Tests
	return s, err
}

func readDotEnv(path string) ([]variable, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	values, err := godotenv.Parse(file)
	if err != nil {
		return nil, fmt.Errorf(".env is left out: %w", err)
	}
	var found []variable
	for name, value := range values {
		found = append(found, variable{name, value, ".env (" + name + ")"})
	}
	slices.SortFunc(found, func(a, b variable) int { return strings.Compare(a.name, b.name) })
	return found, nil
}

// readSecretFlag reads [PROVIDER=]SOURCE. PROVIDER= counts only for a known provider, as secrets may hold a "=".
func readSecretFlag(p project, flag string, stdin io.Reader, talk io.Writer) (signature.Secret, error) {
	secret := signature.Secret{}
	source := flag
	if name, rest, ok := strings.Cut(flag, "="); ok && signature.Lookup(name) != nil {
		secret.Provider, source = name, rest
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
			for _, v := range s.variables {
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
	for _, v := range s.variables {
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
		case len(own) == 0 || len(s.flags) > 0 && own[0].Provider == "":
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
