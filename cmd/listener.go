package cmd

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/replay"
)

// A listener is one `hook listen`: a tunnel's client, the engine behind it, and perhaps a relay of its own. Make it with
// newListener and close it after run.
type listener struct {
	addTime time.Duration // see the constant; 0: as that
	place
	o          listenOptions
	enforce    enforcement // empty if everything passes
	secrets    *secrets
	store      *history.Store // nil with --no-store
	unkept     *unkept
	running    *running
	client     *tunnel.Client
	engine     *replay.Forwarder
	app        *appWatch
	embedded   *embedded // nil with --relay
	exposure   *exposure // nil without --via
	recorder   *recorder
	breakpoint *breakpoint // nil without a screen
	challenger *challenger
	alarm      *alarm // nil without --on-failure
	news       *feed[event]
	buffer     *bufio.Writer // of out
	log        *slog.Logger
	logFile    *os.File
	acting     *acting  // nil without a screen
	tour       []string // of the demo; see tui.Config

	appExit  *appExit     // how the app ended; set if hook started it and that is why hook ends, too; run's
	said     said         // of the connection; the face's
	saidLost *tunnel.Loss // the last loss that was said; the face's
	began    time.Time
	clock    clockBack       // the face's
	ending   <-chan struct{} // closed when the listener ends; run's, for its handlers
	lastErr  error           // why it was not connected the last time; keepRunning's
}

func (p place) newListener(ctx context.Context, o listenOptions) (_ *listener, err error) {
	l := &listener{place: p, o: o, unkept: new(unkept), began: time.Now(), news: newFeed[event](), said: said{phase: tunnel.Connecting}}
	if !l.screenful() { // which writes to the terminal itself
		l.buffer = bufio.NewWriterSize(p.out, 64<<10)
		l.out = l.buffer
	} else {
		l.buffer = bufio.NewWriter(io.Discard)
	}
	defer func() {
		if err != nil {
			_ = l.close()
		}
	}()
	if o.timeout <= 0 {
		return nil, fail(exitUsage, "a duration is like 60s or 5m", "listen: --timeout %v: it must be more than nothing", o.timeout)
	}
	target, err := l.target()
	if err != nil {
		return nil, err
	}
	capture, err := parseSize(o.capture)
	if err != nil {
		return nil, err
	}
	if l.enforce, err = l.enforcement(); err != nil {
		return nil, err
	}
	via, relayURL, token, err := l.way()
	if err != nil {
		return nil, err
	}
	if l.secrets, err = findSecrets(p.project, o.secrets, p.in, p.err); err != nil {
		return nil, err
	}
	l.openLog()
	if l.alarm, err = l.newAlarm(); err != nil {
		return nil, err
	}
	if err := l.openStore(ctx); err != nil {
		return nil, err
	}
	if l.running, err = l.announce(ctx, target, relayURL); err != nil {
		return nil, err
	}
	mine, name, err := l.endpoint()
	if err != nil {
		return nil, err
	}
	if relayURL == "" {
		if l.embedded, err = p.newEmbedded(l.running.slot, target.Port(), via, o.timeout, l.log); err != nil {
			return nil, err
		}
		relayURL, token = l.embedded.url, string(l.embedded.token)
		if via != nil {
			l.exposure = &exposure{exposer: via, relay: l.embedded, log: l.log}
		}
	}
	settings, err := l.endpointSettings()
	if err != nil {
		return nil, err
	}
	if settings.WhenAway != "" && l.embedded != nil {
		_, _ = fmt.Fprintln(l.err, "hook: warning: --when-away is for a relay that stays: the one inside hook ends with it, and holds nothing")
	}
	backlog, err := l.backlog()
	if err != nil {
		return nil, err
	}
	l.recorder = &recorder{secrets: l.secrets, store: l.store, unkept: l.unkept, endpoint: name, log: l.log, changed: l.changed}
	l.engine = &replay.Forwarder{
		Target: target, HostHeader: o.hostHeader, Recorder: l.recorder, Capture: capture,
		Client: replay.NewClient(replay.ClientOptions{Insecure: o.insecure, Head: o.timeout}), WaitForApp: o.waitForApp,
	}
	if l.enforce != "" {
		l.engine.Refuse = l.enforce.refuse
	}
	l.challenger = &challenger{listener: l, given: settings}
	l.engine.Challenger = l.challenger
	if l.screenful() {
		l.breakpoint = l.newBreakpoint()
		l.engine.Holder = l.breakpoint
	}
	l.app = newAppWatch(target)
	l.app.waits = o.waitForApp
	if len(o.command) > 0 {
		l.app.command = o.command[0]
	} else if warning := l.checkOwner(ctx); warning != "" && !o.local {
		_, _ = fmt.Fprintf(l.err, "hook: warning: %s\n", warning)
	}
	trust, err := l.trust(relayURL)
	if err != nil {
		return nil, err
	}
	l.client = &tunnel.Client{
		Relay: relayURL, Token: token, Name: name, Secret: mine.Owner, Instance: l.running.Instance, TakeOver: o.takeOver,
		Software: "hook/" + Version, Handler: l, Log: l.log, TLS: trust,
		Settings: settings, Backlog: backlog,
	}
	l.app.held = l.holds
	if o.expire > 0 {
		l.client.Until = l.began.Add(o.expire)
	}
	return l, nil
}

