package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

// A lossOrder is what a fleet shall do that loses its relay.
type lossOrder struct {
	Relay   string
	Tunnels int
}

// A lossYield is when tunnels served a webhook again after the loss, in nanoseconds of Unix time.
type lossYield struct{ First, Median, Last int64 }

// backIn is how long a fleet lives at most: in that time the relay must have been lost, and all tunnels be back.
const backIn = 5 * time.Minute

// playLoss connects a fleet, says that it is ready when each tunnel has served a webhook, and ends when each was lost and
// has served another.
func playLoss(text string) error {
	var o lossOrder
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), backIn)
	defer cancel()
	y, err := newFleet(o.Relay, o.Tunnels).lose(ctx, func() { fmt.Println(`{"type":"ready"}`) })
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(y)
}

func (f *fleet) lose(ctx context.Context, ready func()) (y lossYield, err error) {
	lost, back := make([]<-chan struct{}, len(f.clients)), make([]int64, len(f.clients))
	err = f.run(ctx, func(ctx context.Context) error {
		err := f.each(ctx, func(ctx context.Context, i int, c *tunnel.Client) (err error) {
			if lost[i], err = connected(ctx, c); err != nil {
				return err
			}
			return f.ask(ctx, c)
		})
		if err != nil {
			return err
		}
		ready()
		return f.each(ctx, func(ctx context.Context, i int, c *tunnel.Client) error {
			select {
			case <-lost[i]:
			case <-ctx.Done():
				return fmt.Errorf("%s never lost its relay: %w", c.Name, context.Cause(ctx))
			}
			if _, err := connected(ctx, c); err != nil {
				return err
			}
			err := f.ask(ctx, c)
			back[i] = time.Now().UnixNano()
			return err
		})
	})
	if err != nil {
		return lossYield{}, err
	}
	slices.Sort(back)
	return lossYield{First: back[0], Median: quantile(back, 0.5), Last: back[len(back)-1]}, nil
}

// A loss is what one round of -reconnect found: how long after the relay listened again tunnels served a webhook again.
type loss struct {
	Type    string  `json:"type"` // "reconnect"
	Round   int     `json:"round"`
	Tunnels int     `json:"tunnels"`
	First   float64 `json:"first_ms"`
	Median  float64 `json:"median_ms"`
	Last    float64 `json:"last_ms"`
}

// measureReconnect kills the relay of a fleet in each round, and starts it again.
func measureReconnect(ctx context.Context, p programs, o options, show *printer) error {
	var all []loss
	for round := 1; round <= o.rounds; round++ {
		l, err := measureLoss(ctx, p, o)
		if err != nil {
			return fmt.Errorf("lose the relay of %d tunnels: %w", o.reconnect, err)
		}
		l.Round = round
		all = append(all, l)
		if err := show.loss(l); err != nil {
			return err
		}
	}
	return show.losses(all)
}

func measureLoss(ctx context.Context, p programs, o options) (loss, error) {
	c, err := newCourse(p)
	if err != nil {
		return loss{}, err
	}
	defer c.close()
	relay, err := c.relay(ctx, anyPort)
	if err != nil {
		return loss{}, err
	}
	at, err := url.Parse(relay.URL)
	if err != nil {
		return loss{}, err
	}
	f, err := c.play(ctx, "fleet", roleLoss, lossOrder{Relay: relay.URL, Tunnels: o.reconnect})
	if err != nil {
		return loss{}, err
	}
	defer f.stop()
	if _, err := f.ready(ctx, backIn); err != nil {
		return loss{}, err
	}
	if err := pause(ctx, o.warmup); err != nil {
		return loss{}, err
	}
	c.parts[0].kill()
	if _, err := c.relay(ctx, at.Host); err != nil {
		return loss{}, err
	}
	again := time.Now()
	var y lossYield
	if err := f.yield(&y); err != nil {
		return loss{}, err
	}
	after := func(when int64) float64 { return float64(when-again.UnixNano()) / 1e6 }
	return loss{Type: "reconnect", Tunnels: o.reconnect, First: after(y.First), Median: after(y.Median), Last: after(y.Last)}, nil
}

// loss shows one round.
func (p *printer) loss(l loss) error {
	_, _ = fmt.Fprintf(p.talk, "round %d of %d  %d tunnels  first %.0f ms  median %.0f ms  last %.0f ms\n",
		l.Round, p.o.rounds, l.Tunnels, l.First, l.Median, l.Last)
	if p.o.json {
		return p.object(l)
	}
	return nil
}

// A lossSummary is what the rounds of -reconnect came to.
type lossSummary struct {
	Type    string `json:"type"` // "reconnect_summary"
	Tunnels int    `json:"tunnels"`
	First   spread `json:"first_ms"`
	Median  spread `json:"median_ms"`
	Last    spread `json:"last_ms"`
}

// losses shows what the rounds came to.
func (p *printer) losses(all []loss) error {
	over := func(figure func(loss) float64) spread {
		var figures []float64
		for _, l := range all {
			figures = append(figures, figure(l))
		}
		return spreadOf(figures)
	}
	s := lossSummary{
		Type: "reconnect_summary", Tunnels: p.o.reconnect,
		First:  over(func(l loss) float64 { return l.First }),
		Median: over(func(l loss) float64 { return l.Median }),
		Last:   over(func(l loss) float64 { return l.Last }),
	}
	if p.o.json {
		return p.object(s)
	}
	_, err := fmt.Fprintf(p.out, "\n%d tunnels served again, in ms after the relay listened again (median of %d rounds, min, max):\n"+
		"  the first      %6.0f %6.0f %6.0f\n  half of them   %6.0f %6.0f %6.0f\n  the last       %6.0f %6.0f %6.0f\n",
		s.Tunnels, len(all), s.First.Median, s.First.Min, s.First.Max, s.Median.Median, s.Median.Min, s.Median.Max,
		s.Last.Median, s.Last.Min, s.Last.Max)
	return err
}
