package faults_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// garbage are n random bytes, always the same.
func garbage(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(b)
	return b
}

// neighbours keeps a well-behaved client busy at the relay, whose requests must all be answered, until the test ends.
func neighbours(t testing.TB, r *relayHouse) {
	t.Helper()
	c := newClient(r.addr, "neighbour")
	c.Handler = handler(func(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
		_, _ = io.Copy(w, body)
	})
	c.start(t)
	c.wait(t, tunnel.Connected)
	over := make(chan struct{})
	var sending sync.WaitGroup
	for i := range 2 {
		sending.Go(func() {
			for {
				word := strings.Repeat("hello", 1+i*10_000)
				wantBody(t, post(t, r.addr, "/e/neighbour", word), word)
				select {
				case <-over:
					return
				default:
				}
			}
		})
	}
	t.Cleanup(func() {
		close(over)
		sending.Wait()
		if state, _ := c.State(); state.Phase != tunnel.Connected || strings.Count(c.log.String(), "tunnel connected") != 1 {
			t.Errorf("the neighbour is %s:\n%s", state.Phase, c.log.String())
		}
		c.end(t)
	})
}

// Row 15: a client that doesn't keep to the protocol loses its own session. The relay says why, to it and in its log,
// and the neighbours notice nothing.
func TestRow15HostileClient(t *testing.T) {
	watch(t)
	r := startRelay(t, relay.Config{})
	neighbours(t, r)
	for name, c := range map[string]struct {
		reason string // in the relay's log
		say    func(p peer) error
	}{
		"garbage":           {"tunnel protocol", func(p peer) error { return p.say(garbage(1000)) }},
		"half a frame":      {"ends within a frame", func(p peer) error { return p.say([]byte{data, 0, 0}) }},
		"short of a frame":  {"ends within a frame", func(p peer) error { return p.say(frame(ping, 0, 0, garbage(8))[:12]) }},
		"a text message":    {"a text message", func(p peer) error { return p.sayText("hello") }},
		"unknown type":      {"unknown frame type 0x7f", func(p peer) error { return p.say(frame(0x7f, 0, 1)) }},
		"no stream":         {"without a stream", func(p peer) error { return p.say(frame(data, end, 0)) }},
		"long ping":         {"a heartbeat of 9 bytes", func(p peer) error { return p.say(frame(ping, 0, 0, garbage(9))) }},
		"hello twice":       {"a second hello", func(p peer) error { return p.say(helloFrame(hello("bad"))) }},
		"welcome":           {"a second hello", func(p peer) error { return p.say(welcomeFrame(1)) }},
		"REQUEST":           {"a REQUEST from the client", func(p peer) error { return p.say(frame(request, end, 1, requestHead("POST", ""))) }},
		"unbegun stream":    {"which was never begun", func(p peer) error { return p.say(frame(response, end, 99, responseHead(200))) }},
		"many unbegun":      {"which was never begun", func(p peer) error { return openMany(p, 10_000) }},
		"frame too long":    {"over the limit of 262144", func(p peer) error { return p.say(frame(data, 0, 1, make([]byte, 262_145))) }},
		"length of 4 GiB":   {"over the limit of 262144", func(p peer) error { return p.say([]byte{data, 0, 0, 0, 0, 1, 255, 255, 255, 255}) }},
		"message too long":  {"limited at", func(p peer) error { return p.say(make([]byte, 1<<20+1)) }},
		"bad go-away":       {"a GOAWAY that isn't JSON", func(p peer) error { return p.say(frame(goAway, 0, 0, []byte("{"))) }},
		"empty credit":      {"a CREDIT frame of 0 bytes", func(p peer) error { return p.say(frame(credit, 0, 1)) }},
		"reset of no words": {"a RESET frame of 0 bytes", func(p peer) error { return p.say(frame(reset, 0, 1)) }},
	} {
		t.Run(name, func(t *testing.T) {
			logged := len(r.log.String())
			p := dialPeer(t, r.addr, "bad")
			if err := c.say(p); err != nil && !strings.Contains(err.Error(), "broken pipe") && !strings.Contains(err.Error(), "reset") {
				t.Error(err)
			}
			if name != "message too long" { // of which nothing was read that could be named
				p.wantGoAway(t, wire.CodeProtocol)
			}
			p.wantEnd(t)
			wantLogged(t, r.log, logged, c.reason)
		})
	}
}

// wantLogged wants the end of a tunnel in a log, behind its first n bytes, for that reason.
func wantLogged(t testing.TB, l *logged, n int, reason string) {
	t.Helper()
	is := func() bool {
		for said := range strings.Lines(l.since(n)) {
			if strings.Contains(said, reason) && (strings.Contains(said, "tunnel ended") || strings.Contains(said, "tunnel not connected")) {
				return true
			}
		}
		return false
	}
	if eventually(t, "the log says: "+reason, is); t.Failed() {
		t.Log(l.String())
	}
}

func helloFrame(h wire.Hello) []byte {
	payload, _ := json.Marshal(h)
	return frame(hello1, 0, 0, payload)
}

func openMany(p peer, n uint32) error {
	var b []byte
	for i := range n {
		b = append(b, frame(data, end, i+1)...)
	}
	return p.say(b)
}

