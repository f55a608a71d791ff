package replay_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A hearer hears informational answers too, which httptest's recorder takes for the answer.
type hearer struct {
	*httptest.ResponseRecorder
	informs []string
}

func (h *hearer) WriteHeader(status int) {
	if status < 200 && status != http.StatusSwitchingProtocols {
		h.informs = append(h.informs, fmt.Sprint(status, h.Header()))
		return
	}
	h.ResponseRecorder.WriteHeader(status)
}

func TestInformationalAnswersArePassedOn(t *testing.T) {
	a := answering(t, "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: X\r\n\r\n"+ok)
	w := &hearer{ResponseRecorder: httptest.NewRecorder()}
	d := newDelivery("POST", "")
	broken := serveTo(t.Context(), w, a.forwarder(t), d, strings.NewReader(""), 0)
	if want := []string{"102 map[]", "103 map[Link:[</a>]]"}; !reflect.DeepEqual(w.informs, want) {
		t.Errorf("informed by %q, want %q", w.informs, want)
	}
	if want := (http.Header{"Content-Length": {"3"}}); broken || w.Body.String() != "yes" || !reflect.DeepEqual(w.Header(), want) {
		t.Errorf("got %q %q, broken: %v", w.Header(), w.Body, broken)
	}
	if got := d.Last().Response.Status; got != 200 {
		t.Errorf("recorded status %d, want that of the answer", got)
	}
}

// A body that waits for 100 Continue is sent when the app says so, or when it says nothing, and not when it has answered.
func TestExpect(t *testing.T) {
	const body = "hello"
	for name, c := range map[string]struct {
		first string // the app's, before it reads the body
		reads bool
		want  string
	}{
		"asked for":     {"HTTP/1.1 100 Continue\r\n\r\n", true, "yes"},
		"silence":       {"", true, "yes"},
		"not wanted":    {"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno", false, "no"},
		"early answer":  {"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno", false, "no"},
		"asked 3 times": {strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 3), true, "yes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rest := make(chan string, 1)
			a := startApp(t, func(talk *talk) {
				r, err := http.ReadRequest(talk.reader)
				if err != nil || r.Header.Get("Expect") != "100-continue" {
					t.Errorf("got %v, %v", r, err)
					return
				}
				talk.say(c.first)
				got, _ := io.ReadAll(r.Body)
				if rest <- string(got); c.reads {
					talk.say(ok)
				}
			})
			d := newDelivery("POST", "")
			d.Header.Set("Expect", "100-continue")
			w := &hearer{ResponseRecorder: httptest.NewRecorder()}
			serveTo(t.Context(), w, a.forwarder(t), d, strings.NewReader(body), int64(len(body)))
			if w.Body.String() != c.want {
				t.Errorf("got %d %q, want %q", w.Code, w.Body, c.want)
			}
			want := body
			if !c.reads {
				want = ""
			}
			if got := within(t, rest, "the body's end"); got != want {
				t.Errorf("the app read %q, want %q", got, want)
			}
		})
	}
}

// A trailing body has fields behind it.
type trailing struct {
	io.Reader
	trailer http.Header
}

func (b trailing) Trailer() http.Header { return b.trailer }

func TestTrailersBothWays(t *testing.T) {
	a := startApp(t, func(c *talk) {
		for {
			r, err := http.ReadRequest(c.reader)
			if err != nil {
				return
			}
			body, _ := io.ReadAll(r.Body)
			c.app.saw <- request{r, string(body)}
			c.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n")
		}
	})
	f := a.forwarder(t)
	for range 2 { // on the same connection
		d := newDelivery("POST", "")
		d.Header.Set("Trailer", "X-Check")
		body := trailing{strings.NewReader("body"), http.Header{"X-Check": {"a", "b"}, "Content-Length": {"9"}, "X-Bad": {"a\r\nb"}}}
		w := httptest.NewRecorder()
		if serveTo(t.Context(), w, f, d, body, -1) {
			t.Error("the answer broke off")
		}
		saw := within(t, a.saw, "the request")
		if want := (http.Header{"X-Check": {"a", "b"}}); saw.body != "body" || !reflect.DeepEqual(saw.Trailer, want) {
			t.Errorf("the app got %q, %q, want %q", saw.body, saw.Trailer, want)
		}
		want := http.Header{"Trailer": {"X-Sum"}, http.TrailerPrefix + "X-Sum": {"1"}, http.TrailerPrefix + "X-More": {"2"}}
		if w.Body.String() != "hi" || !reflect.DeepEqual(w.Header(), want) {
			t.Errorf("got %q %q, want %q", w.Body, w.Header(), want)
		}
	}
}

