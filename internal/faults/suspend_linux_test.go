package faults_test

import (
	"net/http"
	"syscall"
	"testing"
	"time"
)

// Row 22: a client that was suspended for longer than the relay waits for it comes back by itself.
func TestRow22ClientIsSuspended(t *testing.T) {
	s := newSite(t)
	_, addr := startRelayRole(t, beat, 1<<20)
	hook := s.listen(addr)
	hook.suspend(t)
	wantFailure(t, post(t, addr, "/e/"+otter, "hello"), http.StatusGatewayTimeout, "tunnel_timeout")
	wantFailure(t, post(t, addr, "/e/"+otter, "hello"), http.StatusBadGateway, "tunnel_absent")
	hook.signal(t, syscall.SIGCONT)
	hook.await(t, "the loss of the relay", waiting)
	hook.ready(t)
	wantBody(t, post(t, addr, "/e/"+otter, "again"), "again")
	hook.stop(t)
	for _, r := range s.history()[:1] { // what came while it slept may be there too, and was canceled
		if r.Outcome != "answered" || r.Attempts != 1 {
			t.Errorf("the history has %+v", r)
		}
	}
}

// Row 22: so does one whose relay was suspended.
func TestRow22RelayIsSuspended(t *testing.T) {
	s := newSite(t)
	p, addr := startRelayRole(t, beat, 1<<20)
	hook := s.listen(addr)
	p.suspend(t)
	hook.await(t, "the loss of the relay", waiting)
	got := aside(t, addr, "/e/"+otter, "meanwhile")
	p.signal(t, syscall.SIGCONT)
	switch got := within(t, got, "an answer"); got.Status { // it may find the old tunnel silent before it finds it closed
	case http.StatusOK, http.StatusBadGateway, http.StatusGatewayTimeout:
	default:
		t.Errorf("a request from meanwhile got %s", got)
	}
	hook.ready(t)
	wantBody(t, post(t, addr, "/e/"+otter, "again"), "again")
	hook.stop(t)
}

// Row 22: a suspension shorter than the others' patience costs time, and nothing else.
func TestRow22ShortSuspension(t *testing.T) {
	s := newSite(t)
	p, addr := s.startRelay("")
	hook := s.listen(addr)
	for name, sleeper := range map[string]*program{"client": hook, "relay": p} {
		sleeper.suspend(t)
		got := aside(t, addr, "/e/"+otter, name)
		select {
		case got := <-got:
			t.Errorf("a request got %s from a %s that sleeps", got, name)
		case <-time.After(100 * time.Millisecond): // the passing of time is what this is about
		}
		sleeper.signal(t, syscall.SIGCONT)
		wantBody(t, within(t, got, "an answer"), name)
	}
	hook.stop(t)
	s.wantHistory("answered", "answered")
}

// Row 22 with the real heartbeat: asleep for longer than the other side of an idle tunnel waits.
func TestRow22LongSuspension(t *testing.T) {
	slow(t)
	const nap = 40 * time.Second
	s := newSite(t)
	p, addr := s.startRelay("")
	hook := s.listen(addr)
	for _, sleeper := range []*program{hook, p} {
		sleeper.suspend(t)
		<-time.After(nap)
		sleeper.signal(t, syscall.SIGCONT)
		began := time.Now()
		hook.await(t, "the loss of the relay", waiting)
		hook.ready(t)
		t.Logf("connected again %s after the end of a suspension of %s", time.Since(began).Round(time.Millisecond), nap)
		wantBody(t, post(t, addr, "/e/"+otter, "again"), "again")
	}
	hook.stop(t)
	s.wantHistory("answered", "answered")
}
