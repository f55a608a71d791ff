package relay_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// The answer's events reach the sender one by one: the app sends the next only once the sender has seen the last.
func TestResponseStreams(t *testing.T) {
	h := startRelay(t)
	seen := make(chan struct{})
	h.connect(func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range 3 {
			_, _ = fmt.Fprintf(w, "data: %d\n\n", i)
			w.(http.Flusher).Flush()
			<-seen
		}
	})
	conn := h.dial()
	if _, err := conn.Write(requestHead("POST /e/"+otter+" HTTP/1.1", "Host: "+h.addr, "Content-Length: 0")); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		want := fmt.Sprintf("data: %d\n\n", i)
		got := make([]byte, len(want))
		if _, err := io.ReadFull(resp.Body, got); err != nil || string(got) != want {
			t.Fatalf("got %q, %v; want %q", got, err, want)
		}
		seen <- struct{}{}
	}
	if rest, err := io.ReadAll(resp.Body); err != nil || len(rest) > 0 {
		t.Errorf("behind the last event: %q, %v", rest, err)
	}
}

// Each part of an upload reaches the app while the sender still holds the next back.
func TestUploadStreams(t *testing.T) {
	h := startRelay(t)
	seen := make(chan string)
	h.connect(func(_ context.Context, _ http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
		for part := make([]byte, 4); ; {
			if _, err := io.ReadFull(body, part); err != nil {
				return
			}
			seen <- string(part)
		}
	})
	body, upload := io.Pipe()
	got := make(chan answer, 1)
	go func() { got <- h.post(body) }()
	for _, part := range []string{"one.", "two.", "end."} {
		if _, err := io.WriteString(upload, part); err != nil {
			t.Fatal(err)
		}
		if got := within(t, seen, "a part of the upload"); got != part {
			t.Errorf("the app saw %q, want %q", got, part)
		}
	}
	_ = upload.Close()
	if got := within(t, got, "an answer"); got.Status != http.StatusOK {
		t.Errorf("got %s", got)
	}
}

// Both bodies flow at once, as in a conversation.
func TestBothWaysAtOnce(t *testing.T) {
	h := startRelay(t)
	h.connect(func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
		for lines := bufio.NewScanner(body); lines.Scan(); {
			_, _ = fmt.Fprintf(w, "you said %s\n", lines.Text())
			w.(http.Flusher).Flush()
		}
	})
	conn := h.dial()
	say := func(s string) {
		if _, err := io.WriteString(conn, s); err != nil {
			t.Fatal(err)
		}
	}
	say(string(requestHead("POST /e/"+otter+" HTTP/1.1", "Host: "+h.addr, "Transfer-Encoding: chunked")) + "4\r\none\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(resp.Body)
	for _, word := range []string{"one", "two"} {
		if got, err := answers.ReadString('\n'); got != "you said "+word+"\n" {
			t.Fatalf("got %q, %v", got, err)
		}
		if word == "one" {
			say("4\r\ntwo\n\r\n")
		}
	}
	say("0\r\n\r\n")
	if rest, err := io.ReadAll(answers); err != nil || len(rest) > 0 {
		t.Errorf("at the end: %q, %v", rest, err)
	}
}

// An answer that comes before the body was read arrives whole, although the sender goes on sending.
func TestEarlyResponse(t *testing.T) {
	want := strings.Repeat("not wanted. ", 1000)
	h := startRelay(t)
	h.connect(func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
		_, _ = io.ReadFull(body, make([]byte, 10))
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = io.WriteString(w, want)
	})
	for name, c := range map[string]struct{ framing, part string }{
		"chunked":      {"Transfer-Encoding: chunked", "4000\r\n" + strings.Repeat("x", 0x4000) + "\r\n"},
		"known length": {"Content-Length: 100000000", strings.Repeat("x", 0x4000)},
	} {
		t.Run(name, func(t *testing.T) {
			conn := h.dial()
			uploaded := make(chan struct{})
			go func() { // until the relay has had enough
				defer close(uploaded)
				_, err := conn.Write(requestHead("POST /e/"+otter+" HTTP/1.1", "Host: "+h.addr, c.framing))
				for err == nil {
					_, err = io.WriteString(conn, c.part)
				}
			}()
			if got := hear(conn); got.Status != http.StatusUnprocessableEntity || string(got.Body) != want || got.Err != nil {
				t.Errorf("got %s", got)
			}
			_ = conn.Close()
			<-uploaded
		})
	}
}

func TestSenderHangsUp(t *testing.T) {
	for name, c := range map[string]struct {
		request string
		app     func(w http.ResponseWriter)
	}{
		"before the answer":      {"Content-Length: 2\r\n\r\nhi", func(http.ResponseWriter) {}},
		"during the answer":      {"Content-Length: 2\r\n\r\nhi", func(w http.ResponseWriter) { w.(http.Flusher).Flush() }},
		"during the upload":      {"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", func(http.ResponseWriter) {}},
		"during the long upload": {"Content-Length: 1000000\r\n\r\nhi", func(w http.ResponseWriter) { w.(http.Flusher).Flush() }},
	} {
		t.Run(name, func(t *testing.T) {
			h := startRelay(t)
			began, ended := make(chan struct{}), make(chan struct{})
			h.connect(func(ctx context.Context, w http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
				_, _ = io.ReadFull(body, make([]byte, 2))
				c.app(w)
				close(began)
				<-ctx.Done()
				close(ended)
			})
			conn := h.dial()
			if _, err := io.WriteString(conn, "POST /e/"+otter+" HTTP/1.1\r\nHost: "+h.addr+"\r\n"+c.request); err != nil {
				t.Fatal(err)
			}
			within(t, began, "the handler's begin")
			_ = conn.Close()
			within(t, ended, "the end of the handler's context")
		})
	}
}

// Half an answer must not look like a whole one, whether its length was announced or not.
func TestBrokenAnswer(t *testing.T) {
	for name, app := range map[string]handler{
		"chunked, flushed": func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
		"with a length, flushed": func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
			w.Header().Set("Content-Length", "8")
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
		"shorter than its length": func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
			w.Header().Set("Content-Length", "8")
			_, _ = io.WriteString(w, "half")
		},
		"after much": func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
			_, _ = w.Write(make([]byte, 1<<20))
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := startRelay(t)
			h.connect(app)
			if got := h.post(nil); got.Err == nil {
				t.Errorf("the sender got a clean end: %s", got)
			}
		})
	}
}

// Before a byte was sent there is still time for words.
func TestAnswerBrokenOffBeforeItBegan(t *testing.T) {
	h := startRelay(t)
	h.connect(func(context.Context, http.ResponseWriter, *inspect.Delivery, io.Reader) { panic(http.ErrAbortHandler) })
	wantFailure(t, h.post(strings.NewReader("hello")), http.StatusBadGateway, "tunnel_reset")
}

func TestClientLostDuringTheAnswer(t *testing.T) {
	h := startRelay(t)
	began := make(chan struct{})
	c := h.connect(func(ctx context.Context, w http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
		_, _ = io.WriteString(w, "half")
		w.(http.Flusher).Flush()
		close(began)
		<-ctx.Done()
	}, hasty)
	got := make(chan answer, 1)
	go func() { got <- h.post(nil) }()
	within(t, began, "the request")
	if err := c.stop(); err != nil {
		t.Errorf("Run returned %v", err)
	}
	if got := within(t, got, "an answer"); got.Err == nil {
		t.Errorf("the sender got a clean end: %s", got)
	}
}

func TestThirtyMegabytesBothWays(t *testing.T) {
	body := make([]byte, 30<<20)
	_, _ = rand.NewChaCha8([32]byte{}).Read(body)
	h := startRelay(t)
	h.connect(echo)
	if got := h.post(bytes.NewReader(body)); got.Status != http.StatusOK || got.Err != nil || !bytes.Equal(got.Body, body) {
		t.Errorf("got %d, %d bytes (%v), want %d", got.Status, len(got.Body), got.Err, len(body))
	}
}

// Whatever the size and whether it is known: around a packet, the first body bytes of a frame, a frame, and a window.
func TestBodySizes(t *testing.T) {
	body := make([]byte, wire.DefaultWindow+1)
	_, _ = rand.NewChaCha8([32]byte{}).Read(body)
	h := startRelay(t)
	h.connect(echo)
	for _, edge := range []int{1, 4 << 10, 16 << 10, 32 << 10, 64 << 10, wire.DefaultWindow} {
		for n := edge - 1; n <= edge+1; n++ {
			for name, r := range map[string]io.Reader{
				"known length": bytes.NewReader(body[:n]), "chunked": io.MultiReader(bytes.NewReader(body[:n])),
			} {
				if got := h.post(r); got.Status != http.StatusOK || got.Err != nil || !bytes.Equal(got.Body, body[:n]) {
					t.Errorf("%d bytes, %s: got %d, %d bytes (%v)", n, name, got.Status, len(got.Body), got.Err)
				}
			}
		}
	}
}
