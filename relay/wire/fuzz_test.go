package wire

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"net/http"
	"reflect"
	"sync"
	"testing"
	"time"
)

func exampleRequest() *RequestHead {
	return &RequestHead{
		ID: "d_aaaaaaaaaaaa", ReceivedAt: time.Unix(1_700_000_000, 42), Attempt: 1, Remote: "192.0.2.1", Proto: "HTTP/1.1",
		Host: "relay.example", Method: "POST", Base: "https://relay.example/e/quiet-otter-k7q2", Path: "/a%2Fb?x=1", Length: 5,
		Header: http.Header{"Content-Type": {"text/plain"}, "X-Twice": {"one", "two", ""}}, Waited: 9 * time.Hour,
	}
}

func TestHeadsRoundTrip(t *testing.T) {
	want := exampleRequest()
	got, err := parseRequestHead(want.append(nil))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("request head: got %+v, %v; want %+v", got, err, want)
	}
	answer := &ResponseHead{Status: 404, Length: UnknownLength, Header: http.Header{"Set-Cookie": {"a=1", "b=2"}}}
	gotAnswer, err := parseResponseHead(answer.append(nil))
	if err != nil || !reflect.DeepEqual(gotAnswer, answer) {
		t.Errorf("response head: got %+v, %v; want %+v", gotAnswer, err, answer)
	}
}

