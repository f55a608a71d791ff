package relay_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
)

// forwarded sends a request with these header lines and gives the header that the app saw.
func forwarded(t *testing.T, lines ...string) http.Header {
	t.Helper()
	h := startRelay(t)
	saw := make(chan http.Header, 1)
	h.connect(func(_ context.Context, _ http.ResponseWriter, d *inspect.Delivery, _ io.Reader) { saw <- d.Header })
	if got := h.say(append([]string{"POST /e/" + otter + " HTTP/1.1", "Host: " + h.addr}, lines...)...); got.Status != http.StatusOK {
		t.Fatalf("got %s", got)
	}
	return within(t, saw, "the delivery")
}

func TestRequestHeader(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		want  http.Header
	}{
		"nothing is added":             {[]string{"Content-Length: 0"}, http.Header{"Content-Length": {"0"}}},
		"no length for a chunked body": {[]string{"Transfer-Encoding: chunked", "", "0"}, http.Header{}},
		"repeats keep their order": {
			[]string{"Content-Length: 0", "X-A: 1", "x-b:", "X-A: 2, 3", "x-a: 1"},
			http.Header{"Content-Length": {"0"}, "X-A": {"1", "2, 3", "1"}, "X-B": {""}},
		},
		"values as they are": {
			[]string{"Content-Length: 0", "X-Latin: caf\xe9", "X-Utf8: caf\u00e9", "X-Quote: a \"b\" , c;  d"},
			http.Header{"Content-Length": {"0"}, "X-Latin": {"caf\xe9"}, "X-Utf8": {"café"}, "X-Quote": {`a "b" , c;  d`}},
		},
		"hop by hop": {
			[]string{"Content-Length: 0", "Connection: close", "Keep-Alive: 5", "Proxy-Connection: close", "TE: trailers", "Trailer: X-T", "Upgrade: h2c"},
			http.Header{"Content-Length": {"0"}, "Trailer": {"X-T"}},
		},
		"a signature can't be hidden": {
			[]string{"Content-Length: 0", "Connection: X-Hub-Signature-256, close", "X-Hub-Signature-256: sha256=00"},
			http.Header{"Content-Length": {"0"}, "X-Hub-Signature-256": {"sha256=00"}},
		},
		"a stranger's claims": {
			[]string{
				"Content-Length: 0", "Hook-Delivery: d_x", "hook-anything: x", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: https",
				"x-forwarded-anything: x", "Forwarded: for=192.0.2.1", "X-Real-IP: 192.0.2.1", "Hooks: stay", "X-Forward: stays",
			},
			http.Header{"Content-Length": {"0"}, "Hooks": {"stay"}, "X-Forward": {"stays"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := forwarded(t, c.lines...); !reflect.DeepEqual(got, c.want) {
				t.Errorf("\n got %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestDeliverySaysHowItCame(t *testing.T) {
	h := startRelay(t)
	saw := make(chan *inspect.Delivery, 1)
	h.connect(func(_ context.Context, _ http.ResponseWriter, d *inspect.Delivery, _ io.Reader) { saw <- d })
	got := h.say("PURGE /e/"+otter+"/x HTTP/1.0", "Host: stranger.example")
	if got.Status != http.StatusOK {
		t.Fatalf("got %s", got)
	}
	d := within(t, saw, "the delivery")
	want := &inspect.Delivery{
		ID: d.ID, ReceivedAt: d.ReceivedAt, Remote: "127.0.0.1", Proto: "HTTP/1.0", Host: "stranger.example", Method: "PURGE",
		URL: h.endpoint() + "/x", Path: "/x", Header: http.Header{},
	}
	if !reflect.DeepEqual(d, want) || d.ID == "" || d.ReceivedAt.IsZero() {
		t.Errorf("\n got %+v\nwant %+v", d, want)
	}
}

func TestResponse(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		app    handler
		status int
		header http.Header
		body   string
	}{
		"nothing is added": {
			"POST", func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
				_, _ = io.WriteString(w, "<html>")
			}, 200, http.Header{}, "<html>",
		},
		"an empty one": {
			"POST", func(context.Context, http.ResponseWriter, *inspect.Delivery, io.Reader) {}, 200, http.Header{}, "",
		},
		"its own length": {
			"POST", func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
				w.Header().Set("Content-Length", "2")
				_, _ = io.WriteString(w, "ok")
			}, 200, http.Header{"Content-Length": {"2"}}, "ok",
		},
		"repeats keep their order": {
			"POST", func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
				maps.Copy(w.Header(), http.Header{"Set-Cookie": {"b=2", "a=1", "b=2"}, "X-Empty": {""}, "Date": {"today"}, "Content-Type": {"text/x"}})
				w.WriteHeader(http.StatusTeapot)
			}, 418, http.Header{"Set-Cookie": {"b=2", "a=1", "b=2"}, "X-Empty": {""}, "Date": {"today"}, "Content-Type": {"text/x"}}, "",
		},
		"hop by hop": {
			"POST", func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
				maps.Copy(w.Header(), http.Header{"Connection": {"X-Kept"}, "Keep-Alive": {"1"}, "X-Kept": {"yes"}, "Upgrade": {"h2c"}})
			}, 200, http.Header{"X-Kept": {"yes"}}, "",
		},
		"a head alone": {
			"HEAD", func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
				w.Header().Set("Content-Length", "1234")
			}, 200, http.Header{"Content-Length": {"1234"}}, "",
		},
		"no content": {
			"POST", func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
				w.WriteHeader(http.StatusNoContent)
			}, 204, http.Header{}, "",
		},
		"no interim status": {
			"POST", func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
				w.WriteHeader(http.StatusEarlyHints)
				w.WriteHeader(http.StatusAccepted)
				w.WriteHeader(http.StatusInternalServerError)
			}, 202, http.Header{}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := startRelay(t)
			h.connect(c.app)
			req, err := http.NewRequest(c.method, h.endpoint(), http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			got := h.do(req)
			want := answer{Status: c.status, Header: c.header, Body: []byte(c.body)}
			got.Header.Del("Connection") // our own, as the sender asked for it
			if !reflect.DeepEqual(got, want) {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

// A head that can't be sent spoils its own request only.
func TestResponseThatCannotBeSent(t *testing.T) {
	for name, header := range map[string]http.Header{
		"a name that is no token":   {"X Y": {"v"}},
		"a name not canonical":      {"x-y": {"v"}},
		"a line break in a value":   {"X-Y": {"v\r\nX-Z: w"}},
		"too many values":           {"X-Y": slices.Repeat([]string{"v"}, 201)},
		"more than 64 KiB of value": {"X-Y": {string(bytes.Repeat([]byte("v"), 64<<10))}},
	} {
		t.Run(name, func(t *testing.T) {
			h := startRelay(t)
			c := h.connect(func(_ context.Context, w http.ResponseWriter, d *inspect.Delivery, _ io.Reader) {
				if d.Path == "" {
					maps.Copy(w.Header(), header)
				}
			})
			_, changed := c.State()
			wantFailure(t, h.post(nil), http.StatusBadGateway, "tunnel_reset")
			if got := h.say("POST /e/"+otter+"/next HTTP/1.1", "Host: "+h.addr, "Content-Length: 0"); got.Status != http.StatusOK {
				t.Errorf("the next request got %s", got)
			}
			select {
			case <-changed:
				t.Error("the tunnel was lost")
			default:
			}
		})
	}
}
