package cmd

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// secrets are the signing secrets that apply in a project, found in this order: the --secret flags, HOOK_SECRET_STRIPE and
// the like, the variables that apps usually have them in, the same in .env of the current folder or the project's, what
// `hook secret set` was given for the project, or for all, and the project's test secret.
// It is safe for concurrent use.
type secrets struct {
	project  project
	flags    []signature.Secret
	own      []variable               // of this process
	files    atomic.Pointer[snapshot] // of .env and the safes too; read anew when those change
	keychain *keychain
	used     sync.Map // the names of providers whose test secret was seen in use

	talk io.Writer // gets what is found out late, once
	once sync.Once // it was said, or there is no place to say it any more

	mu       sync.Mutex
	tests    map[string]*test // by provider: those that were made
	noMemory error            // why none can be made
	learnt   string           // tells the memory's state, when tests were read from it, from another
}

const maxCandidates = 64 // variables that are tried when nothing else explains a signature

// findSecrets reads flags, each [PROVIDER=]SOURCE, and looks at the project. talk gets warnings.
func findSecrets(p project, flags []string, stdin io.Reader, talk io.Writer) (*secrets, error) {
	s := &secrets{project: p, keychain: newKeychain(), talk: talk}
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
	m, err := p.remember(func(*memory) bool { return false })
	if err != nil { // what needs no memory works without
		_, _ = fmt.Fprintf(talk, "hook: warning: no test secrets: %s: set HOOK_HOME to a folder that can be written\n", inspect.Printable(err.Error()))
	}
	s.tests, s.noMemory = m.Tests, err
	return s, nil
}

// of is the provider's secrets in order of preference: all that the first place has that has any. A test secret is made
// if it comes to that.
func (s *secrets) of(p *signature.Provider) []signature.Secret {
	if p == nil {
		return nil
	}
	if own := s.configured(p); len(own) > 0 {
		return own
	}
	if t, err := s.test(p); err == nil {
		return []signature.Secret{testSecret(p, t)}
	}
	return nil
}

// configured is of without test secrets.
func (s *secrets) configured(p *signature.Provider) []signature.Secret {
	if flags := s.flagsOf(p); len(flags) > 0 {
		return flags
	}
	if found := s.foundFirst(p); len(found) > 0 {
		return found
	}
	for _, safe := range s.now().safes {
		if own := s.unlock(safe, p); len(own) > 0 {
			return own
		}
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

// toSign is the secret to sign the provider's requests with. If that is a test secret, talk gets the variable to set, once
// in a project; a nil talk leaves that for later.
func (s *secrets) toSign(p *signature.Provider, talk io.Writer) (signature.Secret, error) {
	if own := s.configured(p); len(own) > 0 && !s.isTestKey(p, own[0]) {
		return own[0], nil
	}
	t, err := s.test(p)
	if err != nil {
		return signature.Secret{}, err
	}
	return testSecret(p, t), s.use(p, t, talk)
}

// candidates are all secrets that are configured anywhere, for explaining what none of its own explains.
func (s *secrets) candidates() []signature.Secret {
	all := slices.Clone(s.flags)
	known := make(map[string]bool)
	tests := s.made()
	for _, p := range signature.Providers() {
		for _, found := range s.found(p) {
			all = append(all, found)
			known[found.Source] = true
		}
		for _, safe := range s.now().safes {
			all = append(all, s.unlock(safe, p)...)
		}
		if t := tests[p.Name]; t != nil {
			all = append(all, testSecret(p, *t))
		}
	}
	for _, v := range s.now().all {
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

// judge says who sent a request, what it is, and whether its signature is good.
func (s *secrets) judge(r signature.Request, provider *signature.Provider) (*signature.Provider, signature.Meta, signature.Result) {
	if provider == nil {
		provider = signature.Detect(r).Provider
	}
	return provider, provider.Meta(r), provider.Verify(r, s.withKeys(provider, r, s.judging(provider)))
}

// judging is of without making a test secret: nothing can have been signed with one that was never made.
func (s *secrets) judging(p *signature.Provider) []signature.Secret {
	if p == nil {
		return nil
	}
	if own := s.configured(p); len(own) > 0 {
		return own
	}
	s.learn()
	if t := s.made()[p.Name]; t != nil {
		return []signature.Secret{testSecret(p, *t)}
	}
	return nil
}
