package faults_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"
)

// waiting says that a listener has lost its relay and means to dial again.
func waiting(l line) bool { return l.Type == "state" && l.Relay == "waiting" }

// Row 1: whoever sent the request sees the connection break, the client is back at once, and the app gets nothing twice.
func TestRow1RelayKilledDuringARequest(t *testing.T) {
	s := newSite(t)
	front := startProxy(t, "127.0.0.1:1")
	old, addr := s.startRelay(front.Addr())
	next, nextAddr := s.startRelay(front.Addr())
	front.Retarget(addr)
	hook := s.listen(front.Addr())
	got := aside(t, front.Addr(), "/e/"+otter+"/hold", "hello")
	within(t, s.app.begun, "the request at the app")
	front.Retarget(nextAddr)
	old.kill(t)
	clock := stopwatch(t)
	if got := within(t, got, "the end of the request"); got.Err == nil {
		t.Errorf("the sender got an answer, and from whom? %s", got)
	}
	lost := hook.await(t, "the loss of the relay", waiting)
	if lost.Retry < 0 || lost.Retry > 1000 || lost.Error == "" {
		t.Errorf("it said %s; want a wait of at most a second", lost.Text)
	}
	hook.ready(t)
	if took := clock.Elapsed(); took > 5*time.Second {
		t.Errorf("it was back after %s", took)
	}
	s.app.letAll()
	wantBody(t, post(t, front.Addr(), "/e/"+otter, "again"), "again")
	if code := hook.stop(t); code != 0 {
		t.Errorf("hook listen ended with %d: %s", code, hook.talk.String())
	}
	s.wantHistory("answered", "canceled")
	next.kill(t)
}

// Row 1: half an answer doesn't look like a whole one.
func TestRow1RelayKilledDuringAnAnswer(t *testing.T) {
	s := newSite(t)
	s.app.mux.HandleFunc("/half", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "half\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	p, addr := s.startRelay("")
	s.listen(addr)
	conn := dial(t, addr)
	_, _ = fmt.Fprintf(conn, "POST /e/%s/half HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", otter)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(resp.Body, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	p.kill(t)
	if rest, err := io.ReadAll(resp.Body); err == nil {
		t.Errorf("the sender got a clean end: %q", rest)
	}
}

// Row 2: a relay that is asked to stop lets what is in flight finish, and its clients go over to the next one.
func TestRow2RelayStops(t *testing.T) {
	s := newSite(t)
	front := startProxy(t, "127.0.0.1:1")
	old, addr := s.startRelay(front.Addr())
	_, nextAddr := s.startRelay(front.Addr())
	front.Retarget(addr)
	hook := s.listen(front.Addr())
	const requests = 20
	var got []<-chan answer
	for range requests {
		got = append(got, aside(t, front.Addr(), "/e/"+otter+"/hold", "hello"))
	}
	for range requests {
		within(t, s.app.begun, "a request at the app")
	}
	front.Retarget(nextAddr)
	old.signal(t, syscall.SIGTERM)
	eventually(t, "the relay takes no new connections", func() bool {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	})
	s.app.letAll()
	for _, c := range got {
		wantBody(t, within(t, c, "an answer"), "held")
	}
	within(t, old.exited, "the end of the relay")
	if code := old.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the relay ended with %d: %s", code, old.talk.String())
	}
	hook.ready(t)
	wantBody(t, post(t, front.Addr(), "/e/"+otter, "again"), "again")
	hook.stop(t)
	want := make([]string, requests+1)
	for i := range want {
		want[i] = "answered"
	}
	s.wantHistory(want...)
}

// Row 3: whoever sent a request hears at once that its client died; the delivery is in the history as interrupted.
func TestRow3ClientKilledDuringARequest(t *testing.T) {
	s := newSite(t)
	_, addr := s.startRelay("")
	hook := s.listen(addr)
	got := aside(t, addr, "/e/"+otter+"/hold", "hello")
	within(t, s.app.begun, "the request at the app")
	eventually(t, "the delivery is in the history", func() bool { return len(s.history()) == 1 })
	clock := stopwatch(t)
	hook.kill(t)
	wantFailure(t, within(t, got, "an answer"), http.StatusBadGateway, "tunnel_lost")
	if took := clock.Elapsed(); took > 5*time.Second { // a silent one would be given 12.5 s
		t.Errorf("the sender heard of it after %s", took)
	}
	wantFailure(t, post(t, addr, "/e/"+otter, ""), http.StatusBadGateway, "tunnel_absent")
	s.app.letAll()
	hook = s.listen(addr)
	wantBody(t, post(t, addr, "/e/"+otter, "again"), "again")
	hook.stop(t)
	s.wantHistory("answered", "interrupted")
}
