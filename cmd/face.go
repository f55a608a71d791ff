package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// face shows what happens until ctx ends or the user quits: on a screen, as JSON, or as lines.
func (l *listener) face(ctx context.Context) error {
	switch {
	case l.o.json:
		return l.lines(ctx, jsonFace{l})
	case l.screenful():
		return l.screen(ctx)
	}
	return l.lines(ctx, &plainFace{listener: l})
}

// screenful says whether the screen opens: where somebody sits at a terminal and didn't ask for lines.
func (l *listener) screenful() bool {
	return !l.o.json && !l.o.plain && os.Getenv("CI") == "" && os.Getenv("TERM") != "dumb" && isTerminal(l.in) && isTerminal(l.out)
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// A lineFace prints things one after the other. Its methods are not called concurrently.
type lineFace interface {
	ready(tunnel.State) error
	lost(tunnel.State) error
	app(appState) error
	history(trouble) error
	clock(by time.Duration) error // it was set back
	deliveries(context.Context, []inspect.Summary) error
	dropped(n int) error
}

// gather is how long lines wait for others to be written with: a write for each would cost more than the forwarding.
const gather = 20 * time.Millisecond

// lines prints what happens through f until ctx ends.
func (l *listener) lines(ctx context.Context, f lineFace) error {
	var shown appState
	var told trouble
	look := time.NewTicker(lookAtHistory)
	defer look.Stop()
	news := l.news.news
	var gathered <-chan time.Time
	for {
		state, stateChanged, viaChanged := l.connection()
		app, appChanged := l.app.state.Get()
		if app.known && app.isNews(shown, l.o.json) && (shown.known || !app.up || l.o.json) {
			if err := f.app(app); err != nil {
				return err
			}
		}
		shown = app
		if err := l.say(f, state); err != nil {
			return err
		}
		if by := l.looked(); by > 0 {
			if err := f.clock(by); err != nil {
				return err
			}
		}
		if now := l.trouble(); now != told {
			if err := f.history(now); err != nil {
				return err
			}
			told = now
		}
		if err := l.buffer.Flush(); err != nil {
			return err
		}
		select {
		case <-look.C:
		case <-stateChanged:
		case <-viaChanged:
		case <-appChanged:
		case <-news:
			if err := l.printNews(context.WithoutCancel(ctx), f); err != nil { // what was taken is printed, at the end too
				return err
			}
			news, gathered = nil, time.After(gather)
		case <-gathered:
			news = l.news.news
		case <-ctx.Done():
			return nil
		}
	}
}

// said is what was last said of the connection. Other news don't make it worth saying again.
type said struct {
	phase   tunnel.Phase
	retryAt time.Time
	url     string
	via     string // what it said of the exposer
}

// say prints how the connection stands, unless that was said, or it hasn't begun. A loss that was over before it could be
// seen is said too.
func (l *listener) say(f lineFace, s tunnel.State) error {
	if s.Phase != tunnel.Waiting && s.Lost != nil && s.Lost != l.saidLost {
		l.saidLost, l.said = s.Lost, said{}
		if err := f.lost(tunnel.State{Phase: tunnel.Waiting, Err: s.Lost.Err, RetryAt: s.Lost.RetryAt}); err != nil {
			return err
		}
	}
	now := said{phase: s.Phase, retryAt: s.RetryAt, url: s.URL}
	if v, ok := errors.AsType[*viaError](s.Err); ok {
		now.via = v.words(s.RetryAt)
	}
	if s.Phase == "" || now == l.said {
		return nil
	}
	l.said = now
	if s.Lost != nil {
		l.saidLost = s.Lost
	}
	if s.Phase == tunnel.Connected {
		return f.ready(s)
	}
	return f.lost(s)
}

// farewell prints what is left to print, and sums the session up. The session's ctx has ended by then.
func (l *listener) farewell(why error) error {
	return errors.Join(l.sayFarewell(why), l.buffer.Flush())
}

func (l *listener) sayFarewell(why error) error {
	if l.o.json {
		f := jsonFace{l}
		state, _, _ := l.connection()
		return errors.Join(l.printNews(context.Background(), f), l.sayEnded(f), l.say(f, state), f.summary())
	}
	if l.screenful() {
		return l.leaveScreen(why)
	}
	f := &plainFace{listener: l}
	if err := errors.Join(l.printNews(context.Background(), f), l.sayEnded(f)); err != nil {
		return err
	}
	if why != nil {
		return nil
	}
	more := "hook list"
	if l.store == nil {
		more = "nothing was kept (--no-store)"
	}
	_, err := fmt.Fprintf(l.out, "%s · %s\n", strings.Join(l.recorder.sum().words(l.enforce != ""), ", "), more)
	return err
}

// sayEnded prints that the app, which hook had started, has ended.
func (l *listener) sayEnded(f lineFace) error {
	if l.appExit == nil {
		return nil
	}
	return f.app(appState{known: true, ended: l.appExit.how()})
}

// A plainFace prints lines for people. Deliveries and the URL are the answer, the rest is talk.
type plainFace struct {
	*listener
	greeted string // the URL that was shown
}

func (f *plainFace) ready(s tunnel.State) error {
	if f.greeted == s.URL {
		words := "connected again"
		if held := backlogWords(f.client.Name, s); held != "" {
			words += ": " + held
		}
		_, err := fmt.Fprintf(f.err, "%s  %s %s\n", f.now(), f.pen.good.Sprint(f.pen.sign("●", "*")), words)
		return err
	}
	f.greeted = s.URL
	reach := "public"
	if !s.Public {
		reach = "local only"
	}
	_, err := fmt.Fprintf(f.out, "hook %s · %s · %s  %s  %s\n", Version, reach, f.pen.bold.Sprint(inspect.Printable(s.URL)), f.pen.sign("→", "->"), f.engine.Target)
	tips := f.tips(s)
	if f.enforce != "" {
		tips = append(tips, f.enforce.words())
	}
	if held := backlogWords(f.client.Name, s); held != "" {
		tips = append(tips, held)
	}
	for _, tip := range append(tips, "secrets: "+strings.Join(f.secrets.summary(), "\n    ")) {
		_, _ = fmt.Fprintln(f.err, "  "+tip)
	}
	return err
}

func (f *plainFace) lost(s tunnel.State) error {
	if _, ok := errors.AsType[*viaError](s.Err); !ok && (s.Phase == tunnel.Stopped || s.Phase == tunnel.Connecting) {
		return nil
	}
	_, err := fmt.Fprintf(f.err, "%s  %s %s\n", f.now(), f.pen.attention.Sprint(f.pen.sign("◌", "-")), inspect.Printable(relayWords(s, time.Now())))
	return err
}

func (f *plainFace) app(s appState) error {
	sign := f.pen.attention.Sprint(f.pen.sign("◌", "-"))
	if s.up {
		sign = f.pen.good.Sprint(f.pen.sign("●", "*"))
	}
	_, err := fmt.Fprintf(f.err, "%s  %s %s\n", f.now(), sign, inspect.Printable(f.listener.app.line(s)))
	return err
}

func (f *plainFace) deliveries(ctx context.Context, all []inspect.Summary) error {
	short := shortIDs(ctx, f.store, all...)
	for _, s := range all {
		if _, err := fmt.Fprintf(f.out, "%s%s%s\n", f.pen.line(s, short[s.ID]), again(s, time.Now()), f.remark(ctx, s, short)); err != nil {
			return err
		}
	}
	return nil
}

func (f *plainFace) dropped(n int) error {
	has := ": `hook list` has them"
	if f.store == nil {
		has = ""
	}
	_, err := fmt.Fprintf(f.err, "hook: warning: %d lines were left out, as whoever reads this was too slow%s\n", n, has)
	return err
}

func (f *plainFace) now() string { return f.pen.faint.Sprint(time.Now().Format(time.TimeOnly)) }

// relayWords say how the connection stands, fit for one line.
func relayWords(s tunnel.State, now time.Time) string {
	if v, ok := errors.AsType[*viaError](s.Err); ok {
		return v.words(now)
	}
	switch s.Phase {
	case tunnel.Connected:
		if s.RTT != nil && s.RTT() > 0 {
			return fmt.Sprintf("connected %s", duration(s.RTT()))
		}
		return "connected"
	case tunnel.Waiting:
		wait := max(0, s.RetryAt.Sub(now)).Round(time.Second)
		return fmt.Sprintf("not connected, trying again in %d s: %s", int(wait.Seconds()), connectionError(s.Err))
	case tunnel.Stopped:
		return "stopped"
	}
	if s.Err != nil {
		return "connecting: " + connectionError(s.Err)
	}
	return "connecting"
}

// connectionError is why, in few words.
func connectionError(err error) string {
	op, isOp := errors.AsType[*net.OpError](err)
	proxy, isProxy := errors.AsType[*tunnel.ProxyError](err)
	switch {
	case err == nil:
		return "no reason given"
	case isProxy:
		return proxy.Error()
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the relay refused the connection"
	case errors.Is(err, wire.ErrLost):
		return "the connection to the relay was lost"
	case isOp:
		return op.Error()
	}
	return err.Error()
}

// tips say how providers reach the URL, and where it is registered.
func (l *listener) tips(s tunnel.State) []string {
	all := append(append(l.reach(s), l.registrations()...), l.inForce(s.Settings)...)
	if l.store == nil {
		all = append(all, "nothing is kept (--no-store): other commands won't see these deliveries")
	}
	return all
}

// reach says how providers reach a URL that is on this machine alone.
func (l *listener) reach(s tunnel.State) []string {
	if note := l.viaNote(); note != "" {
		return []string{note}
	}
	if s.Public || l.exposure != nil {
		return nil
	}
	if l.embedded == nil {
		return []string{"providers can't reach this: the relay calls itself by an address of its own machine (--public-url of hook-relay)"}
	}
	if tip := l.viaTip(); tip != "" {
		return []string{"providers can't reach this yet: " + tip, "or --relay URL connects to a relay of your own (hook-relay)"}
	}
	return []string{"providers can't reach this yet: --relay URL connects to a relay of your own (hook-relay); --via cloudflared, ngrok, tailscale or ssh:HOST makes this one public"}
}
