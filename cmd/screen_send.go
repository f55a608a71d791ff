package cmd

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/replay"
	"github.com/seed-4575fdc3/hook/tui"
)

// samples are the events that can be sent, the project's own first.
func (a *acting) samples() []tui.Sample {
	l, err := a.place.samples()
	if err != nil {
		l = fixtures.Shipped()
	}
	entries := l.Search("", "")
	slices.SortStableFunc(entries, func(x, y fixtures.Entry) int { return count(y.Own) - count(x.Own) })
	all := make([]tui.Sample, len(entries))
	for i, e := range entries {
		all[i] = tui.Sample{Provider: e.Provider, Event: e.Event, About: aboutSample(l, e)}
	}
	return all
}

func aboutSample(l fixtures.Library, e fixtures.Entry) string {
	if e.Own {
		return "yours: " + l.Path(e.Provider, e.Event)
	}
	switch p := signature.Lookup(e.Provider); {
	case p == nil:
		return ""
	case !p.CanSign():
		return p.Title + ", not signed"
	default:
		return p.Title
	}
}

// send sends a sample as `hook send` does, and says what came of it.
func (a *acting) send(ctx context.Context, sample tui.Sample) (string, error) {
	said, err := a.sent(ctx, sample)
	a.did.sent.Add(int64(count(err == nil)))
	return said, onScreen(err)
}

func (a *acting) sent(ctx context.Context, of tui.Sample) (string, error) {
	maker, err := a.openSample(of.Provider, of.Event, fixtures.Options{})
	if err != nil {
		return "", err
	}
	sample := maker.Make()
	s := &sending{place: a.place, provider: signature.Lookup(sample.Provider)}
	if s.to, s.listener, err = a.sendTo(ctx); err != nil {
		return "", err
	}
	if s.options, err = s.clientOptions(); err != nil {
		return "", err
	}
	client := replay.NewClient(s.options)
	defer client.CloseIdleConnections()
	from := &sender{secrets: a.secrets, client: client} // the listener, whose endpoint that is, keeps it
	d, signed, err := from.send(ctx, sample, s.to)
	if err != nil {
		return "", err
	}
	name := sample.Provider + " " + sample.Event
	switch got := d.Last(); {
	case got.Response == nil:
		return "", fmt.Errorf("send %s: no answer: %s", name, got.Err)
	case !takes(s.provider, got):
		return fmt.Sprintf("sent %s: %d in %s, %s", name, got.Response.Status, duration(got.Stages.Total), signed), nil
	default:
		return fmt.Sprintf("sent %s: %d in %s", name, got.Response.Status, duration(got.Stages.Total)), nil
	}
}

// sendToListener is the endpoint of this project's listener, where `hook send` would send to.
func (p place) sendToListener(ctx context.Context) (replay.Target, *running, error) {
	r, ok := p.listener()
	if !ok {
		return replay.Target{}, nil, fail(exitUnreachable, "start `hook listen 3000` in another terminal",
			"there is nothing to send to: no listener runs in %s", inspect.Printable(p.project.dir))
	}
	return p.sendTo(ctx, r.URL)
}
