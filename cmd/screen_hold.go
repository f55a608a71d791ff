package cmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/internal/latest"
	"github.com/seed-4575fdc3/hook/replay"
	"github.com/seed-4575fdc3/hook/tui"
)

// A breakpoint holds deliveries of a listener with a screen before the app gets them, until the user has ruled on each: it
// is the tui.Breakpoint, and the engine's replay.Holder. What is still held when it ends goes to the app as it came.
type breakpoint struct {
	patience time.Duration // how long it holds one, at most
	read     func(where string) (matcher, error)
	editing  func(ctx context.Context, d *inspect.Delivery, then editedThen) (tui.Editing, error)
	remade   func(ctx context.Context, d *inspect.Delivery, body []byte) (*inspect.Delivery, error) // d as edited and signed anew
	log      *slog.Logger

	armed atomic.Pointer[trap] // nil while nothing is waited for
	state latest.Value[standing]

	mu    sync.Mutex
	held  []*heldDelivery // the oldest first; guarded by mu
	note  string          // why one was not held that was waited for; guarded by mu
	ended bool            // guarded by mu
}

// A matcher says whether a delivery that the app hasn't got yet is the one that is waited for.
type matcher func(*inspect.Delivery) bool

// editedThen is what becomes of a body that was edited.
type editedThen = func(ctx context.Context, body []byte) (inspect.Summary, error)

// A trap is what a breakpoint waits for.
type trap struct {
	where   string // as it was typed
	matches matcher
}

// A standing is how a breakpoint stands.
type standing struct {
	held  []tui.Held
	armed *string
	note  string
}

// A heldDelivery waits for its ruling.
type heldDelivery struct {
	*inspect.Delivery
	shown  tui.Held
	ruling chan replay.Ruling // has room for it
}

// Arm has the next delivery held that matches.
func (b *breakpoint) Arm(where string) error {
	matches, err := b.read(where)
	if err != nil {
		return onScreen(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.ended {
		b.armed.Store(&trap{where, matches})
	}
	b.note = ""
	b.say()
	return nil
}

// Disarm lets deliveries pass. Those that are held stay so.
func (b *breakpoint) Disarm() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.armed.Store(nil)
	b.note = ""
	b.say()
}

// Armed is the engine's question before it looks at a delivery.
func (b *breakpoint) Armed() bool { return b.armed.Load() != nil }

// Hold holds d if it is the one that is waited for.
func (b *breakpoint) Hold(ctx context.Context, d *inspect.Delivery) (replay.Ruling, error) {
	h := b.take(d)
	if h == nil {
		return replay.Ruling{}, nil
	}
	late := time.NewTimer(b.patience)
	defer late.Stop()
	var why error
	select {
	case r := <-h.ruling:
		return r, nil
	case <-ctx.Done():
		why = ctx.Err()
	case <-late.C:
		why = fmt.Errorf("held at the breakpoint for %s, which is --timeout: the app didn't get it", limitWords(b.patience))
	}
	if !b.drop(h) { // it was ruled on just now
		return <-h.ruling, nil
	}
	b.log.Info("held in vain", "delivery", d.ID, "error", why)
	return replay.Ruling{}, why
}

// take holds d if it is waited for, which ends the waiting; else it gives nil.
func (b *breakpoint) take(d *inspect.Delivery) *heldDelivery {
	for {
		t := b.armed.Load()
		switch {
		case t == nil:
			return nil
		case !d.Body.Complete:
			b.passed(d)
			return nil
		case !t.matches(d):
			return nil
		}
		if h := b.catch(t, d); h != nil {
			return h
		}
	}
}

// catch holds d if t is what the breakpoint still waits for.
func (b *breakpoint) catch(t *trap, d *inspect.Delivery) *heldDelivery {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.armed.CompareAndSwap(t, nil) {
		return nil
	}
	h := &heldDelivery{Delivery: d, shown: b.until(d, time.Now()), ruling: make(chan replay.Ruling, 1)}
	b.held, b.note = append(b.held, h), ""
	b.log.Info("held", "delivery", d.ID, "where", t.where)
	b.say()
	return h
}

// passed is for one that can't be held.
func (b *breakpoint) passed(d *inspect.Delivery) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.note = inspect.ShortID(d.ID) + " passed the breakpoint: its body is longer than what is kept, so it can't be held; --capture keeps more"
	b.say()
}

