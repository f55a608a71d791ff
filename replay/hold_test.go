package replay_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
)

// A holder rules as the test says.
type holder struct {
	disarmed bool
	hold     func(ctx context.Context, d *inspect.Delivery) (replay.Ruling, error)
}

func (h *holder) Armed() bool { return !h.disarmed }

func (h *holder) Hold(ctx context.Context, d *inspect.Delivery) (replay.Ruling, error) {
	return h.hold(ctx, d)
}

// edited is a replay of d with another body.
func edited(d *inspect.Delivery, body string) *inspect.Delivery {
	fresh := *d
	fresh.ID, fresh.ReplayOf, fresh.Attempts = "d_ddddeeeeffff", d.ID, nil
	fresh.Header, fresh.Body, fresh.Change = d.Header.Clone(), inspect.CaptureOf([]byte(body)), "edited"
	return &fresh
}

func TestHeldBeforeTheApp(t *testing.T) {
	for name, c := range bodies {
		t.Run(name, func(t *testing.T) {
			a, body, asked := answering(t, ok), strings.Repeat("0123456789", c.size/10+1)[:c.size], 0
			f, d, r := a.forwarder(t), newDelivery("POST", ""), &recorder{}
			f.Capture, f.Recorder = 100_000, r
			f.Holder = &holder{hold: func(_ context.Context, d *inspect.Delivery) (replay.Ruling, error) {
				if asked++; d.Body.Complete != c.whole || c.whole && string(d.Body.Bytes) != body {
					t.Errorf("asked with %d of %d bytes, complete: %v", len(d.Body.Bytes), c.size, d.Body.Complete)
				}
				if c.whole {
					r.want(t, "received")
				}
				select {
				case <-a.saw:
					t.Error("the app has it while it is held")
				default:
				}
				return replay.Ruling{}, nil
			}}
			w := httptest.NewRecorder()
			serveTo(t.Context(), w, f, d, strings.NewReader(body), int64(c.length))
			got := within(t, a.saw, "a request")
			if w.Body.String() != "yes" || got.body != body || got.ContentLength != int64(c.length) || asked != 1 {
				t.Errorf("answered %q; the app got %d of %d bytes, length %d; asked %d times", w.Body, len(got.body), c.size, got.ContentLength, asked)
			}
			r.want(t, "received", "attempted 1 answered")
		})
	}
}

func TestAnsweredByHand(t *testing.T) {
	for _, c := range []struct {
		method, body string
		status       int
		length, sent string
	}{
		{"POST", "no\x00\x1b[31m\r\n", 422, "10", "no\x00\x1b[31m\r\n"},
		{"POST", "", 500, "0", ""},
		{"POST", "", 204, "", ""},
		{"HEAD", "four", 200, "4", ""},
	} {
		t.Run(fmt.Sprint(c.method, c.status), func(t *testing.T) {
			a := startApp(t, func(*talk) { t.Error("the app was asked") })
			f, d, r := a.forwarder(t), newDelivery(c.method, "/a"), &recorder{}
			f.Recorder = r
			given := &inspect.Response{Status: c.status, Header: http.Header{"Content-Type": {"text/plain"}}, Body: inspect.CaptureOf([]byte(c.body))}
			f.Holder = &holder{hold: func(context.Context, *inspect.Delivery) (replay.Ruling, error) {
				return replay.Ruling{Answer: given}, nil
			}}
			w, _ := serve(t, f, d, "hi")
			if w.Code != c.status || w.Body.String() != c.sent || w.Header().Get("Content-Length") != c.length || w.Header().Get("Hook-Error") != "" {
				t.Errorf("answered %d %q %q", w.Code, w.Header(), w.Body)
			}
			wantAttempts(t, d, fmt.Sprintf("1 by_hand %d\n", c.status))
			r.want(t, "received", "attempted 1 by_hand")
			if last := d.Last(); !reflect.DeepEqual(last.Response, given) || last.Target != "http://"+a.target.Host+"/a" || last.Err == "" {
				t.Errorf("recorded %+v", last)
			}
		})
	}
}

func TestEditedWhileHeld(t *testing.T) {
	for name, c := range map[string]struct {
		answer   string
		original string // its attempt
		broken   bool
	}{
		"answered":   {ok, "1 by_hand 200\n", false},
		"broken off": {"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhalf", "1 closed 200\n", true},
		"silent":     {"", "1 closed 0\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			a := startApp(t, func(c2 *talk) {
				if c2.read() {
					c2.say(c.answer)
				}
			})
			f, d, over := a.forwarder(t), newDelivery("POST", ""), 0
			var all []*inspect.Delivery
			r := &recorder{received: func(d *inspect.Delivery) { all = append(all, d) }}
			f.Recorder = r
			f.Holder = &holder{hold: func(_ context.Context, d *inspect.Delivery) (replay.Ruling, error) {
				return replay.Ruling{Instead: edited(d, "another"), Over: func() { over++ }}, nil
			}}
			w, broken := serve(t, f, d, "as it came")
			got := within(t, a.saw, "a request")
			if got.body != "another" || got.Header.Get("Hook-Delivery") != "d_ddddeeeeffff" || got.Header.Get("Hook-Replay-Of") != d.ID {
				t.Errorf("the app got %q, %q", got.body, got.Header)
			}
			if broken != c.broken || over != 1 || name == "answered" && w.Body.String() != "yes" {
				t.Errorf("answered %q, broken: %v; over %d times", w.Body, broken, over)
			}
			wantAttempts(t, d, c.original)
			if len(all) != 2 || string(all[0].Body.Bytes) != "as it came" || string(all[1].Body.Bytes) != "another" || all[1].Change != "edited" {
				t.Fatalf("recorded %+v", all)
			}
			if len(all[1].Attempts) != 1 || !strings.Contains(d.Last().Err, "d_ddddeeeeffff") {
				t.Errorf("recorded %+v and %+v", d.Last(), all[1].Attempts)
			}
		})
	}
}

