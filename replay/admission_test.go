package replay_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/seed-4575fdc3/hook/inspect"
)

// bodies are those that a Forwarder is given, with its Capture at 100,000.
var bodies = map[string]struct {
	size, length int
	whole        bool // before the app has any of it
}{
	"empty":                   {0, 0, true},
	"short":                   {2, 2, true},
	"long":                    {100_000, 100_000, true},
	"no length":               {100_000, -1, true},
	"nothing and no length":   {0, -1, true},
	"too long":                {100_001, 100_001, false},
	"too long, and no length": {100_001, -1, false},
	"far too long":            {3_000_000, -1, false},
}

func TestRefusedBeforeTheApp(t *testing.T) {
	for name, c := range bodies {
		t.Run(name, func(t *testing.T) {
			a := startApp(t, func(*talk) { t.Error("the app was asked") })
			f, d, r := a.forwarder(t), newDelivery("POST", "/a"), &recorder{}
			f.Capture, f.Recorder = 100_000, r
			f.Refuse = func(d *inspect.Delivery) *inspect.Failure {
				if got := len(d.Body.Bytes); d.Body.Complete != c.whole || c.whole && got != c.size {
					t.Errorf("asked with %d of %d bytes, complete: %v", got, d.Body.Size, d.Body.Complete)
				}
				if c.whole {
					r.want(t, "received")
				}
				return &inspect.Failure{Status: http.StatusUnauthorized, Code: "signature_invalid", Message: "no"}
			}
			w := httptest.NewRecorder()
			serveTo(t.Context(), w, f, d, strings.NewReader(strings.Repeat("x", c.size)), int64(c.length))
			wantFailure(t, w, http.StatusUnauthorized, "signature_invalid")
			wantAttempts(t, d, "1 rejected 0\n")
			r.want(t, "received", "attempted 1 rejected")
			if last := d.Last(); last.Err != "no" || last.Target != "http://"+a.target.Host+"/a" || last.Started.IsZero() {
				t.Errorf("recorded %+v", last)
			}
			if d.Body.Complete != c.whole {
				t.Errorf("recorded a body that is complete: %v", d.Body.Complete)
			}
		})
	}
}

func TestAdmittedToTheApp(t *testing.T) {
	for name, c := range bodies {
		t.Run(name, func(t *testing.T) {
			a, body, asked := answering(t, ok), strings.Repeat("0123456789", c.size/10+1)[:c.size], 0
			f, d, r := a.forwarder(t), newDelivery("POST", ""), &recorder{}
			f.Capture, f.Recorder = 100_000, r
			f.Refuse = func(*inspect.Delivery) *inspect.Failure {
				asked++
				return nil
			}
			w := httptest.NewRecorder()
			serveTo(t.Context(), w, f, d, strings.NewReader(body), int64(c.length))
			got := within(t, a.saw, "a request")
			if w.Body.String() != "yes" || got.body != body || got.ContentLength != int64(c.length) || asked != 1 {
				t.Errorf("answered %q; the app got %d of %d bytes, length %d; asked %d times", w.Body, len(got.body), c.size, got.ContentLength, asked)
			}
			r.want(t, "received", "attempted 1 answered")
			if d.Body.Complete != c.whole || d.Body.Size != int64(c.size) || string(d.Body.Bytes) != body[:min(c.size, 100_000)] {
				t.Errorf("captured %d of %d bytes, complete: %v", len(d.Body.Bytes), d.Body.Size, d.Body.Complete)
			}
		})
	}
}

func TestAdmittedWithItsTrailer(t *testing.T) {
	for _, size := range []int{10, 200} {
		a := answering(t, ok)
		f, d := a.forwarder(t), newDelivery("POST", "")
		f.Capture, f.Refuse = 100, func(*inspect.Delivery) *inspect.Failure { return nil }
		d.Header.Set("Trailer", "X-Check")
		body := trailing{strings.NewReader(strings.Repeat("x", size)), http.Header{"X-Check": {"a"}}}
		serveTo(t.Context(), httptest.NewRecorder(), f, d, body, -1)
		got := within(t, a.saw, "a request")
		if want := (http.Header{"X-Check": {"a"}}); len(got.body) != size || !reflect.DeepEqual(got.Trailer, want) {
			t.Errorf("the app got %d bytes and %q, want %d and %q", len(got.body), got.Trailer, size, want)
		}
	}
}

// A sender that waits for 100 Continue gets it from hook, as the app isn't asked before the body is here.
func TestAdmissionAsksForTheBody(t *testing.T) {
	a := answering(t, ok)
	f, d := a.forwarder(t), newDelivery("POST", "")
	d.Header.Set("Expect", "100-continue")
	w := &hearer{ResponseRecorder: httptest.NewRecorder()}
	f.Refuse = func(*inspect.Delivery) *inspect.Failure {
		return &inspect.Failure{Status: http.StatusUnauthorized, Code: "signature_invalid", Message: "no"}
	}
	waiting := readerFunc(func(p []byte) (int, error) {
		if len(w.informs) == 0 {
			return 0, errors.New("read before it was asked for")
		}
		return copy(p, "hello"), io.EOF
	})
	serveTo(t.Context(), w, f, d, waiting, 5)
	wantFailure(t, w.ResponseRecorder, http.StatusUnauthorized, "signature_invalid")
	if len(w.informs) != 1 || !strings.HasPrefix(w.informs[0], "100 ") {
		t.Errorf("told the sender %q", w.informs)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestBrokenBodyIsNotAskedAbout(t *testing.T) {
	for _, length := range []int64{1000, -1} {
		a := startApp(t, func(*talk) { t.Error("the app was asked") })
		f, d, w := a.forwarder(t), newDelivery("POST", ""), httptest.NewRecorder()
		f.Refuse = func(*inspect.Delivery) *inspect.Failure {
			t.Error("asked about half a body")
			return nil
		}
		serveTo(t.Context(), w, f, d, io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF)), length)
		wantFailure(t, w, http.StatusBadGateway, "app_closed")
		if d.Body.Complete || len(d.Attempts) != 1 {
			t.Errorf("recorded %+v", d)
		}
	}
}

func TestReplaysAreNotRefused(t *testing.T) {
	a := answering(t, ok)
	f, d := a.forwarder(t), newDelivery("POST", "")
	f.Refuse = func(*inspect.Delivery) *inspect.Failure {
		t.Error("asked about a replay")
		return nil
	}
	d.Body = inspect.CaptureOf([]byte("hi"))
	if err := f.Deliver(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	wantAttempts(t, d, "1 answered 200\n")
}
