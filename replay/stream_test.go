package replay_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A watched writer tells what it is given when it is flushed.
type watched struct {
	*httptest.ResponseRecorder
	flushed chan string
}

func (w watched) Flush() { w.flushed <- w.Body.String() }

func TestStreamIsPassedOnAsItComes(t *testing.T) {
	next := make(chan string)
	defer close(next)
	a := startApp(t, func(c *talk) {
		c.read()
		c.say("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
		for chunk := range next {
			c.say(chunk)
		}
	})
	f, d := a.forwarder(t), newDelivery("GET", "")
	w := watched{httptest.NewRecorder(), make(chan string, 8)}
	done := make(chan bool, 1)
	go func() { done <- serveTo(context.WithoutCancel(t.Context()), w, f, d, http.NoBody, 0) }()
	if got := within(t, w.flushed, "the head"); got != "" {
		t.Errorf("got %q before there was any", got)
	}
	next <- "2\r\non\r\n"
	if got := within(t, w.flushed, "the first piece"); got != "on" {
		t.Errorf("got %q first", got)
	}
	next <- "1\r\ne\r\n"
	if got := within(t, w.flushed, "the second piece"); got != "one" {
		t.Errorf("got %q after the second piece", got)
	}
	next <- "0\r\n\r\n"
	if broken := within(t, done, "the end"); broken || d.Last().Outcome != inspect.OutcomeAnswered {
		t.Errorf("broken: %v, recorded %s", broken, attempts(d))
	}
}

// A head says that the app has answered, which a long poll's sender wants to know.
func TestHeadDoesNotWaitForItsBody(t *testing.T) {
	long := strings.Repeat("x", 20_000)
	for name, c := range map[string]struct{ header, rest, body string }{
		"chunks":                        {"Transfer-Encoding: chunked", "2\r\non\r\n0\r\n\r\n", "on"},
		"a long body":                   {"Content-Length: 20000", long, long},
		"until the connection's end":    {"Content-Type: application/x-ndjson", "on", "on"},
		"until the end, and even empty": {"Content-Type: application/x-ndjson", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			next := make(chan struct{})
			goOn := sync.OnceFunc(func() { close(next) })
			defer goOn()
			a := startApp(t, func(app *talk) {
				app.read()
				app.say("HTTP/1.1 200 OK\r\n" + c.header + "\r\n\r\n")
				<-next
				app.say(c.rest)
			})
			f, d := a.forwarder(t), newDelivery("GET", "")
			w := watched{httptest.NewRecorder(), make(chan string, 64)}
			done := make(chan bool, 1)
			go func() { done <- serveTo(context.WithoutCancel(t.Context()), w, f, d, http.NoBody, 0) }()
			if got := within(t, w.flushed, "the head"); got != "" {
				t.Errorf("got %q before there was any", got)
			}
			goOn()
			if broken := within(t, done, "the end"); broken || w.Body.String() != c.body {
				t.Errorf("got %d bytes, broken: %v", w.Body.Len(), broken)
			}
		})
	}
}

// What came at once is handed on at once: each flush is a frame.
func TestShortAnswerIsNotFlushed(t *testing.T) {
	for name, c := range map[string]struct{ method, answer string }{
		"a length":      {"POST", ok},
		"chunks":        {"POST", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n"},
		"only the head": {"HEAD", "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n\r\n"},
		"head of much":  {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			w := watched{httptest.NewRecorder(), make(chan string, 8)}
			serveTo(t.Context(), w, answering(t, c.answer).forwarder(t), newDelivery(c.method, ""), http.NoBody, 0)
			if n := len(w.flushed); n != 0 {
				t.Errorf("flushed %d times", n)
			}
		})
	}
}
