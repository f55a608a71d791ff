package cmd

import (
	"cmp"
	"context"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/replay"
	"github.com/seed-4575fdc3/hook/tui"
)

const recentOnScreen = 1000 // deliveries from before that the screen begins with

// screen opens the screen and feeds it until the user quits or ctx ends.
func (l *listener) screen(ctx context.Context) error {
	cursor, recent := l.recent(ctx)
	news, status := make(chan []inspect.Summary), make(chan tui.Status)
	ctx, quit := context.WithCancel(ctx)
	defer quit()
	return group(ctx,
		func(ctx context.Context) error { return l.feedNews(ctx, news) },
		func(ctx context.Context) error { return l.feedOthers(ctx, cursor, news) },
		func(ctx context.Context) error { return l.feedStatus(ctx, status) },
		func(ctx context.Context) error { return l.breakpoint.endWith(ctx) },
		func(ctx context.Context) error {
			defer quit()
			return l.showScreen(ctx, tui.Config{
				URL: l.endpointURL(), Public: l.embedded == nil, Target: l.engine.Target.String(), Version: Version,
				Secrets: l.secrets.summary(), News: news, Status: status,
				Deliveries: fetcher{l}, Do: l.actions(), Explain: l.explain, Recent: recent, Tour: l.tour,
				Breakpoint: l.breakpoint, Trouble: troubleOf, Notify: l.o.notify,
				Search: l.searching(l.store, l.unkept.get), Words: searchWords(),
				ASCII: l.pen.ascii, NoColor: os.Getenv("NO_COLOR") != "",
			})
		},
	)
}

// endpointURL is the URL as far as it is known before the relay has said it.
func (l *listener) endpointURL() string {
	if state, _, _ := l.connection(); state.URL != "" {
		return state.URL
	}
	if l.embedded != nil {
		return l.embedded.server.EndpointURL(l.client.Name)
	}
	return l.client.Relay + "/e/" + l.client.Name
}

func (l *listener) feedNews(ctx context.Context, to chan<- []inspect.Summary) error {
	for {
		events, err := l.news.take(ctx)
		if err != nil {
			return nil // the end is not an error
		}
		l.settle(ctx, events)
		batch := make([]inspect.Summary, len(events))
		for i, e := range events {
			batch[i] = e.summary
		}
		select {
		case to <- batch:
		case <-ctx.Done():
			return nil
		}
	}
}

// feedOthers brings what other processes do: a send, a replay.
func (l *listener) feedOthers(ctx context.Context, after history.Cursor, to chan<- []inspect.Summary) error {
	if l.store == nil {
		return nil
	}
	for batch, err := range l.store.Watch(ctx, after) {
		if err != nil {
			l.log.Warn("watch the history", "error", err)
			continue
		}
		select {
		case to <- batch:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// feedStatus tells the screen how the connection, the app and the history stand, as soon as that changes, and once a
// second while a countdown runs.
func (l *listener) feedStatus(ctx context.Context, to chan<- tui.Status) error {
	clock := ""
	var arrived arrival
	for {
		state, stateChanged, viaChanged := l.connection()
		app, appChanged := l.app.state.Get()
		if by := l.looked(); by > 0 {
			clock = clockWords(by)
		}
		stands, breakpointChanged := l.breakpoint.state.Get()
		alarm, alarmChanged := l.alarm.broken()
		status := tui.Status{
			Connected: state.Phase == tunnel.Connected, Relay: relayWords(state, time.Now()),
			URL: state.URL, Public: state.Public, Tips: l.tips(state),
			AppKnown: app.known, AppUp: app.up, App: l.app.words(app),
			Warning: cmp.Or(l.warning(), clock, stands.note, alarm, arrived.words(l.client.Name, state, time.Now())), Held: stands.held, Armed: stands.armed,
		}
		select {
		case to <- status:
		case <-ctx.Done():
			return nil
		}
		again := time.NewTimer(5 * time.Second) // for the round trip, and for warnings
		if state.Phase == tunnel.Waiting {
			again.Reset(time.Second)
		}
		select {
		case <-stateChanged:
		case <-viaChanged:
		case <-appChanged:
		case <-breakpointChanged:
		case <-alarmChanged:
		case <-again.C:
		case <-ctx.Done():
		}
		again.Stop()
	}
}

// replayer delivers to the listener's own app.
func (l *listener) replayer() *replayer {
	target := l.engine.Target
	return &replayer{
		store: l.store, secrets: l.secrets, client: l.engine.Client, find: l.whole,
		recorder: &recorder{secrets: l.secrets, store: l.store, unkept: l.unkept, log: l.log, changed: l.changed},
		where:    func(*inspect.Delivery) (replay.Target, bool, error) { return target, false, nil },
	}
}

func (l *listener) explain(d *inspect.Delivery) string {
	return l.secrets.explainDelivery(d).text(l.pen.colourless(), 0)
}

// A fetcher gives the screen whole deliveries.
type fetcher struct{ *listener }

func (f fetcher) Delivery(ctx context.Context, id string) (*inspect.Delivery, error) {
	return f.delivery(ctx, id)
}

// group runs all of them until one fails.
func group(ctx context.Context, all ...func(context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, f := range all {
		g.Go(func() error { return f(ctx) })
	}
	return g.Wait()
}