func TestTrailerBeyondTheLimitBreaksTheAnswerOff(t *testing.T) {
	a := answering(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Long: "+strings.Repeat("x", 100<<10)+"\r\n\r\n")
	d := newDelivery("POST", "")
	if _, broken := serve(t, a.forwarder(t), d, ""); !broken || d.Last().Outcome != inspect.OutcomeClosed {
		t.Errorf("broken: %v, recorded %+v", broken, d.Last())
	}
}

// A sender says and hears something while its request is under way.
type sender struct {
	*io.PipeReader
	heard *io.PipeWriter
	head  http.Header
	got   chan int
}

func (s *sender) Header() http.Header         { return s.head }
func (s *sender) Write(p []byte) (int, error) { return s.heard.Write(p) }
func (s *sender) WriteHeader(status int)      { s.got <- status }
func (s *sender) Flush()                      {}
func (s *sender) CloseRead()                  { _ = s.PipeReader.Close() }

func TestSwitchOfProtocols(t *testing.T) {
	a := startApp(t, func(c *talk) {
		r, err := http.ReadRequest(c.reader)
		if err != nil || r.Header.Get("Connection") != "Upgrade" || r.Header.Get("Upgrade") != "websocket" {
			t.Errorf("the app got %v, %v", r, err)
			return
		}
		c.say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-A: 1\r\n\r\nwelcome\n")
		for {
			line, err := c.reader.ReadString('\n')
			if err != nil || line == "bye\n" {
				return
			}
			c.say("echo " + line)
		}
	})
	for _, last := range []string{"bye\n", ""} { // the app ends it, or the sender
		d := newDelivery("GET", "/ws")
		d.Header.Set("Upgrade", "websocket")
		read, say := io.Pipe()
		hear, heard := io.Pipe()
		s := &sender{read, heard, http.Header{}, make(chan int, 1)}
		f := a.forwarder(t)
		var g sync.WaitGroup
		g.Go(func() {
			if serveTo(t.Context(), s, f, d, s, 0) {
				t.Error("it broke off")
			}
			_ = heard.Close()
		})
		if status := within(t, s.got, "the switch"); status != 101 || s.head.Get("Upgrade") != "websocket" || s.head.Get("X-A") != "1" {
			t.Errorf("got %d %q", status, s.head)
		}
		lines := bufio.NewReader(hear)
		expect := func(want string) {
			if got, err := lines.ReadString('\n'); got != want {
				t.Errorf("heard %q, %v; want %q", got, err, want)
			}
		}
		expect("welcome\n")
		for range 3 {
			_, _ = io.WriteString(say, "hello\n")
			expect("echo hello\n")
		}
		if last == "" {
			_ = say.Close()
		} else {
			_, _ = io.WriteString(say, last)
		}
		if rest, err := io.ReadAll(lines); len(rest) > 0 || err != nil {
			t.Errorf("heard %q at the end, %v", rest, err)
		}
		g.Wait()
		if got := attempts(d); got != "1 answered 101\n" {
			t.Errorf("recorded %q", got)
		}
	}
}

// A replay has nobody who could go on with another protocol.
func TestReplayOfASwitchEnds(t *testing.T) {
	a := startApp(t, func(c *talk) {
		if c.read() {
			c.say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
			_, _ = c.reader.ReadByte()
		}
	})
	d := newDelivery("GET", "/ws")
	d.Header.Set("Upgrade", "websocket")
	d.Body.Complete = true
	if err := a.forwarder(t).Deliver(t.Context(), d); err != nil || attempts(d) != "1 answered 101\n" {
		t.Errorf("got %v, recorded %q", err, attempts(d))
	}
}

func TestSwitchThatNobodyAskedForIsNoAnswer(t *testing.T) {
	a := answering(t, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
	d := newDelivery("POST", "")
	w, _ := serve(t, a.forwarder(t), d, "")
	if w.Code != http.StatusBadGateway || attempts(d) != "1 closed 0\n" {
		t.Errorf("got %d, recorded %q", w.Code, attempts(d))
	}
}
