package wire

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const fast, slow = 5 * time.Second, 25 * time.Second

// A stranger is the other end of a session's connection: it answers each PING until it goes dark, and nothing else.
type stranger struct {
	pipe  *pipe
	delay time.Duration // of each answer
	mu    sync.Mutex
	dark  bool
	asks  []time.Time // when PINGs came
	vain  int         // how many of them came in the dark
}

// run lasts as long as the connection.
func (p *stranger) run() {
	for {
		msg, err := p.pipe.Read(nil, nil)
		if err != nil {
			return
		}
		for len(msg) > 0 {
			var f frame
			if f, msg, err = nextFrame(msg); err != nil {
				return
			}
			if f.kind == framePing && p.asked() {
				pong := appendFrame(nil, framePong, 0, 0, f.payload)
				time.AfterFunc(p.delay, func() { _ = p.pipe.Write(pong) })
			}
		}
	}
}

func (p *stranger) asked() (answers bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asks = append(p.asks, time.Now())
	if p.dark {
		p.vain++
	}
	return !p.dark
}

// goDark has it say nothing from now on, while it still reads.
func (p *stranger) goDark() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dark = true
}

func (p *stranger) inVain() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.vain
}

// heard gives how much later each PING came than the one before, from now on: those of so long a time.
func (p *stranger) heard(during time.Duration) (gaps []time.Duration) {
	p.mu.Lock()
	from := max(0, len(p.asks)-1)
	p.mu.Unlock()
	<-time.After(during)
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, at := range p.asks[from:] {
		if i > 0 {
			gaps = append(gaps, at.Sub(p.asks[from+i-1]))
		}
	}
	return gaps
}

// meet runs a session with a stranger at the other end, in a bubble of virtual time, until f returns.
func meet(t *testing.T, cfg Config, f func(s *Session, other *stranger)) {
	t.Helper()
	meetSlow(t, 0, cfg, f)
}

// meetSlow is meet with a stranger that takes its time for each answer.
func meetSlow(t *testing.T, delay time.Duration, cfg Config, f func(s *Session, other *stranger)) {
	t.Helper()
	cfg.Window, cfg.PeerWindow, cfg.MaxStreams = DefaultWindow, DefaultWindow, 64
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		a, b := newPipe()
		s, other := NewSession(a, cfg), &stranger{pipe: b, delay: delay}
		var g sync.WaitGroup
		g.Go(func() { _ = s.Run(ctx) })
		g.Go(other.run)
		if cfg.Heart != nil {
			g.Go(func() { cfg.Heart.Run(ctx) })
		}
		<-time.After(3 * time.Second) // by then it was looked at for the first time, by a Heart too
		f(s, other)
		stop()
		g.Wait()
	})
}

// ended gives how long it takes until s ends as silent.
func ended(t *testing.T, s *Session) time.Duration {
	t.Helper()
	began := time.Now()
	select {
	case <-s.Done():
	case <-time.After(time.Hour):
		t.Error("it lives")
	}
	if !errors.Is(s.Err(), ErrSilent) {
		t.Errorf("it ended with %v, want ErrSilent", s.Err())
	}
	return time.Since(began)
}

func wantGaps(t *testing.T, what string, got []time.Duration, atLeast int, want time.Duration) {
	t.Helper()
	if len(got) < atLeast {
		t.Errorf("%s: %d PINGs, want %d at least", what, len(got), atLeast)
	}
	for _, gap := range got {
		if gap < want-fast/looksPerBeat || gap > want+fast/looksPerBeat {
			t.Errorf("%s: %v between two PINGs, want %v", what, gap, want)
		}
	}
}

func TestRelayAsksIdleTunnelsSeldom(t *testing.T) {
	for name, heart := range map[string]bool{"of its own": false, "of all": true} {
		t.Run("a heart "+name, func(t *testing.T) {
			cfg := Config{Heartbeat: fast, Idle: slow}
			if heart {
				cfg.Heart = NewHeart(fast)
			}
			meet(t, cfg, func(s *Session, other *stranger) {
				wantGaps(t, "never used", other.heard(10*time.Minute), 20, slow)
				st, err := s.Open(request(), nil, true)
				if err != nil {
					t.Error(err)
					return
				}
				<-time.After(fast) // it is noticed within that
				wantGaps(t, "with a request", other.heard(10*time.Minute), 100, fast)
				st.Reset(ResetCanceled, "")
				wantGaps(t, "just used", other.heard(5*fast), 4, fast)
				<-time.After(slow + 2*fast)
				wantGaps(t, "idle again", other.heard(10*time.Minute), 20, slow)
				if st, err = s.Open(request(), nil, true); err != nil {
					t.Error(err)
					return
				}
				st.Reset(ResetCanceled, "") // before anybody looks
				<-time.After(fast)
				wantGaps(t, "just used for a moment", other.heard(5*fast), 4, fast)
			})
		})
	}
}

// A client that knows nothing of the idle rhythm is asked as ever.
func TestRelayAsksOldClientsOften(t *testing.T) {
	meet(t, Config{Heartbeat: fast}, func(_ *Session, other *stranger) {
		wantGaps(t, "idle", other.heard(10*time.Minute), 100, fast)
	})
}

