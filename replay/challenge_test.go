package replay_test

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/internal/faults"
	"github.com/seed-4575fdc3/hook/replay"
)

// A challenger takes every delivery whose body is "who" for a question, to which "me" is the answer.
type challenger struct {
	disarmed bool
	wait     time.Duration // for the app; 0: as long as it takes
}

func (c challenger) Armed() bool { return !c.disarmed }

func (c challenger) Challenge(d *inspect.Delivery) *replay.Challenge {
	if string(d.Body.Bytes) != "who" {
		return nil
	}
	return &replay.Challenge{
		Asked: "Somebody's question", Note: "tell them",
		Answer: &inspect.Response{Status: 200, Header: http.Header{"Content-Type": {"text/plain"}}, Body: inspect.CaptureOf([]byte("me"))},
		Fits:   func(status int, _ http.Header, body []byte) bool { return status == 200 && string(body) == "me" },
		Wait:   cmp.Or(c.wait, time.Hour),
	}
}

const asked = "Somebody's question, answered by hook, as "

func TestChallenge(t *testing.T) {
	for name, c := range map[string]struct {
		answer   string // the app's
		attempts string
		why      string
	}{
		"the app knows": {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nme", "1 answered 200\n", ""},
		"the app knows, in chunks": {
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nm\r\n1\r\ne\r\n0\r\n\r\n", "1 answered 200\n", "",
		},
		"no such page":   {"HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nme", "1 answered 404\n2 challenge 200\n", "the app answered 404"},
		"a catch-all":    {ok, "1 answered 200\n2 challenge 200\n", "the app answered 200 without what was asked for"},
		"a long page":    {"HTTP/1.1 200 OK\r\n\r\nme" + strings.Repeat(" ", 100_000), "1 answered 200\n2 challenge 200\n", "the app answered 200 without what was asked for"},
		"half an answer": {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nme", "1 closed 0\n2 challenge 200\n", "the app closed the connection before its answer was whole"},
		"no HTTP":        {"SSH-2.0-OpenSSH_9.6\r\n\r\n", "1 closed 0\n2 challenge 200\n", "the app's answer can't be used: "},
	} {
		t.Run(name, func(t *testing.T) {
			a := startApp(t, func(c1 *talk) { c1.read(); c1.say(c.answer) })
			f, d, r := a.forwarder(t), newDelivery("POST", "/a"), &recorder{}
			f.Challenger, f.Recorder = challenger{}, r
			w, broken := serve(t, f, d, "who")
			if broken || w.Code != 200 || w.Body.String() != "me" {
				t.Errorf("the sender got %d %q, broken: %v", w.Code, w.Body, broken)
			}
			if got := within(t, a.saw, "the question"); got.body != "who" {
				t.Errorf("the app got %q", got.body)
			}
			wantAttempts(t, d, c.attempts)
			switch last := d.Last(); {
			case c.why == "":
				if last.Err != "" {
					t.Errorf("recorded %q", last.Err)
				}
				r.want(t, "received", "attempted 1 answered")
			case !strings.HasPrefix(last.Err, asked+c.why) || !strings.HasSuffix(last.Err, "; tell them"):
				t.Errorf("recorded %q", last.Err)
			default:
				if w.Header().Get("Content-Type") != "text/plain" || w.Header().Get("Content-Length") != "2" || w.Header().Get("Hook-Error") != "" {
					t.Errorf("the sender got %q", w.Header())
				}
				first, _, _ := strings.Cut(c.attempts[2:], " ")
				r.want(t, "received", "attempted 1 "+first+", again", "attempted 2 challenge")
			}
		})
	}
}

// Nobody waits for an app that is down, nor long for one that is slow: providers don't.
func TestChallengeWithoutAnApp(t *testing.T) {
	addr, release, err := faults.ClosedPort()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	down := (&app{target: parse(t, addr)}).forwarder(t)
	down.WaitForApp = time.Hour
	hanging := make(chan struct{})
	slow := startApp(t, func(c *talk) { c.read(); <-hanging })
	defer close(hanging)
	impatient := slow.forwarder(t)
	down.Challenger, impatient.Challenger = challenger{}, challenger{wait: 300 * time.Millisecond}
	for want, f := range map[string]*replay.Forwarder{"1 refused 0\n2 challenge 200\n": down, "1 timeout 0\n2 challenge 200\n": impatient} {
		d := newDelivery("POST", "")
		if w, _ := serve(t, f, d, "who"); w.Code != 200 || w.Body.String() != "me" {
			t.Errorf("%s: got %d %q", want, w.Code, w.Body)
		}
		wantAttempts(t, d, want)
	}
}

// What is no question goes its way, in whatever pieces it comes.
func TestNoChallenge(t *testing.T) {
	for name, c := range bodies {
		t.Run(name, func(t *testing.T) {
			a, body := answering(t, ok), strings.Repeat("0123456789", c.size/10+1)[:c.size]
			f, d := a.forwarder(t), newDelivery("POST", "")
			f.Challenger, f.Capture = challenger{}, 100_000
			w := httptest.NewRecorder()
			serveTo(t.Context(), w, f, d, strings.NewReader(body), int64(c.length))
			got := within(t, a.saw, "a request")
			if w.Body.String() != "yes" || got.body != body || got.ContentLength != int64(c.length) {
				t.Errorf("answered %q; the app got %d of %d bytes, length %d", w.Body, len(got.body), c.size, got.ContentLength)
			}
			wantAttempts(t, d, "1 answered 200\n")
		})
	}
}

// A long body goes to the app while it comes in, though there is a Challenger.
func TestLongBodyIsNotWaitedFor(t *testing.T) {
	begun := make(chan struct{})
	a := startApp(t, func(c *talk) {
		r, err := http.ReadRequest(c.reader)
		if err != nil {
			return
		}
		_, _ = io.ReadFull(r.Body, make([]byte, 100_000))
		close(begun)
		_, _ = io.Copy(io.Discard, r.Body)
		c.say(ok)
	})
	f, d, w := a.forwarder(t), newDelivery("POST", ""), httptest.NewRecorder()
	f.Challenger = challenger{}
	body, sender := io.Pipe()
	done := make(chan bool, 1)
	go func() { done <- serveTo(context.WithoutCancel(t.Context()), w, f, d, body, -1) }()
	_, _ = io.WriteString(sender, strings.Repeat("x", 110_000))
	within(t, begun, "the app's reading")
	_ = sender.Close()
	if within(t, done, "the answer") || w.Body.String() != "yes" {
		t.Errorf("got %d %q", w.Code, w.Body)
	}
}

func TestChallengeOfADisarmedChallenger(t *testing.T) {
	f, d := answering(t, ok).forwarder(t), newDelivery("POST", "")
	f.Challenger = challenger{disarmed: true}
	if w, _ := serve(t, f, d, "who"); w.Body.String() != "yes" {
		t.Errorf("got %q", w.Body)
	}
	wantAttempts(t, d, "1 answered 200\n")
}

// What the app must not see it doesn't, but the sender hears what it wants to.
func TestChallengeThatIsRefused(t *testing.T) {
	a := startApp(t, func(*talk) { t.Error("the app was asked") })
	f, d, r := a.forwarder(t), newDelivery("POST", ""), &recorder{}
	f.Challenger, f.Recorder = challenger{}, r
	f.Refuse = func(*inspect.Delivery) *inspect.Failure { return &inspect.Failure{Status: 401, Code: "no"} }
	if w, _ := serve(t, f, d, "who"); w.Code != 200 || w.Body.String() != "me" {
		t.Errorf("got %d %q", w.Code, w.Body)
	}
	wantAttempts(t, d, "1 challenge 200\n")
	if !strings.HasPrefix(d.Last().Err, asked+"--enforce") {
		t.Errorf("recorded %q", d.Last().Err)
	}
	r.want(t, "received", "attempted 1 challenge")
	d = newDelivery("POST", "")
	if w, _ := serve(t, f, d, "what"); w.Code != 401 {
		t.Errorf("what is no question: got %d %q", w.Code, w.Body)
	}
}

// A sender that has gone hears nothing.
func TestChallengeOfWhoHasGone(t *testing.T) {
	gone, goes := context.WithCancel(t.Context())
	a := startApp(t, func(c *talk) { c.read(); goes(); c.read() })
	f, d, w := a.forwarder(t), newDelivery("POST", ""), httptest.NewRecorder()
	f.Challenger = challenger{}
	serveTo(gone, w, f, d, strings.NewReader("who"), 3)
	wantAttempts(t, d, "1 canceled 0\n")
	wantFailure(t, w, http.StatusBadGateway, "canceled")
}
