package faults_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// answers is a handler that reads all and answers with it.
func answers(_ context.Context, w http.ResponseWriter, _ *inspect.Delivery, body io.Reader) {
	_, _ = io.Copy(w, body)
}

// Row 15, the other way round: a client ends the session with a relay that doesn't keep to the protocol, tells it and
// its log why, and dials again in a while.
func TestRow15HostileRelay(t *testing.T) {
	watch(t)
	const unread = "/unread"
	one := frame(request, end, 5, requestHead("POST", "/one"))
	for name, c := range map[string]struct {
		reason string // in the client's log
		say    func(p peer) error
	}{
		"garbage":           {"tunnel protocol", func(p peer) error { return p.say(garbage(1000)) }},
		"a text message":    {"a text message", func(p peer) error { return p.sayText("hello") }},
		"welcome twice":     {"a second hello", func(p peer) error { return p.say(welcomeFrame(1)) }},
		"stream used again": {"stream 5 was begun after stream 5", func(p peer) error { return p.say(one, one) }},
		"stream goes back":  {"stream 4 was begun after stream 5", func(p peer) error { return p.say(one, frame(request, end, 4, requestHead("POST", ""))) }},
		"RESPONSE":          {"a RESPONSE from the relay", func(p peer) error { return p.say(open(unread), frame(response, end, 1, responseHead(200))) }},
		"unbegun stream":    {"which was never begun", func(p peer) error { return p.say(frame(data, end, 99)) }},
		"behind the END":    {"behind the END of stream 1", func(p peer) error { return p.say(open(unread), frame(data, end, 1), frame(data, end, 1)) }},
		"frame too long":    {"over the limit of 262144", func(p peer) error { return p.say(frame(data, 0, 1, make([]byte, 262_145))) }},
		"message too long":  {"limited at", func(p peer) error { return p.say(make([]byte, 1<<20+1)) }},
		"window overflow": {"beyond its credit", func(p peer) error {
			long := frame(data, 0, 1, make([]byte, 1<<16))
			return p.say(open(unread), long, long, long, long, long)
		}},
		"many fields": {"over the limit of 200", func(p peer) error { return p.say(frame(request, end, 1, requestHead("POST", "", many(201)...))) }},
		"a path of 64 KiB": {"over the limit of 65536", func(p peer) error {
			return p.say(frame(request, end, 1, requestHead("POST", "/"+string(make([]byte, 1<<16)))))
		}},
		"a path with words": {"tunnel protocol", func(p peer) error { return p.say(frame(request, end, 1, requestHead("POST", "/ HTTP/1.1\r\nX-A: b"))) }},
		"a method of lines": {"tunnel protocol", func(p peer) error { return p.say(frame(request, end, 1, requestHead("GET / HTTP/1.1\r\n", ""))) }},
	} {
		t.Run(name, func(t *testing.T) {
			said := make(chan wire.Code, 64)
			addr := startPeer(t, func(p peer, _ wire.Hello) {
				if err := errors.Join(p.say(welcomeFrame(1)), c.say(p)); err != nil {
					said <- wire.Code(err.Error())
					return
				}
				if name == "message too long" { // of which nothing was read that could be named
					said <- wire.CodeProtocol
					_, _ = p.Read(nil, nil)
					return
				}
				said <- wire.Code(p.wantGoAway(t, wire.CodeProtocol))
			})
			client := newClient(addr, otter)
			client.Handler = handler(func(ctx context.Context, w http.ResponseWriter, d *inspect.Delivery, body io.Reader) {
				if d.Path == unread {
					<-ctx.Done()
					return
				}
				answers(ctx, w, d, body)
			})
			client.start(t)
			within(t, said, "the end of the hostile session")
			wantLogged(t, client.log, 0, c.reason)
			client.wait(t, tunnel.Waiting)
			client.end(t)
		})
	}
}

// open begins stream 1, whose body goes on.
func open(path string) []byte { return frame(request, 0, 1, requestHead("POST", path)) }

// Row 15: a relay that opens a million streams loses the session as soon as they are far more than the client said, and
// the client begins no more of them.
func TestRow15MillionStreams(t *testing.T) {
	watch(t)
	const count, most = 1_000_000, 1024
	over := make(chan struct{})
	addr := startPeer(t, func(p peer, h wire.Hello) {
		defer close(over)
		if h.MaxStreams != most {
			t.Errorf("the client takes %d streams", h.MaxStreams)
		}
		err := p.say(welcomeFrame(1))
		for i := uint32(1); i <= count && err == nil; {
			var batch []byte
			for ; i <= count && len(batch) < 100_000; i++ {
				batch = append(batch, frame(request, end, i, requestHead("POST", ""))...)
			}
			err = p.say(batch)
		}
		if err == nil {
			t.Error("the client took a million requests")
		}
	})
	c := newClient(addr, otter)
	var held atomic.Int32
	c.Handler = handler(func(ctx context.Context, _ http.ResponseWriter, _ *inspect.Delivery, _ io.Reader) {
		held.Add(1)
		<-ctx.Done()
	})
	c.start(t)
	within(t, over, "the end of the session")
	wantLogged(t, c.log, 0, "open streams")
	c.end(t)
	if n := held.Load(); n > 2*most {
		t.Errorf("the client began %d requests, and said that it takes %d", n, most)
	}
}

// A relay whose version the client doesn't know, whether it says so or not.
func TestBadInputVersionOfARelay(t *testing.T) {
	watch(t)
	for name, c := range map[string]struct {
		answer []byte
		want   string
	}{
		"chosen anyway": {welcomeFrame(99), "version 99"},
		"refused":       {frame(goAway, 0, 0, []byte(`{"code":"version","message":"this relay speaks version 7: upgrade hook"}`)), "upgrade hook"},
	} {
		client := newClient(startPeer(t, func(p peer, _ wire.Hello) {
			_ = p.say(c.answer)
			_, _ = p.Read(nil, nil)
		}), otter)
		client.start(t)
		if name == "refused" {
			if g, ok := errors.AsType[*wire.GoAway](<-client.ended); !ok || g.Code != wire.CodeVersion || !strings.Contains(g.Error(), c.want) {
				t.Errorf("the client ended with %v, want %q", g, c.want)
			}
			continue
		}
		wantLogged(t, client.log, 0, c.want) // by now it may have been turned away
		client.end(t)
	}
}
