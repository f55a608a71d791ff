package faults_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// What hostile peers say is put together here by hand, from relay/wire/PROTOCOL.md: package wire would not say it.

const (
	hello1   = 0x01
	welcome  = 0x02
	goAway   = 0x03
	ping     = 0x04
	request  = 0x10
	response = 0x11
	data     = 0x12
	credit   = 0x13
	reset    = 0x14
	end      = 0x01
)

func frame(kind, flags byte, stream uint32, payload ...[]byte) []byte {
	whole := bytes.Join(payload, nil)
	b := binary.BigEndian.AppendUint32([]byte{kind, flags}, stream)
	return append(binary.BigEndian.AppendUint32(b, uint32(len(whole))), whole...)
}

// frameOf is the first frame in a message, and the rest.
func frameOf(msg []byte) (kind byte, stream uint32, payload, rest []byte) {
	n := binary.BigEndian.Uint32(msg[6:])
	return msg[0], binary.BigEndian.Uint32(msg[2:]), msg[10 : 10+n], msg[10+n:]
}

func str(s string) []byte { return append(binary.AppendUvarint(nil, uint64(len(s))), s...) }

func number(n uint64) []byte { return binary.AppendUvarint(nil, n) }

func fields(pairs ...string) []byte {
	b := number(uint64(len(pairs) / 2))
	for _, s := range pairs {
		b = append(b, str(s)...)
	}
	return b
}

// requestHead is a REQUEST's head for a body of unknown length; pairs are the names and values of fields.
func requestHead(method, path string, pairs ...string) []byte {
	head := bytes.Join([][]byte{
		str(inspect.NewID()), number(1_700_000_000_000_000_000), number(1), str("192.0.2.7"), str("HTTP/1.1"), str("relay.example"),
		str(method), str("http://relay.example/e/" + otter), str(path), number(0), fields(pairs...),
	}, nil)
	return append(number(uint64(len(head))), head...)
}

// responseHead is a RESPONSE's, for a body of unknown length.
func responseHead(status uint64, pairs ...string) []byte {
	head := bytes.Join([][]byte{number(status), number(0), fields(pairs...)}, nil)
	return append(number(uint64(len(head))), head...)
}

// A peer is one side of a tunnel, by hand.
type peer struct {
	wire.Conn
	ws *websocket.Conn
}

// say sends one message.
func (p peer) say(frames ...[]byte) error { return p.Write(bytes.Join(frames, nil)) }

// sayText sends what is no binary message.
func (p peer) sayText(s string) error {
	return p.ws.Write(context.Background(), websocket.MessageText, []byte(s))
}

// await reads until a frame of that kind comes, and gives its stream and payload.
func (p peer) await(kind byte) (stream uint32, payload []byte, err error) {
	for {
		msg, err := p.Read(nil, nil)
		if err != nil {
			return 0, nil, err
		}
		for len(msg) > 0 {
			var got byte
			if got, stream, payload, msg = frameOf(msg); got == kind {
				return stream, payload, nil
			}
		}
	}
}

// wantGoAway wants the other side to go away with that code, and to say why.
func (p peer) wantGoAway(t testing.TB, code wire.Code) (message string) {
	t.Helper()
	_, payload, err := p.await(goAway)
	var g wire.GoAway
	if err == nil {
		err = json.Unmarshal(payload, &g)
	}
	if err != nil || g.Code != code || g.Message == "" {
		t.Errorf("the other side said %q (%v), want a go-away with code %s", payload, err, code)
	}
	return g.Message
}

// wantEnd wants the session to be over, whatever was still to be said.
func (p peer) wantEnd(t testing.TB) {
	t.Helper()
	late := time.AfterFunc(patience, func() { _ = p.Close() })
	for {
		if _, err := p.Read(nil, nil); err != nil {
			break
		}
	}
	if !late.Stop() {
		t.Error("the session goes on")
	}
}

// dialPeer is a client by hand that has claimed the name, or has said nothing yet if that is "".
func dialPeer(t testing.TB, addr, name string) peer {
	t.Helper()
	ws, _, err := websocket.Dial(soon(t), "http://"+addr+wire.Path, &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, Subprotocols: []string{wire.Subprotocol},
	})
	if err != nil {
		t.Fatal(err)
	}
	p := peer{wire.WebSocket(ws), ws}
	t.Cleanup(func() { _ = p.Close() })
	if name != "" {
		if _, err := wire.SendHello(p, hello(name)); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// startPeer is a relay by hand: it reads the first client's hello, and what it says then is serve's. Whoever comes later
// is turned away.
func startPeer(t testing.TB, serve func(peer, wire.Hello)) (addr string) {
	t.Helper()
	var came atomic.Bool
	return startHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		if came.Swap(true) {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{wire.Subprotocol}})
		if err != nil {
			return
		}
		p := peer{wire.WebSocket(ws), ws}
		defer func() { _ = p.Close() }()
		if h, err := wire.ReadHello(p); err == nil {
			serve(p, h)
		}
	})
}

// welcomeFrame takes a client's claim.
func welcomeFrame(version int) []byte {
	return frame(welcome, 0, 0, fmt.Appendf(nil,
		`{"version":%d,"software":"test","name":%q,"url":"http://relay.example/e/%s","heartbeat_ms":5000,"window":262144}`, version, otter, otter))
}

// A handler is a function that is a tunnel.Handler.
type handler func(ctx context.Context, w http.ResponseWriter, d *inspect.Delivery, body io.Reader)

func (f handler) ServeDelivery(ctx context.Context, w http.ResponseWriter, d *inspect.Delivery, body io.Reader, _ int64) {
	f(ctx, w, d, body)
}
