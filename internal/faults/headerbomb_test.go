package faults_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// Row 12: a head that is too long or has too much in it is refused, whatever of it; nothing of it reaches the app.
func TestRow12HeaderBombs(t *testing.T) {
	h := newHouse(t, plan{})
	neighbours(t, h.relay)
	fields := func(n int) string {
		var b strings.Builder
		for i := range n {
			_, _ = fmt.Fprintf(&b, "X-%d: v\r\n", i)
		}
		return b.String()
	}
	for name, c := range map[string]struct {
		target, fields string
		status         int
	}{
		"64 KiB in a field":    {"", "X-Long: " + strings.Repeat("a", 64<<10) + "\r\n", 431},
		"1 MiB in a field":     {"", "X-Long: " + strings.Repeat("a", 1<<20) + "\r\n", 431},
		"2 MiB in a field":     {"", "X-Long: " + strings.Repeat("a", 2<<20) + "\r\n", 431},
		"a name of 1 MiB":      {"", strings.Repeat("a", 1<<20) + ": v\r\n", 431},
		"10,000 fields":        {"", fields(10_000), 431},
		"10,000 of one name":   {"", strings.Repeat("X-A: v\r\n", 10_000), 431},
		"100,000 empty fields": {"", strings.Repeat("a:\r\n", 100_000), 431},
		"64 KiB of path":       {"/" + strings.Repeat("a", 64<<10), "", 414},
		"64 KiB of query":      {"?" + strings.Repeat("a", 64<<10), "", 414},
		"2 MiB of path":        {"/" + strings.Repeat("a", 2<<20), "", 431},
		"a method of 64 KiB":   {"", "", 431},
	} {
		method := "POST"
		if strings.HasPrefix(name, "a method") {
			method = strings.Repeat("A", 64<<10)
		}
		got := exchange(t, h.relay.addr, method+" /e/"+otter+c.target+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n"+c.fields+"\r\n")
		if got.Err != nil || got.Status != c.status {
			t.Errorf("%s: got %s, want %d", name, got, c.status)
		}
	}
	if n := h.app.asked(); n != 0 {
		t.Errorf("the app was asked %d times", n)
	}
	wantBody(t, h.post("", "hello"), "hello")
}

// A speaker is the sender's end of an HTTP/2 connection without TLS, which says what it likes.
type speaker struct {
	*http2.Framer // for writing; Flush sends it
	*bufio.Writer

	conn  net.Conn
	head  bytes.Buffer
	coder *hpack.Encoder
}

func speak(t testing.TB, addr string) *speaker {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	s := &speaker{Writer: bufio.NewWriterSize(conn, 64<<10), conn: conn}
	s.Framer = http2.NewFramer(s.Writer, nil)
	s.coder = hpack.NewEncoder(&s.head)
	if _, err := s.WriteString(http2.ClientPreface); err != nil {
		t.Fatal(err)
	}
	if err := s.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	return s
}

// request is the head of a POST in one block.
func (s *speaker) request(path string, fields ...string) []byte {
	s.head.Reset()
	all := append([]string{":method", "POST", ":scheme", "http", ":authority", "x", ":path", path}, fields...)
	for i := 0; i < len(all); i += 2 {
		_ = s.coder.WriteField(hpack.HeaderField{Name: all[i], Value: all[i+1]}) // a buffer takes all
	}
	return s.head.Bytes()
}

// send sends a request's head, in as many frames as it takes.
func (s *speaker) send(stream uint32, block []byte) error {
	const most = 16 << 10
	first := block[:min(most, len(block))]
	rest := block[len(first):]
	err := s.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: first, EndStream: true, EndHeaders: len(rest) == 0})
	for err == nil && len(rest) > 0 {
		next := rest[:min(most, len(rest))]
		rest = rest[len(next):]
		err = s.WriteContinuation(stream, len(rest) == 0, next)
	}
	if err != nil {
		return err
	}
	return s.Flush()
}

// hear gives the status of the first answer, or 0 when the relay broke the stream or the connection off.
func (s *speaker) hear() int {
	in := http2.NewFramer(io.Discard, s.conn)
	in.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	for {
		frame, err := in.ReadFrame()
		if err != nil {
			return 0
		}
		switch frame := frame.(type) {
		case *http2.MetaHeadersFrame:
			status, _ := strconv.Atoi(frame.PseudoValue("status"))
			return status
		case *http2.RSTStreamFrame, *http2.GoAwayFrame:
			return 0
		}
	}
}

// Row 12: the same by HTTP/2, where a few bytes can stand for many.
func TestRow12HeaderBombsByHTTP2(t *testing.T) {
	h := newHouse(t, plan{})
	neighbours(t, h.relay)
	const path = "/e/" + otter
	for name, c := range map[string]struct {
		path   string
		fields []string
		status int
	}{
		"64 KiB in a field":  {path, []string{"x-long", strings.Repeat("a", 64<<10)}, 431},
		"64 KiB of path":     {path + "/" + strings.Repeat("a", 64<<10), nil, 414},
		"10,000 fields":      {path, strings.Split(strings.Repeat("x-a v ", 9_999)+"x-a v", " "), 431},
		"2 MiB in a field":   {path, []string{"x-long", strings.Repeat("a", 2<<20)}, 431},
		"an entry 30,000 x":  {path, strings.Split(strings.Repeat("x-a "+strings.Repeat("b", 3000)+" ", 29_999)+"x-a v", " "), 431},
		"1,000 long cookies": {path, strings.Split(strings.Repeat("cookie "+strings.Repeat("b", 1000)+" ", 999)+"cookie v", " "), 431},
	} {
		s := speak(t, h.relay.addr)
		if err := s.send(1, s.request(c.path, c.fields...)); err != nil {
			t.Logf("%s: %v", name, err) // the relay had enough before the end
		}
		got := s.hear()
		if t.Logf("%s: %d", name, got); got != c.status && got != 0 {
			t.Errorf("%s: got %d, want %d", name, got, c.status)
		}
		_ = s.conn.Close()
	}
	if n := h.app.asked(); n != 0 {
		t.Errorf("the app was asked %d times", n)
	}
	s := speak(t, h.relay.addr)
	if err := s.send(1, s.request(path)); err != nil {
		t.Fatal(err)
	}
	if got := s.hear(); got != http.StatusOK {
		t.Errorf("a good request got %d", got)
	}
}

// Row 12: a head that never ends is given up long before it fills the memory.
func TestRow12EndlessHead(t *testing.T) {
	h := newHouse(t, plan{})
	neighbours(t, h.relay)
	const most = 64 << 20
	s := speak(t, h.relay.addr)
	block := s.request("/e/"+otter, "x-a", strings.Repeat("a", 16<<10-200))
	err := s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block[:min(len(block), 16<<10)], EndStream: true})
	sent := 0
	for ; err == nil && sent < most; sent += 16 << 10 {
		s.head.Reset()
		_ = s.coder.WriteField(hpack.HeaderField{Name: fmt.Sprintf("x-%d", sent), Value: strings.Repeat("b", 15<<10), Sensitive: true})
		if err = s.WriteContinuation(1, false, s.head.Bytes()); err == nil {
			err = s.Flush()
		}
	}
	if err == nil {
		t.Errorf("the relay took %d bytes of it", sent)
	}
	if n := h.app.asked(); n != 0 {
		t.Errorf("the app was asked %d times", n)
	}
}
