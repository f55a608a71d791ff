package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/seed-4575fdc3/hook/relay/state"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// Who comes back after a week may not want all at once what was held meanwhile. The relay refuses a listener for which more waits
// than it says it wants; at a terminal there is somebody to ask. Who was connected already wants what came while the
// connection was lost.

const (
	// flood is how many held deliveries somebody at a terminal is asked about.
	flood = 100

	// anyBacklog is the --max-backlog without a bound.
	anyBacklog = "any"

	// askWithin is how soon the relay must have refused for a question to come before the screen.
	askWithin = 3 * time.Second
)

// backlog is how many held deliveries are wanted at once; nil: all of them.
func (l *listener) backlog() (*int, error) {
	n := flood
	switch given := l.o.endpoint.maxBacklog; {
	case given == anyBacklog, given == "" && !l.asks():
		return nil, nil //nolint:nilnil // none is a good answer
	case given != "":
		var err error
		if n, err = strconv.Atoi(given); err != nil || n < 0 {
			return nil, fail(exitUsage, "a number is like 100; 0 takes none, any takes all", "listen: --max-backlog %q is no number", given)
		}
	}
	return &n, nil
}

// asks says whether somebody sits there who can answer.
func (l *listener) asks() bool {
	return l.embedded == nil && !l.o.json && isTerminal(l.in) && isTerminal(l.err)
}

// connect keeps the endpoint connected until ctx ends. If too much is held for it, somebody may be asked. mayShow is closed when
// whatever is shown may begin; not at all if that was denied.
func (l *listener) connect(ctx context.Context, mayShow chan<- struct{}) error {
	if l.client.Backlog == nil || !l.asks() {
		close(mayShow)
		return l.client.Run(ctx)
	}
	var first sync.Once // either the question, or whatever is shown
	show := func() { first.Do(func() { close(mayShow) }) }
	waiting, stop := context.WithTimeout(ctx, askWithin)
	var watch sync.WaitGroup
	watch.Go(func() {
		if l.settled(waiting) {
			show()
		}
	})
	err := l.client.Run(ctx)
	stop()
	watch.Wait()
	refused, ok := errors.AsType[*wire.GoAway](err)
	asking := false
	if ok && refused.Code == wire.CodeBacklog {
		first.Do(func() { asking = true })
	}
	if !asking {
		return err
	}
	yes, asked := l.confirm(ctx, l.floodWords(ctx, refused.Backlog)+": deliver them now?")
	if asked != nil || !yes {
		return err
	}
	close(mayShow)
	l.client.Backlog = nil
	return l.client.Run(ctx)
}

// settled waits until it is clear that the relay takes the listener, or can't be reached, or until ctx ends. It is false
// if the relay has refused.
func (l *listener) settled(ctx context.Context) bool {
	for {
		state, changed := l.client.State()
		switch state.Phase {
		case tunnel.Connected, tunnel.Waiting:
			return true
		case tunnel.Stopped:
			return false
		}
		select {
		case <-changed:
		case <-ctx.Done():
			state, _ := l.client.State()
			return state.Phase != tunnel.Stopped
		}
	}
}

// backlogWords say how many held deliveries come now, and which don't come any more; nothing if there are none.
func backlogWords(name string, s tunnel.State) string {
	var words []string
	if s.Backlog > 0 {
		words = append(words, plural(s.Backlog, "held delivery comes now", "held deliveries come now"))
	}
	if s.Dead > 0 {
		words = append(words, plural(s.Dead, "dead letter is", "dead letters are")+" kept: `hook relay inbox list "+name+" --dead`")
	}
	return strings.Join(words, "; ")
}

// floodWords say how many deliveries wait, and since when, if the relay says so.
func (l *listener) floodWords(ctx context.Context, n int) string {
	words := fmt.Sprintf("%s waiting for %s", plural(n, "delivery is", "deliveries are"), l.client.Name)
	if oldest := l.oldest(ctx); !oldest.IsZero() {
		words += ", the oldest from " + oldest.Local().Format(time.DateTime)
	}
	return words
}

// oldest is when the delivery came that has waited longest; zero if that can't be learnt.
func (l *listener) oldest(ctx context.Context) time.Time {
	if l.client.Token == "" {
		return time.Time{}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = l.client.TLS
	c := &relayClient{base: l.client.Relay, token: l.client.Token, client: &http.Client{Timeout: 5 * time.Second, Transport: transport}}
	defer c.client.CloseIdleConnections()
	var all []state.Backlog
	if err := c.call(ctx, http.MethodGet, "inbox", nil, &all); err != nil {
		return time.Time{}
	}
	for _, i := range all {
		if i.Name == l.client.Name {
			return i.Oldest
		}
	}
	return time.Time{}
}

// An arrival remembers when the screen was told how many held deliveries come, so that it doesn't say so for ever.
type arrival struct {
	connected bool
	until     time.Time
}

const arrivalShown = 10 * time.Second

// words are what the screen says of the held deliveries that come.
func (a *arrival) words(name string, s tunnel.State, now time.Time) string {
	connected := s.Phase == tunnel.Connected
	if connected && !a.connected {
		a.until = now.Add(arrivalShown)
	}
	if a.connected = connected; !connected || now.After(a.until) {
		return ""
	}
	return backlogWords(name, s)
}
