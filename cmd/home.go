package cmd

import (
	"os"
	"path/filepath"

	"github.com/adrg/xdg"
)

// A home is where hook keeps what outlives a process: HOOK_HOME if that is set, else the XDG folders.
type home struct {
	config string // config.yaml
	data   string // history.db
	run    string // the running listeners
	secret string // what each project's endpoints and test secrets are; 0700
	log    string
}

func findHome() home {
	if h := os.Getenv("HOOK_HOME"); h != "" {
		if abs, err := filepath.Abs(h); err == nil {
			h = abs
		}
		return home{config: h, data: h, run: filepath.Join(h, "run"), secret: filepath.Join(h, "secrets"), log: filepath.Join(h, "log")}
	}
	data, state := filepath.Join(xdg.DataHome, "hook"), filepath.Join(xdg.StateHome, "hook")
	return home{
		config: filepath.Join(xdg.ConfigHome, "hook"), data: data, run: filepath.Join(state, "run"),
		secret: filepath.Join(data, "secrets"), log: filepath.Join(state, "log"),
	}
}

// keys is where the public keys are that were fetched from providers.
func (h home) keys() string { return filepath.Join(h.data, "keys") }

func (h home) history() string { return filepath.Join(h.data, "history.db") }

// login is what `hook relay login` was given.
func (h home) login() string { return filepath.Join(h.secret, "login.json") }

// relay is where a hook-relay keeps what it isn't told a place for.
func (h home) relay() string { return filepath.Join(h.data, "relay") }
