package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

// maxTunnels is the most that one process can hold: they all come from one address, to one port.
const maxTunnels = 20_000

// atOnce is how many tunnels of a fleet are begun at once, and how many are asked.
const atOnce = 64

// A fleet is many tunnels of one process, each with an endpoint of its own and a handler that answers at once.
type fleet struct {
	clients []*tunnel.Client
	sender  http.Client   // as a provider's, with a connection for each webhook
	asking  chan struct{} // holds one for each webhook that is under way
}

func newFleet(relay string, tunnels int) *fleet {
	f := &fleet{
		sender: http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}},
		asking: make(chan struct{}, atOnce),
	}
	for i := range tunnels {
		f.clients = append(f.clients, &tunnel.Client{
			Relay: relay, Name: fmt.Sprintf("bench-%05d", i), Secret: rand.Text(), Instance: rand.Text(),
			Software: "bench", Handler: answering{},
		})
	}
	return f
}

// run connects all tunnels, some at a time, then calls do, and ends them when it returns.
func (f *fleet) run(ctx context.Context, do func(context.Context) error) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer end()
		begin, waiting := errgroup.WithContext(ctx)
		begin.SetLimit(atOnce)
		for _, c := range f.clients {
			begin.Go(func() error {
				g.Go(func() error { return c.Run(ctx) })
				_, err := connected(waiting, c)
				return err
			})
		}
		if err := begin.Wait(); err != nil {
			return err
		}
		return do(ctx)
	})
	return g.Wait()
}

// each calls do for all clients at once.
func (f *fleet) each(ctx context.Context, do func(ctx context.Context, i int, c *tunnel.Client) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for i, c := range f.clients {
		g.Go(func() error { return do(ctx, i, c) })
	}
	return g.Wait()
}

// connected waits until the client is, and returns a channel that is closed when it isn't any more.
func connected(ctx context.Context, c *tunnel.Client) (lost <-chan struct{}, err error) {
	for {
		state, changed := c.State()
		if state.Phase == tunnel.Connected {
			return changed, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, fmt.Errorf("%s is not connected: %w", c.Name, context.Cause(ctx))
		}
	}
}

// ask sends a webhook to the client's endpoint, and returns what was wrong with the answer.
func (f *fleet) ask(ctx context.Context, c *tunnel.Client) error {
	select {
	case f.asking <- struct{}{}:
		defer func() { <-f.asking }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	state, _ := c.State()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, state.URL, strings.NewReader(`{"id":"evt_1"}`))
	if err != nil {
		return err
	}
	resp, err := f.sender.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err == nil && (resp.StatusCode != http.StatusOK || string(body) != answer) {
		err = fmt.Errorf("%s answered %s with the body %.120q", c.Name, resp.Status, body)
	}
	return err
}

// answering is what the app would answer.
type answering struct{}

func (answering) ServeDelivery(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, body io.Reader, _ int64) {
	_, _ = io.Copy(io.Discard, body)
	_, _ = io.WriteString(w, answer)
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