// close lets go of what newListener took.
func (l *listener) close() error {
	var err error
	if l.running != nil {
		l.running.end()
	}
	if l.embedded != nil {
		_ = l.embedded.listener.Close()
	}
	if l.store != nil {
		err = closing(l.store, l.err)
	}
	if l.logFile != nil {
		_ = l.logFile.Close()
	}
	return err
}

// way is how webhooks get here: through an exposer, through a relay, or, if it names neither, from this machine alone.
func (l *listener) way() (via *exposer, relayURL, token string, err error) {
	if l.o.local {
		return nil, "", "", nil
	}
	if via, err = l.via(); err == nil && via == nil {
		relayURL, token, err = l.relay()
	}
	return via, relayURL, token, err
}

func (l *listener) target() (replay.Target, error) {
	given := l.settings.first(l.o.target, "HOOK_TARGET", func(c config) string { return c.Target })
	if given == "" {
		return replay.Target{}, fail(exitUsage, "which port does your app listen on? `hook listen 3000`, or `target: 3000` in hook.yaml", "listen: there is no target")
	}
	target, err := replay.ParseTarget(given)
	if err != nil {
		return replay.Target{}, badTarget(err)
	}
	return target, nil
}

// announce makes the listener known to the project's other commands.
func (l *listener) announce(ctx context.Context, target replay.Target, relayURL string) (*running, error) {
	own, other, err := l.project.announce(running{
		PID: os.Getpid(), Instance: rand.Text(), Target: target.String(), Relay: relayURL, Started: time.Now(), Cursor: l.historyEnd(ctx),
		NoStore: l.o.noStore,
	})
	if other != nil {
		return nil, fail(exitFailed, "use that one, or stop it first", "already listening for %s: process %d, %s", target, other.PID, other.URL)
	}
	if err != nil {
		return nil, fail(exitFailed, "set HOOK_HOME to a folder that can be written", "listen: %w", err)
	}
	return own, nil
}

// historyEnd is where the session begins in the history, so that `hook wait` finds all that came in it.
func (l *listener) historyEnd(ctx context.Context) *history.Cursor {
	if l.store == nil {
		return nil
	}
	end, err := l.store.Cursor(ctx)
	if err != nil {
		return nil // the history says so itself
	}
	return &end
}

// endpoint is the name to claim: the one that was asked for, or this slot's.
func (l *listener) endpoint() (memory, string, error) {
	var name string
	m, err := l.project.remember(func(m *memory) bool {
		e, made := m.endpoint(l.running.slot)
		name = e.Name
		return made
	})
	if given := l.settings.first(l.o.name, "HOOK_NAME", func(c config) string { return c.Name }); given != "" {
		if name = given; !relay.ValidName(name) {
			return m, "", fail(exitUsage, relay.NameRule, "listen: --name %q can't be an endpoint's", name)
		}
	}
	return m, name, err
}

