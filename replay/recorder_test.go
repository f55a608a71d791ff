package replay_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
)

// A recorder writes down what it is told.
type recorder struct {
	kept     chan struct{}           // what Received gives
	received func(*inspect.Delivery) // may be nil

	mu   sync.Mutex
	told []string
}

func (r *recorder) Received(d *inspect.Delivery) <-chan struct{} {
	r.mu.Lock()
	r.told = append(r.told, "received")
	r.mu.Unlock()
	if r.received != nil {
		r.received(d)
	}
	return r.kept
}

func (r *recorder) Attempted(d *inspect.Delivery, again bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	said := fmt.Sprintf("attempted %d %s", d.Last().Number, d.Last().Outcome)
	if again {
		said += ", again"
	}
	r.told = append(r.told, said)
}

func (r *recorder) want(t testing.TB, want ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.told, want) {
		t.Errorf("recorder: got %q, want %q", r.told, want)
	}
}

func TestReceivedOnceAndFirst(t *testing.T) {
	for name, c := range map[string]struct {
		body   string
		length int64
	}{
		"empty":     {"", 0},
		"short":     {"hi", 2},
		"long":      {strings.Repeat("x", 200_000), 200_000},
		"no length": {strings.Repeat("x", 200_000), -1},
	} {
		t.Run(name, func(t *testing.T) {
			a := answering(t, ok)
			f, d := a.forwarder(t), newDelivery("POST", "")
			r := &recorder{received: func(d *inspect.Delivery) {
				if !d.Body.Complete || string(d.Body.Bytes) != c.body || d.Body.Size != int64(len(c.body)) || len(d.Attempts) != 0 {
					t.Errorf("received %d of %d bytes, complete: %v", len(d.Body.Bytes), d.Body.Size, d.Body.Complete)
				}
				d.Provider, d.EventType = "stripe", "charge.failed"
			}}
			f.Recorder = r
			serveTo(t.Context(), httptest.NewRecorder(), f, d, strings.NewReader(c.body), c.length)
			r.want(t, "received", "attempted 1 answered")
			if d.Provider != "stripe" || d.EventType != "charge.failed" {
				t.Errorf("what the recorder found is lost: %+v", d)
			}
		})
	}
}

func TestReceivedWithoutAnApp(t *testing.T) {
	r := &recorder{}
	f := &replay.Forwarder{Target: parse(t, "3000"), Client: failing{io.ErrUnexpectedEOF}, Recorder: r}
	d := newDelivery("POST", "")
	serveTo(t.Context(), httptest.NewRecorder(), f, d, strings.NewReader(strings.Repeat("x", 100_000)), 100_000)
	r.want(t, "received", "attempted 1 closed")
	if d.Body.Complete {
		t.Error("a body that nobody read was captured as if it were whole")
	}
}

// canned is an app that answers at once, when it has the whole body but before io.EOF was read behind it.
type canned struct{}

func (canned) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.ContentLength > 0 {
		if _, err := io.CopyN(io.Discard, r.Body, r.ContentLength); err != nil {
			return nil, err
		}
	}
	return &http.Response{StatusCode: http.StatusOK, ContentLength: 2, Body: io.NopCloser(strings.NewReader("hi"))}, nil
}

func TestAnswerWaitsUntilTheDeliveryIsKept(t *testing.T) {
	for _, c := range []struct {
		name   string
		client http.RoundTripper
		body   string
		kept   time.Duration // negative: never
		want   time.Duration
	}{
		{"at once", canned{}, "hi", 0, 0},
		{"soon", canned{}, "hi", 30 * time.Millisecond, 30 * time.Millisecond},
		{"too late", canned{}, "hi", time.Hour, 100 * time.Millisecond},
		{"never", canned{}, "hi", -1, 100 * time.Millisecond},
		{"a long body", canned{}, strings.Repeat("x", 90_000), 30 * time.Millisecond, 30 * time.Millisecond},
		{"no app", failing{io.EOF}, "hi", 30 * time.Millisecond, 30 * time.Millisecond},
		{"a body over the cap", canned{}, strings.Repeat("x", 1<<20), -1, 0},
		{"an early answer", early{}, strings.Repeat("x", 90_000), -1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				r := &recorder{kept: make(chan struct{})}
				switch {
				case c.kept == 0:
					close(r.kept)
				case c.kept > 0:
					stop := time.AfterFunc(c.kept, func() { close(r.kept) })
					defer stop.Stop()
				}
				f := &replay.Forwarder{Target: parse(t, "3000"), Client: c.client, Recorder: r, Capture: 100_000}
				w := stamped{httptest.NewRecorder(), new(time.Time)}
				d := newDelivery("POST", "")
				serveTo(t.Context(), w, f, d, strings.NewReader(c.body), int64(len(c.body)))
				if got := w.at.Sub(began); got != c.want {
					t.Errorf("the answer went out after %v, want %v", got, c.want)
				}
			})
		})
	}
}

// early is an app that answers without reading anything.
type early struct{}

func (early) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusUnauthorized, ContentLength: -1, Body: http.NoBody}, nil
}

// A stamped writer knows when the answer began.
type stamped struct {
	*httptest.ResponseRecorder
	at *time.Time
}

func (w stamped) WriteHeader(status int) {
	*w.at = time.Now()
	w.ResponseRecorder.WriteHeader(status)
}
