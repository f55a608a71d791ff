package faults_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/internal/faults"
	"github.com/seed-4575fdc3/hook/relay"
)

// Row 10: a body that comes at a byte a second is refused, and one that comes slowly but surely is not, however long it
// takes.
func TestRow10SlowBody(t *testing.T) {
	grace, size := 500*time.Millisecond, 20_000
	if isSlow() {
		grace, size = 10*time.Second, 260_000 // 13 s
	}
	h := newHouse(t, plan{relay: relay.Config{Grace: grace}})
	line := startProxy(t, h.relay.addr)
	line.Limit(faults.Up, 20_000)
	body := strings.Repeat("x", size)
	got := post(t, line.Addr(), "/e/"+otter, body)
	wantBody(t, got, body)
	if got.Took < time.Duration(size)*time.Second/25_000 {
		t.Errorf("the upload took %s: it wasn't slow", got.Took)
	}
	t.Logf("an upload of %s was taken", got.Took.Round(time.Millisecond))
	for name, framing := range map[string]string{
		"short": "Content-Length: 100\r\n\r\nx", "long": "Content-Length: 1000000\r\n\r\nx", "chunked": "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
	} {
		line.Limit(faults.Up, 0)
		conn := dial(t, line.Addr())
		before := line.Counts().Bytes[faults.Up]
		head := "POST /e/" + otter + "/sink HTTP/1.1\r\nHost: x\r\n" + framing
		if _, err := io.WriteString(conn, head); err != nil {
			t.Fatal(err)
		}
		if _, err := line.Await(soon(t), func(c faults.Counts) bool { return c.Bytes[faults.Up] >= before+int64(len(head)) }); err != nil {
			t.Fatal(err)
		}
		line.Limit(faults.Up, 1)
		_, _ = io.WriteString(conn, "1\r\nx\r\n1\r\nx\r\n")
		wantFailure(t, hear(bufio.NewReader(conn)), http.StatusRequestTimeout, "body_too_slow")
		t.Logf("%s: refused", name)
	}
}

// Row 10: a head has ten seconds.
func TestRow10SlowHead(t *testing.T) {
	slow(t)
	h := newHouse(t, plan{})
	line := startProxy(t, h.relay.addr)
	line.Limit(faults.Up, 20)
	conn := dial(t, line.Addr())
	began := time.Now()
	if _, err := io.WriteString(conn, "POST /e/"+otter+" HTTP/1.1\r\n"+strings.Repeat("X-Slow: 1\r\n", 1000)); err != nil {
		t.Fatal(err)
	}
	all, _ := io.ReadAll(conn)
	if took := time.Since(began); took < 9*time.Second || took > 15*time.Second || len(all) > 0 && !strings.HasPrefix(string(all), "HTTP/1.1 4") {
		t.Errorf("after %s it was answered with %.100q", took, all)
	}
	wantBody(t, h.post("", "hello"), "hello")
}

// Row 10: an app may take 12 s for its answer, and as long again between the answer's parts.
func TestRow10SlowAnswer(t *testing.T) {
	slow(t)
	h := newHouse(t, plan{})
	h.app.mux.HandleFunc("/slow", func(w http.ResponseWriter, _ *http.Request) {
		for _, part := range []string{"at ", "last"} {
			<-time.After(12 * time.Second)
			_, _ = io.WriteString(w, part)
			w.(http.Flusher).Flush()
		}
	})
	wantBody(t, h.post("/slow", "hello"), "at last")
}

// Row 10: events pass one by one, each at once: the app sends the next only when the sender has seen the last.
func TestRow10Events(t *testing.T) {
	h := newHouse(t, plan{})
	count, pause := 20, time.Duration(0)
	if isSlow() {
		count, pause = 18, 10*time.Second
	}
	seen := make(chan struct{})
	h.app.mux.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range count {
			_, _ = fmt.Fprintf(w, "data: %d\n\n", i)
			w.(http.Flusher).Flush()
			select {
			case <-seen:
			case <-r.Context().Done():
				return
			}
		}
	})
	conn := dial(t, h.relay.addr)
	if _, err := io.WriteString(conn, "GET /e/"+otter+"/events HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range count {
		_ = conn.SetDeadline(time.Now().Add(patience))
		want := fmt.Sprintf("data: %d\n\n", i)
		got := make([]byte, len(want))
		if _, err := io.ReadFull(resp.Body, got); err != nil || string(got) != want {
			t.Fatalf("got %q, %v; want %q", got, err, want)
		}
		<-time.After(pause)
		seen <- struct{}{}
	}
	if rest, err := io.ReadAll(resp.Body); err != nil || len(rest) > 0 {
		t.Errorf("behind the last event: %q, %v", rest, err)
	}
}