// openLog sends the program's own log to a file: the terminal is for people.
func (l *listener) openLog() {
	l.log = discardLog()
	if err := os.MkdirAll(l.home.log, 0o700); err != nil {
		return
	}
	file, err := os.OpenFile(filepath.Join(l.home.log, "listen.log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return
	}
	if info, err := file.Stat(); err == nil && info.Size() > 4<<20 {
		_ = file.Truncate(0)
	}
	l.logFile, l.log = file, slog.New(slog.NewTextHandler(file, printableLog())).With("pid", os.Getpid())
}

func discardLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

// run listens until ctx ends, the user quits, or the relay will never have us.
func (l *listener) run(ctx context.Context) error {
	ctx, quit := context.WithCancel(ctx)
	defer quit()
	g, gctx := errgroup.WithContext(ctx)
	l.ending = gctx.Done()
	relayCtx, stopRelay := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRelay()
	viaCtx, stopVia := context.WithCancel(context.WithoutCancel(ctx))
	defer stopVia()
	if l.embedded != nil {
		g.Go(func() error {
			defer stopVia() // only after the last answer has gone through it
			return l.embedded.serve(relayCtx)
		})
	}
	if l.exposure != nil {
		g.Go(func() error { return l.exposure.run(viaCtx) })
	}
	appCtx, stopApp := context.WithCancel(context.WithoutCancel(ctx))
	defer stopApp()
	if len(l.o.command) > 0 {
		g.Go(func() error {
			defer quit() // both end together
			return l.runApp(appCtx)
		})
	}
	mayShow := make(chan struct{}) // a question comes before the screen
	g.Go(func() error { return l.watchReady(gctx) })
	g.Go(func() error {
		defer stopApp()   // likewise
		defer stopRelay() // only after the tunnel has drained
		return l.refused(l.connect(gctx, mayShow))
	})
	g.Go(func() error { return l.app.run(gctx) })
	g.Go(func() error {
		<-gctx.Done()
		if n := l.recorder.inFlight(); n > 0 {
			_, _ = fmt.Fprintf(l.err, "hook: %s in flight, waiting up to 3 s: Ctrl-C again ends it at once\n", plural(n, "request", "requests"))
		}
		return nil
	})
	g.Go(func() error { return l.upkeep(gctx) })
	if l.alarm != nil {
		g.Go(func() error { return l.alarm.run(gctx) })
	}
	g.Go(func() error { return l.keepRunning(gctx) })
	g.Go(func() error {
		defer quit()
		select {
		case <-mayShow:
			return l.face(gctx)
		case <-gctx.Done():
			return nil
		}
	})
	err := g.Wait()
	if t, ok := l.engine.Client.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	if err == nil && l.embedded == nil && !l.client.EverConnected() && l.appExit == nil {
		why := "it had not answered yet"
		if l.lastErr != nil {
			why = connectionError(l.lastErr)
		}
		err = fail(exitUnreachable, "check that --relay is right and that the relay runs", "listen: never connected to %s: %s", l.client.Relay, why)
	}
	farewell := l.farewell(err)
	if err == nil && l.appExit != nil {
		err = l.appExit.fault()
	}
	return errors.Join(err, farewell)
}

// keepRunning writes the endpoint's URL where the project's other commands find it, once it is connected, and keeps in
// mind why it isn't. Behind an exposer that is the local URL as long as there is no public one. Likewise whether the history
// can be written.
func (l *listener) keepRunning(ctx context.Context) error {
	look := time.NewTicker(lookAtHistory)
	defer look.Stop()
	for {
		state, changed, viaChanged := l.connection()
		if state.Err != nil {
			l.lastErr = state.Err
		}
		url := state.URL
		if _, local := errors.AsType[*viaError](state.Err); local {
			url = l.embedded.url + "/e/" + l.client.Name
		}
		if url == "" {
			url = l.running.URL
		}
		now := l.trouble()
		now.lost = max(now.lost, l.running.Lost)
		if url != l.running.URL || now.why != l.running.Trouble || now.lost != l.running.Lost {
			l.running.URL, l.running.Trouble, l.running.Lost = url, now.why, now.lost
			if err := l.running.write(); err != nil { // webhooks come all the same
				l.log.Warn("announce the listener", "error", err)
			}
		}
		select {
		case <-look.C:
		case <-changed:
		case <-viaChanged:
		case <-ctx.Done():
			return nil
		}
	}
}
