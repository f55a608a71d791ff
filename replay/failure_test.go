package replay_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
)

// wantFailure checks hook's own answer in the app's place.
func wantFailure(t testing.TB, w *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	var got struct{ Error, Message, Delivery string }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Errorf("%q is no JSON: %v", w.Body, err)
	}
	if w.Code != status || w.Header().Get("Hook-Error") != code || got.Error != code ||
		got.Delivery != "d_aaaabbbbcccc" || got.Message == "" {
		t.Errorf("got %d %q %s, want %d %s", w.Code, w.Header(), w.Body, status, code)
	}
}

func wantAttempts(t testing.TB, d *inspect.Delivery, want string) {
	t.Helper()
	if got := attempts(d); got != want {
		t.Errorf("got attempts\n%swant\n%s", got, want)
	}
}

func TestAppIsDown(t *testing.T) {
	a := &app{target: parse(t, closedPort(t))}
	d := newDelivery("POST", "")
	w, _ := serve(t, a.forwarder(t), d, "hi")
	wantFailure(t, w, http.StatusBadGateway, "app_refused")
	wantAttempts(t, d, "1 refused 0\n")
	_, port, _ := net.SplitHostPort(a.target.Host)
	if want := "the app refused: nothing listens on port " + port; d.Last().Err != want {
		t.Errorf("got %q, want %q", d.Last().Err, want)
	}
	if string(d.Body.Bytes) != "hi" || !d.Body.Complete {
		t.Errorf("captured %+v", d.Body)
	}
}

func TestAppIsSlow(t *testing.T) {
	a := startApp(t, func(c *talk) {
		for c.read() { // and say nothing
		}
	})
	f, d := a.forwarder(t), newDelivery("POST", "")
	client := replay.NewClient(replay.ClientOptions{Head: time.Millisecond})
	defer client.CloseIdleConnections()
	f.Client = client
	w, _ := serve(t, f, d, "")
	wantFailure(t, w, http.StatusGatewayTimeout, "app_timeout")
	wantAttempts(t, d, "1 timeout 0\n")
}

func TestNoWayToTheApp(t *testing.T) {
	f, d := (&app{target: parse(t, "[fe80::1]:1")}).forwarder(t), newDelivery("POST", "") // a link that isn't named
	w, _ := serve(t, f, d, "hi")
	wantFailure(t, w, http.StatusBadGateway, "app_unreachable")
	wantAttempts(t, d, "1 unreachable 0\n")
}

func TestNoConnectionInTime(t *testing.T) {
	silent := startApp(t, func(c *talk) { _, _ = io.Copy(io.Discard, c) })
	for name, c := range map[string]struct {
		scheme string
		dial   time.Duration
	}{
		"no connection":    {"http", time.Nanosecond},
		"no TLS handshake": {"https", 20 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			client := replay.NewClient(replay.ClientOptions{Dial: c.dial})
			defer client.CloseIdleConnections()
			f, d := &replay.Forwarder{Target: silent.target, Client: client}, newDelivery("POST", "")
			f.Target.Scheme = c.scheme
			w, _ := serve(t, f, d, "")
			wantFailure(t, w, http.StatusGatewayTimeout, "app_unreachable")
			wantAttempts(t, d, "1 unreachable 0\n")
		})
	}
}

// failing is an app that can't be asked.
type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

// A fresh connection that is closed may mean that the app broke on the request: it isn't asked again.
func TestFreshConnectionIsClosed(t *testing.T) {
	a := startApp(t, func(c *talk) { c.read() })
	d := newDelivery("POST", "")
	w, _ := serve(t, a.forwarder(t), d, "hi")
	wantFailure(t, w, http.StatusBadGateway, "app_closed")
	wantAttempts(t, d, "1 closed 0\n")
	if n := len(a.saw); n != 1 {
		t.Errorf("the app was asked %d times, want once", n)
	}
}

func TestReusedConnectionIsClosed(t *testing.T) {
	for name, c := range map[string]struct {
		method, body string
		length       int64
		header       http.Header
	}{
		"a body":                  {"POST", "hello", 5, nil},
		"a long body":             {"POST", strings.Repeat("x", 30_000), 30_000, nil},
		"a body of no length":     {"PUT", "hello", -1, nil},
		"no body":                 {"GET", "", 0, nil},
		"no body, by its length":  {"GET", "", 0, http.Header{"Content-Length": {"0"}}},
		"only the head":           {"HEAD", "", 0, nil},
		"an empty body":           {"POST", "", 0, http.Header{"Content-Length": {"0"}}},
		"a key for repeats":       {"DELETE", "", 0, http.Header{"Idempotency-Key": {"a"}}},
		"a key and a body":        {"POST", "hello", 5, http.Header{"Idempotency-Key": {"a"}}},
		"a method of no standard": {"PURGE", "", 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			a := startApp(t, func(c *talk) {
				if c.read() {
					c.say("HTTP/1.1 204 No Content\r\n\r\n")
					c.read() // and close instead of answering
				}
			})
			f := a.forwarder(t)
			r := &recorder{}
			serve(t, f, newDelivery("GET", "/first"), "")
			within(t, a.saw, "the first request")

			f.Recorder = r
			d := newDelivery(c.method, "/second")
			d.Header = c.header
			w := httptest.NewRecorder()
			serveTo(t.Context(), w, f, d, strings.NewReader(c.body), c.length)
			if w.Code != http.StatusNoContent {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
			wantAttempts(t, d, "1 closed 0\n2 answered 204\n")
			r.want(t, "received", "attempted 1 closed, again", "attempted 2 answered")
			for _, attempt := range []string{"1", "2"} {
				got := within(t, a.saw, "attempt "+attempt)
				if got.Header.Get("Hook-Attempt") != attempt || got.body != c.body ||
					got.Method != c.method || got.RequestURI != "/second" {
					t.Errorf("attempt %s: got %s %s %q with %d bytes", attempt, got.Method, got.RequestURI, got.Header, len(got.body))
				}
			}
			if n := len(a.saw); n != 0 {
				t.Errorf("the app was asked %d times more", n)
			}
		})
	}
}

