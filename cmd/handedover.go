package cmd

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A delivery that a relay had held is handed over until the app has answered. The relay counts how often it was; only the
// history knows how often the app was asked.

const (
	// recallTime is how long the history may take to say so.
	recallTime = 200 * time.Millisecond

	// appPatience is how long such a delivery waits here for an app that is down: it comes as soon as that is up, and while it isn't
	// there are no attempts in vain. It is well below what a relay gives an app for its answer.
	appPatience = 10 * time.Second
)

// ServeDelivery is tunnel.Handler's.
func (l *listener) ServeDelivery(ctx context.Context, w http.ResponseWriter, d *inspect.Delivery, body io.Reader, length int64) {
	if d.Earlier > 0 {
		if !l.app.awaited(ctx, appPatience, l.ending) {
			inspect.Failure{
				Status: http.StatusBadGateway, Code: "app_refused", Message: "the app is down: nothing listens on " + l.app.target.Place(),
			}.Answer(w, d.ID)
			return
		}
		l.recall(ctx, d)
	}
	l.engine.ServeDelivery(ctx, w, d, body, length)
}

// recall learns how many attempts d has; if that can't be learnt, it is as the relay says.
func (l *listener) recall(ctx context.Context, d *inspect.Delivery) {
	if l.store == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, recallTime)
	defer cancel()
	if n, err := l.store.Attempts(ctx, d.ID); err == nil {
		d.Earlier = max(d.Earlier, n)
	}
}

// awaited waits for an app that is known to be down, and says whether it isn't any more.
func (a *appWatch) awaited(ctx context.Context, patience time.Duration, ending <-chan struct{}) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		state, changed := a.state.Get()
		if !state.known || state.up {
			return true
		}
		select {
		case <-changed:
		case <-ending:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// again says of a delivery that is over that it came late, or not for the first time; or nothing.
func again(s inspect.Summary, now time.Time) string {
	var words []string
	if s.Endpoint != "" && s.ReplayOf == "" {
		if late := inspect.LateWords(inspect.LateBy(s.ReceivedAt, s.Skew, now.Add(-s.Duration))); late != "" {
			words = append(words, late)
		}
	}
	if s.Attempts > 1 && s.Outcome != inspect.OutcomeChallenge {
		words = append(words, fmt.Sprintf("attempt %d", s.Attempts))
	}
	if words == nil {
		return ""
	}
	return "  " + strings.Join(words, ", ")
}
