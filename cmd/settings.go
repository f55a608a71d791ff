package cmd

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/goccy/go-yaml"

	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A config is a hook.yaml of a project, or the user's own config.yaml. All of it is optional.
type config struct {
	Target  string `yaml:"target"`  // where listen forwards to
	Relay   string `yaml:"relay"`   // its URL
	Token   string `yaml:"token"`   // SOURCE of the relay's token: @FILE or env:NAME; in a hook.yaml env:HOOK_NAME
	Name    string `yaml:"name"`    // of the endpoint
	CA      string `yaml:"ca"`      // file of the authority that signed the relay's certificate; relative to the config's folder
	Enforce string `yaml:"enforce"` // on, strict or off: see enforcement
	Via     string `yaml:"via"`     // what makes the relay inside hook public; in a hook.yaml one of exposers

	WhenAway string `yaml:"when_away"` // what the relay does with webhooks while hook is away: see relay.ParseAway
	Provider string `yaml:"provider"`  // whose questions the relay answers meanwhile

	History retention `yaml:"history"` // what is kept for how long; the user's only

	Providers map[string]signature.Declaration `yaml:"providers"` // senders of one's own, by name; docs/own-schemes.md
}

// settings are the configs that apply here. One that there is no file for is empty.
type settings struct {
	project, user config
	login         login
}

// readSettings reads the project's hook.yaml and the user's config.yaml. A mistake in one is a usage fault that names
// its line and column.
func readSettings(p project) (settings, error) {
	var s settings
	for _, file := range []struct {
		path string
		to   *config
	}{{filepath.Join(p.dir, "hook.yaml"), &s.project}, {filepath.Join(p.home.config, "config.yaml"), &s.user}} {
		b, err := os.ReadFile(file.path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return settings{}, err
		}
		if err := yaml.UnmarshalWithOptions(b, file.to, yaml.Strict()); err != nil {
			return settings{}, fail(exitUsage, "the keys are target, relay, token, ca, name, via, enforce, when_away, provider, history and providers", "%s: %s", file.path, yaml.FormatError(err, false, false))
		}
		if err := file.to.History.check(file.path, b, file.to == &s.user); err != nil {
			return settings{}, err
		}
		if err := register(file.path, file.to.Providers); err != nil {
			return settings{}, err
		}
	}
	var err error
	if s.login, err = readLogin(p.home); err != nil {
		return settings{}, err
	}
	if s.user.Relay == "" {
		s.user.Relay = s.login.Relay
	}
	return s, nil
}

// register makes declared providers known. One of them may stand in for a provider of that name which hook knows.
func register(path string, declared map[string]signature.Declaration) error {
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		d := declared[name]
		d.Name = name
		p, err := d.Provider()
		if err != nil {
			return fail(exitUsage, "docs/own-schemes.md describes each key", "%s: providers.%s: %w", path, name, err)
		}
		signature.Register(p)
	}
	return nil
}

// first is the setting in force: the flag's, the variable's, the project's, the user's; or nothing.
func (s settings) first(flag, variable string, field func(config) string) string {
	value, _ := s.find(flag, variable, field)
	return value
}

// A rank is where a setting comes from: the lower, the more pressing.
type rank int

const (
	rankFlag rank = iota
	rankVariable
	rankProject
	rankUser
	rankNone
)

// find is first, and where it was found.
func (s settings) find(flag, variable string, field func(config) string) (string, rank) {
	for i, v := range []string{flag, os.Getenv(variable), field(s.project), field(s.user)} {
		if v != "" {
			return v, rank(i)
		}
	}
	return "", rankNone
}
