package replay_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
)

// echoing is an app that sends back what it got, in chunks or with its length.
func echoing(t testing.TB, chunked bool) *app {
	return startApp(t, func(c *talk) {
		for {
			r, err := http.ReadRequest(c.reader)
			if err != nil {
				return
			}
			var body bytes.Buffer
			if _, err := body.ReadFrom(r.Body); err != nil {
				return
			}
			if chunked {
				c.say(fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", body.Len(), &body))
			} else {
				c.say(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", body.Len(), &body))
			}
		}
	})
}

func TestCaptureIsCapped(t *testing.T) {
	const limit = 5000
	for _, size := range []int{1, limit - 1, limit, limit + 1, 16 << 10, 16<<10 + 1, 300_000} {
		for _, chunked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d bytes, chunked %v", size, chunked), func(t *testing.T) {
				body := strings.Repeat("0123456789", size/10+1)[:size]
				f := echoing(t, chunked).forwarder(t)
				f.Capture = limit
				length := int64(size)
				if chunked {
					length = -1
				}
				d, w := newDelivery("POST", ""), httptest.NewRecorder()
				serveTo(t.Context(), w, f, d, strings.NewReader(body), length)
				if w.Body.String() != body {
					t.Errorf("%d bytes came back, want %d", w.Body.Len(), size)
				}
				want := inspect.Capture{
					Bytes: []byte(body[:min(size, limit)]), Size: int64(size), Complete: size <= limit,
				}
				for side, got := range map[string]inspect.Capture{"request": d.Body, "answer": d.Last().Response.Body} {
					if !reflect.DeepEqual(got, want) {
						got.Bytes = got.Bytes[:min(len(got.Bytes), 100)]
						t.Errorf("%s: captured %+v of %d bytes", side, got, size)
					}
				}
			})
		}
	}
}

func TestDeliver(t *testing.T) {
	a := answering(t, ok)
	f, d := a.forwarder(t), newDelivery("POST", "/a")
	f.Bare = true
	r := &recorder{}
	f.Recorder = r
	f.Capture = 2 // what is kept already is no less kept
	d.Body = inspect.CaptureOf([]byte("hello"))
	if err := f.Deliver(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if got := within(t, a.saw, "a request"); got.body != "hello" || got.RequestURI != "/a" || got.Host != "asked.example" {
		t.Errorf("got %s %s %q", got.Host, got.RequestURI, got.body)
	}
	if string(d.Body.Bytes) != "hello" || !d.Body.Complete {
		t.Errorf("the delivery's body became %+v", d.Body)
	}
	if got := d.Last().Response.Body; string(got.Bytes) != "ye" || got.Size != 3 || got.Complete {
		t.Errorf("the answer was captured as %+v", got)
	}
	r.want(t, "received", "attempted 1 answered")
}

func TestDeliverToAnAppThatReadsNothing(t *testing.T) {
	f, d := &replay.Forwarder{Target: parse(t, "3000"), Client: early{}}, newDelivery("POST", "")
	d.Body = inspect.CaptureOf(bytes.Repeat([]byte("x"), 1<<20))
	if err := f.Deliver(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	wantAttempts(t, d, "1 answered 401\n")
	if !d.Body.Complete || d.Body.Size != 1<<20 {
		t.Errorf("the delivery's body became %d of %d bytes", len(d.Body.Bytes), d.Body.Size)
	}
}

func TestDeliverSaysWhatWentWrongInTheAttempt(t *testing.T) {
	for name, answer := range map[string]string{
		"no answer":     "",
		"half a long":   "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\nhalf",
		"half a stream": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
	} {
		t.Run(name, func(t *testing.T) {
			a := startApp(t, func(c *talk) { c.read(); c.say(answer) })
			d := newDelivery("POST", "")
			d.Body = inspect.CaptureOf(nil)
			if err := a.forwarder(t).Deliver(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			if got := d.Last(); got.Outcome != inspect.OutcomeClosed || got.Err == "" {
				t.Errorf("recorded %+v", got)
			}
		})
	}
}

func TestDeliverRefusesATruncatedBody(t *testing.T) {
	a := answering(t, ok)
	d := newDelivery("POST", "")
	d.Body = inspect.CaptureOf([]byte("hello"))
	d.Body.Size, d.Body.Complete = 100, false
	if err := a.forwarder(t).Deliver(t.Context(), d); !errors.Is(err, replay.ErrTruncated) {
		t.Errorf("got %v, want ErrTruncated", err)
	}
	if len(a.saw) != 0 || len(d.Attempts) != 0 {
		t.Error("the app was asked nevertheless")
	}
}
