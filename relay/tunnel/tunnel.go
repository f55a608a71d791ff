// Package tunnel is the client's end of the tunnel: it dials a relay, claims an endpoint's name, hands each webhook to a
// Handler, and comes back by itself when the connection is lost. It does not know what the handler does with it.
package tunnel

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/latest"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// A Handler answers webhooks. ServeDelivery is called concurrently, once for each.
//
// d has everything but its body, which is read from body; length is the body's, or -1 if only its end will tell. What
// the handler writes goes to the sender as it is: the Content-Length that it sets is believed, nothing is added, and
// a Flush sends what was written so far. To break the answer off, it panics with http.ErrAbortHandler. ctx ends when the
// sender hangs up or the tunnel is lost.
type Handler interface {
	ServeDelivery(ctx context.Context, w http.ResponseWriter, d *inspect.Delivery, body io.Reader, length int64)
}

// A Client keeps one endpoint connected. Its fields must not change while Run runs.
type Client struct {
	Relay    string        // the relay's base URL: "https://relay.example"
	Token    string        // proves to the relay who we are; empty where it wants none
	Name     string        // the endpoint's name to claim
	Secret   string        // proves that the name is ours at a relay without tokens
	Instance string        // random for each process
	TakeOver bool          // disconnect another instance of ours that holds the name
	Software string        // "hook/0.1.0"
	TLS      *tls.Config   // for https; nil means the system's defaults
	Settings wire.Settings // what is to be otherwise with the endpoint from now on
	Backlog  *int          // more held deliveries than that are not wanted when it first connects; nil: any number
	Until    time.Time     // then the name is nobody's again, whether Run still runs or not; zero: never
	Drain    time.Duration // how long requests in flight may take once Run's ctx ended; 0: 3 s
	Handler  Handler
	Log      *slog.Logger // nil discards

	state latest.Value[State]
	lost  *Loss             // of Run
	woken latest.Value[int] // set when this machine has slept
	live  atomic.Pointer[wire.Session]
	ever  atomic.Bool // it was connected
}

const (
	dialTimeout = 10 * time.Second // for the connection, the upgrade and the hello together
	livedLong   = 10 * time.Second // a session that lived this long resets the backoff
	maxStreams  = 1024             // requests in flight on one tunnel
)

// Run connects and serves until ctx ends, which is not an error, or until dialling again can't help: then it
// returns a *wire.GoAway, *RefusedError, *NotRelayError or what CheckRelay says. It reconnects by itself with
// exponential backoff and full jitter; State tells how it stands. No handler outlives it.
func (c *Client) Run(ctx context.Context) error {
	retry := &backoff.ExponentialBackOff{
		InitialInterval: 500 * time.Millisecond, Multiplier: 2, MaxInterval: 15 * time.Second,
		RandomizationFactor: 1, // full jitter: from nothing to twice the interval
	}
	retry.Reset()
	if err := CheckRelay(c.Relay, c.Token); err != nil {
		c.set(State{Phase: Stopped, Err: err})
		return err
	}
	var watch sync.WaitGroup
	watching, stop := context.WithCancel(ctx)
	watch.Go(func() { c.watchSleep(watching, newClock()) })
	defer watch.Wait()
	defer stop()
	claim := claim{takeOver: c.TakeOver}
	lost := time.Now() // when there was a connection, or none was tried, the last time
	for {
		began := time.Now()
		err := c.session(ctx, &claim)
		if ctx.Err() != nil {
			c.set(State{Phase: Stopped})
			return nil
		}
		if final(err, claim.lived) {
			c.set(State{Phase: Stopped, Err: err})
			return err
		}
		if time.Since(began) > livedLong {
			retry.Reset()
			lost = time.Now()
		}
		wait := pause(err, retry.NextBackOff(), time.Since(began), time.Since(lost))
		c.log().Info("tunnel not connected", "relay", c.Relay, "error", err, "retry_in", wait)
		c.lost = &Loss{Err: err, RetryAt: time.Now().Add(wait)}
		c.set(State{Phase: Waiting, Err: err, RetryAt: c.lost.RetryAt})
		if !c.sleep(ctx, wait) {
			c.set(State{Phase: Stopped})
			return nil
		}
	}
}

// soon is how long a relay whose port is closed is dialled about once a second: it is being restarted, most likely, and a
// port that is closed costs nobody anything.
const soon = 30 * time.Second

// pause is how long to wait before the next dial. backoff is what the schedule says, with its jitter.
func pause(err error, backoff, lived, since time.Duration) time.Duration {
	if busy, ok := errors.AsType[*busyError](err); ok && busy.after > 0 {
		return jitter(busy.after, 2*busy.after)
	}
	g, ok := errors.AsType[*wire.GoAway](err)
	switch {
	case ok && g.Code == wire.CodeDraining && lived > livedLong:
		return 0
	case ok && g.RetryAfterMS > 0:
		after := time.Duration(g.RetryAfterMS) * time.Millisecond
		return jitter(after, 2*after)
	case errors.Is(err, syscall.ECONNREFUSED) && since < soon:
		return jitter(500*time.Millisecond, time.Second)
	}
	return backoff
}

