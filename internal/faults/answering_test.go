package faults_test

import (
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
)

// Row 7: where no app listens the sender hears so at once, and when it is back, it is asked.
func TestRow7AppIsDown(t *testing.T) {
	h := newHouse(t, plan{})
	h.local.Refuse()
	clock := stopwatch(t)
	wantFailure(t, h.post("", "hello"), http.StatusBadGateway, "app_refused")
	if took := clock.Elapsed(); took > 3*time.Second {
		t.Errorf("the sender heard of it after %s", took)
	}
	h.wantAttempts(inspect.OutcomeRefused)
	if err := h.local.Pass(); err != nil {
		t.Fatal(err)
	}
	wantBody(t, h.post("", "again"), "again")
	h.wantAttempts(inspect.OutcomeAnswered)
}

// Row 8: while an app is silent, the others are answered.
func TestRow8OthersAreAnswered(t *testing.T) {
	h := newHouse(t, plan{app: replay.ClientOptions{Head: 2 * patience}})
	held := h.aside("/hold", "hello")
	within(t, h.app.begun, "the request at the app")
	for range 20 {
		wantBody(t, h.post("", "quick"), "quick")
	}
	select {
	case got := <-held:
		t.Errorf("the request had its answer before the app gave one: %s", got)
	default:
	}
	h.app.letAll()
	wantBody(t, within(t, held, "an answer"), "held")
}

// Row 8: a silent app is given up when its time is over, in words that name it.
func TestRow8AppIsSilent(t *testing.T) {
	const head = time.Second
	h := newHouse(t, plan{app: replay.ClientOptions{Head: head}})
	silent := h.aside("/silent", "hello")
	id := within(t, h.app.begun, "the request at the app")
	got := within(t, silent, "an answer")
	wantFailure(t, got, http.StatusGatewayTimeout, "app_timeout")
	if got.Took < head {
		t.Errorf("it had its answer before its time: %s", got)
	}
	if !strings.Contains(string(got.Body), "the app") || !strings.Contains(string(got.Body), id) {
		t.Errorf("it names neither stage nor delivery: %s", got.Body)
	}
	for _, d := range h.deliveries() {
		if d.ID != id {
			continue
		}
		if a := d.Last(); a.Outcome != inspect.OutcomeTimeout || a.Stages.Wait < head && a.Stages.Total < head {
			t.Errorf("the history has %+v", a)
		}
	}
}

// Row 8: connections to the app that are swallowed are no different.
func TestRow8WayToTheAppIsBlack(t *testing.T) {
	h := newHouse(t, plan{app: replay.ClientOptions{Head: 2 * time.Second}}) // in which a busy machine answers
	wantBody(t, h.post("", "first"), "first")
	h.local.Blackhole()
	wantFailure(t, h.post("", "hello"), http.StatusGatewayTimeout, "app_timeout")
	h.wantAttempts(inspect.OutcomeTimeout)
	if err := h.local.Pass(); err != nil {
		t.Fatal(err)
	}
	wantBody(t, h.post("", "again"), "again")
}