// However long a tunnel was idle for, and wherever between two PINGs, who sends a webhook hears soon that nobody is there.
func TestWebhookFindsTheClientGone(t *testing.T) {
	for after := time.Second; after < slow; after += time.Second {
		meet(t, Config{Heartbeat: fast, Idle: slow}, func(s *Session, other *stranger) {
			<-time.After(time.Minute)
			other.goDark()
			<-time.After(after)
			if s.Err() != nil { // it is known already
				return
			}
			began := time.Now()
			st, err := s.Open(request(), nil, true)
			if err != nil {
				t.Error(err)
				return
			}
			_, err = st.Response(context.Background(), ignore)
			if took := time.Since(began); !errors.Is(err, ErrSilent) || took > 2*fast {
				t.Errorf("after %v: got %v within %v, want ErrSilent within %v", after, err, took, 2*fast)
			}
			if took := ended(t, s); took != 0 {
				t.Errorf("after %v: the session ended %v later", after, took)
			}
		})
	}
}

// Each of these is a session whose peer goes dark after a minute.
func TestSilenceIsFoundInTime(t *testing.T) {
	answer := func(st *Stream) { <-st.Context().Done() }
	for name, c := range map[string]struct {
		cfg  Config
		busy bool
		most time.Duration
	}{
		"a busy client, at the relay":  {Config{Heartbeat: fast, Idle: slow}, true, 15 * time.Second},
		"an idle client, at the relay": {Config{Heartbeat: fast, Idle: slow}, false, 33 * time.Second},
		"an old client, at the relay":  {Config{Heartbeat: fast}, false, 15 * time.Second},
		"the relay, at an idle client": {Config{Heartbeat: fast, Idle: slow, Accept: answer}, false, 35 * time.Second},
		"an old relay, at the client":  {Config{Heartbeat: fast, Accept: answer}, false, 15 * time.Second},
	} {
		for after := time.Duration(0); after < slow; after += time.Second {
			meet(t, c.cfg, func(s *Session, other *stranger) {
				if c.busy {
					if _, err := s.Open(request(), nil, true); err != nil {
						t.Error(err)
						return
					}
				}
				<-time.After(time.Minute + after)
				other.goDark()
				if took := ended(t, s); took > c.most || took < fast {
					t.Errorf("%s: %v, want %v at most", name, took, c.most)
				}
				if n := other.inVain(); c.cfg.Accept != nil && n != 1 {
					t.Errorf("%s: it asked %d times in vain, want once", name, n)
				}
			})
		}
	}
}

// A client whose relay forgets to ask does so itself before it gives the relay up.
func TestClientAsksWhereTheRelayDoesNot(t *testing.T) {
	accept := func(*Stream) {}
	meet(t, Config{Heartbeat: fast, Idle: slow, Accept: accept}, func(s *Session, other *stranger) {
		wantGaps(t, "idle", other.heard(time.Hour), 100, slow+fast/2)
		if s.Err() != nil {
			t.Errorf("it ended with %v", s.Err())
		}
	})
}

// An answer that is late, as on a line that is full, is a sign of life nevertheless.
func TestLateAnswersAreSignsOfLife(t *testing.T) {
	meetSlow(t, 11*time.Second, Config{Heartbeat: fast}, func(s *Session, _ *stranger) {
		<-time.After(time.Hour)
		if s.Err() != nil {
			t.Errorf("it ended with %v", s.Err())
		}
	})
}

// A machine that stood still reads what came meanwhile before it finds anybody silent.
func TestLateLooksJudgeNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		own, _ := newPipe() // nobody is at the other end
		own.out = make(chan []byte, 10)
		s := NewSession(own, Config{Heartbeat: fast})
		<-time.After(fast / looksPerBeat)
		s.look() // and asks
		<-time.After(time.Hour)
		s.look()
		synctest.Wait()
		if s.Err() != nil {
			t.Errorf("at once it ended with %v", s.Err())
		}
		<-time.After(fast / looksPerBeat)
		s.look()
		synctest.Wait()
		if !errors.Is(s.Err(), ErrSilent) {
			t.Errorf("at the next look it is %v, want ErrSilent", s.Err())
		}
	})
}

// Both sides keep an idle session for as long as they like, though they look at it at moments of their own.
func TestIdleSessionsLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		relay, client := start(t, echo, func(r, c *Config) {
			r.Heartbeat, c.Heartbeat, r.Idle, c.Idle = fast, fast, slow, slow
		})
		for range 100 {
			<-time.After(17 * time.Minute)
			if got, err := exchange(relay, []byte("hello")); err != nil || string(got) != "hello" {
				t.Fatalf("got %q, %v; the relay ended with %v, the client with %v", got, err, relay.Err(), client.Err())
			}
		}
	})
}

// timingOut is a connection that the kernel has given up.
type timingOut struct{ *pipe }

func (timingOut) Read([]byte, func()) ([]byte, error) {
	return nil, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", timedOutError{})}
}

type timedOutError struct{}

func (timedOutError) Error() string { return "connection timed out" }
func (timedOutError) Timeout() bool { return true }

// What the kernel finds silent is silent: webhooks under way are answered 504.
func TestKernelFindsSilence(t *testing.T) {
	own, _ := newPipe()
	s := NewSession(timingOut{own}, Config{Window: DefaultWindow, PeerWindow: DefaultWindow, MaxStreams: 1, Heartbeat: time.Minute})
	if err := s.Run(context.Background()); !errors.Is(err, ErrSilent) {
		t.Errorf("got %v, want ErrSilent", err)
	}
}
