package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/replay"
)

func newDemo(s streams) *cobra.Command {
	var plain bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "See all of it at work, with nothing at hand",
		Long: "Demo starts a relay, a small app and a listener in one process, and sends sample events of several providers through\n" +
			"all of them: one is signed with a wrong secret, one is answered 500 and sent again. Nothing leaves this machine.",
		Example: "  hook demo\n  hook demo --plain",
		Args:    exactly(cobra.NoArgs, "no arguments"),
		RunE:    func(c *cobra.Command, _ []string) error { return runDemo(c.Context(), s, plain) },
	}
	c.Flags().BoolVar(&plain, "plain", false, "print lines, no screen")
	return c
}

func runDemo(ctx context.Context, s streams, plain bool) error {
	p, err := findPlace(s)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	l, err := p.newListener(ctx, listenOptions{
		target: fmt.Sprintf("http://%s/webhooks", ln.Addr()), hostHeader: "target", capture: "10MiB", plain: plain, local: true, timeout: time.Minute,
	})
	if err != nil {
		_ = ln.Close()
		return err
	}
	l.tour = p.pen.demoTour()
	d := &demo{listener: l, app: ln, began: time.Now()}
	return errors.Join(d.run(ctx), l.close())
}

// A demo is a listener, the app behind it, and somebody who plays the providers.
type demo struct {
	*listener
	app   net.Listener
	began time.Time
}

func (d *demo) run(ctx context.Context) error {
	d.addTime = demoAddTime
	ctx, quit := context.WithCancel(ctx)
	defer quit()
	srv := &http.Server{Handler: d.handler(), ReadHeaderTimeout: 10 * time.Second}
	var g errgroup.Group
	g.Go(func() error {
		if err := srv.Serve(d.app); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error {
		defer func() { _ = srv.Close() }()
		defer quit()
		return d.listener.run(ctx)
	})
	g.Go(func() error {
		err := d.play(ctx)
		if err != nil || !d.screenful() { // a screen stays until its user quits
			quit()
		}
		return err
	})
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return d.conclude(context.WithoutCancel(ctx))
}

// handler is an app as people write them: it verifies the signature, and has a bug.
func (d *demo) handler() http.Handler {
	var broken atomic.Bool
	broken.Store(true)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, "no body", http.StatusBadRequest)
			return
		}
		// Some providers sign the URL, which behind a proxy is the one that the sender used.
		request := signature.Request{Method: r.Method, URL: d.endpointURL(), Header: r.Header, Body: body, ReceivedAt: time.Now()}
		provider := signature.Detect(request).Provider
		switch {
		case provider.Verify(request, d.secrets.of(provider)).Verdict != signature.Valid:
			http.Error(w, "the signature is wrong", http.StatusBadRequest)
		case provider.Name == "shopify" && broken.CompareAndSwap(true, false): // the provider sends it again
			http.Error(w, "orders: column \"note\" does not exist", http.StatusInternalServerError)
		default:
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"received":true}`)
		}
	})
}

// demoAddTime is longer than a listener's: nobody waits for the lines, and one of them is to show a redelivery.
const demoAddTime = 10 * time.Second

// pause is how long the providers wait between two events on a screen, so that one can watch.
const pause = 800 * time.Millisecond

// play sends the events, one after the other.
func (d *demo) play(ctx context.Context) error {
	if err := d.connected(ctx); err != nil {
		return err
	}
	to, err := replay.ParseTarget(d.endpointURL())
	if err != nil {
		return err
	}
	client := replay.NewClient(replay.ClientOptions{})
	defer client.CloseIdleConnections()
	good := sender{secrets: d.secrets, client: client}
	bad := sender{secrets: &secrets{project: d.project, flags: []signature.Secret{{
		Value: signature.Lookup("stripe").NewSecret(), Provider: "stripe", Source: "another endpoint",
	}}}, client: client}
	for _, step := range []struct {
		sender          *sender
		provider, event string
		again           bool
	}{
		{&good, "stripe", "payment_intent.succeeded", false},
		{&good, "github", "push", false},
		{&good, "shopify", "orders/create", true},
		{&good, "slack", "app_mention", false},
		{&good, "twilio", "message.received", false},
		{&bad, "stripe", "invoice.paid", false},
	} {
		sample, err := fixtures.Make(step.provider, step.event, fixtures.Options{})
		if err != nil {
			return err
		}
		for range 1 + count(step.again) {
			if d.screenful() {
				select {
				case <-time.After(pause):
				case <-ctx.Done():
					return nil
				}
			}
			if _, _, err := step.sender.send(ctx, sample, to); err != nil {
				return err
			}
		}
	}
	return nil
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// connected waits until the endpoint is there.
func (d *demo) connected(ctx context.Context) error {
	for {
		state, changed := d.client.State()
		if state.Phase == tunnel.Connected {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// conclude explains the bad signature, and names commands to go on with.
func (d *demo) conclude(ctx context.Context) error {
	if err := d.store.Flush(ctx); err != nil { // the last one may still be on its way
		return err
	}
	all, err := d.store.List(ctx, history.Query{Since: d.began})
	if err != nil || len(all) == 0 {
		return err
	}
	var bad, broken inspect.Summary
	for _, s := range all {
		if s.Verdict == signature.Invalid {
			bad = s
		}
		if s.Status == http.StatusInternalServerError {
			broken = s
		}
	}
	if bad.ID == "" || broken.ID == "" { // the user quit before the end
		return nil
	}
	delivery, err := d.store.Get(ctx, bad.ID)
	if err != nil {
		return err
	}
	short := shortIDs(ctx, d.store, bad, broken)
	_, err = fmt.Fprintf(d.out, "\n%s\nGo on with:\n  hook list\n  hook show %s      the one that was answered 500\n  hook verify %s    the one with the bad signature\n",
		d.secrets.explainDelivery(delivery).text(d.pen, lineWidth), short[broken.ID], short[bad.ID])
	return errors.Join(err, d.buffer.Flush())
}