// Row 8, measured: what silent requests cost the others.
func TestRow8OthersLatency(t *testing.T) {
	slow(t)
	h := newHouse(t, plan{app: replay.ClientOptions{Head: 5 * time.Minute}})
	const requests, rounds = 2000, 5
	round := func() time.Duration {
		var took []time.Duration
		for range requests {
			got := h.post("", "quick")
			wantBody(t, got, "quick")
			took = append(took, got.Took)
		}
		slices.Sort(took)
		return took[len(took)*99/100]
	}
	var ratios []float64
	for range rounds {
		alone := round()
		var silent []net.Conn
		for range 20 {
			conn := dial(t, h.relay.addr)
			_, _ = io.WriteString(conn, "POST /e/"+otter+"/silent HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
			within(t, h.app.begun, "a silent request")
			silent = append(silent, conn)
		}
		beside := round()
		for _, conn := range silent {
			_ = conn.Close()
		}
		ratios = append(ratios, float64(beside)/float64(alone))
		t.Logf("p99 alone %s, beside 20 silent requests %s", alone, beside)
	}
	slices.Sort(ratios)
	t.Logf("p99 beside silent requests: %.2f of what it is alone (median of %d rounds)", ratios[rounds/2], rounds)
}

// Row 9: a kept-alive connection that closes under a request is no fault of anybody's: the request is sent once more, and
// both attempts are in the history.
func TestRow9KeptAliveConnectionCloses(t *testing.T) {
	h := newHouse(t, plan{})
	var seen atomic.Int32
	h.app.mux.HandleFunc("/once", func(w http.ResponseWriter, r *http.Request) {
		if seen.Add(1) == 1 {
			crash(w)
			return
		}
		echo(w, r)
	})
	h.reused(func() bool {
		seen.Store(0)
		got := h.post("/once", "second")
		if seen.Load() == 1 {
			return false
		}
		wantBody(t, got, "second")
		h.wantAttempts(inspect.OutcomeClosed, inspect.OutcomeAnswered)
		return true
	})
	if n := seen.Load(); n != 2 {
		t.Errorf("the app was asked %d times, want twice", n)
	}
}

// reused tries until it meets a connection to the app that was used before: one may still be on its way back when the
// next request comes.
func (h *house) reused(try func() bool) {
	h.t.Helper()
	for range 100 {
		wantBody(h.t, h.post("", "first"), "first")
		if try() {
			return
		}
	}
	h.t.Error("no connection to the app was used again")
}

// Row 9: the network, too, may break an idle connection.
func TestRow9KeptAliveConnectionIsReset(t *testing.T) {
	h := newHouse(t, plan{})
	wantBody(t, h.post("", "first"), "first")
	h.local.Reset()
	wantBody(t, h.post("", "second"), "second")
}

// Row 9: an app that crashes on a request gets it no more often than the history says: once on a fresh connection, a
// second time only where the first was a reused one.
func TestRow9AppCrashesOnTheRequest(t *testing.T) {
	h := newHouse(t, plan{})
	wantFailure(t, h.post("/crash", "hello"), http.StatusBadGateway, "app_closed")
	h.wantAttempts(inspect.OutcomeClosed)
	if n := h.app.asked(); n != 1 {
		t.Errorf("the app was asked %d times, want once", n)
	}
	h.reused(func() bool {
		before := h.app.asked()
		wantFailure(t, h.post("/crash", "hello"), http.StatusBadGateway, "app_closed")
		switch n := h.app.asked() - before; n {
		case 1:
			return false
		case 2:
			h.wantAttempts(inspect.OutcomeClosed, inspect.OutcomeClosed)
		default:
			t.Errorf("the app was asked %d times, want twice", n)
		}
		return true
	})
}

// Row 9: once a byte of an answer came, nothing is sent again.
func TestRow9AnswerBreaksOff(t *testing.T) {
	h := newHouse(t, plan{})
	h.app.mux.HandleFunc("/half", func(w http.ResponseWriter, _ *http.Request) {
		sayRaw(w, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
	})
	wantBody(t, h.post("", "first"), "first")
	wantFailure(t, h.post("/half", "hello"), http.StatusBadGateway, "app_closed")
	h.wantAttempts(inspect.OutcomeClosed)
}

// Row 14: no hop-by-hop trick hides a signature from the app, nor from the history.
func TestRow14ConnectionNamesASignature(t *testing.T) {
	h := newHouse(t, plan{})
	h.app.mux.HandleFunc("/signature", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, strings.Join(r.Header["X-Hub-Signature"], "|"))
	})
	wantBody(t, h.post("/signature", "hello", "Connection: X-Hub-Signature", "X-Hub-Signature: sha1=00"), "sha1=00")
	wantBody(t, h.post("/signature", "hello", "X-Hub-Signature: sha1=01", "Connection: x-hub-signature, keep-alive"), "sha1=01")
	for _, d := range h.deliveries() {
		if len(d.Header["X-Hub-Signature"]) != 1 {
			t.Errorf("the history has the header %v", d.Header)
		}
	}
}
