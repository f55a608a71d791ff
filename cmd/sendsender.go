package cmd

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/replay"
)

// A sender plays the provider.
type sender struct {
	secrets    *secrets
	client     http.RoundTripper
	recorder   *recorder // nil keeps nothing
	waitForApp time.Duration
	talk       io.Writer // gets the test secret that is shown once; nil: nobody does
	faults     mischief  // what it does wrong

	tls      *tls.Config   // for faults in how bytes are sent, which the client can't have
	patience time.Duration // how long they wait for an answer; 0 for a minute
}

// send signs a sample and sends it. The delivery has the attempt, whatever came of it; signed says with which secret.
func (s *sender) send(ctx context.Context, sample *fixtures.Sample, to replay.Target) (d *inspect.Delivery, signed string, err error) {
	signer, err := s.signer(sample.Provider)
	if err != nil {
		return nil, "", err
	}
	l, err := signer.prepare(sample, to)
	if err != nil {
		return nil, "", err
	}
	return l.delivery, signer.words, s.deliver(ctx, l)
}

// A signer signs for one provider.
type signer struct {
	provider *signature.Provider // nil if it is one that hook doesn't know
	secret   signature.Secret    // empty if nothing is signed
	words    string              // how, for people
	wrong    string              // another secret, for the fault of that name
	faults   mischief
}

// signer finds the secret to sign with.
func (s *sender) signer(provider string) (*signer, error) {
	g := &signer{provider: signature.Lookup(provider), words: "not signed", faults: s.faults}
	if !g.provider.CanSign() {
		return g, nil
	}
	var err error
	if g.secret, err = s.secrets.toSign(g.provider, s.talk); err != nil {
		return nil, err
	}
	g.words = "signed with " + g.secret.Source
	if words := s.faults.signing(); words != "" {
		g.words = words
	}
	if s.faults.wrongSecret {
		g.wrong = g.provider.NewSecret()
	}
	return g, nil
}

// A letter is a delivery that is ready to be sent.
type letter struct {
	delivery *inspect.Delivery
	to       replay.Target // the whole URL
	expected expectation   // what a right app does with it
}

// prepare makes a delivery of a sample, signed now.
func (g *signer) prepare(sample *fixtures.Sample, to replay.Target) (letter, error) {
	now := time.Now()
	asked := to.URL()
	request := signature.Request{Method: sample.Method, URL: asked, Header: sample.Header, Body: sample.Body, ReceivedAt: now}
	if err := g.sign(&request, now); err != nil {
		return letter{}, err
	}
	expected, err := g.spoil(&request, now)
	if err != nil {
		return letter{}, err
	}
	if request.URL != asked { // signing has added to the query
		u, err := url.Parse(request.URL)
		if err != nil {
			return letter{}, err
		}
		to.Path = u.RequestURI()
	}
	return letter{&inspect.Delivery{
		ID: inspect.NewID(), Proto: "HTTP/1.1", Host: to.Host, Method: sample.Method, URL: request.URL, ReceivedAt: now,
		Header: request.Header, Body: inspect.CaptureOf(request.Body), Provider: sample.Provider, EventType: sample.Event, ProviderID: sample.ID,
	}, to, expected}, nil
}

// sign signs r, if its provider signs and no fault is against it.
func (g *signer) sign(r *signature.Request, now time.Time) error {
	if !g.provider.CanSign() || g.faults.unsigned {
		return nil
	}
	secret := g.secret
	if g.faults.wrongSecret {
		secret.Value = g.wrong
	}
	if err := g.provider.Sign(r, secret, now.Add(g.faults.shift)); err != nil {
		return fail(exitFailed, "--secret [PROVIDER=]SOURCE gives another", "sign with the secret from %s: %w", secret.Source, err)
	}
	return nil
}

// deliver sends a letter. What came of it is the delivery's attempt; the error is that of ctx.
func (s *sender) deliver(ctx context.Context, l letter) error {
	if s.faults.onWire() != "" {
		if err := s.deliverRaw(ctx, l); err != nil {
			return err
		}
		return ctx.Err()
	}
	f := replay.Forwarder{Target: l.to, Exact: true, Client: s.client, Bare: true, WaitForApp: s.waitForApp}
	if s.recorder != nil {
		f.Recorder = s.recorder
	}
	if err := f.Deliver(ctx, l.delivery); err != nil {
		return err
	}
	return ctx.Err()
}
