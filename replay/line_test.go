package replay_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/replay"
)

// newLine is one to a, with a client of its own.
func newLine(t testing.TB, a *app) *replay.Line {
	t.Helper()
	l := replay.NewClient(replay.ClientOptions{}).Line(a.target)
	t.Cleanup(l.Close)
	return l
}

// askOn is what an app answers to a request on a line: its status, header and body; and whether the connection had been used.
func askOn(ctx context.Context, l *replay.Line, r *http.Request, own ...replay.Field) (got string, reused bool, err error) {
	r.RequestURI, r.Host = "/", "a"
	r = r.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) { reused = info.Reused },
	}))
	response, err := l.RoundTrip(r, own)
	if err != nil {
		return "", reused, err
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	return fmt.Sprint(response.StatusCode, " ", response.Header, " ", string(body)), reused, err
}

func TestLineKeepsItsConnection(t *testing.T) {
	a := answering(t, ok)
	l := newLine(t, a)
	for i := range 3 {
		got, reused, err := askOn(t.Context(), l, &http.Request{Method: http.MethodPost, Body: io.NopCloser(strings.NewReader("hi")), ContentLength: 2})
		if want := "200 map[Content-Length:[3]] yes"; err != nil || got != want || reused != (i > 0) {
			t.Errorf("%d: got %s, %v, %v, want %s", i, got, reused, err, want)
		}
		if saw := within(t, a.saw, "a request"); saw.body != "hi" {
			t.Errorf("%d: the app got %q", i, saw.body)
		}
	}
	l.Close()
	if _, reused, err := askOn(t.Context(), l, &http.Request{Method: http.MethodGet}); reused || err != nil {
		t.Errorf("after Close: got %v, %v", reused, err)
	}
}

// What an app closes, at once or later, carries no second request.
func TestLineWhoseConnectionIsClosed(t *testing.T) {
	closed := make(chan struct{}, 8)
	a := startApp(t, func(c *talk) {
		c.read()
		if c.number == 1 {
			c.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
		} else {
			c.say(ok)
		}
		_ = c.Close()
		closed <- struct{}{}
	})
	l := newLine(t, a)
	for answered := 0; answered < 4; {
		_, reused, err := askOn(t.Context(), l, &http.Request{Method: http.MethodGet})
		switch {
		case err == nil && reused:
			t.Error("a closed connection was used again")
		case err != nil && !reused:
			t.Error(err)
		}
		if err == nil {
			answered++
			within(t, closed, "the end of the connection")
		}
	}
}

func TestLineEndsWithItsContext(t *testing.T) {
	a := startApp(t, func(c *talk) {
		c.read()
		c.read() // there is no answer
	})
	ctx, cancel := context.WithCancel(t.Context())
	l := newLine(t, a)
	done := make(chan error, 1)
	go func() {
		_, _, err := askOn(ctx, l, &http.Request{Method: http.MethodGet})
		done <- err
	}()
	within(t, a.saw, "a request")
	cancel()
	if err := within(t, done, "an end"); err == nil {
		t.Error("got an answer")
	}
	if _, _, err := askOn(ctx, l, &http.Request{Method: http.MethodGet}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Own fields stand in place of the request's, once each, and are no less looked at.
func TestLineWithOwnFields(t *testing.T) {
	a := answering(t, ok)
	l := newLine(t, a)
	for i, c := range []struct {
		header http.Header
		own    []replay.Field
		want   http.Header
	}{
		{http.Header{"B": {"1"}}, nil, http.Header{"B": {"1"}}},
		{http.Header{"B": {"1"}}, []replay.Field{{"A", "2"}, {"C", "3"}}, http.Header{"A": {"2"}, "B": {"1"}, "C": {"3"}}},
		{http.Header{"B": {"4"}}, []replay.Field{{"A", "5"}, {"C", ""}}, http.Header{"A": {"5"}, "B": {"4"}, "C": {""}}},
		{http.Header{"B": {"1", "2"}, "C": {"3"}}, []replay.Field{{"A", "4"}, {"B", "5"}}, http.Header{"A": {"4"}, "B": {"5"}, "C": {"3"}}},
		{http.Header{"B": {"1", "2"}}, []replay.Field{{"A", "4"}, {"C", "5"}}, http.Header{"A": {"4"}, "B": {"1", "2"}, "C": {"5"}}},
		{http.Header{"A": {"1"}, "C": {"2"}}, []replay.Field{{"B", "4"}}, http.Header{"A": {"1"}, "B": {"4"}, "C": {"2"}}},
		{http.Header{"A": {"1"}, "C": {"2"}}, []replay.Field{{"B", "4\r\nD: 5"}}, nil},
		{http.Header{"A": {"1"}, "C": {"2"}}, nil, http.Header{"A": {"1"}, "C": {"2"}}},
		{nil, []replay.Field{{"A", "1"}}, http.Header{"A": {"1"}}},
	} {
		_, _, err := askOn(t.Context(), l, &http.Request{Method: http.MethodGet, Header: c.header}, c.own...)
		if (err != nil) != (c.want == nil) {
			t.Fatalf("%d: %v", i, err)
		}
		if c.want == nil {
			continue
		}
		if got := within(t, a.saw, "a request").Header; !reflect.DeepEqual(got, c.want) {
			t.Errorf("%d: the app got %q, want %q", i, got, c.want)
		}
	}
}

// An app may answer without reading the body. Once the answer is closed nobody reads on in that: it may be the next one by then.
func TestLineThatIsAnsweredEarly(t *testing.T) {
	a := startApp(t, func(c *talk) {
		if _, err := http.ReadRequest(c.reader); err == nil {
			c.say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno")
			_, _ = io.Copy(io.Discard, c.reader) // until the other side closes
		}
	})
	l := newLine(t, a)
	closed, read := make(chan struct{}), make(chan bool, 1)
	body := readFunc(func([]byte) (int, error) {
		select {
		case <-closed:
			read <- false
		case <-time.After(50 * time.Millisecond): // as long as reading takes here
			read <- true
		}
		return 0, io.ErrUnexpectedEOF
	})
	done := make(chan string, 1)
	go func() {
		got, _, err := askOn(t.Context(), l, &http.Request{Method: http.MethodPost, Body: io.NopCloser(body), ContentLength: 1 << 20})
		close(closed)
		done <- fmt.Sprint(got, err)
	}()
	if !within(t, read, "the body") {
		t.Error("the answer was closed while the body was read")
	}
	if got, want := within(t, done, "an answer"), "413 map[Content-Length:[2]] no<nil>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }
