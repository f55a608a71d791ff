package cmd

import (
	"fmt"
	"io"
	"maps"
	"os"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// sourceTests is what a project's test secrets are called.
const sourceTests = "this project's test secrets"

func testSecret(p *signature.Provider, t test) signature.Secret {
	return signature.Secret{Value: t.Secret, Provider: p.Name, Source: sourceTests, Test: true}
}

// test is the provider's test secret. It is made, for all processes, when it is first needed: some are keys that take a
// while.
func (s *secrets) test(p *signature.Provider) (test, error) {
	if !p.CanSign() {
		return test{}, fail(exitFailed, "`hook events` lists what can be signed", "%s signs nothing", p.Title)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.tests[p.Name]; t != nil {
		return *t, nil
	}
	if s.noMemory == nil {
		var m memory
		m, s.noMemory = s.project.remember(func(m *memory) bool {
			_, made := m.test(p)
			return made
		})
		s.tests = m.Tests
	}
	if s.noMemory != nil {
		return test{}, fail(exitFailed, "set HOOK_HOME to a folder that can be written, or give a secret with --secret [PROVIDER=]SOURCE",
			"no secret of %s is configured, and no test secret can be made: %w", p.Title, s.noMemory)
	}
	return *s.tests[p.Name], nil
}

// made are the test secrets that there are.
func (s *secrets) made() map[string]*test {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.tests)
}

// learn reads the test secrets anew if another process has made one: a listener judges what `hook send` signs.
func (s *secrets) learn() {
	info, err := os.Stat(s.project.memory())
	if err != nil {
		return
	}
	stamp := fmt.Sprint(info.ModTime().UnixNano(), info.Size())
	s.mu.Lock()
	defer s.mu.Unlock()
	if stamp == s.learnt || s.noMemory != nil {
		return
	}
	if m, err := s.project.remember(func(*memory) bool { return false }); err == nil {
		s.tests, s.learnt = m.Tests, stamp
	}
}

// isTestKey says whether an app was given the public key of the provider's test secret, as setVariable says it: then that
// signs.
func (s *secrets) isTestKey(p *signature.Provider, secret signature.Secret) bool {
	t := s.made()[p.Name]
	if t == nil {
		return false
	}
	public, err := p.PublicKey(t.Secret)
	return err == nil && public != t.Secret && strings.TrimSpace(public) == strings.TrimSpace(secret.Value)
}

// use remembers that something is signed with a test secret. talk gets the variable to set unless it was shown before.
func (s *secrets) use(p *signature.Provider, t test, talk io.Writer) error {
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
			p.Title, setVariable(p, t.Secret))
	}
	return err
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
	if res.Verdict != signature.Invalid || res.Reason == signature.ReasonTimestampExpired || res.Reason == signature.ReasonTimestampFuture {
		return res
	}
	_, used := s.used.Load(res.Provider)
	if t := s.made()[res.Provider]; !used && (t == nil || !t.Used) {
		res.Verdict, res.Reason = signature.Unknown, signature.ReasonNoSecret
	}
	return res
}
