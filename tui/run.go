package tui

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

const (
	framesPerSecond = 60
	gather          = time.Second / 30 // how long deliveries are gathered for one message
	batchLimit      = 10_000           // deliveries in one message; the rest waits for the next
)

// Run shows the screen on out, reads keys from in, and blocks until the user quits or ctx ends, which is not an error.
// If in and out are terminals they are in raw mode and on the alternate screen meanwhile, and restored at the end, after a
// panic too: that is a *PanicError.
//
// What c's Fetcher, Actions, Search and Explain were called for has returned when Run does; contexts tell them to
// hurry. Bubble Tea's own goroutines have ended too, except for one that still reads from an in that is no terminal
// and can't be interrupted, or that has a key which came while the screen ended: it has nobody to give it to, and Bubble Tea
// waits half a second for it.
func Run(ctx context.Context, in io.Reader, out io.Writer, c Config) error {
	ctx, cancel := context.WithCancel(ctx)
	var calls calls
	defer calls.wait()
	defer cancel()

	var p *tea.Program
	var guard guard
	quit := func() { calls.group.Go(p.Quit) }
	p = tea.NewProgram(guarded{newScreen(c, guard.runner(calls.runner(ctx))), &guard, quit},
		tea.WithInput(in), tea.WithOutput(out), tea.WithFPS(framesPerSecond),
		tea.WithoutSignalHandler(), // signals are main's: they end ctx
		tea.WithFilter(func(_ tea.Model, msg tea.Msg) tea.Msg {
			if _, ok := msg.(tickMsg); ok {
				wind(p)
			}
			return msg
		}))
	// Quitting, unlike a cancelled context of Bubble Tea's own, lets it restore the terminal in order.
	stop := context.AfterFunc(ctx, p.Quit)
	defer stop()
	calls.group.Go(func() { tick(ctx, p.Send) })
	if _, err := p.Run(); err != nil && guard.err() == nil {
		return fmt.Errorf("screen: %w", err)
	}
	return guard.err()
}

// tick sends the time, once a second, until ctx ends.
func tick(ctx context.Context, send func(tea.Msg)) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			send(tickMsg(now))
		case <-ctx.Done():
			return
		}
	}
}

// A runner makes a command of a call that may block until its context ends.
type runner func(call func(context.Context) tea.Msg) tea.Cmd

// calls are the calls under way. Bubble Tea does not wait for commands when it quits, so Run does.
type calls struct {
	mu    sync.Mutex
	ended bool
	group sync.WaitGroup
}

func (c *calls) runner(ctx context.Context) runner {
	return func(call func(context.Context) tea.Msg) tea.Cmd {
		return func() tea.Msg {
			if !c.begin() {
				return nil
			}
			defer c.group.Done()
			return call(ctx)
		}
	}
}

// begin says whether a call may begin. The lock keeps Add from racing with Wait.
func (c *calls) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ended {
		c.group.Add(1)
	}
	return !c.ended
}

// wait lets no further call begin and waits for those that have.
func (c *calls) wait() {
	c.mu.Lock()
	c.ended = true
	c.mu.Unlock()
	c.group.Wait()
}

// nextNews waits for news and returns all that comes soon after: View runs after every message, so one message a
// delivery would drown the keys. Update asks again only after handling it, so the screen's order is the order received.
func nextNews(news <-chan []inspect.Summary) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		var batch []inspect.Summary
		select {
		case first, ok := <-news:
			if !ok {
				return nil
			}
			batch = append(batch, first...)
		case <-ctx.Done():
			return nil
		}
		end := time.NewTimer(gather)
		defer end.Stop()
		for len(batch) < batchLimit {
			select {
			case more, ok := <-news:
				if !ok {
					return receivedMsg{batch: batch, ended: true}
				}
				batch = append(batch, more...)
			case <-end.C:
				return receivedMsg{batch: batch}
			case <-ctx.Done():
				return nil
			}
		}
		return receivedMsg{batch: batch}
	}
}

// nextStatus waits for a status and returns the latest that is there.
func nextStatus(statuses <-chan Status) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		var latest Status
		select {
		case status, ok := <-statuses:
			if !ok {
				return nil
			}
			latest = status
		case <-ctx.Done():
			return nil
		}
		for {
			select {
			case status, ok := <-statuses:
				if !ok {
					return statusMsg{status: latest, ended: true}
				}
				latest = merged(latest, status)
			default:
				return statusMsg{status: latest}
			}
		}
	}
}

// merged is the newer status, without losing a new URL that only the older one brought.
func merged(older, newer Status) Status {
	if newer.URL == "" {
		newer.URL, newer.Public, newer.Tips = older.URL, older.Public, older.Tips
	}
	return newer
}