// until is when somebody gives up on d: its provider, or hook by --timeout.
func (b *breakpoint) until(d *inspect.Delivery, now time.Time) tui.Held {
	h := tui.Held{ID: d.ID, Until: now.Add(b.patience), Gives: "hook (--timeout)"}
	p := signature.Lookup(d.Provider)
	if p == nil || p.Timeout <= 0 {
		return h
	}
	received := d.ReceivedAt
	if received.IsZero() || received.After(now) || now.Sub(received) > p.Timeout { // by the relay's clock, which may be wrong
		received = now
	}
	if end := received.Add(p.Timeout); end.Before(h.Until) {
		h.Until, h.Gives = end, p.Title
	}
	return h
}

// Release lets the app have it as it came.
func (b *breakpoint) Release(id string) error { return b.rule(id, replay.Ruling{}) }

// Edit prepares the user's editor. The app gets what is made of it.
func (b *breakpoint) Edit(ctx context.Context, id string) (tui.Editing, error) {
	h, err := b.find(id)
	if err != nil {
		return nil, err
	}
	e, err := b.editing(ctx, h.Delivery, func(ctx context.Context, body []byte) (inspect.Summary, error) {
		return b.replace(ctx, h.Delivery, body)
	})
	return e, onScreen(err)
}

// replace releases d with another body, and waits for what comes of that.
func (b *breakpoint) replace(ctx context.Context, d *inspect.Delivery, body []byte) (inspect.Summary, error) {
	if _, err := b.find(d.ID); err != nil {
		return inspect.Summary{}, err
	}
	fresh, err := b.remade(ctx, d, body)
	if err != nil {
		return inspect.Summary{}, err
	}
	pending, over := fresh.Summary(), make(chan struct{})
	if err := b.rule(d.ID, replay.Ruling{Instead: fresh, Over: func() { close(over) }}); err != nil {
		return inspect.Summary{}, err
	}
	select {
	case <-over:
		return fresh.Summary(), nil
	case <-ctx.Done():
		return pending, ctx.Err()
	}
}

// rule decides on one that is held.
func (b *breakpoint) rule(id string, r replay.Ruling) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := b.index(id)
	if i < 0 {
		return notHeld(id)
	}
	b.held[i].ruling <- r
	b.held = slices.Delete(b.held, i, i+1)
	b.say()
	return nil
}

func (b *breakpoint) find(id string) (*heldDelivery, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := b.index(id); i >= 0 {
		return b.held[i], nil
	}
	return nil, notHeld(id)
}

// drop ends that h is held, and says whether it was.
func (b *breakpoint) drop(h *heldDelivery) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.Index(b.held, h)
	if i < 0 {
		return false
	}
	b.held = slices.Delete(b.held, i, i+1)
	b.say()
	return true
}

// index is where it stands in held; mu is locked.
func (b *breakpoint) index(id string) int {
	return slices.IndexFunc(b.held, func(h *heldDelivery) bool { return h.ID == id })
}

// say tells the screen how it stands; mu is locked.
func (b *breakpoint) say() {
	s := standing{note: b.note}
	for _, h := range b.held {
		s.held = append(s.held, h.shown)
	}
	if t := b.armed.Load(); t != nil {
		s.armed = &t.where
	}
	b.state.Set(s)
}

// endWith ends it when ctx does.
func (b *breakpoint) endWith(ctx context.Context) error {
	<-ctx.Done()
	b.end()
	return nil
}

// end releases what is held, and holds nothing any more: nothing is lost, and apps have a moment to answer before hook ends.
func (b *breakpoint) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended, b.note = true, ""
	b.armed.Store(nil)
	for _, h := range b.held {
		h.ruling <- replay.Ruling{}
	}
	b.held = nil
	b.say()
}

func notHeld(id string) error {
	return fmt.Errorf("%s is not held any more: %w", inspect.ShortID(id), errGone)
}

var errGone = errors.New("its sender has hung up, or it was released; r replays it")
