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

// Replay is for the screen; keep sends the signature as it was.
func (r *replayer) Replay(ctx context.Context, id string, keep bool) (inspect.Summary, error) {
	original, err := r.find(ctx, id)
	if err != nil {
		return inspect.Summary{}, err
	}
	done, err := r.prepareAs(ctx, original, keep || r.keep)
	if err == nil {
		err = r.send(ctx, nil, &done)
	}
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
	if err == nil {
		err = r.send(ctx, courier, &done)
	}
	if err != nil {
		return replayed{}, err
	}
	return done, nil
}

// send delivers what was prepared. Its error may be ctx's.
func (r *replayer) send(ctx context.Context, courier *courier, done *replayed) (err error) {
	switch {
	case r.faults.onWire() != "":
		err = r.deliverRaw(ctx, *done)
	case courier != nil:
		to := done.url()
		courier.own = r.forwarder(*done).AppendOwn(courier.own[:0], done.fresh)
		a := courier.deliver(letter{delivery: done.fresh, to: to})
		a.Target = to.String()
		done.fresh.Attempts = []inspect.Attempt{a}
	default:
		err = r.deliver(ctx, *done)
	}
	if err != nil {
		return fmt.Errorf("replay %s: %w", done.original.ID, err)
	}
	return ctx.Err()
}

// prepare makes the delivery that repeats original: changed, signed, not sent yet.
func (r *replayer) prepare(ctx context.Context, original *inspect.Delivery) (replayed, error) {
	return r.prepareAs(ctx, original, r.keep)
}

func (r *replayer) prepareAs(ctx context.Context, original *inspect.Delivery, keep bool) (replayed, error) {
	if !original.Body.Complete && (r.change == nil || r.change.body == "") {
		return replayed{}, &unfit{fail(exitFailed, "have the provider send it again to a `hook listen --capture` that keeps more, or give the body with --body @FILE",
			"replay %s: only %s of the body's %s bytes were kept", original.ID, humanize.Comma(int64(len(original.Body.Bytes))), humanize.Comma(original.Body.Size))}
	}
	if original.Masked {
		r.warn("masked", "secrets were masked in what is sent before it was kept, and are sent masked: %s in their place", inspect.MaskedText)
	}
	to, exact, err := r.where(original)
	if err != nil {
		return replayed{}, err
	}
	fresh := &inspect.Delivery{
		ID: inspect.NewID(), ReplayOf: original.ID, Endpoint: original.Endpoint, Remote: original.Remote, Proto: original.Proto,
		Host: original.Host, Method: original.Method, URL: original.URL, Path: original.Path, ReceivedAt: time.Now(),
		Header: original.Header, Body: original.Body, Provider: original.Provider, EventType: original.EventType,
		ProviderID: original.ProviderID, Masked: original.Masked,
	}
	if exact && !to.IsLocal() { // an app there knows itself by that URL, which some schemes sign
		fresh.URL, fresh.Host = to.URL(), to.Host
	}
	if r.change.any() {
		if fresh.Header = maps.Clone(original.Header); fresh.Header == nil {
			fresh.Header = make(http.Header)
		}
		if err := r.change.apply(ctx, fresh); err != nil {
			return replayed{}, err
		}
	}
	done := replayed{original: original, fresh: fresh, to: to, exact: exact}
	if err := r.sign(&done, keep); err != nil {
		return replayed{}, &unfit{fmt.Errorf("replay %s: %w", original.ID, err)}
	}
	if r.faults.any() {
		fresh.Change = joined(" · ", fresh.Change, "fault "+r.faults.String())
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
