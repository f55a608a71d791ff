package tunnel

import (
	"context"
	"errors"
	"io"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-4575fdc3/hook/relay/wire"
)

// A hole takes everything and says nothing.
type hole struct {
	closed chan struct{}
	once   sync.Once
}

func (h *hole) Read([]byte, func()) ([]byte, error) {
	<-h.closed
	return nil, io.EOF
}
func (h *hole) Write([]byte) error { return nil }
func (h *hole) Close() error       { h.once.Do(func() { close(h.closed) }); return nil }

// A night is a clock that jumps by 8 hours at the third look, while the machine was awake for none of them. If set, the clock
// was only set a little.
type night struct {
	looks int
	began time.Time
	gone  time.Duration
}

func (n *night) now() (time.Time, time.Duration) {
	now := time.Now()
	if n.looks++; n.looks < 3 {
		return now, now.Sub(n.began)
	}
	return now.Add(n.gone), now.Sub(n.began)
}

func TestWokenMachineProbesAtOnce(t *testing.T) {
	for _, c := range []struct {
		gone time.Duration
		want error
	}{{8 * time.Hour, wire.ErrSilent}, {2 * time.Second, nil}} {
		synctest.Test(t, func(t *testing.T) {
			s := wire.NewSession(&hole{closed: make(chan struct{})}, wire.Config{
				Window: wire.DefaultWindow, PeerWindow: wire.DefaultWindow, Heartbeat: time.Minute, Accept: func(*wire.Stream) {},
			})
			client, n := new(Client), &night{began: time.Now(), gone: c.gone}
			ctx, cancel := context.WithCancel(t.Context())
			var g sync.WaitGroup
			g.Go(func() { client.watchSleep(ctx, n.now) })
			var err error
			g.Go(func() { err = client.serve(ctx, s) })
			<-time.After(10 * time.Second) // of virtual time
			got := s.Err()
			cancel()
			if g.Wait(); !errors.Is(got, c.want) {
				t.Errorf("after %v: got %v, want %v", c.gone, got, c.want)
			}
			if err == nil {
				t.Error("the session ended without a reason")
			}
		})
	}
}

func TestWokenMachineDialsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, n := new(Client), &night{began: time.Now(), gone: 8 * time.Hour}
		ctx, cancel := context.WithCancel(t.Context())
		var g sync.WaitGroup
		g.Go(func() { client.watchSleep(ctx, n.now) })
		began := time.Now()
		if !client.sleep(ctx, time.Hour) {
			t.Error("the wait was cut off")
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it waited for %v", took)
		}
		cancel()
		g.Wait()
	})
}

func TestPause(t *testing.T) {
	const backoff = 7 * time.Second
	for name, c := range map[string]struct {
		err          error
		lived, since time.Duration
		from, to     time.Duration
	}{
		"lost":                     {wire.ErrLost, time.Second, time.Second, backoff, backoff},
		"restarted":                {syscall.ECONNREFUSED, 0, time.Second, time.Second / 2, time.Second},
		"away for long":            {syscall.ECONNREFUSED, 0, time.Minute, backoff, backoff},
		"a deploy":                 {&wire.GoAway{Code: wire.CodeDraining}, time.Minute, 0, 0, 0},
		"a relay that drains only": {&wire.GoAway{Code: wire.CodeDraining}, time.Second, 0, backoff, backoff},
		"it said when":             {&wire.GoAway{Code: wire.CodeUnavailable, RetryAfterMS: 3000}, 0, 0, 3 * time.Second, 6 * time.Second},
		"busy":                     {&busyError{"503", 2 * time.Second}, 0, 0, 2 * time.Second, 4 * time.Second},
		"busy for a while":         {&busyError{"503", 0}, 0, 0, backoff, backoff},
	} {
		for range 100 {
			if got := pause(c.err, backoff, c.lived, c.since); got < c.from || got > c.to {
				t.Errorf("%s: %v, want %v to %v", name, got, c.from, c.to)
			}
		}
	}
}
