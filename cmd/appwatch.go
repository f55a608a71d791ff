package cmd

import (
	"context"
	"net"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/latest"
	"github.com/seed-4575fdc3/hook/replay"
)

// An appState is whether something listens at the target.
type appState struct {
	known, up bool
	since     time.Time
}

// An appWatch keeps an eye on the app: it tries to connect, often while the app is down and seldom while it is up, and
// learns from each delivery.
type appWatch struct {
	target replay.Target
	state  latest.Value[appState]
	look   chan struct{} // capacity 1: look now
}

const (
	lookWhileDown = time.Second
	lookWhileUp   = 3 * time.Second
)

func newAppWatch(target replay.Target) *appWatch {
	return &appWatch{target: target, look: make(chan struct{}, 1)}
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
		up := a.connects(ctx)
		if ctx.Err() != nil {
			return nil // the end is not an error
		}
		if state, _ := a.state.Get(); !state.known || state.up != up {
			a.state.Set(appState{known: true, up: up, since: time.Now()})
		}
		if up {
			timer.Reset(lookWhileUp)
		} else {
			timer.Reset(lookWhileDown)
		}
	}
}

func (a *appWatch) connects(ctx context.Context) bool {
	dialer := net.Dialer{Timeout: 2 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", a.target.Authority())
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// place names the app in few words.
func (a *appWatch) place() string {
	host, port, err := net.SplitHostPort(a.target.Authority())
	if err != nil || host != "localhost" && host != "127.0.0.1" && host != "::1" {
		return a.target.Host
	}
	return ":" + port
}

// words say how the app stands: what first, and behind a semicolon what to do.
func (a *appWatch) words(s appState) string {
	switch {
	case !s.known:
		return "app " + a.place()
	case s.up:
		return "app " + a.place()
	}
	return "app " + a.place() + " is down; start it, deliveries are answered 502 until then"
}
