package wire

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-4575fdc3/hook/internal/leaks"
)

func TestMain(m *testing.M) { os.Exit(leaks.Run(m)) }

// A pipe is a Conn to another pipe. It holds one message, like a connection with little buffer.
type pipe struct {
	in, out chan []byte
	closed  chan struct{}
	once    *sync.Once
}

func newPipe() (a, b *pipe) {
	ab, ba, closed, once := make(chan []byte, 1), make(chan []byte, 1), make(chan struct{}), new(sync.Once)
	return &pipe{ba, ab, closed, once}, &pipe{ab, ba, closed, once}
}

func (p *pipe) Read([]byte, func()) ([]byte, error) {
	select {
	case msg := <-p.in:
		return msg, nil
	case <-p.closed:
	}
	select {
	case msg := <-p.in: // what was sent before the end still comes
		return msg, nil
	default:
		return nil, io.EOF
	}
}

func (p *pipe) Write(msg []byte) error {
	select {
	case p.out <- bytes.Clone(msg):
		return nil
	case <-p.closed:
		return io.ErrClosedPipe
	}
}

func (p *pipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// start runs a relay's session and a client's over a pipe until the test ends.
func start(t testing.TB, accept func(*Stream), change ...func(relay, client *Config)) (relay, client *Session) {
	t.Helper()
	r := Config{Window: DefaultWindow, PeerWindow: DefaultWindow, MaxStreams: 64, Heartbeat: time.Minute}
	c := r
	c.Accept = accept
	for _, f := range change {
		f(&r, &c)
	}
	a, b := newPipe()
	relay, client = NewSession(a, r), NewSession(b, c)
	run(t, relay)
	run(t, client)
	return relay, client
}

func run(t testing.TB, s *Session) {
	ctx, cancel := context.WithCancel(context.Background())
	var g sync.WaitGroup
	g.Go(func() { _ = s.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		g.Wait()
	})
}

func request() *RequestHead {
	return &RequestHead{ID: "d_aaaaaaaaaaaa", ReceivedAt: time.Unix(1, 0), Attempt: 1, Method: "POST", Length: UnknownLength, Header: http.Header{}}
}

func ignore(*ResponseHead) {}

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

// echo answers with the request's body.
func echo(st *Stream) {
	if st.Respond(&ResponseHead{Status: 200, Length: UnknownLength, Header: http.Header{}}, nil, false) == nil {
		_, _ = io.Copy(st, st)
		_ = st.CloseWrite()
	}
}

func TestManyStreamsEchoAtOnce(t *testing.T) {
	relay, client := start(t, echo)
	var g sync.WaitGroup
	for i := range 50 {
		g.Go(func() {
			body := bytes.Repeat([]byte{byte(i)}, 1000*i)
			if got, err := exchange(relay, body); err != nil || !bytes.Equal(got, body) {
				t.Errorf("stream %d: got %d bytes, %v; want %d", i, len(got), err, len(body))
			}
		})
	}
	g.Wait()
	if err := relay.Drained(patience); err != nil {
		t.Errorf("the relay still has %d streams", relay.Streams())
	}
	_ = client
}

// exchange sends body and gives the response's.
func exchange(s *Session, body []byte) ([]byte, error) {
	st, err := s.Open(request(), nil, false)
	if err != nil {
		return nil, err
	}
	var g sync.WaitGroup
	g.Go(func() { _ = st.Send(body, true) })
	defer g.Wait()
	if _, err := st.Response(context.Background(), ignore); err != nil {
		return nil, err
	}
	return io.ReadAll(st)
}

func TestBodyFarBeyondTheWindow(t *testing.T) {
	relay, _ := start(t, echo)
	body := bytes.Repeat([]byte("0123456789abcdef"), 10*DefaultWindow/16)
	if got, err := exchange(relay, body); err != nil || !bytes.Equal(got, body) {
		t.Errorf("got %d bytes, %v; want %d", len(got), err, len(body))
	}
}

func TestStalledStreamDoesNotStallOthers(t *testing.T) {
	release := make(chan struct{})
	relay, _ := start(t, func(st *Stream) {
		if st.Request().Method == "STALL" {
			<-release
		}
		echo(st)
	})
	head := request()
	head.Method = "STALL"
	st, err := relay.Open(head, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	var g sync.WaitGroup
	g.Go(func() { _ = st.Send(make([]byte, 4*DefaultWindow), true) }) // far more than anybody takes
	for range 20 {
		if got, err := exchange(relay, []byte("small")); err != nil || string(got) != "small" {
			t.Fatalf("got %q, %v", got, err)
		}
	}
	close(release)
	if got, err := io.ReadAll(st); err != nil || len(got) != 4*DefaultWindow {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	g.Wait()
}

func TestResetCancelsTheHandler(t *testing.T) {
	ended := make(chan error, 1)
	relay, _ := start(t, func(st *Stream) {
		<-st.Context().Done()
		_, err := st.Read(make([]byte, 1))
		ended <- err
	})
	st, err := relay.Open(request(), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	st.Reset(ResetCanceled, "the sender hung up")
	reset, ok := errors.AsType[*ResetError](<-ended)
	if !ok || reset.Code != ResetCanceled || reset.Message != "the sender hung up" {
		t.Errorf("the handler got %v", reset)
	}
}

// A connection that ends in good order is no end of a body: half an answer must not look like a whole one.
func TestLostConnectionIsNoEndOfABody(t *testing.T) {
	relay, client := start(t, func(st *Stream) {
		_ = st.Respond(&ResponseHead{Status: 200, Length: UnknownLength, Header: http.Header{}}, []byte("half"), false)
		<-st.Context().Done()
	})
	st, err := relay.Open(request(), nil, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(st, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	client.Close()
	if _, err := st.Read(make([]byte, 1)); !errors.Is(err, ErrLost) || errors.Is(err, io.EOF) {
		t.Errorf("got %v, want ErrLost and no io.EOF", err)
	}
}

func TestHandlerThatReturnsTooSoonResets(t *testing.T) {
	relay, _ := start(t, func(*Stream) {})
	st, err := relay.Open(request(), nil, true)
	if err != nil {
		t.Fatal(err)
	}
	_, err = st.Response(context.Background(), ignore)
	if reset, ok := errors.AsType[*ResetError](err); !ok || reset.Code != ResetInternal {
		t.Errorf("got %v, want a reset with code internal", err)
	}
}

func TestEarlyAnswerEndsTheUpload(t *testing.T) {
	relay, client := start(t, func(st *Stream) {
		_ = st.Respond(&ResponseHead{Status: 413, Header: http.Header{}}, nil, true)
	})
	st, err := relay.Open(request(), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	var g sync.WaitGroup
	g.Go(func() { _ = st.Send(make([]byte, 4*DefaultWindow), true) })
	if head, err := st.Response(context.Background(), ignore); err != nil || head.Status != 413 {
		t.Fatalf("got %v, %v", head, err)
	}
	st.Reset(ResetStop, "")
	g.Wait() // the upload ends although nobody gave credit
	if got, err := exchange(relay, nil); err != nil || len(got) != 0 {
		t.Errorf("the next exchange: %q, %v", got, err)
	}
	_ = client
}

func TestTooManyStreamsAreRefused(t *testing.T) {
	own, _ := start(t, func(st *Stream) { <-st.Context().Done() }, func(r, _ *Config) { r.MaxStreams = 1 })
	st, err := own.Open(request(), nil, true)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Reset(ResetCanceled, "")
	if _, err := own.Open(request(), nil, true); !errors.Is(err, ErrTooManyStreams) {
		t.Errorf("got %v, want ErrTooManyStreams", err)
	}
}

func TestGoAwayLetsStreamsFinish(t *testing.T) {
	release, heard := make(chan struct{}), make(chan *GoAway, 1)
	relay, _ := start(t, func(st *Stream) { <-release; echo(st) }, func(_, c *Config) {
		c.OnGoAway = func(g *GoAway) { heard <- g }
	})
	st, err := relay.Open(request(), []byte("still here"), true)
	if err != nil {
		t.Fatal(err)
	}
	relay.GoAway(&GoAway{Code: CodeDraining, Message: "a deploy"})
	if g := <-heard; g.Code != CodeDraining || g.Message != "a deploy" {
		t.Errorf("heard %+v", g)
	}
	if _, err := relay.Open(request(), nil, true); !errors.Is(err, ErrGoingAway) {
		t.Errorf("Open after GoAway: %v", err)
	}
	close(release)
	if got, err := io.ReadAll(st); err != nil || string(got) != "still here" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestSilenceEndsTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := newPipe() // nobody is at the other end
		a.out = make(chan []byte, 1000)
		cfg := Config{Window: DefaultWindow, PeerWindow: DefaultWindow, MaxStreams: 1, Heartbeat: 5 * time.Second}
		relay := NewSession(a, cfg)
		ended := make(chan error, 1)
		began := time.Now()
		go func() { ended <- relay.Run(t.Context()) }()
		st, err := relay.Open(request(), nil, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := st.Response(t.Context(), ignore); !errors.Is(err, ErrSilent) {
			t.Errorf("the request in flight got %v, want ErrSilent", err)
		}
		if err := <-ended; !errors.Is(err, ErrSilent) {
			t.Errorf("Run ended with %v, want ErrSilent", err)
		}
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("it took %v to notice", took)
		}
	})
}

func TestHeartbeatsKeepAnIdleSessionAndMeasureIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		relay, client := start(t, echo, func(r, c *Config) { r.Heartbeat, c.Heartbeat = 5*time.Second, 5*time.Second })
		select {
		case <-time.After(time.Hour):
		case <-relay.Done():
			t.Errorf("the relay's session ended: %v", relay.Err())
		case <-client.Done():
			t.Errorf("the client's session ended: %v", client.Err())
		}
		if client.RTT() < 0 {
			t.Errorf("a round trip of %v", client.RTT())
		}
	})
}

// Each of these ends the session with a protocol error that says what was wrong, and the peer is told.
func TestHostilePeers(t *testing.T) {
	head := request().append(nil)
	req := func(id uint32, first int) []byte {
		payload := append(binary.AppendUvarint(nil, uint64(len(head))), head...)
		payload = append(payload, make([]byte, first)...)
		return append(appendHeader(nil, frameRequest, 0, id, len(payload)), payload...)
	}
	data := func(id uint32, n int) []byte {
		return append(appendHeader(nil, frameData, 0, id, n), make([]byte, n)...)
	}
	flood := req(1, 0)
	for range DefaultWindow/maxData + 1 {
		flood = append(flood, data(1, maxData)...)
	}
	var many []byte
	for id := range uint32(17) {
		many = append(many, req(id+1, 0)...)
	}
	for name, test := range map[string]struct {
		msg  []byte
		want string
	}{
		"garbage":                 {[]byte("GET / HTTP/1.1\r\n\r\n"), "over the limit"},
		"a stream number again":   {append(req(5, 0), req(5, 0)...), "was begun after"},
		"a lower stream number":   {append(req(5, 0), req(4, 0)...), "was begun after"},
		"a stream never begun":    {data(9, 1), "never begun"},
		"beyond the credit":       {flood, "beyond its credit"},
		"a response from a relay": {append(req(1, 0), appendHeader(nil, frameResponse, 0, 1, 0)...), "a RESPONSE from the relay"},
		"a second hello":          {appendHeader(nil, frameHello, 0, 0, 0), "a second hello"},
		"a head cut off":          {append(appendHeader(nil, frameRequest, 0, 1, 2), 200, 1), "longer than its frame"},
		"too many streams":        {many, "open streams"},
		"a trailer without END":   {append(req(1, 0), appendHeader(nil, frameTrailer, 0, 1, 0)...), "without END"},
		"an inform from a relay":  {append(req(1, 0), appendHeader(nil, frameInform, 0, 1, 0)...), "an INFORM from the relay"},
	} {
		t.Run(name, func(t *testing.T) {
			peer, own := newPipe()
			s := NewSession(own, Config{
				Window: DefaultWindow, PeerWindow: DefaultWindow, MaxStreams: 8, Heartbeat: time.Minute,
				Accept: func(st *Stream) { <-st.Context().Done() },
			})
			ended := make(chan error, 1)
			var g sync.WaitGroup
			g.Go(func() { ended <- s.Run(context.Background()) })
			defer g.Wait()
			if err := peer.Write(test.msg); err != nil {
				t.Fatal(err)
			}
			told, err := peer.Read(nil, nil)
			for err == nil && told[0] == byte(framePing) { // it may come first, in the same message or not
				if told = told[frameSize+8:]; len(told) == 0 {
					told, err = peer.Read(nil, nil)
				}
			}
			if err != nil || told[0] != byte(frameGoAway) || !bytes.Contains(told, []byte(test.want)) {
				t.Errorf("the peer was told %q, %v; want a GOAWAY with %q", told, err, test.want)
			}
			err = <-ended
			if _, ok := errors.AsType[*ProtocolError](err); !ok {
				t.Errorf("Run ended with %v, want a *ProtocolError", err)
			}
		})
	}
}

func TestHello(t *testing.T) {
	good := Hello{Versions: []int{Version}, Software: "hook/test", Instance: "instance", Name: "quiet-otter", Window: DefaultWindow, MaxStreams: 8}
	change := func(f func(*Hello)) Hello { h := good; f(&h); return h }
	for name, test := range map[string]struct {
		hello Hello
		want  string
	}{
		"good":         {good, ""},
		"newer client": {change(func(h *Hello) { h.Versions = []int{7, 8} }), "upgrade the relay"},
		"older client": {change(func(h *Hello) { h.Versions = []int{0} }), "upgrade hook"},
		"tiny window":  {change(func(h *Hello) { h.Window = 1 }), "a window of 1 bytes"},
		"no streams":   {change(func(h *Hello) { h.MaxStreams = 0 }), "max_streams"},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := newPipe()
			var g sync.WaitGroup
			g.Go(func() {
				defer func() { _ = b.Close() }()
				_, _ = SendHello(b, test.hello)
			})
			got, err := ReadHello(a)
			if test.want == "" && (err != nil || fmt.Sprint(got) != fmt.Sprint(test.hello)) {
				t.Errorf("got %+v, %v", got, err)
			}
			if test.want != "" && (err == nil || !bytes.Contains([]byte(err.Error()), []byte(test.want))) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			_ = a.Close()
			g.Wait()
		})
	}
}

