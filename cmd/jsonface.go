package cmd

import (
	"context"
	"errors"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/admin"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

// A jsonFace prints objects: docs/json.md.
type jsonFace struct{ *listener }

func (f jsonFace) ready(s tunnel.State) error {
	return printJSON(f.out, struct {
		Type    string `json:"type"`
		URL     string `json:"url"`
		Public  bool   `json:"public"`
		Target  string `json:"target"`
		Name    string `json:"name"`
		Relay   string `json:"relay"`
		Enforce string `json:"enforce,omitempty"`
		Note    string `json:"note,omitempty"`
		NoStore bool   `json:"no_store,omitempty"`

		admin.Settings
		Backlog int `json:"backlog,omitempty"`
		Dead    int `json:"dead,omitempty"`
	}{
		"ready", s.URL, s.Public, f.engine.Target.String(), f.client.Name, f.client.Relay, string(f.enforce), f.viaNote(), f.store == nil,
		admin.SettingsOf(s.Settings), s.Backlog, s.Dead,
	})
}

type stateJSON struct {
	Type    string `json:"type"` // "state"
	Relay   string `json:"relay,omitempty"`
	Via     string `json:"via,omitempty"`
	App     string `json:"app,omitempty"`
	PID     int    `json:"pid,omitempty"`     // who listens at the app's port
	Program string `json:"program,omitempty"` //
	Address string `json:"address,omitempty"` // where, if the app is down
	Error   string `json:"error,omitempty"`
	RetryMS int64  `json:"retry_in_ms,omitempty"`
}

func (f jsonFace) lost(s tunnel.State) error {
	j := stateJSON{Type: "state", Relay: string(s.Phase)}
	if s.Err != nil {
		j.Error = s.Err.Error()
	}
	if _, ok := errors.AsType[*viaError](s.Err); ok {
		if j.Relay, j.Via = "", "starting"; s.Phase == tunnel.Waiting {
			j.Via = "waiting"
		}
	}
	if s.Phase == tunnel.Waiting {
		j.RetryMS = max(0, time.Until(s.RetryAt).Milliseconds())
	}
	return printJSON(f.out, j)
}

func (f jsonFace) app(s appState) error {
	j := stateJSON{Type: "state", App: "down", PID: s.owner.pid, Program: s.owner.program, Address: s.owner.address}
	switch {
	case s.ended != "":
		j.App, j.Error = "ended", s.ended
	case s.up:
		j.App, j.Address = "up", ""
	}
	return printJSON(f.out, j)
}

func (f jsonFace) deliveries(_ context.Context, all []inspect.Summary) error {
	for _, s := range all {
		if err := printJSON(f.out, summaryJSON(s)); err != nil {
			return err
		}
	}
	return nil
}

func (f jsonFace) dropped(n int) error {
	message := "whoever reads this was too slow: these deliveries are in the history only"
	if f.store == nil {
		message = "whoever reads this was too slow"
	}
	return printJSON(f.out, map[string]any{"type": "error", "error": "output_too_slow", "dropped": n, "message": message})
}

func (f jsonFace) summary() error {
	c := f.recorder.sum()
	return printJSON(f.out, struct {
		Type     string `json:"type"`
		Received int    `json:"received"`
		OK       int    `json:"answered_2xx"`
		Failed   int    `json:"failed"`
		Refused  int    `json:"refused"`
		Rejected int    `json:"rejected"`
		Invalid  int    `json:"bad_signatures"`
		Again    int    `json:"further_attempts,omitempty"`
	}{"summary", c.received, c.ok, c.failed, c.refused, c.rejected, c.invalid, c.again})
}
