// Package relay is the public side: it takes webhooks from whoever sends them, and hands each through a tunnel to the
// client that has claimed the endpoint. It knows nothing of providers, secrets or apps.
//
// A Server is one relay. It runs in the hook-relay binary, and inside `hook listen` where no relay is configured.
package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

// A Config is what a Server needs to know. The zero value of a field means the default that it names.
type Config struct {
	// PublicURL is the base that senders use, without a path: "https://relay.example". Required: a delivery's URL is
	// built from it, never from a request's own Host, as some schemes sign the URL.
	PublicURL string

	// Domain, as in "relay.example", makes https://NAME.relay.example an endpoint's URL beside PublicURL/e/NAME.
	// It needs a wildcard in the DNS and in the certificate. Empty: path addressing alone.
	Domain string

	// Public says that providers out there can reach PublicURL.
	Public bool

	// TrustedProxies are the addresses of proxies in front of the relay, whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix

	Tokens  Tokens       // who may claim names; nil: anyone may
	Names   Names        // who owns which; nil: kept in memory
	API     http.Handler // answers what is asked for below /_hook/, but for tunnels; nil: nothing is
	Inbox   Inbox        // keeps deliveries for those who are away; nil: nothing is held
	Senders Providers    // knows who sends webhooks; nil: nobody does
	Seen    func(*Seen)  // is told of each request from outside when it is over; nil: nobody wants to know

	TurnedAway func(why wire.Code) // is told of each client that didn't get the name it asked for; nil: nobody wants to know

	// Ready says what else than the server itself isn't ready for requests, in a few words each, which strangers may read. nil:
	// nothing else is needed.
	Ready func(context.Context) []string

	WarnBrowsers bool   // people who come with a browser are told what this is, unless the endpoint has them
	Contact      string // where they can report abuse: an address or a URL; may be empty
	Limits       Limits // what one sender and one endpoint may take

	Software string        // "hook-relay/0.1.0"
	Log      *slog.Logger  // nil discards
	MaxBody  int64         // of a request, in bytes; 0: 100 MiB
	MaxHeld  int64         // of a request that is held, in bytes; 0: 8 MiB
	Pause    time.Duration // before a held delivery is tried again, the first time; it doubles, up to 30 times as long; 0: 1 s
	Head     time.Duration // how long an answer's head may take once the request was sent; 0: 70 s
	Drain    time.Duration // how long requests in flight may take once Serve's ctx ended; 0: 10 s
	Grace    time.Duration // how long a body may come at less than 240 bytes a second; 0: 10 s
	Beat     time.Duration // how often a tunnel is asked for a sign of life, an idle one at every fifth time; 0: 5 s
}

// A Server is a relay. Make it with New.
type Server struct {
	cfg  Config
	base atomic.Pointer[base] // SetPublic's; cfg.PublicURL and cfg.Public are only what it began with
	log  *slog.Logger

	heart     *wire.Heart
	admission admission

	limits       Limits // those in force
	addresses    recent[uint64, load]
	endpoints    recent[string, load]
	guesses      recent[guesser, bucket]
	newNames     recent[uint64, bucket]
	callers      recent[uint64, bucket]
	strangeProxy sync.Once // was spoken of

	tunnels  tunnels
	holding  holding
	couriers couriers
	saidFull atomic.Int64   // when the log was told that nothing can be held, in nanoseconds since 1970
	inFlight atomic.Int64   // requests from outside
	listens  atomic.Bool    // Serve accepts
	serving  sync.WaitGroup // tunnels
	pipes    sync.WaitGroup // connections that switched protocols
}

