package wire

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestInformsComeBeforeTheResponse(t *testing.T) {
	relay, _ := start(t, func(st *Stream) {
		for _, status := range []int{100, 103, 103} {
			_ = st.Inform(&ResponseHead{Status: status, Header: http.Header{"Link": {"</a>"}}})
		}
		_ = st.Respond(&ResponseHead{Status: 204, Header: http.Header{}}, nil, true)
	})
	st, err := relay.Open(request(), nil, true)
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	head, err := st.Response(context.Background(), func(h *ResponseHead) {
		got = append(got, h.Status)
		if h.Header.Get("Link") != "</a>" {
			t.Errorf("%d came with %v", h.Status, h.Header)
		}
	})
	if err != nil || head.Status != 204 || !reflect.DeepEqual(got, []int{100, 103, 103}) {
		t.Errorf("got %v, %v, %v", got, head, err)
	}
}

func TestEndlessInformsAreDropped(t *testing.T) {
	relay, _ := start(t, func(st *Stream) {
		for range 10 * maxInforms {
			_ = st.Inform(&ResponseHead{Status: 103, Header: http.Header{}})
		}
		_ = st.Respond(&ResponseHead{Status: 204, Header: http.Header{}}, nil, true)
	})
	st, err := relay.Open(request(), nil, true)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if _, err := st.Response(context.Background(), func(*ResponseHead) { n++ }); err != nil || n != maxInforms {
		t.Errorf("got %d, %v; want %d", n, err, maxInforms)
	}
}

func TestTrailersBothWays(t *testing.T) {
	relay, _ := start(t, func(st *Stream) {
		body, _ := io.ReadAll(st)
		_ = st.Respond(&ResponseHead{Status: 200, Length: UnknownLength, Header: http.Header{}}, body, false)
		_ = st.CloseWithTrailer(st.Trailer())
	})
	st, err := relay.Open(request(), []byte("body"), false)
	if err != nil {
		t.Fatal(err)
	}
	want := http.Header{"X-Sum": {"1", "2"}, "Etag": {"a"}}
	if err := st.CloseWithTrailer(want); err != nil {
		t.Fatal(err)
	}
	if early := st.Trailer(); early != nil {
		t.Errorf("there is a trailer before the body was read: %v", early)
	}
	body, err := io.ReadAll(st)
	if err != nil || string(body) != "body" || !reflect.DeepEqual(st.Trailer(), want) {
		t.Errorf("got %q, %v, %v", body, st.Trailer(), err)
	}
	if err := relay.Drained(patience); err != nil {
		t.Errorf("the relay still has %d streams", relay.Streams())
	}
}

func TestTrailerThatCantTravelIsAnError(t *testing.T) {
	relay, _ := start(t, func(st *Stream) { <-st.Context().Done() })
	st, err := relay.Open(request(), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Reset(ResetCanceled, "")
	err = st.CloseWithTrailer(http.Header{"X": {"a\r\nb"}})
	if _, ok := errors.AsType[*ProtocolError](err); !ok {
		t.Errorf("got %v, want a *ProtocolError", err)
	}
}

// A delayed connection gives each message to the other side only after a time. It holds any number of them.
type delayed struct {
	*pipe
	delay time.Duration
	due   chan due
}

type due struct {
	msg []byte
	at  time.Time
}

func delay(p *pipe, d time.Duration) *delayed {
	c := &delayed{p, d, make(chan due, 1<<16)}
	go func() {
		for {
			select {
			case next := <-c.due:
				<-time.After(time.Until(next.at))
				if c.pipe.Write(next.msg) != nil {
					return
				}
			case <-c.closed:
				return
			}
		}
	}()
	return c
}

func (c *delayed) Write(msg []byte) error {
	c.due <- due{append([]byte(nil), msg...), time.Now().Add(c.delay)}
	return nil
}

// On a way that is long but wide a body isn't held to a window for each round trip. Time is virtual here.
func TestWindowGrowsWithTheRoundTrip(t *testing.T) {
	const size, trip = 64 << 20, 100 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		var widest int64
		a, b := newPipe()
		cfg := Config{Window: DefaultWindow, PeerWindow: DefaultWindow, MaxStreams: 8, Heartbeat: time.Minute}
		relay := NewSession(delay(a, trip/2), cfg)
		cfg.Accept = func(st *Stream) {
			n, _ := io.Copy(io.Discard, st)
			widest = st.window
			if n != size {
				t.Errorf("got %d bytes, want %d", n, size)
			}
			_ = st.Respond(&ResponseHead{Status: 204, Header: http.Header{}}, nil, true)
		}
		client := NewSession(delay(b, trip/2), cfg)
		run(t, relay)
		run(t, client)
		st, err := relay.Open(request(), nil, false)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := st.Send(make([]byte, size), true); err != nil {
			t.Fatal(err)
		}
		if _, err := st.Response(t.Context(), ignore); err != nil {
			t.Fatal(err)
		}
		if capped, took := size/DefaultWindow*trip, time.Since(began); took > capped/8 {
			t.Errorf("%d bytes took %v of the %v that a fixed window takes; the window was %d at last", size, took, capped, widest)
		}
		if widened := client.widened.Load(); widened != 0 {
			t.Errorf("%d bytes of window were not given back", widened)
		}
	})
}

func TestWindowsGrowOnlySoFar(t *testing.T) {
	s := NewSession(nil, Config{Window: DefaultWindow})
	s.rtt.Store(int64(time.Hour))
	s.pinged.Store(int64(time.Hour)) // nobody could answer
	total := int64(0)
	var all []*Stream
	for range 100 {
		st := newStream(s, request())
		for range 20 {
			_ = st.widen()
		}
		if st.window > maxStreamWindow {
			t.Fatalf("a window of %d", st.window)
		}
		total += st.window - DefaultWindow
		all = append(all, st)
	}
	if total > maxWidened || total != s.widened.Load() {
		t.Errorf("windows grew by %d together, by their own account %d; the limit is %d", total, s.widened.Load(), maxWidened)
	}
	for _, st := range all {
		s.forget(st)
	}
	if left := s.widened.Load(); left != 0 {
		t.Errorf("%d were not given back", left)
	}
}

func TestSwitchedStreamIsAPipe(t *testing.T) {
	relay, _ := start(t, func(st *Stream) {
		_ = st.Respond(&ResponseHead{Status: 101, Length: UnknownLength, Header: http.Header{"Upgrade": {"echo"}}}, nil, false)
		_, _ = io.Copy(st, st)
		_ = st.CloseWrite()
	})
	head := request()
	head.Header = http.Header{"Upgrade": {"echo"}}
	st, err := relay.Open(head, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if h, err := st.Response(context.Background(), ignore); err != nil || h.Status != 101 {
		t.Fatalf("got %v, %v", h, err)
	}
	var g sync.WaitGroup
	g.Go(func() {
		for range 100 {
			_, _ = st.Write([]byte("ping "))
		}
		_ = st.CloseWrite()
	})
	got, err := io.ReadAll(st)
	if g.Wait(); err != nil || len(got) != 500 {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}