// Whoever finds a tunnel before it runs may open a stream; the client still hears the welcome first, and alone.
func TestGreetingComesFirstAndAlone(t *testing.T) {
	peer, own := newPipe()
	relay := NewSession(own, Config{Window: DefaultWindow, PeerWindow: DefaultWindow, MaxStreams: 8, Heartbeat: time.Minute})
	relay.Greet(Welcome{Name: "quiet-otter", URL: "http://x/e/quiet-otter", HeartbeatMS: 5000, Window: DefaultWindow})
	if _, err := relay.Open(request(), nil, true); err != nil {
		t.Fatal(err)
	}
	run(t, relay)
	var w Welcome
	if err := readJSON(peer, frameWelcome, &w); err != nil || w.Name != "quiet-otter" {
		t.Errorf("first: %+v, %v", w, err)
	}
	if msg, err := peer.Read(nil, nil); err != nil || msg[0] != byte(frameRequest) {
		t.Errorf("then: %x, %v", msg, err)
	}
}

// A peer that shows signs of life but reads nothing holds up neither requests nor the session for long.
func TestPeerThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		peer, own := newPipe()
		relay := NewSession(own, Config{Window: DefaultWindow, PeerWindow: DefaultWindow, MaxStreams: 1000, Heartbeat: 5 * time.Second})
		ended := make(chan error, 1)
		go func() { ended <- relay.Run(t.Context()) }()
		alive := make(chan struct{})
		go func() {
			defer close(alive)
			ping := append(appendHeader(nil, framePing, 0, 0, 8), "12345678"...)
			for {
				select {
				case <-time.After(5 * time.Second):
					if peer.Write(ping) != nil {
						return
					}
				case <-relay.Done():
					return
				}
			}
		}()
		began := time.Now()
		var err error
		for err == nil { // until nothing more fits
			_, err = relay.Open(request(), make([]byte, maxData), false)
		}
		if !errors.Is(err, errNotReading) {
			t.Errorf("Open: %v, want that the peer doesn't read", err)
		}
		if err := <-ended; !errors.Is(err, errNotReading) {
			t.Errorf("Run: %v, want that the peer doesn't read", err)
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("it took %v", took)
		}
		<-alive
	})
}
