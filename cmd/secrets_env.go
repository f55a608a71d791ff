package cmd

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A variable may hold a secret.
type variable struct{ name, value, source string }

// fromFile says whether it is of .env rather than of this process.
func (v variable) fromFile() bool { return v.source != v.name }

// A snapshot is what the environment, the .env files and the safes had when they were looked at.
type snapshot struct {
	looked time.Time
	stamps string // tells the files' state from another
	all    []variable
	safes  []contents // the project's, and the one for all projects
}

// look reads the .env files and the safes. talk gets warnings.
func (s *secrets) look(now time.Time, talk io.Writer) *snapshot {
	v := &snapshot{looked: now, stamps: s.stamps(), all: s.own}
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
	for _, safe := range s.safes() {
		c, err := safe.read()
		if err != nil {
			_, _ = fmt.Fprintln(talk, "hook: warning: what `hook secret set` kept is left out:", inspect.Printable(err.Error()))
		}
		v.safes = append(v.safes, c)
	}
	return v
}

// stamps are of all files that secrets are read from.
func (s *secrets) stamps() string {
	var b strings.Builder
	stamp := func(path string) {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprint(&b, path, info.ModTime().UnixNano(), info.Size(), " ")
		}
	}
	for _, dir := range s.project.dirs() {
		stamp(filepath.Join(dir, ".env"))
	}
	for _, safe := range s.safes() {
		stamp(safe.path)
	}
	return b.String()
}

// now is what counts now: a listener sees within a second what changed in .env, as its app does after a restart, and what
// `hook secret` did.
func (s *secrets) now() *snapshot {
	v := s.files.Load()
	now := time.Now()
	if now.Sub(v.looked) < time.Second {
		return v
	}
	fresh := &snapshot{looked: now, stamps: v.stamps, all: v.all, safes: v.safes}
	if s.stamps() != v.stamps {
		fresh = s.look(now, io.Discard)
		s.keychain.forget()
	}
	s.files.Store(fresh)
	return fresh
}

// variablesOf are those of the environment and .env that the provider's secret is in, the one that counts first.
func (s *secrets) variablesOf(p *signature.Provider) []variable {
	var all []variable
	now := s.now().all
	names := append([]string{ownVariable(p)}, p.SecretVars...)
	for _, fromFile := range []bool{false, true} {
		for _, name := range names {
			for _, v := range now {
				if v.name == name && v.value != "" && v.fromFile() == fromFile {
					all = append(all, v)
				}
			}
		}
	}
	return all
}

// found is what those variables hold.
func (s *secrets) found(p *signature.Provider) []signature.Secret {
	var all []signature.Secret
	for _, v := range s.variablesOf(p) {
		all = append(all, signature.Secret{Value: v.value, Provider: p.Name, Source: v.source})
	}
	return all
}

// foundFirst is what the first place holds that has any: hook's own variable, else the usual ones of the environment, else
// the same two of .env.
func (s *secrets) foundFirst(p *signature.Provider) []signature.Secret {
	var all []signature.Secret
	var first variable
	for i, v := range s.variablesOf(p) {
		if i == 0 {
			first = v
		}
		if v.fromFile() == first.fromFile() && (v.name == ownVariable(p)) == (first.name == ownVariable(p)) {
			all = append(all, signature.Secret{Value: v.value, Provider: p.Name, Source: v.source})
		}
	}
	return all
}

// ownVariable is the one that is meant for hook: HOOK_SECRET_STANDARD_WEBHOOKS.
func ownVariable(p *signature.Provider) string {
	return "HOOK_SECRET_" + strings.ToUpper(strings.ReplaceAll(p.Name, "-", "_"))
}

// usualVariable is the one that the provider's secret is most often in.
func usualVariable(p *signature.Provider) string {
	if len(p.SecretVars) > 0 {
		return p.SecretVars[0]
	}
	return ownVariable(p)
}

// setVariable is the line, fit for .env, that lets the app verify what is signed with a secret.
func setVariable(p *signature.Provider, secret string) string {
	value := secret
	if public, err := p.PublicKey(secret); err == nil {
		value = public
	}
	if strings.Contains(value, "\n") {
		value = `"` + strings.ReplaceAll(value, "\n", `\n`) + `"`
	}
	return usualVariable(p) + "=" + value
}
