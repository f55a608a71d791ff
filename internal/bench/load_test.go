package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

// newTestWorker is a worker that is connected to the handler.
func newTestWorker(t *testing.T, h http.Handler) *worker {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	target, err := url.Parse(server.URL + uploadPath)
	if err != nil {
		t.Fatal(err)
	}
	w, err := newWorker(target, minBody, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.conn.Close() })
	return w
}

func TestPace(t *testing.T) {
	p, err := newPace(500, time.Now().Add(100*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.run(); err != nil { // nobody takes what is due, and that holds nothing up
		t.Fatal(err)
	}
	var n int
	for at := range p.due {
		n++
		if want := p.begin.Add(time.Duration(n) * 2 * time.Millisecond); !at.Equal(want) {
			t.Errorf("webhook %d is due %v after the beginning, want %v", n, at.Sub(p.begin), want.Sub(p.begin))
		}
	}
	if want := int((p.to.Sub(p.begin) - 1) / p.interval); n != want {
		t.Errorf("got %d webhooks within %v at 500/s, want %d", n, p.to.Sub(p.begin), want)
	}
}

func TestLatenciesCountFromWhenWebhooksWereDue(t *testing.T) {
	w := newTestWorker(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, answer)
	}))
	now := time.Now()
	due := make(chan time.Time, 3)
	due <- now.Add(-3 * time.Hour) // in the warm-up
	due <- now.Add(-2 * time.Hour)
	due <- now.Add(-1 * time.Hour)
	close(due)
	w.keepPace(due, now.Add(-2*time.Hour), now)
	if len(w.errors) > 0 || w.answered != 3 || len(w.latencies) != 2 || w.latencies[0] < 2*time.Hour || w.latencies[1] < time.Hour {
		t.Errorf("got %d answers, the latencies %v and %v, want 3, with the latencies of the last two", w.answered, w.latencies, w.errors)
	}
}

func TestUpload(t *testing.T) {
	for _, size := range []int64{1, 256 << 10, 600_000} {
		w := newTestWorker(t, app())
		y := order{Upload: size, Duration: time.Millisecond}.upload(w)
		y.sum([]*worker{w})
		if len(y.Errors) > 0 || y.Requests < 1 || y.Sent != y.Requests+1 || y.Seconds <= 0 {
			t.Errorf("%d bytes: got %+v, want uploads, and one before", size, y)
		}
	}
}

func TestAnUploadThatArrivesShortIsWrong(t *testing.T) {
	w := newTestWorker(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = io.NopCloser(io.LimitReader(r.Body, 999))
		answerUpload(w, r)
	}))
	order{Upload: 1000}.upload(w)
	if len(w.errors) == 0 {
		t.Error("got no error for 999 bytes of 1000")
	}
}
