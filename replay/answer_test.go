package replay_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

func TestAnswerIsPassedOnAsItIs(t *testing.T) {
	for _, c := range []struct {
		name, method, answer string
		status               int
		header               http.Header
		body                 string
	}{
		{"short", "POST", ok, 200, http.Header{"Content-Length": {"3"}}, "yes"},
		{
			"a redirect", "GET", "HTTP/1.1 301 Moved Permanently\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
			301, http.Header{"Content-Length": {"0"}, "Location": {"/elsewhere"}}, "",
		},
		{
			"gzip", "GET", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00",
			200, http.Header{"Content-Encoding": {"gzip"}, "Content-Length": {"4"}}, "\x1f\x8b\x08\x00",
		},
		{
			"repeated fields", "POST",
			"HTTP/1.1 500 No\r\nSet-Cookie: b=1\r\nset-cookie: a=2\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n",
			500, http.Header{"Content-Length": {"0"}, "Set-Cookie": {"b=1", "a=2"}, "X-Empty": {""}}, "",
		},
		{"nothing", "POST", "HTTP/1.1 204 No Content\r\n\r\n", 204, http.Header{}, ""},
		{"not modified", "GET", "HTTP/1.1 304 Not Modified\r\nEtag: \"a\"\r\n\r\n", 304, http.Header{"Etag": {`"a"`}}, ""},
		{"HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", 200, http.Header{"Content-Length": {"3"}}, ""},
		{
			"HEAD of much", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n",
			200, http.Header{"Content-Length": {"99999"}}, "",
		},
		{"HEAD of something", "HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, http.Header{}, ""},
		{
			"chunks", "POST", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\ny\r\n2\r\nes\r\n0\r\n\r\n",
			200, http.Header{}, "yes",
		},
		{
			"informed before", "POST", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok,
			200, http.Header{"Content-Length": {"3"}}, "yes",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := answering(t, c.answer)
			d := newDelivery(c.method, "")
			w, broken := serve(t, a.forwarder(t), d, "")
			if broken || w.Code != c.status || w.Body.String() != c.body || !reflect.DeepEqual(w.Header(), c.header) {
				t.Errorf("got %d %q %q, broken: %v\nwant %d %q %q", w.Code, w.Header(), w.Body, broken, c.status, c.header, c.body)
			}
			last := d.Last()
			if last.Outcome != inspect.OutcomeAnswered || last.Err != "" || last.Response.Status != c.status {
				t.Errorf("recorded %+v", last)
			}
			got := last.Response
			if string(got.Body.Bytes) != c.body || !got.Body.Complete || !reflect.DeepEqual(got.Header, c.header) {
				t.Errorf("recorded the answer as %+v", got)
			}
			if last.Stages.Total < last.Stages.Wait || last.Stages.Total == 0 || last.Started.IsZero() {
				t.Errorf("recorded the times as %+v, from %v", last.Stages, last.Started)
			}
		})
	}
}

func TestAnswerThatEndsWithItsConnection(t *testing.T) {
	a := startApp(t, func(c *talk) {
		c.read()
		c.say("HTTP/1.1 200 OK\r\n\r\nall of it")
	})
	w, broken := serve(t, a.forwarder(t), newDelivery("POST", ""), "")
	if broken || w.Body.String() != "all of it" {
		t.Errorf("got %q, broken: %v", w.Body, broken)
	}
}

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

func TestBrokenAnswer(t *testing.T) {
	long := strings.Repeat("x", 20_000)
	for name, answer := range map[string]string{
		"in a chunk":            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
		"between chunks":        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
		"before a length's end": "HTTP/1.1 200 OK\r\nContent-Length: 20001\r\n\r\n" + long,
	} {
		t.Run(name, func(t *testing.T) {
			a := startApp(t, func(c *talk) { c.read(); c.say(answer) })
			d := newDelivery("POST", "")
			w, broken := serve(t, a.forwarder(t), d, "")
			if !broken || w.Code != http.StatusOK {
				t.Errorf("got %d, broken: %v", w.Code, broken)
			}
			got := d.Last()
			if got.Outcome != inspect.OutcomeClosed || got.Err == "" || got.Response == nil || got.Response.Body.Complete {
				t.Errorf("recorded %+v", got)
			}
		})
	}
}

// A short answer is passed on once it is whole, so its sender can still be told that it never was.
func TestBrokenShortAnswer(t *testing.T) {
	a := startApp(t, func(c *talk) { c.read(); c.say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") })
	d := newDelivery("POST", "")
	w, broken := serve(t, a.forwarder(t), d, "")
	wantFailure(t, w, http.StatusBadGateway, "app_closed")
	if broken || attempts(d) != "1 closed 0\n" {
		t.Errorf("broken: %v, recorded %s", broken, attempts(d))
	}
}

func TestAnswerThatIsNone(t *testing.T) {
	for name, answer := range map[string]string{
		"no HTTP":                  "SSH-2.0-OpenSSH_9.6\r\n\r\n",
		"a switch of the protocol": "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
		"a status beyond HTTP":     "HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			d := newDelivery("GET", "")
			w, _ := serve(t, answering(t, answer).forwarder(t), d, "")
			wantFailure(t, w, http.StatusBadGateway, "app_closed")
			if attempts(d) != "1 closed 0\n" || !strings.HasPrefix(d.Last().Err, "the app's answer can't be used: ") {
				t.Errorf("recorded %s: %s", attempts(d), d.Last().Err)
			}
		})
	}
}

func TestSenderThatTakesNoMore(t *testing.T) {
	a := answering(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n")
	d := newDelivery("GET", "")
	broken := serveTo(t.Context(), deaf{httptest.NewRecorder()}, a.forwarder(t), d, http.NoBody, 0)
	if !broken || d.Last().Outcome != inspect.OutcomeClosed || d.Last().Response == nil {
		t.Errorf("broken: %v, recorded %+v", broken, d.Last())
	}
}

type deaf struct{ *httptest.ResponseRecorder }

func (deaf) Write([]byte) (int, error) { return 0, errors.New("gone") }

// An app may refuse what it hasn't read. The answer doesn't wait for a body that never ends.
func TestEarlyAnswer(t *testing.T) {
	a := startApp(t, func(c *talk) {
		if r, err := http.ReadRequest(c.reader); err == nil {
			_, _ = io.ReadFull(r.Body, make([]byte, len("the beginning")))
			c.say("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno")
			_, _ = io.Copy(io.Discard, c.reader)
		}
	})
	body, sender := io.Pipe()
	defer func() { _ = sender.Close() }()
	f, d, w := a.forwarder(t), newDelivery("POST", ""), httptest.NewRecorder()
	r := &recorder{}
	f.Recorder = r
	done := make(chan bool, 1)
	go func() { done <- serveTo(context.WithoutCancel(t.Context()), w, f, d, body, -1) }()
	if _, err := io.WriteString(sender, "the beginning"); err != nil {
		t.Fatal(err)
	}
	if broken := within(t, done, "the answer"); broken || w.Code != http.StatusUnauthorized || w.Body.String() != "no" {
		t.Errorf("got %d %q, broken: %v", w.Code, w.Body, broken)
	}
	if d.Body.Complete || string(d.Body.Bytes) != "the beginning" || d.Body.Size != 13 {
		t.Errorf("captured %+v", d.Body)
	}
	r.want(t, "received", "attempted 1 answered")
}
