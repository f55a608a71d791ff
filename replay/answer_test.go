package replay_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
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

// What is behind an answer is not the answer to the next request.
func TestAnswerWithMoreBehindIt(t *testing.T) {
	const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	for name, c := range map[string]struct{ method, answer string }{
		"204 with a length and a body": {"POST", "HTTP/1.1 204 No Content\r\nContent-Length: 41\r\n\r\n" + ok},
		"204 with a length":            {"POST", "HTTP/1.1 204 No Content\r\nContent-Length: 41\r\n\r\n"},
		"204 with chunks":              {"POST", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"},
		"204 with a body":              {"POST", "HTTP/1.1 204 No Content\r\n\r\n" + ok},
		"304 with a length":            {"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 41\r\n\r\n"},
		"HEAD with a body":             {"HEAD", ok},
		"HEAD with chunks":             {"HEAD", chunked},
		"more than the length":         {"POST", ok + ok},
		"more than the chunks":         {"POST", chunked + "3\r\nyes\r\n0\r\n\r\n" + ok},
	} {
		t.Run(name, func(t *testing.T) {
			a := startApp(t, func(app *talk) {
				for app.read() {
					if app.number == 1 {
						app.say(c.answer)
					} else {
						app.say("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + strconv.Itoa(app.number))
					}
				}
			})
			f := a.forwarder(t)
			serve(t, f, newDelivery(c.method, ""), "")
			if w, _ := serve(t, f, newDelivery("POST", ""), ""); w.Body.String() != "2" {
				t.Errorf("got %d %q, want the answer of a second connection", w.Code, w.Body)
			}
		})
	}
}

// What is about the app's connection is no concern of the sender's.
func TestHopByHopFieldsAreRecordedOnly(t *testing.T) {
	a := answering(t, "HTTP/1.1 200 OK\r\nConnection: keep-alive, X-A\r\nKeep-Alive: timeout=5\r\nProxy-Connection: a\r\n"+
		"TE: b\r\nTrailer: X-Sum\r\nUpgrade: h2c\r\nX-A: 1\r\nContent-Length: 0\r\n\r\n")
	d := newDelivery("POST", "")
	w, _ := serve(t, a.forwarder(t), d, "")
	if want := (http.Header{"X-A": {"1"}, "Content-Length": {"0"}, "Trailer": {"X-Sum"}}); !reflect.DeepEqual(w.Header(), want) {
		t.Errorf("got %q, want %q", w.Header(), want)
	}
	if got := d.Last().Response.Header; len(got) != 8 {
		t.Errorf("recorded %q, want all 8", got)
	}
}

func TestAnswerThatTheWriterRefuses(t *testing.T) {
	for _, answer := range []string{
		"HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 3\r\n\r\nyes",
		"HTTP/1.1 200 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n",
	} {
		d, w := newDelivery("POST", ""), httptest.NewRecorder()
		broken := serveTo(t.Context(), choosy{w}, answering(t, answer).forwarder(t), d, http.NoBody, 0)
		wantFailure(t, w, http.StatusBadGateway, "app_closed")
		if broken || w.Header()["X-A"] != nil {
			t.Errorf("broken: %v, with fields of the app's: %q", broken, w.Header())
		}
		wantAttempts(t, d, "1 closed 0\n")
		if want := "the app's answer can't be used: 200 with an X-A"; d.Last().Err != want {
			t.Errorf("recorded %q, want %q", d.Last().Err, want)
		}
	}
}

// A choosy writer takes no X-A.
type choosy struct{ *httptest.ResponseRecorder }

func (choosy) CheckHeader(status int, h http.Header) error {
	if h["X-A"] == nil {
		return nil
	}
	return fmt.Errorf("%d with an X-A", status)
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
