package differential

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// An exchange is a request and what the app answers, in raw bytes.
type exchange struct {
	name   string
	method string   // empty: POST
	path   string   // behind the endpoint's URL
	proto  string   // empty: HTTP/1.1
	header []string // beside Host
	body   string   // framed as the header says
	answer string   // empty: yes
	early  bool     // the app answers without reading the body
	pieces bool     // the request is sent in pieces
}

const yes = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"

// outcome is what both ends saw of an exchange.
type outcome struct{ request, answer message }

// compare makes the exchange directly and through hook, and tells the differences.
func (h *house) compare(t testing.TB, e exchange) []string {
	t.Helper()
	direct := h.do(t, e, h.app.addr, "")
	hook := h.do(t, e, h.relay, "/e/"+endpoint)
	takeAdded(t, hook.request.fields)
	return append(diff("request", direct.request, hook.request), diff("answer", direct.answer, hook.answer)...)
}

// takeAdded takes away what hook may add to a request, and nothing else.
func takeAdded(t testing.TB, fields map[string][]string) {
	t.Helper()
	if id := fields["Hook-Delivery"]; len(id) != 1 || !inspect.IsID(id[0]) {
		t.Errorf("got Hook-Delivery %q, want an id", id)
	}
	delete(fields, "Hook-Delivery")
	for name, want := range map[string]string{
		"Hook-Attempt": "1", "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Host": host,
	} {
		if got := fields[name]; !reflect.DeepEqual(got, []string{want}) {
			t.Errorf("got %s %q, want %q", name, got, want)
		}
		delete(fields, name)
	}
}

// do makes the exchange at addr, where base is the endpoint's path.
func (h *house) do(t testing.TB, e exchange, addr, base string) (o outcome) {
	t.Helper()
	h.app.tell(or(e.answer, yes), e.early)
	conn := dial(t, addr)
	target := base + e.path
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	lines := append([]string{or(e.method, "POST") + " " + target + " " + or(e.proto, "HTTP/1.1"), "Host: " + host}, e.header...)
	head := strings.Join(lines, "\r\n") + "\r\n\r\n"
	r := bufio.NewReader(conn)
	switch {
	case strings.Contains(head, "\r\nExpect: "):
		send(t, conn, head, e.pieces)
		first := readAnswerHead(t, r)
		if !strings.HasPrefix(first.first, "HTTP/1.1 100 ") {
			o.answer = readAnswer(t, r, e.method, first)
			break
		}
		send(t, conn, e.body, e.pieces)
		o.answer = readAnswer(t, r, e.method, readAnswerHead(t, r))
		o.answer.interim = append([]string{first.head}, o.answer.interim...)
	default:
		send(t, conn, head+e.body, e.pieces)
		o.answer = readAnswer(t, r, e.method, readAnswerHead(t, r))
	}
	o.request = h.seen(t)
	return o
}

func (h *house) seen(t testing.TB) message {
	t.Helper()
	select {
	case m := <-h.app.saw:
		return m
	case <-time.After(patience):
		t.Fatal("the app saw no request")
		return message{}
	}
}

func dial(t testing.TB, addr string) net.Conn {
	t.Helper()
	network, place, secure := split(addr)
	conn, err := net.Dial(network, place)
	if err != nil {
		t.Fatal(err)
	}
	if secure {
		conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return conn
}

func send(t testing.TB, conn net.Conn, s string, pieces bool) {
	t.Helper()
	for len(s) > 0 {
		n := len(s)
		if pieces {
			n = min(7, n)
		}
		if _, err := io.WriteString(conn, s[:n]); err != nil {
			t.Fatal(err)
		}
		s = s[n:]
	}
}

func readAnswerHead(t testing.TB, r *bufio.Reader) message {
	t.Helper()
	m, err := readHead(r)
	if err != nil {
		t.Fatalf("the answer's head: %v", err)
	}
	return m
}

// readAnswer reads on from the first head, which may be informational.
func readAnswer(t testing.TB, r *bufio.Reader, method string, m message) message {
	t.Helper()
	var interim []string
	for strings.HasPrefix(m.first, "HTTP/1.1 1") {
		interim = append(interim, m.head)
		m = readAnswerHead(t, r)
	}
	m.interim = interim
	if hasBody(method, m.first) {
		if err := m.readBody(r, true, func(int64) {}); err != nil {
			t.Fatalf("the answer's body: %v", err)
		}
	}
	return m
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