// The sender may go away, and whoever holds may have enough of it.
func TestHeldInVain(t *testing.T) {
	for name, c := range map[string]struct {
		gone    bool
		status  int
		code    string
		outcome string
	}{
		"the sender hung up": {true, 502, "canceled", "1 canceled 0\n"},
		"too long":           {false, 504, "held_too_long", "1 timeout 0\n"},
	} {
		t.Run(name, func(t *testing.T) {
			a := startApp(t, func(*talk) { t.Error("the app was asked") })
			f, d, w := a.forwarder(t), newDelivery("POST", ""), httptest.NewRecorder()
			ctx, hangUp := context.WithCancel(t.Context())
			defer hangUp()
			f.Holder = &holder{hold: func(ctx context.Context, _ *inspect.Delivery) (replay.Ruling, error) {
				if c.gone {
					hangUp()
					<-ctx.Done()
					return replay.Ruling{}, ctx.Err()
				}
				return replay.Ruling{}, errors.New("held for longer than anybody waits")
			}}
			serveTo(ctx, w, f, d, strings.NewReader("hi"), 2)
			wantFailure(t, w, c.status, c.code)
			wantAttempts(t, d, c.outcome)
		})
	}
}

// Nobody is asked about what --enforce turned away, about replays, nor while nothing is armed.
func TestNotHeld(t *testing.T) {
	never := &holder{hold: func(context.Context, *inspect.Delivery) (replay.Ruling, error) {
		t.Error("asked")
		return replay.Ruling{}, nil
	}}
	a := answering(t, ok)
	f := a.forwarder(t)
	f.Holder = never
	replayed := newDelivery("POST", "")
	replayed.Body = inspect.CaptureOf([]byte("hi"))
	if err := f.Deliver(t.Context(), replayed); err != nil {
		t.Fatal(err)
	}
	wantAttempts(t, replayed, "1 answered 200\n")

	refused := newDelivery("POST", "")
	f.Refuse = func(*inspect.Delivery) *inspect.Failure {
		return &inspect.Failure{Status: 401, Code: "signature_invalid"}
	}
	serve(t, f, refused, "hi")
	wantAttempts(t, refused, "1 rejected 0\n")

	f.Refuse, f.Holder = nil, &holder{disarmed: true, hold: never.hold}
	passed := newDelivery("POST", "")
	serve(t, f, passed, "hi")
	wantAttempts(t, passed, "1 answered 200\n")
}

// What becomes a websocket is never held: its body has no end before the app's answer.
func TestWebsocketsAreNotHeld(t *testing.T) {
	a := startApp(t, func(c *talk) {
		if _, err := http.ReadRequest(c.reader); err != nil {
			t.Error(err)
		}
		c.say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		_, _ = io.Copy(c, c.reader)
	})
	f, d, w := a.forwarder(t), newDelivery("GET", ""), httptest.NewRecorder()
	f.Holder = &holder{hold: func(context.Context, *inspect.Delivery) (replay.Ruling, error) {
		t.Error("a websocket was held")
		return replay.Ruling{}, nil
	}}
	d.Header.Set("Upgrade", "websocket")
	serveTo(t.Context(), w, f, d, strings.NewReader("echo"), 0)
	if w.Code != http.StatusSwitchingProtocols || w.Body.String() != "echo" {
		t.Errorf("got %d %q", w.Code, w.Body)
	}
}

func TestHundredHeldAtOnce(t *testing.T) {
	const n = 100
	a := answering(t, ok)
	f := a.forwarder(t)
	var all, waiting sync.WaitGroup
	waiting.Add(n)
	release := make(chan struct{})
	f.Holder = &holder{hold: func(_ context.Context, d *inspect.Delivery) (replay.Ruling, error) {
		waiting.Done()
		<-release
		return replay.Ruling{}, nil
	}}
	for range n {
		all.Go(func() {
			if w, _ := serve(t, f, newDelivery("POST", ""), "hi"); w.Body.String() != "yes" {
				t.Errorf("answered %q", w.Body)
			}
		})
	}
	waiting.Wait()
	if len(a.saw) != 0 {
		t.Error("the app has some while they are held")
	}
	close(release)
	for range n {
		within(t, a.saw, "a request")
	}
	all.Wait()
}
