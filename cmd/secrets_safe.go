package cmd

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/internal/filelock"
)

// A safe is the file, 0600, of what `hook secret set` was given: for one project, or for all. Of what is in the keychain it
// only says where, so that nobody asks the keychain in vain.
type safe struct {
	path string
	key  string // names it in the keychain
	all  bool   // it is for all projects
}

// contents are what a safe holds.
type contents struct {
	Project string            `json:"project,omitempty"` // its path; empty if it is for all projects
	Secrets map[string][]kept `json:"secrets"`           // by provider, the newest first

	safe safe
}

// A kept secret is here, or in the keychain.
type kept struct {
	Value   string `json:"value,omitempty"`
	Account string `json:"keychain,omitempty"` // the one in the keychain that has it
}

// safes are the project's and the one for all projects, in the order in which they count.
func (s *secrets) safes() []safe { return []safe{s.project.safe(false), s.project.safe(true)} }

func (p project) safe(all bool) safe {
	key := p.key()
	if all {
		key = "all projects"
		return safe{filepath.Join(p.home.secret, "all.secrets.json"), key, true}
	}
	return safe{filepath.Join(p.home.secret, key+".secrets.json"), key, false}
}

// source is what a secret of this safe is called.
func (c contents) source(k kept, older bool) string {
	source := "hook secret"
	if c.safe.all {
		source += " --global"
	}
	if k.Account != "" {
		source += " (keychain)"
	} else {
		source += " (file)"
	}
	if older {
		source += ", an older one"
	}
	return source
}

// read is what the safe holds now. One that isn't there is empty.
func (f safe) read() (contents, error) {
	empty := contents{Secrets: make(map[string][]kept), safe: f}
	b, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return empty, nil
	}
	if err != nil {
		return empty, err
	}
	c := contents{safe: f}
	if err := json.Unmarshal(b, &c); err != nil {
		return empty, fmt.Errorf("%s is damaged: take it away, and set them again", f.path) // err might quote it
	}
	if c.Secrets == nil {
		c.Secrets = make(map[string][]kept)
	}
	return c, nil
}

// change lets alter change what the safe holds. Other processes wait meanwhile.
func (f safe) change(project string, alter func(*contents) error) error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return err
	}
	lock, err := os.OpenFile(f.path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	if err := filelock.Wait(lock); err != nil {
		return err
	}
	c, err := f.read()
	if err != nil {
		return err
	}
	if !f.all {
		c.Project = project
	}
	if err := alter(&c); err != nil {
		return err
	}
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(f.path, append(b, '\n'))
}

// unlock is what a safe has of the provider's. What the keychain doesn't give is left out, which is said once.
func (s *secrets) unlock(c contents, p *signature.Provider) []signature.Secret {
	var all []signature.Secret
	for i, k := range c.Secrets[p.Name] {
		value, err := s.value(k)
		if err != nil {
			s.once.Do(func() {
				_, _ = fmt.Fprintf(s.talk, "hook: warning: the secret of %s in the keychain is left out: %s\n", p.Title, inspect.Printable(err.Error()))
			})
			continue
		}
		all = append(all, signature.Secret{Value: value, Provider: p.Name, Source: c.source(k, i > 0)})
	}
	return all
}

func (s *secrets) value(k kept) (string, error) {
	if k.Account == "" {
		return k.Value, nil
	}
	return s.keychain.get(k.Account)
}

// keep puts a secret into the safe, in front of what it has of the provider's, or in place of that. The keychain has it
// then, or if that was not to be had (which why says) the file.
func (s *secrets) keep(f safe, p *signature.Provider, value string, add bool) (now []kept, why error, err error) {
	fresh := kept{Account: p.Name + ", " + f.key + ", " + rand.Text()[:8]}
	if why = s.keychain.set(fresh.Account, value); why != nil {
		fresh = kept{Value: value}
	}
	var old []kept
	err = f.change(s.project.dir, func(c *contents) error {
		old = c.Secrets[p.Name]
		now = []kept{fresh}
		if add {
			now = append(now, slices.DeleteFunc(slices.Clone(old), func(k kept) bool {
				same, err := s.value(k)
				return err == nil && same == value
			})...)
		}
		c.Secrets[p.Name] = now
		return nil
	})
	if err != nil {
		old, now = []kept{fresh}, nil // what nobody knows of must not stay in the keychain
	}
	s.clear(old, now)
	return now, why, err
}

// drop takes all of the provider's out of the safe.
func (s *secrets) drop(f safe, p *signature.Provider) (n int, err error) {
	var old []kept
	err = f.change(s.project.dir, func(c *contents) error {
		old = c.Secrets[p.Name]
		delete(c.Secrets, p.Name)
		return nil
	})
	if err != nil {
		return 0, err
	}
	s.clear(old, nil)
	return len(old), nil
}

// clear takes what is no longer kept out of the keychain, and says so if that can't be done.
func (s *secrets) clear(old, now []kept) {
	for _, k := range old {
		if k.Account == "" || slices.Contains(now, k) {
			continue
		}
		if err := s.keychain.remove(k.Account); err != nil {
			_, _ = fmt.Fprintf(s.talk, "hook: warning: hook uses it no more, but the keychain still has %q of %q: %s\n",
				inspect.Printable(k.Account), keychainService, inspect.Printable(err.Error()))
		}
	}
}
