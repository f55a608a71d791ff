package cmd

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/replay"
)

// watchReady waits until the endpoint takes webhooks: for ever, or until --ready-timeout is over, which is a fault. The
// URL is only known then, so that a target which is the endpoint itself is noticed then.
func (l *listener) watchReady(ctx context.Context) error {
	var late <-chan time.Time
	if l.o.readyTimeout > 0 {
		timer := time.NewTimer(l.o.readyTimeout)
		defer timer.Stop()
		late = timer.C
	}
	why := "it has not answered yet"
	for {
		state, changed, viaChanged := l.connection()
		if state.Phase == tunnel.Connected {
			if err := checkLoop(l.engine.Target, l.client.Relay); err != nil {
				return err
			}
			return errors.Join(checkLoop(l.engine.Target, state.URL), l.checkSettings(state))
		}
		if state.Err != nil {
			why = connectionError(state.Err)
		}
		select {
		case <-changed:
		case <-viaChanged:
		case <-late:
			where, next := l.client.Relay, "check that --relay is right and that the relay runs"
			if l.exposure != nil {
				where, next = l.exposure.name, "start "+l.exposure.name+" by hand to see what it says"
			}
			return fail(exitUnreachable, next+"; without --ready-timeout hook keeps trying",
				"listen: not ready within %s, waiting for %s: %s", l.o.readyTimeout, where, why)
		case <-ctx.Done():
			return nil
		}
	}
}

// checkLoop refuses a target that is the server of the relay's URL base: what came in would go round in circles.
func checkLoop(target replay.Target, base string) error {
	u, err := url.Parse(base)
	if err != nil {
		return nil // whoever uses it says so
	}
	server := replay.Target{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}
	here := server.Port() != 0 && server.Port() == target.Port()
	if target.Socket != "" || !here && server.Authority() != target.Authority() {
		return nil
	}
	return fail(exitUsage, "give the port that your app listens on", "listen: %s is the relay itself (%s): webhooks would go round in circles", target, base)
}

// checkOwner warns if what listens at the target is a hook: rarely meant, but a chain of them works.
func (l *listener) checkOwner(ctx context.Context) string {
	if l.app.owners == nil {
		return ""
	}
	for _, o := range l.app.owners.look(ctx, true) {
		if o.program == "hook" || o.program == "hook-relay" {
			return "what listens on " + l.app.target.Place() + " is " + o.program + " itself (pid " + o.pidText() + "), not your app"
		}
	}
	return ""
}