// Row 15: the same with a request in flight, whose sender gets one answer, or sees its connection break.
func TestRow15HostileClientWithARequest(t *testing.T) {
	watch(t)
	r := startRelay(t, relay.Config{})
	neighbours(t, r)
	ok := frame(response, 0, 1, responseHead(200))
	long := frame(data, 0, 1, make([]byte, 1<<16))
	for name, c := range map[string]struct {
		reason string
		say    func(p peer) error
	}{
		"RESPONSE twice":   {"a second RESPONSE on stream 1", func(p peer) error { return p.say(ok, ok) }},
		"DATA first":       {"tunnel protocol", func(p peer) error { return p.say(frame(data, end, 1, []byte("body"))) }},
		"credit":           {"of credit", func(p peer) error { return p.say(frame(credit, 0, 1, []byte{127, 255, 255, 255})) }},
		"credit of 0":      {"a credit of 0 bytes", func(p peer) error { return p.say(frame(credit, 0, 1, make([]byte, 4))) }},
		"credit of 2 GiB":  {"a credit of 2147483648 bytes", func(p peer) error { return p.say(frame(credit, 0, 1, []byte{128, 0, 0, 0})) }},
		"status of 7":      {"a response with status 7", func(p peer) error { return p.say(frame(response, end, 1, responseHead(7))) }},
		"head too long":    {"tunnel protocol", func(p peer) error { return p.say(frame(response, end, 1, responseHead(200, many(201)...))) }},
		"head of nonsense": {"tunnel protocol", func(p peer) error { return p.say(frame(response, end, 1, number(1<<40), garbage(20))) }},
		"window overflow": {"beyond its credit", func(p peer) error {
			if err := p.say(ok); err != nil {
				return err
			}
			for range 10_000 {
				if err := p.say(long, long, long, long, long, long, long, long); err != nil {
					return nil
				}
			}
			return fmt.Errorf("the relay took 5 GiB that it gave no credit for")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			logged := len(r.log.String())
			p := dialPeer(t, r.addr, "bad")
			conn := dial(t, r.addr) // of which nothing is read before the session is over
			if _, err := io.WriteString(conn, "POST /e/bad HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"); err != nil {
				t.Fatal(err)
			}
			if _, _, err := p.await(request); err != nil {
				t.Fatal(err)
			}
			if err := c.say(p); err != nil {
				t.Error(err)
			}
			wantLogged(t, r.log, logged, c.reason)
			if all, err := io.ReadAll(conn); bytes.Count(all, []byte("HTTP/1.1 ")) > 1 || len(all) == 0 && err == nil {
				t.Errorf("the sender got %.300q, %v", all, err)
			}
		})
	}
}

// many are the names and values of n fields.
func many(n int) []string {
	var pairs []string
	for i := range n {
		pairs = append(pairs, fmt.Sprintf("X-%d", i), "v")
	}
	return pairs
}

// Row 15: a client that pings and never reads is no client.
func TestRow15ClientThatNeverReads(t *testing.T) {
	watch(t)
	r := startRelay(t, relay.Config{Beat: time.Second})
	neighbours(t, r)
	h := hello("bad")
	h.Window = 1 << 30
	p := dialPeer(t, r.addr, "")
	if _, err := wire.SendHello(p, h); err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	var aside sync.WaitGroup
	defer aside.Wait()
	aside.Go(func() {
		beats := time.NewTicker(time.Second / 2)
		defer beats.Stop()
		for p.say(frame(ping, 0, 0, make([]byte, 8))) == nil {
			select {
			case <-beats.C:
			case <-over:
				return
			}
		}
	})
	defer close(over)
	got := make(chan answer, 1)
	aside.Go(func() { got <- upload(t, r.addr, "/e/bad", 64<<20) })
	answer := within(t, got, "the end of the request")
	if answer.Err == nil && answer.Status != http.StatusBadGateway {
		t.Errorf("got %s", answer)
	}
	wantLogged(t, r.log, 0, "doesn't read")
}

// Row 15: what a broken session held is free again. A client that takes one request at a time can still take one after
// many that ended badly.
func TestRow15NoStreamIsLeft(t *testing.T) {
	watch(t)
	r := startRelay(t, relay.Config{Head: 200 * time.Millisecond})
	h := hello("one-at-a-time")
	h.MaxStreams = 1
	p := dialPeer(t, r.addr, "")
	if _, err := wire.SendHello(p, h); err != nil {
		t.Fatal(err)
	}
	for name, answer := range map[string]func(stream uint32) []byte{
		"no answer": func(uint32) []byte { return frame(ping, 0, 0, make([]byte, 8)) },
		"reset":     func(n uint32) []byte { return frame(reset, 0, n, []byte{4}) },
		"answer":    func(n uint32) []byte { return frame(response, end, n, responseHead(204)) },
		"half an answer": func(n uint32) []byte {
			return append(frame(response, 0, n, responseHead(200)), frame(reset, 0, n, []byte{4})...)
		},
	} {
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			if stream, _, err := p.await(request); err != nil {
				t.Errorf("%s: %v\n%s", name, err, r.log.String())
			} else if err := p.say(answer(stream)); err != nil {
				t.Error(err)
			}
		}()
		if got := post(t, r.addr, "/e/one-at-a-time", "hello"); got.Status == http.StatusServiceUnavailable {
			t.Fatalf("before %s: got %s", name, got)
		}
		within(t, answered, name)
	}
}