// jitter is a time between from and to, as likely as any other.
func jitter(from, to time.Duration) time.Duration { return from + rand.N(to-from) } //nolint:gosec // no secret

// set is for Run alone.
func (c *Client) set(s State) {
	s.Lost = c.lost
	c.state.Set(s)
}

// State is how the connection stands now, and a channel that is closed when that changes.
func (c *Client) State() (State, <-chan struct{}) { return c.state.Get() }

// EverConnected says whether it was ever connected.
func (c *Client) EverConnected() bool { return c.ever.Load() }

// A claim is what of a client changes from one session to the next.
type claim struct {
	takeOver bool // only until it worked: whoever takes over later has a right to
	lived    bool // a session has lived: this is a relay, whatever stands in front of it now
}

// session dials, claims and serves once, and returns why it ended.
func (c *Client) session(ctx context.Context, claim *claim) error {
	c.set(State{Phase: Connecting})
	conn, welcome, err := c.dial(ctx, claim)
	if err != nil {
		return err
	}
	claim.takeOver, claim.lived = false, true
	s := wire.NewSession(conn, wire.Config{
		Window: wire.DefaultWindow, PeerWindow: welcome.Window, MaxStreams: maxStreams,
		Heartbeat: welcome.Heartbeat(), Idle: welcome.Idle(), Accept: c.accept,
	})
	c.ever.Store(true)
	c.log().Info("tunnel connected", "relay", c.Relay, "url", welcome.URL)
	c.set(State{Phase: Connected, URL: welcome.URL, Public: welcome.Public, RTT: s.RTT, Backlog: welcome.Backlog, Dead: welcome.Dead, Settings: welcome.Settings})
	// When ctx ends, requests in flight get a little time: their senders shall have an answer.
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	stop := context.AfterFunc(ctx, func() {
		s.GoAway(&wire.GoAway{Code: wire.CodeDraining, Message: "hook is stopping"})
		if err := s.Drained(c.drain()); err != nil {
			c.log().Info("requests in flight were cut off", "error", err)
		}
		end()
	})
	defer stop()
	return c.serve(life, s)
}

func (c *Client) drain() time.Duration {
	if c.Drain == 0 {
		return 3 * time.Second
	}
	return c.Drain
}

func (c *Client) accept(st *wire.Stream) {
	head := st.Request()
	if !inspect.IsID(head.ID) {
		st.Reset(wire.ResetInternal, "a delivery without an id")
		return
	}
	w := &responseWriter{stream: st, header: make(http.Header), method: head.Method}
	defer func() {
		switch p := recover(); p {
		case nil:
			w.Finish()
		case http.ErrAbortHandler:
			st.Reset(wire.ResetInternal, "the answer broke off")
		default:
			panic(p)
		}
	}()
	c.Handler.ServeDelivery(st.Context(), w, delivery(head, time.Now()), st, head.Length)
}

// agree is how closely two clocks are compared: what is less may be the way from one to the other.
const agree = 10 * time.Second

// delivery is what came now.
func delivery(h *wire.RequestHead, now time.Time) *inspect.Delivery {
	skew := time.Duration(0)
	if h.Waited >= 0 {
		skew = now.Sub(h.ReceivedAt.Add(h.Waited)).Round(agree)
	}
	return &inspect.Delivery{
		ID: h.ID, Remote: h.Remote, Proto: h.Proto, Host: h.Host, Method: h.Method,
		URL: h.Base + h.Path, Path: h.Path, ReceivedAt: h.ReceivedAt, Header: h.Header,
		Earlier: max(h.Attempt-1, 0), Skew: skew,
	}
}

func (c *Client) log() *slog.Logger {
	if c.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Log
}

// sleep waits for d, or until this machine has slept, and says whether ctx lasted that long.
func (c *Client) sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	_, woken := c.woken.Get()
	select {
	case <-woken:
		return true
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// A RefusedError says that the relay doesn't know the token, or wants one.
type RefusedError struct{ Status int }

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the relay refused the token (HTTP %d)", e.Status)
}

// A NotRelayError says that something else than a relay answered.
type NotRelayError struct {
	URL    string
	Status int
}

func (e *NotRelayError) Error() string {
	return fmt.Sprintf("%s is no relay: it answered %d %s to a tunnel's handshake", e.URL, e.Status, http.StatusText(e.Status))
}

// final says whether dialling again would meet the same answer. What is no relay may be a proxy whose relay is away, if
// there was one before.
func final(err error, lived bool) bool {
	if g, ok := errors.AsType[*wire.GoAway](err); ok {
		return g.Final()
	}
	if _, ok := errors.AsType[*RefusedError](err); ok {
		return true
	}
	_, noRelay := errors.AsType[*NotRelayError](err)
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	return (noRelay || untrusted) && !lived
}