func TestHeadIgnoresFieldsOfLaterVersions(t *testing.T) {
	want := exampleRequest()
	got, err := parseRequestHead(append(want.append(nil), "something new"...))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

// An older relay doesn't say how long it had the request, and an older client passes over that.
func TestHeadWithoutItsLastField(t *testing.T) {
	want := exampleRequest()
	want.Waited = -1
	whole, old := exampleRequest().append(nil), want.append(nil)
	got, err := parseRequestHead(old)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	want.Waited = time.Duration(math.MaxInt64) // what time.Since gives for anything longer
	if got, err := parseRequestHead(want.append(nil)); err != nil || got.Waited != want.Waited.Truncate(time.Millisecond) {
		t.Errorf("for ever: got %+v, %v", got, err)
	}
	if len(whole) <= len(old) {
		t.Errorf("the head has %d bytes with it, and %d without", len(whole), len(old))
	}
	for _, behind := range []string{"\x80", string(binary.AppendUvarint(nil, maxWaited+1))} {
		if h, err := parseRequestHead(append(bytes.Clone(old), behind...)); err == nil {
			t.Errorf("%q: got a wait of %v", behind, h.Waited)
		}
	}
}

func TestHeadLimits(t *testing.T) {
	many := make(http.Header)
	many["X-Many"] = make([]string, MaxFields+1)
	for name, change := range map[string]func(*RequestHead){
		"too many values": func(h *RequestHead) { h.Header = many },
		"too many bytes": func(h *RequestHead) {
			h.Header = http.Header{"A": {string(make([]byte, 0)), string(bytes.Repeat([]byte("x"), MaxFieldBytes))}}
		},
		"path too long":         func(h *RequestHead) { h.Path = string(bytes.Repeat([]byte("/"), MaxPath+1)) },
		"host too long":         func(h *RequestHead) { h.Host = string(bytes.Repeat([]byte("h"), maxString+1)) },
		"CR in a value":         func(h *RequestHead) { h.Header = http.Header{"A": {"x\rSet-Cookie: a=1"}} },
		"LF in a value":         func(h *RequestHead) { h.Header = http.Header{"A": {"x\nSet-Cookie: a=1"}} },
		"NUL in a value":        func(h *RequestHead) { h.Header = http.Header{"A": {"x\x00"}} },
		"colon in a name":       func(h *RequestHead) { h.Header = http.Header{"A:b": {"x"}} },
		"a second request line": func(h *RequestHead) { h.Path = "/a HTTP/1.1\r\nHost: x\r\n\r\nDELETE /admin" },
		"a space in a method":   func(h *RequestHead) { h.Method = "GET /" },
		"a field in a host":     func(h *RequestHead) { h.Host = "a\r\nX: y" },
		"an escape in an id":    func(h *RequestHead) { h.ID = "d_\x1bc" },
		"a path without slash":  func(h *RequestHead) { h.Path = ".evil.example/" },
		"nothing as a name":     func(h *RequestHead) { h.Header = http.Header{"": {"x"}} },
	} {
		h := exampleRequest()
		change(h)
		if err := h.Check(); err == nil {
			t.Errorf("%s: Check says nothing", name)
		}
		if _, err := parseRequestHead(h.append(nil)); err == nil {
			t.Errorf("%s: parsed all the same", name)
		}
	}
}

func TestFrameErrors(t *testing.T) {
	huge := appendHeader(nil, frameData, 0, 1, maxPayload+1)
	for name, msg := range map[string][]byte{
		"a header cut off":      {1, 2, 3},
		"a payload cut off":     append(appendHeader(nil, frameData, 0, 1, 5), "abc"...),
		"a payload too long":    huge,
		"an unknown type":       appendHeader(nil, 0x7f, 0, 1, 0),
		"DATA without a stream": append(appendHeader(nil, frameData, 0, 0, 1), 'x'),
		"PING on a stream":      append(appendHeader(nil, framePing, 0, 1, 8), "12345678"...),
		"a short PING":          append(appendHeader(nil, framePing, 0, 0, 4), "1234"...),
		"empty DATA":            appendHeader(nil, frameData, 0, 1, 0),
		"no credit":             append(appendHeader(nil, frameCredit, 0, 1, 4), 0, 0, 0, 0),
		"too much credit":       append(appendHeader(nil, frameCredit, 0, 1, 4), 0xff, 0xff, 0xff, 0xff),
		"an empty RESET":        appendHeader(nil, frameReset, 0, 1, 0),
	} {
		_, _, err := nextFrame(msg)
		if _, ok := errors.AsType[*ProtocolError](err); !ok {
			t.Errorf("%s: got %v, want a *ProtocolError", name, err)
		}
	}
}

// Whatever parses as frames is the same frames when written again, and nothing makes the parser fail otherwise than by
// a *ProtocolError.
func FuzzFrames(f *testing.F) {
	f.Add(append(appendHeader(nil, frameData, flagEnd, 7, 3), "abc"...))
	f.Add(append(appendHeader(nil, framePing, 0, 0, 8), "12345678"...))
	f.Fuzz(func(t *testing.T, msg []byte) {
		rest := msg
		for len(rest) > 0 {
			fr, next, err := nextFrame(rest)
			if err != nil {
				if _, ok := errors.AsType[*ProtocolError](err); !ok {
					t.Fatalf("got %T %v, want a *ProtocolError", err, err)
				}
				return
			}
			again := append(appendHeader(nil, fr.kind, fr.flags, fr.stream, len(fr.payload)), fr.payload...)
			if !bytes.Equal(again, rest[:len(rest)-len(next)]) {
				t.Fatalf("got %x, want %x", again, rest[:len(rest)-len(next)])
			}
			rest = next
		}
	})
}

// Whatever parses as a head is within the limits, and parses to the same when encoded again.
func FuzzHeads(f *testing.F) {
	f.Add(byte(0), exampleRequest().append(nil))
	f.Add(byte(1), (&ResponseHead{Status: 200, Length: 3, Header: http.Header{"Content-Type": {"text/plain"}}}).append(nil))
	f.Add(byte(2), (&ResponseHead{Status: 103, Header: http.Header{"Link": {"</a>"}}}).append(nil))
	f.Add(byte(3), appendFields(nil, http.Header{"X-Sum": {"1", ""}}))
	f.Fuzz(func(t *testing.T, kind byte, b []byte) {
		var h, again any
		var check, err error
		switch kind % 4 {
		case 0:
			var r *RequestHead
			if r, err = parseRequestHead(b); err == nil {
				check = r.Check()
				h, again = r, must(parseRequestHead(r.append(nil)))
			}
		case 1:
			var r *ResponseHead
			if r, err = parseResponseHead(b); err == nil {
				check = r.Check()
				h, again = r, must(parseResponseHead(r.append(nil)))
			}
		case 2:
			var r *ResponseHead
			if r, err = parseInform(b); err == nil {
				check = r.Check()
				h, again = r, must(parseInform(r.append(nil)))
			}
		case 3:
			var r http.Header
			if r, err = parseTrailer(b); err == nil {
				check = checkFields(r)
				h, again = r, must(parseTrailer(appendFields(nil, r)))
			}
		}
		if _, ok := errors.AsType[*ProtocolError](err); err != nil && !ok {
			t.Fatalf("got %T %v, want a *ProtocolError", err, err)
		}
		if check != nil {
			t.Fatalf("a head that parses fails its check: %v", check)
		}
		if !reflect.DeepEqual(again, h) {
			t.Fatalf("got %+v, want %+v", again, h)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Whatever a peer sends, a session neither panics nor hangs: it ends, or waits for more.
func FuzzSession(f *testing.F) {
	head := exampleRequest().append(nil)
	payload := append(binary.AppendUvarint(nil, uint64(len(head))), head...)
	begin := append(appendHeader(nil, frameRequest, 0, 1, len(payload)), payload...)
	answer := (&ResponseHead{Status: 200, Length: 2, Header: http.Header{}}).append(nil)
	answer = append(binary.AppendUvarint(nil, uint64(len(answer))), append(answer, "ok"...)...)
	f.Add(true, append(begin, append(appendHeader(nil, frameData, flagEnd, 1, 3), "abc"...)...))
	f.Add(true, append(begin, appendHeader(nil, frameTrailer, flagEnd, 1, 1)...))
	f.Add(false, append(appendHeader(nil, frameResponse, flagEnd, 1, len(answer)), answer...))
	f.Add(false, append(appendHeader(nil, frameGoAway, 0, 0, 2), "{}"...))
	f.Fuzz(func(t *testing.T, toClient bool, msg []byte) {
		peer, own := newPipe()
		peer.in = make(chan []byte, 100) // what comes back is of no interest
		own.out = peer.in
		cfg := Config{Window: DefaultWindow, PeerWindow: DefaultWindow, MaxStreams: 8, Heartbeat: time.Minute}
		if toClient {
			cfg.Accept = echo
		}
		s := NewSession(own, cfg)
		var g sync.WaitGroup
		if !toClient {
			if _, err := s.Open(exampleRequest(), nil, false); err != nil {
				t.Fatal(err)
			}
		}
		g.Go(func() { _ = s.Run(context.Background()) })
		_ = peer.Write(msg)
		_ = peer.Write(appendHeader(nil, framePing, 0, 0, 0)) // which ends every session that has read so far
		g.Wait()
		if s.Err() == nil {
			t.Fatal("the session has ended without a reason")
		}
	})
}
