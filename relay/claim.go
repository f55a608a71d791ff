package relay

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

// A tunnel is one client's live connection.
type tunnel struct {
	name     string
	instance string
	owner    Owner  // of the name, when it was claimed
	token    string // the name of the token that it was claimed with; empty if there was none
	remote   string // the client's address
	since    time.Time
	settings wire.Settings // of the endpoint when it was claimed
	session  *wire.Session
	end      context.CancelFunc // ends the session
}

// tunnels are the live connections by their endpoint's name.
type tunnels struct {
	mu     sync.RWMutex
	byName map[string]*tunnel
	away   *wire.GoAway        // set once the relay drains
	wanted map[string]*arrival // of those that somebody waits for
}

// An arrival is the coming of an endpoint's client.
type arrival struct {
	here    chan struct{} // closed then
	waiting int           // how many wait for it
}

func (t *tunnels) get(name string) *tunnel {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.byName[name]
}

// add puts the tunnel in place, and gives the one that it replaces, or the reason why it may not. It may replace that of somebody who
// owned the name before.
func (t *tunnels) add(n *tunnel, takeOver bool) (old *tunnel, refused *wire.GoAway) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.away != nil {
		return nil, t.away
	}
	old = t.byName[n.name]
	if old != nil && old.owner.Is(n.owner) && old.instance != n.instance && !takeOver {
		return nil, &wire.GoAway{Code: wire.CodeInUse, Message: "another hook of yours is connected as " + n.name}
	}
	t.byName[n.name] = n
	if wanted := t.wanted[n.name]; wanted != nil {
		close(wanted.here)
		delete(t.wanted, n.name)
	}
	return old, nil
}

// wait gives the endpoint's tunnel once it is there; nil if it doesn't come in time.
func (t *tunnels) wait(ctx context.Context, name string, patience time.Duration) *tunnel {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	t.mu.Lock()
	here, wanted := t.byName[name], t.wanted[name]
	if here == nil && wanted == nil {
		if t.wanted == nil {
			t.wanted = make(map[string]*arrival)
		}
		wanted = &arrival{here: make(chan struct{})}
		t.wanted[name] = wanted
	}
	if here == nil {
		wanted.waiting++
	}
	t.mu.Unlock()
	if here != nil {
		return here
	}
	select {
	case <-wanted.here:
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if wanted.waiting--; wanted.waiting == 0 && t.wanted[name] == wanted {
		delete(t.wanted, name)
	}
	return t.byName[name]
}

func (t *tunnels) remove(n *tunnel) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byName[n.name] == n {
		delete(t.byName, n.name)
	}
}

// goAway tells all clients to go, and those that come from now on. Whoever asks for a tunnel waits meanwhile: once one
// client was told, no request finds another that wasn't.
func (t *tunnels) goAway(g *wire.GoAway) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.away = g
	for _, n := range t.byName {
		n.session.GoAway(g)
	}
}

const (
	helloTimeout = 10 * time.Second
	closesIn     = 2 * time.Second // how long a client that was replaced has to close
	idleBeats    = 5               // how many heartbeats there are between two PINGs of an idle tunnel
)

