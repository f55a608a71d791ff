package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/replay"
)

// A replayer delivers captured deliveries again, through the same engine that live ones take.
type replayer struct {
	store    *history.Store
	secrets  *secrets
	recorder *recorder
	client   http.RoundTripper
	keep     bool // the signature as it was
	where    destination

	waitForApp time.Duration
}

// A replayed is what came of one.
type replayed struct {
	original, fresh *inspect.Delivery
	note            string // why it could not be re-signed, or with what it was
}

// Replay is for the screen.
func (r *replayer) Replay(ctx context.Context, id string) (inspect.Summary, error) {
	done, err := r.replay(ctx, id)
	if err != nil {
		if f, ok := errors.AsType[*fault](err); ok && f.next != "" {
			err = fmt.Errorf("%w; %s", err, f.next)
		}
		return inspect.Summary{}, err
	}
	return done.fresh.Summary(), nil
}

func (r *replayer) replay(ctx context.Context, id string) (replayed, error) {
	original, err := whole(ctx, r.store, id)
	if err != nil {
		return replayed{}, err
	}
	what := "replay " + id
	if !original.Body.Complete {
		return replayed{}, fail(exitFailed, "raise --capture of `hook listen`, and have the provider send it again",
			"%s: only %s of the body's %s bytes were kept", what, humanize.Comma(int64(len(original.Body.Bytes))), humanize.Comma(original.Body.Size))
	}
	target, exact, err := r.where(original)
	if err != nil {
		return replayed{}, err
	}
	fresh := &inspect.Delivery{
		ID: inspect.NewID(), ReplayOf: original.ID, Endpoint: original.Endpoint, Remote: original.Remote, Proto: original.Proto,
		Host: original.Host, Method: original.Method, URL: original.URL, Path: original.Path, ReceivedAt: time.Now(),
		Header: maps.Clone(original.Header), Body: original.Body, Provider: original.Provider,
	}
	note, err := r.sign(fresh, original)
	if err != nil {
		return replayed{}, fmt.Errorf("%s: %w", what, err)
	}
	f := replay.Forwarder{Target: target, Exact: exact, Client: r.client, Recorder: r.recorder, WaitForApp: r.waitForApp}
	if err := f.Deliver(ctx, fresh); err != nil {
		return replayed{}, fmt.Errorf("%s: %w", what, err)
	}
	return replayed{original, fresh, note}, ctx.Err()
}

// sign signs fresh as its provider would now, if it was signed at all and its secret is known.
func (r *replayer) sign(fresh, original *inspect.Delivery) (note string, err error) {
	p := signature.Lookup(original.Provider)
	res := original.Signature
	switch {
	case r.keep:
		return "signature kept as it was", nil
	case p == nil || !p.CanSign():
		return "", nil
	case res.Reason == signature.ReasonMissing || res.Got == "" && res.Verdict != signature.Valid:
		return "not signed, as it came without a signature", nil
	}
	secret, err := r.secrets.toSign(p, nil)
	if err != nil {
		return "", err
	}
	if secret.Test && (!res.Test || res.Verdict == signature.Unknown) { // it was signed with another, which hook doesn't have
		return fmt.Sprintf("signature kept: no secret of %s is configured (set %s)", p.Title, usualVariable(p)), nil
	}
	request := fresh.Signed()
	if err := p.Sign(&request, secret, time.Now()); err != nil {
		return "signature kept: " + err.Error(), nil // a replay with the old signature is still worth having
	}
	fresh.Header = request.Header
	note = "re-signed with " + secret.Source
	if !bytes.Equal(request.Body, fresh.Body.Bytes) {
		fresh.Body = inspect.CaptureOf(request.Body)
		note += ", which changed the body: " + p.Title + " signs in it"
	}
	return note, nil
}

// A destination says which URL a replay of d asks for: target and d's own path joined, or target alone if exact.
type destination func(d *inspect.Delivery) (target replay.Target, exact bool, err error)

// toURL is for a URL that the user gave: a path there is meant exactly, and without one the path is that which the
// delivery's own app was asked for.
func toURL(to string) (destination, error) {
	target, err := replay.ParseTarget(to)
	if err != nil {
		return nil, badTarget(err)
	}
	return func(d *inspect.Delivery) (replay.Target, bool, error) {
		t := target
		if t.Path == "" {
			t.Path = pathOf(d.Summary())
		}
		return t, true, nil
	}, nil
}

// toListener is for a running listener's target.
func toListener(target string) (destination, error) {
	t, err := replay.ParseTarget(target)
	return func(*inspect.Delivery) (replay.Target, bool, error) { return t, false, nil }, err
}

// toFirst sends a delivery where it went first.
func toFirst(d *inspect.Delivery) (replay.Target, bool, error) {
	if len(d.Attempts) > 0 {
		if target, err := wholeTarget(d.Attempts[0].Target); err == nil && target.Socket != "" {
			return target, true, nil
		}
		if u, err := url.Parse(d.Attempts[0].Target); err == nil && u.Host != "" {
			return replay.Target{Scheme: u.Scheme, Host: u.Host, Path: u.RequestURI()}, true, nil
		}
	}
	return replay.Target{}, false, fail(exitUnreachable, "say where with --to http://localhost:3000, or start `hook listen 3000`",
		"replay %s: it never had a target", d.ID)
}

func badTarget(err error) error {
	return fail(exitUsage, "a target is a port (3000), a port with a path (3000/webhooks/stripe), a URL or a socket (unix:/run/app.sock)", "%w", err)
}

// compare says in a word how a replay's answer stands to the original's.
func compare(original, fresh inspect.Summary) string {
	before, after := original.Failed(), fresh.Failed()
	switch {
	case before && !after:
		return "fixed"
	case !before && after:
		return "regressed"
	case before && after:
		return "still failing"
	}
	return "same"
}

// listener is the project's first running listener that has been connected.
func (p place) listener() (running, bool) {
	all := slices.DeleteFunc(p.project.listeners(), func(r running) bool { return r.URL == "" })
	if len(all) == 0 {
		return running{}, false
	}
	return all[0], true
}