// After its restart, all connections to the app are as dead as the first one: the second attempt takes none of them.
func TestAllReusedConnectionsAreClosed(t *testing.T) {
	const conns = 3
	first := make(chan struct{})
	answer := sync.OnceFunc(func() { close(first) })
	defer answer()
	a := startApp(t, func(c *talk) {
		c.read()
		if c.number <= conns {
			<-first
		}
		c.say(ok)
		c.read() // and close instead of answering
	})
	f := a.forwarder(t)
	done := make(chan struct{}, conns)
	for range conns {
		go func() {
			serve(t, f, newDelivery("POST", ""), "")
			done <- struct{}{}
		}()
	}
	for range conns {
		within(t, a.saw, "the first requests")
	}
	answer()
	for range conns {
		within(t, done, "the first answers")
	}
	d := newDelivery("POST", "")
	if w, _ := serve(t, f, d, ""); w.Code != http.StatusOK {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	wantAttempts(t, d, "1 closed 0\n2 answered 200\n")
}

// What was answered in part was certainly received.
func TestReusedConnectionIsClosedInTheAnswer(t *testing.T) {
	a := startApp(t, func(c *talk) {
		if c.read() {
			c.say(ok)
			c.read()
			c.say("HTTP/1.1 200 OK\r\nContent-Le")
		}
	})
	f := a.forwarder(t)
	serve(t, f, newDelivery("GET", ""), "")
	d := newDelivery("POST", "")
	w, _ := serve(t, f, d, "hi")
	wantFailure(t, w, http.StatusBadGateway, "app_closed")
	wantAttempts(t, d, "1 closed 0\n")
}

func TestSenderHangsUp(t *testing.T) {
	t.Run("before the answer", func(t *testing.T) {
		ctx, hangUp := context.WithCancel(t.Context())
		a := startApp(t, func(c *talk) {
			if c.read() {
				hangUp()
				c.read() // until the connection is closed
			}
		})
		d := newDelivery("POST", "")
		w := httptest.NewRecorder()
		serveTo(ctx, w, a.forwarder(t), d, strings.NewReader("hi"), 2)
		wantAttempts(t, d, "1 canceled 0\n")
		if !d.Body.Complete {
			t.Errorf("captured %+v", d.Body)
		}
	})
	t.Run("in the answer", func(t *testing.T) {
		ctx, hangUp := context.WithCancel(t.Context())
		a := startApp(t, func(c *talk) {
			if c.read() {
				c.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n")
				c.read() // until the connection is closed
			}
		})
		d := newDelivery("POST", "")
		w := watched{httptest.NewRecorder(), make(chan string, 1)}
		done := make(chan bool, 1)
		f := a.forwarder(t)
		go func() { done <- serveTo(ctx, w, f, d, strings.NewReader("hi"), 2) }()
		within(t, w.flushed, "the first piece")
		hangUp()
		if broken := within(t, done, "the end"); !broken {
			t.Error("half an answer was ended as if it were whole")
		}
		wantAttempts(t, d, "1 canceled 200\n")
	})
	t.Run("in the request", func(t *testing.T) {
		for _, length := range []int64{-1, 100, 100_000} {
			ctx, hangUp := context.WithCancel(t.Context())
			a := startApp(t, func(c *talk) { c.read() })
			body, sender := io.Pipe()
			d := newDelivery("POST", "")
			w := httptest.NewRecorder()
			done := make(chan bool, 1)
			f := a.forwarder(t)
			go func() { done <- serveTo(ctx, w, f, d, body, length) }()
			_, _ = io.WriteString(sender, "the beginning")
			hangUp()
			_ = sender.CloseWithError(io.ErrUnexpectedEOF)
			within(t, done, "the end")
			wantAttempts(t, d, "1 canceled 0\n")
			if d.Body.Complete {
				t.Errorf("length %d: half a body was captured as if it were whole", length)
			}
		}
	})
}