// accept takes a tunnel: token, websocket, hello, claim; then serves it until it ends.
func (s *Server) accept(w http.ResponseWriter, r *http.Request) {
	from := s.source(r, s.sender(r))
	grant := Grant{Pattern: "*"}
	if s.cfg.Tokens != nil {
		var ok bool
		if grant, ok = s.granted(w, r, from); !ok {
			return
		}
	} else if !s.mayCall(w, from) {
		return
	}
	if !s.admission.admit(time.Now()) { // after the token, so that strangers keep nobody out
		w.Header().Set("Retry-After", "1")
		fail(http.StatusServiceUnavailable, "overloaded", "too many listeners come at once").Answer(w, "")
		return
	}
	ctx, ok := r.Context().Value(tunnelCtxKey{}).(context.Context)
	if !ok {
		ctx = context.Background()
	}
	s.serving.Add(1) // what was hijacked, http.Server waits for no more
	taken := &hijacker{ResponseWriter: w}
	ws, err := websocket.Accept(taken, r, &websocket.AcceptOptions{Subprotocols: []string{wire.Subprotocol}})
	if err != nil {
		s.serving.Done()
		return // Accept has answered
	}
	log, token := s.log.With("remote", r.RemoteAddr, "token", grant.Name), bearer(r)
	go func() { // what the HTTP server holds for a request is let go of when this handler returns: an idle tunnel needs little
		defer s.serving.Done()
		conn := wire.Combine(wire.WebSocket(ws), taken.conn)
		defer func() { _ = conn.Close() }()
		if ws.Subprotocol() != wire.Subprotocol {
			log.Info("tunnel refused", "error", "no hook subprotocol")
			return
		}
		if name, err := s.serveTunnel(ctx, conn, grant, token, from, r.RemoteAddr); err != nil {
			log.Info("tunnel ended", "endpoint", name, "reason", err)
		}
	}()
}

// A hijacker gives the websocket library a connection whose writes can be combined, and that the kernel looks after.
type hijacker struct {
	http.ResponseWriter
	conn *wire.Combiner
}

// Hijack is http.Hijacker's.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	wire.KeepAlive(conn)
	h.conn = &wire.Combiner{Conn: conn}
	return h.conn, bufio.NewReadWriter(buffered.Reader, bufio.NewWriter(h.conn)), nil
}

