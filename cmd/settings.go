package cmd

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"
)

// A config is a hook.yaml of a project, or the user's own config.yaml. All of it is optional.
type config struct {
	Target string `yaml:"target"` // where listen forwards to
	Relay  string `yaml:"relay"`  // its URL
	Token  string `yaml:"token"`  // SOURCE of the relay's token: @FILE or env:NAME; in a hook.yaml env:HOOK_NAME
	Name   string `yaml:"name"`   // of the endpoint
}

// settings are the configs that apply here. One that there is no file for is empty.
type settings struct{ project, user config }

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
			return settings{}, fail(exitUsage, "the keys are target, relay, token and name", "%s: %s", file.path, yaml.FormatError(err, false, false))
		}
	}
	return s, nil
}

// first is the setting in force: the flag's, the variable's, the project's, the user's; or nothing.
func (s settings) first(flag, variable string, field func(config) string) string {
	if flag != "" {
		return flag
	}
	if v := os.Getenv(variable); v != "" {
		return v
	}
	for _, c := range []config{s.project, s.user} {
		if v := field(c); v != "" {
			return v
		}
	}
	return ""
}
