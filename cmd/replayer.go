package cmd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/replay"
)

// A replayer delivers captured deliveries again, through the same engine that live ones take. It is safe for concurrent
// use.
type replayer struct {
	store    *history.Store
	secrets  *secrets
	recorder *recorder // nil keeps nothing
	client   http.RoundTripper
	keep     bool // the signature as it was
	where    destination
	find     func(ctx context.Context, id string) (*inspect.Delivery, error) // for the screen
	change   *change                                                         // nil changes nothing
	faults   mischief
	unmarked bool

	waitForApp time.Duration
	options    replay.ClientOptions // of the client

	mu      sync.Mutex
	signing map[string]signature.Secret // by the provider's name: what toSign found; nil keeps nothing

	talk io.Writer       // gets, before the first is sent, why some can't be signed; nil: nobody does
	told map[string]bool // what it got
}

// A replayed is what came of one.
type replayed struct {
	original, fresh *inspect.Delivery
	note            string      // with what it was signed, or why it wasn't
	expected        expectation // what a right app does with its fault
	to              replay.Target
	exact           bool // to is the whole URL
}

// An unfit is why one can't be delivered again as it is asked for, though others may.
type unfit struct{ error }

func (u *unfit) Unwrap() error { return u.error }

// Replay is for the screen.
func (r *replayer) Replay(ctx context.Context, id string, _ bool) (inspect.Summary, error) {
	original, err := r.find(ctx, id)
	if err != nil {
		return inspect.Summary{}, err
	}
	done, err := r.replay(ctx, nil, original)
	if err != nil {
		if f, ok := errors.AsType[*fault](err); ok && f.next != "" {
			err = fmt.Errorf("%w; %s", err, f.next)
		}
		return inspect.Summary{}, err
	}
	return done.fresh.Summary(), nil
}

// replay delivers one again; by courier if that isn't nil.
func (r *replayer) replay(ctx context.Context, courier *courier, original *inspect.Delivery) (replayed, error) {
	done, err := r.prepare(ctx, original)
	if err != nil {
		return replayed{}, err
	}
	switch {
	case r.faults.onWire() != "":
		err = r.deliverRaw(ctx, done)
	case courier != nil:
		a := courier.deliver(letter{delivery: r.asSent(done), to: done.url()})
		a.Target = done.url().String()
		done.fresh.Attempts = []inspect.Attempt{a}
	default:
		err = r.deliver(ctx, done)
	}
	if err != nil {
		return replayed{}, fmt.Errorf("replay %s: %w", original.ID, err)
	}
	return done, ctx.Err()
}

// prepare makes the delivery that repeats original: changed, signed, not sent yet.
func (r *replayer) prepare(ctx context.Context, original *inspect.Delivery) (replayed, error) {
	if !original.Body.Complete && (r.change == nil || r.change.body == "") {
		return replayed{}, &unfit{fail(exitFailed, "have the provider send it again to a `hook listen --capture` that keeps more, or give the body with --body @FILE",
			"replay %s: only %s of the body's %s bytes were kept", original.ID, humanize.Comma(int64(len(original.Body.Bytes))), humanize.Comma(original.Body.Size))}
	}
	to, exact, err := r.where(original)
	if err != nil {
		return replayed{}, err
	}
	fresh := &inspect.Delivery{
		ID: inspect.NewID(), ReplayOf: original.ID, Endpoint: original.Endpoint, Remote: original.Remote, Proto: original.Proto,
		Host: original.Host, Method: original.Method, URL: original.URL, Path: original.Path, ReceivedAt: time.Now(),
		Header: maps.Clone(original.Header), Body: original.Body, Provider: original.Provider, EventType: original.EventType,
		ProviderID: original.ProviderID, Masked: original.Masked,
	}
	if fresh.Header == nil {
		fresh.Header = make(http.Header)
	}
	if exact && !to.IsLocal() { // an app there knows itself by that URL, which some schemes sign
		fresh.URL, fresh.Host = to.URL(), to.Host
	}
	if r.change != nil {
		if err := r.change.apply(ctx, fresh); err != nil {
			return replayed{}, err
		}
	}
	done := replayed{original: original, fresh: fresh, to: to, exact: exact}
	if err := r.sign(&done); err != nil {
		return replayed{}, &unfit{fmt.Errorf("replay %s: %w", original.ID, err)}
	}
	return done, nil
}

func (r *replayer) deliver(ctx context.Context, done replayed) error {
	return r.forwarder(done).Deliver(ctx, done.fresh)
}

func (r *replayer) forwarder(done replayed) *replay.Forwarder {
	f := &replay.Forwarder{Target: done.to, Exact: done.exact, Client: r.client, WaitForApp: r.waitForApp, Unmarked: r.unmarked}
	if r.recorder != nil {
		f.Recorder = r.recorder
	}
	return f
}

// courier is the quick way for one goroutine, where nothing is kept and no app is waited for; nil if there is none.
func (r *replayer) courier(ctx context.Context) *courier {
	if r.recorder != nil || r.waitForApp > 0 {
		return nil
	}
	return newCourier(ctx, r.options)
}

// deliverRaw delivers with a fault in how the bytes come.
func (r *replayer) deliverRaw(ctx context.Context, done replayed) error {
	to := done.url()
	raw := &sender{faults: r.faults, patience: r.options.Head, tls: &tls.Config{InsecureSkipVerify: r.options.Insecure}} //nolint:gosec // the user asked for it
	sent := r.asSent(done)
	if r.recorder != nil {
		r.recorder.Received(done.fresh)
	}
	err := raw.deliverRaw(ctx, letter{delivery: sent, to: to})
	done.fresh.Attempts = sent.Attempts
	if r.recorder != nil && err == nil {
		r.recorder.Attempted(done.fresh, false)
	}
	return err
}

// asSent is the request that the app gets.
func (r *replayer) asSent(done replayed) *inspect.Delivery {
	sent, to := *done.fresh, done.url()
	sent.Header, sent.URL, sent.Host = r.forwarder(done).Header(done.fresh), to.URL(), to.Host
	return &sent
}

// url is the whole URL that is asked for.
func (d replayed) url() replay.Target {
	to := d.to
	if !d.exact {
		to.Path = to.Request(d.fresh.Path)
	}
	if to.Path == "" {
		to.Path = "/"
	}
	return to
}