// serveTunnel serves a client until it goes. The name is that which it asked for, as far as it could be an endpoint's.
func (s *Server) serveTunnel(ctx context.Context, conn wire.Conn, grant Grant, token string, from source, remote string) (name string, err error) {
	late := time.AfterFunc(helloTimeout, func() { _ = conn.Close() })
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	hello, err := wire.ReadHello(conn)
	late.Stop()
	stop()
	if err != nil {
		return "", err
	}
	if ValidName(hello.Name) {
		name = hello.Name
	}
	owner := OwnerOf(grant.Name)
	if s.cfg.Tokens == nil {
		owner = secretOwner(hello.Secret)
	}
	settings, refused := s.claim(ctx, hello, grant, owner, from)
	if refused != nil {
		return name, s.turnAway(conn, refused)
	}
	if refused := s.floods(hello); refused != nil {
		return name, s.turnAway(conn, refused)
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	t := &tunnel{
		name: hello.Name, instance: hello.Instance, owner: owner, token: grant.Name, remote: remote, since: time.Now(), settings: settings, end: end,
	}
	var idle time.Duration
	if hello.KnowsIdle { // another would take it for silence
		idle = idleBeats * s.cfg.Beat
	}
	t.session = wire.NewSession(conn, wire.Config{
		Window: wire.DefaultWindow, PeerWindow: hello.Window, MaxStreams: s.limits.streams(hello.MaxStreams), Linger: time.Second,
		Heartbeat: s.cfg.Beat, Idle: idle, Heart: s.heart,
		OnGoAway: func(*wire.GoAway) { s.tunnels.remove(t) }, // it takes no more; another may have the name
	})
	t.session.Greet(wire.Welcome{
		Software: s.cfg.Software, Name: hello.Name, URL: s.EndpointURL(hello.Name), Public: s.base.Load().public,
		HeartbeatMS: int(s.cfg.Beat / time.Millisecond), IdleMS: int(idle / time.Millisecond), Window: wire.DefaultWindow,
		Backlog: s.waiting(t.name), Dead: s.dead(t.name), Settings: public(settings),
	})
	old, refused := s.tunnels.add(t, hello.TakeOver)
	if refused != nil {
		return name, s.turnAway(conn, refused)
	}
	defer s.tunnels.remove(t)
	switch {
	case old == nil:
	case !old.owner.Is(t.owner): // nobody has told it yet
		old.dismiss("the name " + t.name + " belongs to somebody else")
	case old.instance == t.instance: // its connection is dead
		old.session.Close()
	default:
		old.session.GoAway(&wire.GoAway{Code: wire.CodeReplaced, Message: "another hook of yours took " + t.name + " over"})
		time.AfterFunc(closesIn, old.end)
	}
	if refused := s.lapsed(ctx, t, token); refused != nil {
		return name, s.turnAway(conn, refused)
	}
	if !grant.Until.IsZero() {
		defer time.AfterFunc(time.Until(grant.Until), func() { t.dismiss("the time of this listener's token is over") }).Stop()
	}
	s.log.Info("tunnel connected", "endpoint", t.name, "remote", remote, "token", grant.Name, "instance", t.instance)
	s.Kick(t.name)
	return name, t.session.Run(ctx)
}

// lapsed says why a client must go whose tunnel is in place: its token or its name may have been taken while it came, when nobody
// could find the tunnel yet.
func (s *Server) lapsed(ctx context.Context, t *tunnel, token string) *wire.GoAway {
	if s.cfg.Tokens != nil {
		if grant, ok := s.cfg.Tokens.Grant(token); !ok || grant.Name != t.token {
			return &wire.GoAway{Code: wire.CodeForbidden, Message: "the token of this listener is no longer good"}
		}
	}
	if _, known, err := s.cfg.Names.Settings(ctx, t.name); err == nil && !known {
		return &wire.GoAway{Code: wire.CodeForbidden, Message: "the name " + t.name + " was taken back"}
	}
	return nil
}

// dismiss tells a client to go for good; what is in flight gets its answer.
func (t *tunnel) dismiss(why string) {
	t.session.GoAway(&wire.GoAway{Code: wire.CodeForbidden, Message: why})
	time.AfterFunc(closesIn, t.end)
}

// claim makes the name the client's, or says why not.
func (s *Server) claim(ctx context.Context, h wire.Hello, grant Grant, owner Owner, from source) (wire.Settings, *wire.GoAway) {
	if refused := s.mayClaim(h, grant); refused != nil {
		return wire.Settings{}, refused
	}
	if refused := s.mayClaimNew(ctx, h, from); refused != nil {
		return wire.Settings{}, refused
	}
	set, err := s.cfg.Names.Claim(ctx, Claim{
		Name: h.Name, By: owner, Most: grant.Most, Lasts: time.Duration(h.ExpireMS) * time.Millisecond, Settings: h.Settings,
	})
	_, tooMany := errors.AsType[*LimitError](err)
	switch {
	case err == nil:
		return set, nil
	case tooMany, errors.Is(err, ErrBanned):
		return set, &wire.GoAway{Code: wire.CodeForbidden, Message: err.Error()}
	case errors.Is(err, ErrNameTaken):
		return set, &wire.GoAway{Code: wire.CodeNameTaken, Message: "the name " + h.Name + " belongs to somebody else"}
	}
	s.log.Error("claim", "endpoint", h.Name, "error", err)
	return set, &wire.GoAway{Code: wire.CodeUnavailable, Message: "names can't be claimed at the moment", RetryAfterMS: 5000}
}

// mayClaim says why a client may not have the name that it wants, whosever that is.
func (s *Server) mayClaim(h wire.Hello, grant Grant) *wire.GoAway {
	switch {
	case !ValidName(h.Name):
		return &wire.GoAway{Code: wire.CodeNameInvalid, Message: NameRule}
	case !validSettings(h.Settings):
		return &wire.GoAway{Code: wire.CodeBadSettings, Message: "the relay doesn't know these settings of an endpoint: upgrade it"}
	case s.cfg.Tokens == nil && h.Secret == "":
		return &wire.GoAway{Code: wire.CodeForbidden, Message: "a name without a token needs a secret that proves whose it is"}
	case !grant.Allows(h.Name):
		return &wire.GoAway{Code: wire.CodeForbidden, Message: "this token may claim names like " + grant.Pattern + " only"}
	}
	return nil
}
