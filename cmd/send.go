package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/replay"
)

type sendOptions struct {
	provider, event  string
	to, body         string
	set, unset       []string
	headers, secrets []string
	seed             uint64
	insecure, json   bool
	waitForApp       time.Duration
}

func newSend(s streams) *cobra.Command {
	var o sendOptions
	c := &cobra.Command{
		Use:     "send PROVIDER EVENT",
		Aliases: []string{"trigger"},
		Short:   "Fire a sample event, signed as the provider signs it",
		Long: "Send a sample event of a provider, with fresh ids and times, signed as the provider signs it: to --to, else to this\n" +
			"project's running listener, the whole way through its endpoint. Exits 0 if it was answered with 2xx, 1 if with another\n" +
			"status, 5 if there was no answer.",
		Example: "  hook send stripe payment_intent.succeeded --set data.object.amount=4200\n" +
			"  hook send github push --to http://localhost:3000/webhooks/github --secret @secret.txt",
		Args: exactly(cobra.ExactArgs(2), "a provider and an event type"),
		RunE: func(c *cobra.Command, args []string) error {
			o.provider, o.event = args[0], args[1]
			return withHistory(c, s, func(p place, store *history.Store) error { return runSend(c.Context(), p, store, o) })
		},
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", "", "send to this `URL` (default: the running listener's endpoint)")
	f.StringArrayVar(&o.set, "set", nil, "set a field of the body, `path=value`; +path=value creates it (repeatable)")
	f.StringArrayVar(&o.unset, "unset", nil, "take a field out of the body, by its `path` (repeatable)")
	f.StringArrayVarP(&o.headers, "header", "H", nil, "set a header field, `'Name: value'` (repeatable)")
	f.StringVarP(&o.body, "body", "d", "", "send this body in place of the sample's: `@FILE`, - or the text itself")
	f.StringArrayVar(&o.secrets, "secret", nil, "the signing secret, `[PROVIDER=]SOURCE`: @FILE, env:NAME or - (repeatable)")
	f.Uint64Var(&o.seed, "seed", 0, "make the ids follow from this `number`, for the same event again")
	waitForAppFlag(f, &o.waitForApp)
	f.BoolVar(&o.insecure, "insecure", false, "believe any certificate of the target")
	f.BoolVar(&o.json, "json", false, "one JSON object a line")
	return c
}

func runSend(ctx context.Context, p place, store *history.Store, o sendOptions) error {
	sample, err := o.sample(p)
	if err != nil {
		return err
	}
	found, err := findSecrets(p.project, o.secrets, p.in, p.err)
	if err != nil {
		return err
	}
	to, listener, err := p.sendTo(o.to)
	if err != nil {
		return err
	}
	options := replay.ClientOptions{Insecure: o.insecure}
	if listener != nil && listener.CA != "" {
		if options.Roots, err = readAuthorities(listener.CA); err != nil {
			return err
		}
	}
	client := replay.NewClient(options)
	defer client.CloseIdleConnections()
	sender := sender{secrets: found, client: client, talk: p.err, waitForApp: o.waitForApp}
	if listener == nil { // a listener keeps what comes through it
		sender.recorder = &recorder{secrets: found, store: store, log: discardLog()}
	}
	sent, signed, err := sender.send(ctx, sample, to)
	if err != nil {
		return err
	}
	if o.json {
		err = printJSON(p.out, summaryJSON(sent.Summary()))
	} else {
		err = p.printSent(sent, signed)
	}
	return errors.Join(err, p.afterSending(ctx, store, o, sent, listener))
}

// sample makes the event and changes it as the flags say.
func (o sendOptions) sample(p place) (*fixtures.Sample, error) {
	sample, err := fixtures.Make(strings.ToLower(o.provider), o.event, fixtures.Options{Seed: o.seed})
	if err != nil {
		if sample = o.bare(); sample == nil {
			return nil, badSample(err)
		}
	}
	if o.body != "" {
		if sample.Body, err = readBody(o.body, p.in); err != nil {
			return nil, err
		}
	}
	for _, assignment := range o.set {
		path, value, ok := strings.Cut(assignment, "=")
		if !ok {
			return nil, fail(exitUsage, "--set is like --set data.object.amount=4200", "--set %s has no =", assignment)
		}
		if err := sample.Set(path, value); err != nil {
			return nil, badPath(err)
		}
	}
	for _, path := range o.unset {
		if err := sample.Unset(path); err != nil {
			return nil, badPath(err)
		}
	}
	header, err := parseHeaders(o.headers)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		sample.Header[name] = values
	}
	return sample, nil
}

// bare is the event of a provider that there are no samples of, which --body and -H are for; nil without them.
func (o sendOptions) bare() *fixtures.Sample {
	provider := signature.Lookup(strings.ToLower(o.provider))
	if provider == nil || o.body == "" {
		return nil
	}
	return &fixtures.Sample{
		Provider: provider.Name, Event: o.event, Method: http.MethodPost, Header: http.Header{"Content-Type": {"application/json"}},
	}
}

func badSample(err error) error {
	if e, ok := errors.AsType[*fixtures.UnknownProviderError](err); ok {
		return fail(exitUsage, meant("", e.Nearest, "`hook events` lists the providers"), "%w", err)
	}
	if e, ok := errors.AsType[*fixtures.UnknownEventError](err); ok {
		all, _ := fixtures.Events(e.Provider)
		return fail(exitUsage, meant("", e.Nearest, fmt.Sprintf("`hook events %s` lists all %d", e.Provider, len(all))), "%w", err)
	}
	return err
}

func badPath(err error) error {
	if e, ok := errors.AsType[*fixtures.PathError](err); ok {
		return fail(exitUsage, meant("", e.Nearest, "--set +"+e.Path+"=… creates it"), "%w", err)
	}
	return fail(exitUsage, "`hook events PROVIDER EVENT` shows the sample", "%w", err)
}

// sendTo is the URL to send to; listener is whose endpoint that is, if it is one of this project's.
func (p place) sendTo(to string) (target replay.Target, listener *running, err error) {
	if to == "" {
		r, ok := p.listener()
		if !ok {
			return replay.Target{}, nil, fail(exitUnreachable, "start `hook listen 3000` in another terminal, or say where with --to http://localhost:3000",
				"there is nothing to send to: no listener runs in %s", p.project.dir)
		}
		to = r.URL
	}
	if target, err = wholeTarget(to); err != nil {
		return replay.Target{}, nil, badTarget(err)
	}
	for _, r := range p.project.listeners() {
		if r.URL != "" && below(target.String(), r.URL) {
			return target, &r, nil
		}
	}
	return target, nil, nil
}

// wholeTarget reads the whole of a URL to ask for: unlike a listener's target it may have a query, which some schemes sign.
func wholeTarget(to string) (replay.Target, error) {
	base, query, hasQuery := strings.Cut(to, "?")
	target, err := replay.ParseTarget(base)
	if err != nil {
		return replay.Target{}, err
	}
	if target.Path == "" {
		target.Path = "/"
	}
	if hasQuery {
		target.Path += "?" + query
	}
	return target, nil
}

// below says whether a URL is base or begins with it: not with base as a part of a longer name.
func below(url, base string) bool {
	rest, ok := strings.CutPrefix(url, base)
	return ok && (rest == "" || rest[0] == '/' || rest[0] == '?')
}

// A sender plays the provider.
type sender struct {
	secrets    *secrets
	client     http.RoundTripper
	recorder   *recorder // nil keeps nothing
	waitForApp time.Duration
	talk       io.Writer // gets the test secret that is shown once; nil: nobody does
}

// send signs a sample and sends it. The delivery has the attempt, whatever came of it; signed says with which secret.
func (s *sender) send(ctx context.Context, sample *fixtures.Sample, to replay.Target) (d *inspect.Delivery, signed string, err error) {
	provider, signed := signature.Lookup(sample.Provider), "not signed"
	request := signature.Request{Method: sample.Method, URL: to.URL(), Header: sample.Header, Body: sample.Body}
	if provider != nil && provider.CanSign() {
		secret, err := s.secrets.toSign(provider, s.talk)
		if err != nil {
			return nil, "", err
		}
		if err := provider.Sign(&request, secret, time.Now()); err != nil {
			return nil, "", fail(exitFailed, "--secret [PROVIDER=]SOURCE gives another", "sign with the secret from %s: %w", secret.Source, err)
		}
		signed = "signed with " + secret.Source
	}
	u, err := url.Parse(request.URL) // signing may have added to the query
	if err != nil {
		return nil, "", err
	}
	d = &inspect.Delivery{
		ID: inspect.NewID(), Proto: "HTTP/1.1", Host: to.Host, Method: sample.Method, URL: request.URL, ReceivedAt: time.Now(),
		Header: request.Header, Body: inspect.CaptureOf(request.Body), Provider: sample.Provider, EventType: sample.Event, ProviderID: sample.ID,
	}
	to.Path = u.RequestURI()
	f := replay.Forwarder{Target: to, Exact: true, Client: s.client, Bare: true, WaitForApp: s.waitForApp}
	if s.recorder != nil {
		f.Recorder = s.recorder
	}
	if err := f.Deliver(ctx, d); err != nil {
		return nil, "", err
	}
	return d, signed, ctx.Err()
}

// afterSending turns the outcome into the exit code and the next step.
func (p place) afterSending(ctx context.Context, store *history.Store, o sendOptions, d *inspect.Delivery, listener *running) error {
	a := d.Last()
	if a.Response == nil && listener != nil {
		return fail(exitUnreachable, "start the relay again: the listener comes back by itself", "send %s %s: the relay doesn't answer at %s", o.provider, o.event, listener.URL)
	}
	if a.Response == nil {
		return fail(exitUnreachable, "start the app, or say where with --to", "send %s %s: %s", o.provider, o.event, a.Err)
	}
	if a.Response.Status/100 == 2 {
		return nil
	}
	code := exitFailed
	switch a.Response.Header.Get("Hook-Error") {
	case "app_refused", "app_unreachable", "tunnel_absent", "tunnel_lost", "endpoint_unknown":
		code = exitUnreachable
	}
	if o.json {
		return &fault{errQuiet, "", code}
	}
	return fail(code, p.afterStatus(ctx, store, d, a.Response, listener), "send %s %s: answered %d", o.provider, o.event, a.Response.Status)
}

// printSent prints what was sent and what came back.
func (p place) printSent(d *inspect.Delivery, signed string) error {
	_, err := fmt.Fprintf(p.out, "%s %s %s   %s · %s · %s · %s bytes · %s\n", p.pen.sign("→", ">"), d.Method, inspect.Printable(d.URL),
		d.Provider, d.EventType, inspect.Printable(orDash(d.ProviderID)), humanize.Comma(d.Body.Size), signed)
	a := d.Last()
	if a.Response == nil || err != nil {
		return err // afterSending says why
	}
	answer := a.Response.Body.Bytes
	_, err = fmt.Fprintf(p.out, "%s %s in %s   %s\n", p.pen.sign("←", "<"), p.pen.status(d.Summary()), duration(a.Stages.Total),
		ansi.Truncate(inspect.Printable(string(answer[:min(len(answer), 400)])), 100, "…"))
	return err
}

// afterStatus is the next step after an answer that isn't 2xx.
func (p place) afterStatus(ctx context.Context, store *history.Store, d *inspect.Delivery, r *inspect.Response, listener *running) string {
	switch code := r.Header.Get("Hook-Error"); {
	case code == "app_refused" && listener != nil:
		return "start the app at " + listener.Target
	case code == "tunnel_absent":
		return "the listener is not connected: see its screen"
	case code != "":
		return "`hook show last` tells more"
	case r.Status == http.StatusNotFound:
		return p.afterNotFound(ctx, store, d, listener)
	case r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden || r.Status == http.StatusBadRequest:
		return "if the app finds the signature wrong: `hook verify last` tells what it may have or do differently"
	}
	return "`hook show last` tells more"
}

// afterNotFound names the path that worked for the provider before, or how to say one.
func (p place) afterNotFound(ctx context.Context, store *history.Store, d *inspect.Delivery, listener *running) string {
	worked, err := store.List(ctx, history.Query{Providers: []string{d.Provider}, Statuses: []string{"2xx"}, Limit: 1})
	if err == nil && len(worked) == 1 {
		return d.Provider + " was answered " + fmt.Sprint(worked[0].Status) + " at " + worked[0].Target + " before"
	}
	if listener != nil {
		return "the app has nothing at " + listener.Target + ": give the path too, as in `hook listen " +
			strings.TrimPrefix(strings.TrimPrefix(listener.Target, "http://"), "localhost:") + "/webhooks/" + d.Provider + "`"
	}
	return "the app has nothing at that path: give the path too, as in --to " + d.URL + "/webhooks/" + d.Provider
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
