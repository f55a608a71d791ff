package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/admin"
	"github.com/seed-4575fdc3/hook/relay/state"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// relayAdmin is how an operator looks after a relay.
type relayAdmin struct {
	addr, accessLog string
	drain           time.Duration
}

func (o *relayAdmin) flags(f *pflag.FlagSet) {
	f.StringVar(&o.addr, "admin-addr", "", "answer /metrics, /healthz, /readyz and the API on this `HOST:PORT` too, which is for operators; 127.0.0.1:9440, say")
	f.StringVar(&o.accessLog, "access-log", "", "write a line of JSON for each request from outside to this `file`; - is stderr")
	f.DurationVar(&o.drain, "drain-timeout", 10*time.Second, "how long requests in flight may take once the relay is told to stop, a `duration`")
}

// mistakes are what is wrong with it, as far as it shows before anything is opened.
func (o *relayAdmin) mistakes() []error {
	var all []error
	if _, err := net.ResolveTCPAddr("tcp", o.addr); o.addr != "" && err != nil {
		all = append(all, fail(exitUsage, "write HOST:PORT, as in 127.0.0.1:9440", "--admin-addr %q: %w", o.addr, err))
	}
	if o.drain <= 0 {
		all = append(all, fail(exitUsage, "a duration is like 10s or 2m", "--drain-timeout %v: it must be more than nothing", o.drain))
	}
	return all
}

// Metrics measure a relay.
type Metrics interface {
	http.Handler // answers a scrape
	Seen(*relay.Seen)
	TurnedAway(wire.Code)
	Watch(figures func() admin.Figures, dropped func() uint64)
}

// A relayWatch is what looks on while a relay runs, beside those who use it.
type relayWatch struct {
	api      *admin.API
	listener net.Listener // of --admin-addr; nil: there is none
	access   *accessLog   // nil: there is none
	pair     *keyPair     // the certificate from files; nil: there is none
	metrics  Metrics      // nil: nothing is measured
	health   health
	reload   *hangups
	log      *slog.Logger
}

// watch opens what looks on. It is called once, before the relay is made.
func (h *relayData) watch(ctx context.Context, o *relayOptions, stderr io.Writer) error {
	for _, err := range o.admin.mistakes() {
		return err
	}
	w := &relayWatch{api: h.api, log: h.log, health: health{store: h.store}}
	h.looks = w
	if o.admin.addr != "" {
		if err := w.listen(o.admin.addr); err != nil {
			return err
		}
	}
	if o.admin.accessLog != "" {
		var err error
		if w.access, err = openAccessLog(o.admin.accessLog, stderr, h.log); err != nil {
			return err
		}
	}
	if o.parts.Metrics != nil {
		w.metrics = o.parts.Metrics()
		var dropped func() uint64
		if w.access != nil {
			dropped = w.access.dropped.Load
		}
		w.metrics.Watch(func() admin.Figures { return h.api.Figures(context.Background()) }, dropped)
		h.api.Metrics = w.metrics
	}
	w.reload = takeHangups(ctx, isTerminal(stderr))
	return nil
}

func (w *relayWatch) listen(addr string) (err error) {
	if w.listener, err = net.Listen("tcp", addr); err != nil {
		return fail(exitFailed, "choose another --admin-addr HOST:PORT", "--admin-addr: %w", err)
	}
	at := w.listener.Addr().(*net.TCPAddr)
	w.log.Info("operators are answered", "addr", at.String())
	if !at.IP.IsLoopback() {
		w.log.Warn("the operators' listener is not on an address of the machine's own: whoever reaches it can ask, and what they show goes unencrypted", "addr", at.String())
	}
	return nil
}

// seen is for relay.Config.
func (w *relayWatch) seen() func(*relay.Seen) {
	switch {
	case w.metrics == nil && w.access == nil:
		return nil
	case w.access == nil:
		return w.metrics.Seen
	case w.metrics == nil:
		return w.access.seen
	}
	return func(v *relay.Seen) {
		w.metrics.Seen(v)
		w.access.seen(v)
	}
}

// turnedAway is for relay.Config.
func (w *relayWatch) turnedAway() func(wire.Code) {
	if w.metrics == nil {
		return nil
	}
	return w.metrics.TurnedAway
}

// run runs until ctx ends, or over if the terminal was closed.
func (w *relayWatch) run(ctx context.Context, over func()) error {
	var g errgroup.Group
	if w.listener != nil {
		g.Go(func() error { return serveBeside(ctx, w.listener, w.api.Listener(w.listener.Addr().(*net.TCPAddr))) })
	}
	if w.access != nil {
		g.Go(func() error {
			w.access.run(ctx)
			return nil
		})
	}
	g.Go(func() error {
		w.reload.each(ctx, w.hungUp, over)
		return nil
	})
	return g.Wait()
}

// hungUp reads again what may have changed.
func (w *relayWatch) hungUp() {
	if w.access != nil {
		w.access.again()
	}
	if w.pair != nil {
		_, _ = w.pair.get(nil) // what is wrong with the files is in the log
	}
	if file, ok := w.api.Others.(*relay.TokenFile); ok && file != nil {
		if err := file.Reload(); err != nil {
			w.log.Error("the tokens that were read before stay in force", "error", err)
			return
		}
		w.log.Info("tokens read again")
	}
	w.log.Info("reloaded")
}

func (w *relayWatch) close() {
	if w.listener != nil {
		_ = w.listener.Close() // it may be closed already
	}
	if w.reload != nil {
		w.reload.release()
	}
}

// serveBeside serves until ctx ends.
func serveBeside(ctx context.Context, ln net.Listener, handler http.Handler) error {
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute}
	stopped := make(chan struct{})
	defer context.AfterFunc(ctx, func() {
		defer close(stopped)
		_ = srv.Close()
	})()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", ln.Addr(), err)
	}
	<-stopped
	return nil
}

// A health is what a relay needs beside its server, looked at once a second at most: strangers may ask.
type health struct {
	store     interface{ Check(context.Context) error }
	certified func() bool // whether there is a certificate; nil: none is needed

	mu   sync.Mutex
	at   time.Time
	errs []string
}

// diskFull is why a relay isn't ready whose disk has no room.
const diskFull = "the disk is full"

// look is for relay.Config.Ready.
func (h *health) look(ctx context.Context) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.at) < time.Second {
		return h.errs
	}
	h.errs = nil
	switch err := h.store.Check(context.WithoutCancel(ctx)); {
	case errors.Is(err, state.ErrNoRoom):
		h.errs = append(h.errs, diskFull)
	case err != nil:
		h.errs = append(h.errs, "the data folder can't be read or written")
	}
	if h.certified != nil && !h.certified() {
		h.errs = append(h.errs, "no certificate yet")
	}
	h.at = time.Now()
	return h.errs
}
