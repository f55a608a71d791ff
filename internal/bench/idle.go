package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

// An idleOrder is what an idle fleet shall do.
type idleOrder struct {
	Relay   string
	Tunnels int
	PID     int           // the relay's, which is watched
	Hold    time.Duration // how long the tunnels are idle
}

// An idleYield is what that cost the relay.
type idleYield struct {
	Connecting         time.Duration // how long it took until all were connected
	Before, Full, Held int64         // resident memory in bytes: with no tunnel, with all, and after they were held
	CPU                time.Duration // processor time while they were held
}

// connectIn is how long all tunnels together may take to connect, and to serve a webhook each.
const connectIn = 10 * time.Minute

// playIdle connects a fleet, watches the relay while it is idle, and then has each tunnel serve a webhook.
func playIdle(text string) error {
	var o idleOrder
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), o.Hold+connectIn)
	defer cancel()
	y, err := newFleet(o.Relay, o.Tunnels).idle(ctx, o.PID, o.Hold)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(y)
}

func (f *fleet) idle(ctx context.Context, pid int, hold time.Duration) (y idleYield, err error) {
	if y.Before = residentMemory(pid); y.Before == 0 {
		return idleYield{}, errors.New("the memory of a process is known on Linux only: run -idle there")
	}
	start := time.Now()
	err = f.run(ctx, func(ctx context.Context) error {
		y.Connecting = time.Since(start)
		y.Full = residentMemory(pid)
		before := processorTimes([]int{pid})
		if err := pause(ctx, hold); err != nil {
			return err
		}
		used := since(before, processorTimes([]int{pid}))
		if y.Held = residentMemory(pid); y.Full == 0 || y.Held == 0 || used == nil {
			return errors.New("the relay is gone")
		}
		y.CPU = used[0]
		return f.each(ctx, func(ctx context.Context, _ int, c *tunnel.Client) error { return f.ask(ctx, c) })
	})
	return y, err
}

// An idle is what one round of -idle found.
type idle struct {
	Type       string  `json:"type"` // "idle"
	Round      int     `json:"round"`
	Tunnels    int     `json:"tunnels"`
	Connecting float64 `json:"connecting_s"`
	Before     int64   `json:"rss_before_bytes"`
	Full       int64   `json:"rss_connected_bytes"`
	Held       int64   `json:"rss_held_bytes"`
	PerTunnel  float64 `json:"rss_per_tunnel_bytes"` // growth from Before to Held
	CPU        float64 `json:"cpu_percent"`          // of one core, while held
}

// measureIdle holds idle tunnels in each round.
func measureIdle(ctx context.Context, p programs, o options, show *printer) error {
	for round := 1; round <= o.rounds; round++ {
		i, err := measureHold(ctx, p, o)
		if err != nil {
			return fmt.Errorf("hold %d idle tunnels: %w", o.idle, err)
		}
		i.Round = round
		if err := show.idle(i); err != nil {
			return err
		}
	}
	return nil
}

func measureHold(ctx context.Context, p programs, o options) (idle, error) {
	c, err := newCourse(p)
	if err != nil {
		return idle{}, err
	}
	defer c.close()
	relay, err := c.relay(ctx, anyPort)
	if err != nil {
		return idle{}, err
	}
	f, err := c.play(ctx, "fleet", roleIdle, idleOrder{
		Relay: relay.URL, Tunnels: o.idle, PID: c.parts[0].cmd.Process.Pid, Hold: o.duration,
	})
	if err != nil {
		return idle{}, err
	}
	defer f.stop()
	var y idleYield
	if err := f.yield(&y); err != nil {
		return idle{}, err
	}
	return idle{
		Type: "idle", Tunnels: o.idle, Connecting: y.Connecting.Seconds(), Before: y.Before, Full: y.Full, Held: y.Held,
		PerTunnel: float64(y.Held-y.Before) / float64(o.idle), CPU: 100 * y.CPU.Seconds() / o.duration.Seconds(),
	}, nil
}

// idle shows one round.
func (p *printer) idle(i idle) error {
	if p.o.json {
		return p.object(i)
	}
	_, err := fmt.Fprintf(p.out, "%d idle tunnels, connected within %.1f s: %.1f KiB each at the relay (resident %.1f MiB before, "+
		"%.1f with all, %.1f after %v), %.2f%% of a core\n",
		i.Tunnels, i.Connecting, i.PerTunnel/(1<<10), mebibytes(i.Before), mebibytes(i.Full), mebibytes(i.Held), p.o.duration, i.CPU)
	return err
}

func mebibytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }
