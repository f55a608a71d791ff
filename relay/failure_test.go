package relay_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

func TestSilentAppIsGivenUp(t *testing.T) {
	h := startRelay(t, func(c *relay.Config) { c.Head = 30 * time.Millisecond })
	let := make(chan struct{})
	h.connect(func(ctx context.Context, _ http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
		_, _ = io.Copy(io.Discard, body)
		<-ctx.Done()
		let <- struct{}{}
	})
	for name, body := range map[string]io.Reader{
		"short body":    strings.NewReader("hello"),
		"streamed body": io.MultiReader(strings.NewReader("hello")),
	} {
		t.Run(name, func(t *testing.T) {
			wantFailure(t, h.post(body), http.StatusGatewayTimeout, "app_timeout")
			within(t, let, "the end of the handler's context")
		})
	}
}

// The time for an answer begins when the app has all of the request: an upload takes as long as it takes.
func TestSlowUploadIsNotASilentApp(t *testing.T) {
	const head = time.Second // in which a busy machine answers, if not the first time
	h := startRelay(t, func(c *relay.Config) { c.Head = head })
	h.connect(echo)
	var last answer
	for range 5 {
		body, upload := io.Pipe()
		got := make(chan answer, 1)
		go func() { got <- h.post(body) }()
		for range 4 {
			<-time.After(head * 3 / 8) // the passing of time is what this is about
			if _, err := upload.Write([]byte("x")); err != nil {
				break // it was given up
			}
		}
		_ = upload.Close()
		if last = within(t, got, "an answer"); last.Status == http.StatusOK && string(last.Body) == "xxxx" {
			return
		}
	}
	t.Errorf("got %s", last)
}

func TestClientKilledDuringARequest(t *testing.T) {
	for name, body := range map[string]io.Reader{
		"short body": strings.NewReader("hello"), "long body": bytes.NewReader(make([]byte, 1<<20)),
	} {
		t.Run(name, func(t *testing.T) {
			h := startRelay(t)
			conn := h.claim(otter)
			got := make(chan answer, 1)
			go func() { got <- h.post(body) }()
			if _, err := hears(conn); err != nil { // the request has reached the client
				t.Fatal(err)
			}
			_ = conn.Close()
			wantFailure(t, within(t, got, "an answer"), http.StatusBadGateway, "tunnel_lost")
			wantFailure(t, h.post(nil), http.StatusBadGateway, "tunnel_absent")
		})
	}
}

func TestClientFallsSilentDuringARequest(t *testing.T) {
	h := startRelay(t, func(c *relay.Config) { c.Beat = 400 * time.Millisecond }) // a busy machine keeps up with that
	conn := h.claim(otter)
	got := make(chan answer, 1)
	go func() { got <- h.post(strings.NewReader("hello")) }()
	for asked := false; !asked; {
		msg, err := conn.Read(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for len(msg) > 0 { // until the request comes it answers
			const ping, pong, request, frameHead, pingFrame = 0x04, 0x05, 0x10, 10, 18
			switch {
			case msg[0] == request:
				asked = true
			case msg[0] == ping:
				if err := conn.Write(append([]byte{pong}, msg[1:pingFrame]...)); err != nil {
					t.Fatal(err)
				}
			}
			msg = msg[frameHead+binary.BigEndian.Uint32(msg[6:]):]
		}
	}
	wantFailure(t, within(t, got, "an answer"), http.StatusGatewayTimeout, "tunnel_timeout")
}

func TestTooManyRequestsInFlight(t *testing.T) {
	h := startRelay(t)
	conn := h.claim(otter) // takes one at a time
	first := make(chan answer, 1)
	go func() { first <- h.post(strings.NewReader("hello")) }()
	if _, err := hears(conn); err != nil {
		t.Fatal(err)
	}
	got := h.post(nil)
	wantFailure(t, got, http.StatusServiceUnavailable, "overloaded")
	if got.Header.Get("Retry-After") == "" {
		t.Error("there is no Retry-After")
	}
	_ = conn.Close()
	within(t, first, "the first answer")
}

func TestLimitsOfARequestsHead(t *testing.T) {
	h := startRelay(t)
	h.connect(func(_ context.Context, _ http.ResponseWriter, d *inspect.Delivery, _ io.Reader) {
		t.Errorf("a request came through: %s with %d header names", d.Path[:min(20, len(d.Path))], len(d.Header))
	})
	many := make([]string, 201)
	for i := range many {
		many[i] = fmt.Sprintf("X-%d: v", i)
	}
	for name, c := range map[string]struct {
		path   string
		lines  []string
		status int
		code   string
	}{
		"201 values":           {"", many, 431, "header_too_large"},
		"201 values of a name": {"", strings.Split(strings.Repeat("X-A: v\n", 200)+"X-A: v", "\n"), 431, "header_too_large"},
		"64 KiB in a value":    {"", []string{"X-Long: " + strings.Repeat("a", 64<<10)}, 431, "header_too_large"},
		"64 KiB in all":        {"", strings.Split(strings.Repeat("X-A: "+strings.Repeat("a", 8<<10)+"\n", 8)+"X-B: v", "\n"), 431, "header_too_large"},
		"64 KiB of path":       {"/" + strings.Repeat("a", 64<<10), nil, 414, "target_too_long"},
		"64 KiB of query":      {"?" + strings.Repeat("a", 64<<10), nil, 414, "target_too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			lines := append([]string{"POST /e/" + otter + c.path + " HTTP/1.1", "Host: " + h.addr, "Content-Length: 0"}, c.lines...)
			wantFailure(t, h.say(lines...), c.status, c.code)
		})
	}
}

func TestRequestAtTheLimitsPasses(t *testing.T) {
	h := startRelay(t)
	h.connect(func(_ context.Context, w http.ResponseWriter, d *inspect.Delivery, _ io.Reader) {
		_, _ = fmt.Fprint(w, len(d.Path), len(d.Header["X-A"]))
	})
	lines := []string{"POST /e/" + otter + "/" + strings.Repeat("a", 64<<10-1) + " HTTP/1.1", "Host: " + h.addr, "Content-Length: 0"}
	for range 199 { // Content-Length is one of the 200
		lines = append(lines, "X-A: "+strings.Repeat("v", 300))
	}
	if got := h.say(lines...); string(got.Body) != "65536 199" {
		t.Errorf("got %s", got)
	}
}

// A length that says too much is refused before a byte of the body was sent, and nothing is forwarded.
func TestBodyTooLargeByItsLength(t *testing.T) {
	h := startRelay(t, func(c *relay.Config) { c.MaxBody = 1000 })
	h.connect(func(context.Context, http.ResponseWriter, *inspect.Delivery, io.Reader) { t.Error("it was forwarded") })
	for _, length := range []string{"1000000", "9223372036854775807"} {
		got := h.say("POST /e/"+otter+" HTTP/1.1", "Host: "+h.addr, "Content-Length: "+length)
		wantFailure(t, got, http.StatusRequestEntityTooLarge, "body_too_large")
	}
}

func TestBodyAtTheLimitPasses(t *testing.T) {
	h := startRelay(t, func(c *relay.Config) { c.MaxBody = 100_000 })
	h.connect(echo)
	body := bytes.Repeat([]byte("x"), 100_000)
	for name, r := range map[string]io.Reader{"known length": bytes.NewReader(body), "chunked": io.MultiReader(bytes.NewReader(body))} {
		if got := h.post(r); got.Status != http.StatusOK || !bytes.Equal(got.Body, body) {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

// A sender that goes on sending after the answer must still get to read the answer.
func TestChunkedBodyTooLarge(t *testing.T) {
	h := startRelay(t, func(c *relay.Config) { c.MaxBody = 100_000 })
	ends := make(chan error, 1)
	h.connect(func(_ context.Context, _ http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
		_, err := io.Copy(io.Discard, body)
		ends <- err
	})
	conn := h.dial()
	uploaded := make(chan struct{})
	go func() { // until the relay has had enough
		defer close(uploaded)
		_, err := conn.Write(requestHead("POST /e/"+otter+" HTTP/1.1", "Host: "+h.addr, "Transfer-Encoding: chunked"))
		for chunk := []byte("4000\r\n" + strings.Repeat("x", 0x4000) + "\r\n"); err == nil; {
			_, err = conn.Write(chunk)
		}
	}()
	wantFailure(t, hear(conn), http.StatusRequestEntityTooLarge, "body_too_large")
	if err := within(t, ends, "the end of the app's body"); err == nil {
		t.Error("the app took the part of the body for all of it")
	}
	_ = conn.Close()
	<-uploaded
}

// A sender whose body breaks off is told, if it still listens; the app sees a body without an end.
func TestBrokenBodyIsTheSendersFault(t *testing.T) {
	h := startRelay(t)
	ends := make(chan error, 1)
	h.connect(func(_ context.Context, _ http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
		_, err := io.Copy(io.Discard, body)
		ends <- err
	})
	conn := h.dial()
	if _, err := conn.Write(append(requestHead("POST /e/"+otter+" HTTP/1.1", "Host: "+h.addr, "Transfer-Encoding: chunked"),
		"5\r\nhello\r\nno chunk\r\n"...)); err != nil {
		t.Fatal(err)
	}
	wantFailure(t, hear(conn), http.StatusBadRequest, "bad_body")
	if err := within(t, ends, "the end of the app's body"); err == nil {
		t.Error("the app took the part of the body for all of it")
	}
}

// A body that trickles in holds resources for nothing, whether it travels with its head or behind it.
func TestBodyThatComesTooSlowly(t *testing.T) {
	h := startRelay(t, func(c *relay.Config) { c.Grace = 30 * time.Millisecond })
	h.connect(func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
		if _, err := io.Copy(io.Discard, body); err == nil {
			_, _ = io.WriteString(w, "all of it")
		}
	})
	for name, framing := range map[string]string{"short": "Content-Length: 5\r\n\r\nx", "streamed": "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"} {
		t.Run(name, func(t *testing.T) {
			conn := h.dial()
			if _, err := io.WriteString(conn, "POST /e/"+otter+" HTTP/1.1\r\nHost: "+h.addr+"\r\n"+framing); err != nil {
				t.Fatal(err)
			}
			wantFailure(t, hear(conn), http.StatusRequestTimeout, "body_too_slow")
		})
	}
}

// An answer for which nobody reads the body doesn't wait for ever for one that never comes, nor does its connection: no limit
// counts it any more.
func TestBodyThatNobodyWantsAndThatNeverComes(t *testing.T) {
	h := startRelay(t, warning, func(c *relay.Config) {
		c.Grace = 30 * time.Millisecond
		c.API = http.NotFoundHandler()
	})
	for path, lines := range map[string]string{
		"/": "", "/nothing": "", "/_hook/v1/status": "", wire.Path: "", "/e/nobody-knows": "", "/e/" + otter: "Sec-Fetch-Mode: navigate\r\n",
	} {
		if lines != "" {
			h.connect(echo)
		}
		conn := h.dial()
		if _, err := io.WriteString(conn, "POST "+path+" HTTP/1.1\r\nHost: "+h.addr+"\r\n"+lines+"Content-Length: 1000\r\n\r\nx"); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(conn); err != nil { // there is no end before the connection's
			t.Errorf("%s: %v", path, err)
		}
	}
}