// New checks cfg and makes a Server of it. It opens nothing.
func New(cfg Config) (*Server, error) {
	base, err := parseBase(cfg.PublicURL, cfg.Public)
	if err != nil {
		return nil, err
	}
	cfg.Domain = strings.TrimPrefix(strings.ToLower(cfg.Domain), "*.")
	if cfg.Names == nil {
		cfg.Names = NewMemory()
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.MaxBody == 0 {
		cfg.MaxBody = 100 << 20
	}
	if cfg.MaxHeld == 0 {
		cfg.MaxHeld = 8 << 20
	}
	for value, fallback := range map[*time.Duration]time.Duration{
		&cfg.Head: 70 * time.Second, &cfg.Drain: 10 * time.Second, &cfg.Grace: 10 * time.Second, &cfg.Beat: 5 * time.Second,
		&cfg.Pause: time.Second,
	} {
		if *value == 0 {
			*value = fallback
		}
	}
	s := &Server{
		cfg: cfg, limits: cfg.Limits.InForce(), heart: wire.NewHeart(cfg.Beat), log: cfg.Log,
		tunnels: tunnels{byName: make(map[string]*tunnel)},
	}
	s.base.Store(base)
	return s, nil
}

// A base is what the URLs of all endpoints begin with.
type base struct {
	scheme, host, port string // host has the port in it
	public             bool   // providers out there can reach it
}

func parseBase(publicURL string, public bool) (*base, error) {
	u, err := url.Parse(publicURL)
	switch {
	case err != nil:
		return nil, err
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, fmt.Errorf("the public URL %q is not like https://relay.example", publicURL)
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return nil, fmt.Errorf("the public URL %q has more than scheme, host and port", publicURL)
	}
	return &base{u.Scheme, u.Host, u.Port(), public}, nil
}

// SetPublic puts url in the place of Config.PublicURL, and public in that of Config.Public, for the requests and claims
// that come from now on. It may be called at any time. Tunnels stay connected, so nothing is lost: their clients are told
// the new URL when they claim again, and EndpointURL gives it at once.
func (s *Server) SetPublic(url string, public bool) error {
	base, err := parseBase(url, public)
	if err == nil {
		s.base.Store(base)
	}
	return err
}

// EndpointURL is the URL of the endpoint with that name, as clients are told it.
func (s *Server) EndpointURL(name string) string {
	if s.cfg.Domain == "" {
		return s.pathURL(name)
	}
	return s.hostURL(name)
}

func (s *Server) pathURL(name string) string {
	b := s.base.Load()
	return b.scheme + "://" + b.host + "/e/" + name
}

func (s *Server) hostURL(name string) string {
	b := s.base.Load()
	u := b.scheme + "://" + name + "." + s.cfg.Domain
	if b.port != "" {
		u += ":" + b.port
	}
	return u
}

// Serve accepts on listeners until ctx ends, then tells the clients to go, and gives requests in flight Config.Drain to
// finish. No tunnel outlives it. A cancelled ctx is not an error. It speaks HTTP/1.1 and HTTP/2, over TLS where a listener is
// one of crypto/tls whose Config.NextProtos has "h2" and "http/1.1".
func (s *Server) Serve(ctx context.Context, listeners ...net.Listener) error {
	// Tunnels outlast ctx by the time of draining, as requests in flight need them.
	tunnelCtx, closeTunnels := context.WithCancel(context.WithoutCancel(ctx))
	srv := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout:      streamIdle, // whoever writes later than that gives itself more
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    1 << 20, // the edge answers from 64 KiB on, in words of our own
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return context.WithValue(tunnelCtx, tunnelCtxKey{}, tunnelCtx) },
	}
	srv.Protocols = new(http.Protocols)
	srv.Protocols.SetHTTP1(true)
	srv.Protocols.SetHTTP2(true)
	srv.Protocols.SetUnencryptedHTTP2(true)
	s.serving.Go(func() { s.heart.Run(tunnelCtx) })
	serving, stop := context.WithCancel(ctx)
	defer stop()
	s.listens.Store(true)
	defer s.listens.Store(false)
	var g errgroup.Group
	for _, ln := range listeners {
		g.Go(func() error {
			defer stop() // by an error of its own, if not by ctx
			if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve %s: %w", ln.Addr(), err)
			}
			return nil
		})
	}
	g.Go(func() error {
		<-serving.Done()
		s.tunnels.goAway(&wire.GoAway{Code: wire.CodeDraining, Message: "the relay is shutting down"})
		// ctx is already cancelled, so draining needs a clock of its own.
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.Drain)
		defer cancel()
		defer context.AfterFunc(drain, closeTunnels)()
		if err := srv.Shutdown(drain); err != nil { // somebody took longer than that
			return srv.Close()
		}
		s.pipes.Wait() // which Shutdown doesn't see
		return nil
	})
	err := g.Wait()
	closeTunnels()
	s.serving.Wait() // Shutdown doesn't see tunnels, as they are hijacked connections
	return err
}

// tunnelCtxKey finds the context that tunnels live by, in a request's context: after the hijack the request's own is of
// no use.
type tunnelCtxKey struct{}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if name, base, path, ok := s.address(r); ok {
		s.inFlight.Add(1)
		defer s.inFlight.Add(-1)
		s.receive(w, r, name, base, path)
		return
	}
	s.hurry(w, r)
	switch r.URL.Path {
	case wire.Path:
		s.connect(w, r)
	case "/readyz":
		s.readyz(w, r)
	case "/", "/healthz":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = fmt.Fprintln(w, "This is a relay for webhooks. It is up.")
	default:
		if s.cfg.API != nil && strings.HasPrefix(r.URL.Path, "/_hook/") {
			s.Guard(s.cfg.API).ServeHTTP(w, r)
			return
		}
		fail(http.StatusNotFound, "endpoint_unknown",
			"there is no endpoint at this address: an endpoint's URL is "+s.EndpointURL("NAME")).Answer(w, "")
	}
}

// address tells which endpoint a request is for, the endpoint's URL as the sender used it, and what followed that.
func (s *Server) address(r *http.Request) (name, base, path string, ok bool) {
	target := r.RequestURI
	if !strings.HasPrefix(target, "/") { // absolute form: the origin form is what a client of the origin would send
		_, rest, _ := strings.Cut(target, "://")
		if i := strings.IndexAny(rest, "/?"); i >= 0 {
			target = rest[i:]
		} else {
			target = ""
		}
	}
	if s.cfg.Domain != "" {
		host, _, _ := strings.Cut(strings.ToLower(r.Host), ":")
		if name, ok := strings.CutSuffix(host, "."+s.cfg.Domain); ok && ValidName(name) {
			return name, s.hostURL(name), target, true
		}
	}
	rest, ok := strings.CutPrefix(target, "/e/")
	if !ok {
		return "", "", "", false
	}
	name = rest
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		name, path = rest[:i], rest[i:]
	}
	return name, s.pathURL(name), path, true
}
