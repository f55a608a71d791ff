package differential

import (
	"bufio"
	"fmt"
	"strings"
	"testing"
	"time"
)

// What a slow sender sends reaches the app as it comes: each piece is waited for at the app before the next one is sent.
func TestSlowSender(t *testing.T) {
	h := newHouse(t, plan{})
	const pieces, piece = 10, 30_000
	for name, c := range map[string]struct{ field, format, end string }{
		"by its length": {fmt.Sprintf("Content-Length: %d", pieces*piece), "%s", ""},
		"in chunks":     {"Transfer-Encoding: chunked", fmt.Sprintf("%x\r\n%%s\r\n", piece), "0\r\n\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			slow := func(addr, base string) (o outcome) {
				h.app.tell(yes, false)
				h.app.read.Set(0)
				conn := dial(t, addr)
				send(t, conn, "POST "+base+"/slow HTTP/1.1\r\nHost: "+host+"\r\n"+c.field+"\r\n\r\n", false)
				for i := range pieces {
					send(t, conn, fmt.Sprintf(c.format, strings.Repeat(string(rune('a'+i)), piece)), false)
					h.awaitRead(t, int64(i+1)*piece)
				}
				send(t, conn, c.end, false)
				r := bufio.NewReader(conn)
				o.answer = readAnswer(t, r, "POST", readAnswerHead(t, r))
				o.request = h.seen(t)
				return o
			}
			direct, hook := slow(h.app.addr, ""), slow(h.relay, "/e/"+endpoint)
			takeAdded(t, hook.request.fields)
			for _, d := range append(diff("request", direct.request, hook.request), diff("answer", direct.answer, hook.answer)...) {
				t.Error(d)
			}
		})
	}
}

// awaitRead waits until the app has read n bytes of the body.
func (h *house) awaitRead(t testing.TB, n int64) {
	t.Helper()
	late := time.After(patience)
	for {
		got, changed := h.app.read.Get()
		if got >= n {
			return
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("the app has %d bytes of the body, want %d", got, n)
		}
	}
}

// Names are canonical, as docs say: HTTP knows no case in them, so senders and apps can't either.
func TestNamesAreCanonical(t *testing.T) {
	h := newHouse(t, plan{})
	e := exchange{
		method: "GET", header: []string{"x-lower-CASE: 1", "WWW: 2", "x_under: 3"},
		answer: "HTTP/1.1 200 OK\r\nx-lower-CASE: 1\r\nETAG: 2\r\ncontent-length: 0\r\n\r\n",
	}
	o := h.do(t, e, h.relay, "/e/"+endpoint)
	for _, want := range []string{"\nX-Lower-Case: 1\n", "\nWww: 2\n", "\nX_under: 3\n"} {
		if !strings.Contains(o.request.head, want) {
			t.Errorf("the app got\n%s\nwant %q in it", o.request.head, want)
		}
	}
	for _, want := range []string{"\nX-Lower-Case: 1\n", "\nEtag: 2\n", "\nContent-Length: 0\n"} {
		if !strings.Contains(o.answer.head, want) {
			t.Errorf("the sender got\n%s\nwant %q in it", o.answer.head, want)
		}
	}
}
