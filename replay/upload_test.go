package replay_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/iotest"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
)

// What an app says to a request that can't go on still counts, even if it takes a moment to say it.
func TestAnswerToHalfARequest(t *testing.T) {
	a := startApp(t, func(c *talk) {
		if _, err := http.ReadRequest(c.reader); err == nil {
			<-time.After(20 * time.Millisecond) // an app at work, long after the body failed
			c.say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
		}
	})
	d, w := newDelivery("POST", ""), httptest.NewRecorder()
	broken := serveTo(t.Context(), w, a.forwarder(t), d, iotest.ErrReader(errors.New("gone")), 1<<20)
	if broken || w.Code != http.StatusRequestEntityTooLarge || w.Body.String() != "no" {
		t.Errorf("got %d %q, broken: %v", w.Code, w.Body, broken)
	}
	wantAttempts(t, d, "1 answered 413\n")
}

// The time for the head is over with the head, even if the request's body ends later.
func TestUploadThatEndsInTheAnswer(t *testing.T) {
	a := startApp(t, func(c *talk) {
		r, err := http.ReadRequest(c.reader)
		if err != nil {
			return
		}
		c.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\non\r\n")
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			c.say("1\r\ne\r\n0\r\n\r\n")
		}
	})
	client := replay.NewClient(replay.ClientOptions{Head: time.Nanosecond})
	defer client.CloseIdleConnections()
	f, d := a.forwarder(t), newDelivery("POST", "")
	f.Client = client
	body, sender := io.Pipe()
	w := watched{httptest.NewRecorder(), make(chan string, 8)}
	done := make(chan bool, 1)
	go func() { done <- serveTo(context.WithoutCancel(t.Context()), w, f, d, body, -1) }()
	within(t, w.flushed, "the answer")
	_ = sender.Close()
	if broken := within(t, done, "the end"); broken || w.Body.String() != "one" || d.Last().Outcome != inspect.OutcomeAnswered {
		t.Errorf("got %q, broken: %v, recorded %s", w.Body, broken, attempts(d))
	}
}
