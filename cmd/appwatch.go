package cmd

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/latest"
	"github.com/seed-4575fdc3/hook/replay"
)

// An appState is whether something listens at the target.
type appState struct {
	known, up bool
	since     time.Time
	owner     portOwner // who listens on the target's port, be it the app or, while that is down, somebody else; perhaps unknown
	ended     string    // how an app that hook had started ended; empty if it didn't
}

// An appWatch keeps an eye on the app: it tries to connect, often while the app is down and seldom while it is up, and
// learns from each delivery.
type appWatch struct {
	target  replay.Target
	command string        // of the app, if hook starts it
	waits   time.Duration // how long deliveries wait for it
	held    func() bool   // whether a relay holds what comes while the app is down; nil: none does
	client  *replay.Client
	owners  *portWatch // nil for an app that isn't on a port of this machine; run's
	state   latest.Value[appState]
	often   time.Duration // how often to look, up or down; 0 for the usual
	look    chan struct{} // capacity 1: look now
}

const (
	lookWhileDown = time.Second
	lookWhileUp   = 3 * time.Second
)

func newAppWatch(target replay.Target) *appWatch {
	a := &appWatch{target: target, look: make(chan struct{}, 1), client: replay.NewClient(replay.ClientOptions{Dial: 2 * time.Second})}
	if port := target.Port(); port != 0 {
		a.owners = &portWatch{port: port}
	}
	return a
}

// saw learns from a delivery that is over.
func (a *appWatch) saw(d *inspect.Delivery) {
	last := d.Last()
	if last == nil {
		return
	}
	up := last.Response != nil
	if state, _ := a.state.Get(); state.known && state.up == up || !up && last.Outcome != inspect.OutcomeRefused {
		return
	}
	select {
	case a.look <- struct{}{}:
	default:
	}
}

// run looks until ctx ends.
func (a *appWatch) run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-a.look:
		case <-ctx.Done():
			return nil
		}
		up := a.client.Connect(ctx, a.target) == nil
		if ctx.Err() != nil {
			return nil // the end is not an error
		}
		a.found(ctx, up)
		switch {
		case a.often > 0:
			timer.Reset(a.often)
		case up:
			timer.Reset(lookWhileUp)
		default:
			timer.Reset(lookWhileDown)
		}
	}
}

// found makes what was found the state, if it is new.
func (a *appWatch) found(ctx context.Context, up bool) {
	was, _ := a.state.Get()
	turned := !was.known || was.up != up
	is := appState{known: true, up: up, since: was.since}
	if a.owners != nil {
		is.owner = ofTarget(a.owners.look(ctx, turned))
	}
	if turned {
		is.since = time.Now()
	}
	if is != was && was.ended == "" {
		a.state.Set(is)
	}
}

// isNews says whether s is worth a line after was. That another process is the app now is not, for people.
func (s appState) isNews(was appState, all bool) bool {
	if all || s.up != was.up || s.known != was.known || s.ended != was.ended {
		return s != was
	}
	return !s.up && s.owner != was.owner
}

// place names the app in few words.
func (a *appWatch) place() string {
	switch port := a.target.Port(); {
	case a.target.Socket != "":
		return a.target.Place()
	case port != 0:
		return ":" + strconv.Itoa(port)
	}
	return a.target.Host
}

// words say how the app stands: what first, and behind a semicolon what to do.
func (a *appWatch) words(s appState) string {
	app := "app " + a.place()
	switch {
	case s.ended != "":
		return app + " has ended: " + s.ended
	case !s.known, s.up && s.owner.pid == 0:
		return app
	case s.up:
		return app + "; " + s.owner.program + ", pid " + s.owner.pidText()
	case s.owner.pid != 0:
		return fmt.Sprintf("%s is down; %s (pid %d) listens on %s only", app, s.owner.program, s.owner.pid, s.owner.address)
	case s.owner.address != "":
		return fmt.Sprintf("%s is down; somebody else's process listens on %s only", app, s.owner.address)
	case a.command != "":
		return app + " is down; " + a.command + " runs, but doesn't listen there yet: " + a.meanwhile()
	}
	return app + " is down; start it, " + a.meanwhile() + " until then"
}

// meanwhile is what becomes of deliveries while the app is down.
func (a *appWatch) meanwhile() string {
	if a.waits > 0 {
		return "deliveries wait up to " + a.waits.String()
	}
	if a.held != nil && a.held() {
		return "the relay holds deliveries"
	}
	return "deliveries are answered 502"
}

// line is words for a line of its own.
func (a *appWatch) line(s appState) string {
	switch {
	case !s.up:
		return a.words(s)
	case s.owner.pid == 0:
		return "app " + a.place() + " is up"
	}
	return fmt.Sprintf("app %s is up (%s, pid %d)", a.place(), s.owner.program, s.owner.pid)
}
