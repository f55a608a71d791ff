package cmd

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
)

// A short answer is kept as a whole, in however many pieces it comes; what follows a switch of protocols isn't waited for.
func TestCourierReads(t *testing.T) {
	c := new(courier)
	read := func(status int, body io.Reader) *inspect.Response {
		t.Helper()
		got, err := c.read(&http.Response{StatusCode: status, Body: io.NopCloser(body)})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := read(http.StatusOK, iotest.OneByteReader(strings.NewReader("one, two"))).Body; string(got.Bytes) != "one, two" || !got.Complete {
		t.Errorf("got %q, complete %t", got.Bytes, got.Complete)
	}
	long := strings.Repeat("x", 3*len(c.buf))
	if got := read(http.StatusOK, strings.NewReader(long)).Body; len(got.Bytes) != len(c.buf) || got.Size != int64(len(long)) || got.Complete {
		t.Errorf("got %d of %d bytes, complete %t", len(got.Bytes), got.Size, got.Complete)
	}
	if got := read(http.StatusSwitchingProtocols, iotest.ErrReader(errors.New("it was read"))).Body; got.Size != 0 || !got.Complete {
		t.Errorf("got %d bytes, complete %t", got.Size, got.Complete)
	}
}

// Why there is no answer is told as a Forwarder tells it.
func TestCourierExplains(t *testing.T) {
	app := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(app.Close)
	to, err := replay.ParseTarget(app.URL)
	if err != nil {
		t.Fatal(err)
	}
	to.Path = "/"
	c := newCourier(t.Context(), replay.ClientOptions{})
	t.Cleanup(c.close)
	a := c.deliver(letter{delivery: &inspect.Delivery{Method: http.MethodPost, Body: inspect.CaptureOf(nil)}, to: to})
	if want := "--insecure takes any"; a.Outcome != inspect.OutcomeUnreachable || !strings.Contains(a.Err, want) {
		t.Errorf("got %s, %q, want %s, %q", a.Outcome, a.Err, inspect.OutcomeUnreachable, want)
	}
	value := http.Header{"A": {"b\nc"}}
	a = c.deliver(letter{delivery: &inspect.Delivery{Method: http.MethodPost, Header: value, Body: inspect.CaptureOf(nil)}, to: to})
	if want := "the value of A has a line break"; !strings.Contains(a.Err, want) {
		t.Errorf("got %q, want %q", a.Err, want)
	}
}
