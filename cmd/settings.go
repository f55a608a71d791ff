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
	Token  string `yaml:"token"`  // SOURCE of the relay's token: @FILE or env:NAME
	Name   string `yaml:"name"`   // of the endpoint
}

// settings are the configs that apply here, the project's first.
type settings struct{ files []config }

// readSettings reads the project's hook.yaml and the user's config.yaml. A mistake in one is a usage fault that names
// its line and column.
func readSettings(p project) (settings, error) {
	var s settings
	for _, path := range []string{filepath.Join(p.dir, "hook.yaml"), filepath.Join(p.home.config, "config.yaml")} {
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return settings{}, err
		}
		var c config
		if err := yaml.UnmarshalWithOptions(b, &c, yaml.Strict()); err != nil {
			return settings{}, fail(exitUsage, "the keys are target, relay, token and name", "%s: %s", path, yaml.FormatError(err, false, false))
		}
		s.files = append(s.files, c)
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
	for _, c := range s.files {
		if v := field(c); v != "" {
			return v
		}
	}
	return ""
}
