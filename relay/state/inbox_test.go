package state_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/state"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

const otter = "quiet-otter"

// hold stores a delivery with that body.
func hold(t *testing.T, s *state.Store, name, body string) error {
	t.Helper()
	head := &wire.RequestHead{
		ID: "d_aaaaaaaaaaaa", ReceivedAt: time.Unix(1_700_000_000, 5), Remote: "192.0.2.1", Proto: "HTTP/1.1", Host: "relay.example",
		Method: http.MethodPost, Base: "https://relay.example/e/" + name, Path: "/a?b", Length: int64(len(body)), Header: http.Header{"X-One": {"1", "\xff"}},
	}
	return s.Hold(t.Context(), name, head, []byte(body))
}

// next is the body of what has waited longest; empty if there is nothing.
func next(t *testing.T, s *state.Store, name string) (*relay.Held, string) {
	t.Helper()
	h, err := s.Next(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if h == nil {
		return nil, ""
	}
	return h, string(h.Body)
}

func TestHeldOutlivesTheProcess(t *testing.T) {
	dir := t.TempDir()
	s, err := state.Open(t.Context(), dir, state.InboxLimits{Failures: 2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	const n = 9 // more than there are streams
	for i := range n {
		if err := hold(t, s, otter, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		if err := hold(t, s, "other-otter", "x"); err != nil {
			t.Fatal(err)
		}
	}
	h, _ := next(t, s, otter)
	for range 2 { // the first becomes a dead letter
		if err := s.Try(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Fail(t.Context(), h, "no", true); err != nil {
			t.Fatal(err)
		}
	}
	h, body := next(t, s, otter)
	if body != "1" {
		t.Fatalf("behind the dead letter comes %s", body)
	}
	if err := s.Try(t.Context(), h); err != nil { // and then the process dies
		t.Fatal(err)
	}
	shut(t, s)

	s = open(t, dir)
	if b := backlog(s, otter); b.Waiting != n-1 || b.Dead != 1 || b.Bytes == 0 || b.Oldest.IsZero() {
		t.Errorf("after a restart: %+v", b)
	}
	h, body = next(t, s, otter)
	if body != "1" || h.Attempts != 1 || h.Head.ID != "d_aaaaaaaaaaaa" || h.Head.Header["X-One"][1] != "\xff" || h.Head.ReceivedAt.UnixNano() != 1_700_000_000_000_000_005 {
		t.Errorf("after a restart the first is %q: %+v %+v", body, h, h.Head)
	}
	for i := 1; i < n; i++ {
		h, body := next(t, s, otter)
		if body != fmt.Sprint(i) {
			t.Fatalf("%s comes in the place of %d", body, i)
		}
		if err := s.Try(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		if err := s.Done(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	dead, err := s.HeldOf(t.Context(), otter, true, 0, 10)
	if err != nil || len(dead) != 1 || string(dead[0].Body) != "0" || dead[0].Failures != 2 || dead[0].Attempts != 2 || dead[0].Why != "no" {
		t.Errorf("the dead letters: %+v %v", dead, err)
	}
}

func backlog(s *state.Store, name string) state.Backlog {
	for _, b := range s.Backlogs() {
		if b.Name == name {
			return b
		}
	}
	return state.Backlog{}
}

func TestRedeliveredDeadLetterHasItsOldPlace(t *testing.T) {
	s := open(t, t.TempDir())
	for _, body := range []string{"1", "2"} {
		if err := hold(t, s, otter, body); err != nil {
			t.Fatal(err)
		}
	}
	h, _ := next(t, s, otter)
	for dead := false; !dead; {
		if err := s.Try(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		var err error
		if dead, err = s.Fail(t.Context(), h, "no", true); err != nil {
			t.Fatal(err)
		}
	}
	if _, body := next(t, s, otter); body != "2" {
		t.Fatalf("%s is next", body)
	}
	if n, err := s.Redeliver(t.Context(), "operator", otter, []uint64{h.Key, h.Key + 100}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	again, body := next(t, s, otter)
	if body != "1" || again.Attempts != h.Attempts || again.Failures != 0 {
		t.Errorf("next is %q with %d attempts, %d of them failures", body, again.Attempts, again.Failures)
	}
	if n, err := s.Drop(t.Context(), "operator", otter, []uint64{h.Key}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := s.Drop(t.Context(), "operator", otter, nil); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if all := s.Backlogs(); len(all) > 0 {
		t.Errorf("left: %+v", all)
	}
}

// What was tried before another one came in front of it has not forgotten that.
func TestAttemptsAreKeptBehindARedelivered(t *testing.T) {
	dir := t.TempDir()
	s, err := state.Open(t.Context(), dir, state.InboxLimits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{"1", "2"} {
		if err := hold(t, s, otter, body); err != nil {
			t.Fatal(err)
		}
	}
	try := func(want string, times int) *relay.Held {
		t.Helper()
		h, body := next(t, s, otter)
		if body != want {
			t.Fatalf("%s is next, not %s", body, want)
		}
		for range times {
			if err := s.Try(t.Context(), h); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Fail(t.Context(), h, "no", true); err != nil {
				t.Fatal(err)
			}
		}
		return h
	}
	try("1", 5)
	try("2", 3)
	if n, err := s.Redeliver(t.Context(), "operator", otter, nil); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if err := s.Done(t.Context(), try("1", 1)); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	s = open(t, dir)
	if h, body := next(t, s, otter); body != "2" || h.Attempts != 3 || h.Failures != 3 || h.Why != "no" {
		t.Errorf("%q was tried %d times, %d of them in vain: %s", body, h.Attempts, h.Failures, h.Why)
	}
	if err := hold(t, s, otter, "3"); err != nil {
		t.Fatal(err)
	}
	try("2", 2)
	try("3", 1)
	if n, err := s.Redeliver(t.Context(), "operator", otter, nil); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	s.SetNow(func() time.Time { return time.Now().Add(8 * 24 * time.Hour) })
	if _, err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	dead, err := s.HeldOf(t.Context(), otter, true, 0, 10)
	if err != nil || len(dead) != 2 || dead[0].Attempts != 5 || dead[1].Attempts != 1 {
		t.Errorf("the dead letters: %+v, %v", dead, err)
	}
}

// What is dropped while it is handed over leaves nothing behind, however that ends.
func TestDroppedWhileHandedOver(t *testing.T) {
	s := open(t, t.TempDir())
	for _, times := range []int{1, 5} {
		if err := hold(t, s, otter, "x"); err != nil {
			t.Fatal(err)
		}
		h, _ := next(t, s, otter)
		if n, err := s.Drop(t.Context(), "operator", otter, nil); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		for range times {
			if err := s.Try(t.Context(), h); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Fail(t.Context(), h, "no", true); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if all, n := s.Backlogs(), s.Notes(); len(all) != 0 || n != 0 {
			t.Errorf("after %d attempts there are %v and %d notes", times, all, n)
		}
	}
}

// What was refused as the engine took too long to say that it was stored doesn't come after the next start.
func TestRefusedAndStoredAllTheSame(t *testing.T) {
	dir := t.TempDir()
	s, err := state.Open(t.Context(), dir, state.InboxLimits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	head := &wire.RequestHead{ID: "d_aaaaaaaaaaaa", ReceivedAt: time.Now(), Method: http.MethodPost, Header: http.Header{}}
	held := 0
	for n := range 200 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(n)*10*time.Microsecond)
		if s.Hold(ctx, otter, head, []byte("x")) == nil {
			held++
		}
		cancel()
	}
	again, late := time.NewTicker(10*time.Millisecond), time.After(20*time.Second)
	defer again.Stop()
	for row := 0; row < 4; { // one behind those of each stream, so that all is done that was begun
		if s.Hold(t.Context(), otter, head, []byte("x")) == nil {
			held++
			row++
			continue
		}
		row = 0
		select {
		case <-again.C:
		case <-late:
			t.Fatal(s.Err())
		}
	}
	s.SetNow(func() time.Time { return time.Now().Add(time.Minute) })
	if _, err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	s = open(t, dir)
	if n := s.Waiting(otter); n != held {
		t.Errorf("%d were held, and %d are", held, n)
	}
}

func TestOldDeliveriesBecomeDeadLettersAndGo(t *testing.T) {
	s, err := state.Open(t.Context(), t.TempDir(), state.InboxLimits{Age: time.Nanosecond, Keep: time.Hour}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, s)
	if err := hold(t, s, otter, "old"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b := backlog(s, otter); b.Waiting != 0 || b.Dead != 1 {
		t.Errorf("after its age: %+v", b)
	}
	dead, err := s.HeldOf(t.Context(), otter, true, 0, 1)
	if err != nil || len(dead) != 1 || dead[0].Why == "" {
		t.Errorf("it doesn't say why: %+v %v", dead, err)
	}
	s.SetNow(func() time.Time { return time.Now().Add(2 * time.Hour) })
	if _, err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all := s.Backlogs(); len(all) > 0 {
		t.Errorf("after its time as a dead letter: %+v", all)
	}
}

func TestInboxLimits(t *testing.T) {
	for name, test := range map[string]struct {
		limits state.InboxLimits
		disk   bool
	}{
		"count": {state.InboxLimits{Count: 1}, false}, "bytes": {state.InboxLimits{Bytes: 200}, false},
		"total": {state.InboxLimits{Total: 200}, true}, "reserve": {state.InboxLimits{Reserve: 1 << 60}, true},
	} {
		s, err := state.Open(t.Context(), t.TempDir(), test.limits, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = hold(t, s, otter, "1")
		if name != "reserve" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			err = hold(t, s, otter, "2")
		}
		full, ok := errors.AsType[*relay.FullError](err)
		if !ok || full.Disk != test.disk || full.After <= 0 {
			t.Errorf("%s: %v", name, err)
		}
		if name == "count" || name == "bytes" { // of this endpoint alone
			if err := hold(t, s, "other-otter", "1"); err != nil {
				t.Errorf("%s: another endpoint's: %v", name, err)
			}
		}
		if h, body := next(t, s, otter); name != "reserve" {
			if body != "1" {
				t.Errorf("%s: %q is held", name, body)
			}
			if err := s.Done(t.Context(), h); err != nil {
				t.Error(err)
			}
			if err := hold(t, s, otter, "3"); err != nil {
				t.Errorf("%s: when there is room again: %v", name, err)
			}
		}
		shut(t, s)
	}
}

// Whoever claims a name whose time is over must not get what came for the owner before.
func TestExpiredNameTakesWhatIsHeldWithIt(t *testing.T) {
	s := open(t, t.TempDir())
	if _, err := s.Claim(t.Context(), relay.Claim{Name: otter, By: "token:ann", Lasts: time.Nanosecond}); err != nil {
		t.Fatal(err)
	}
	if err := hold(t, s, otter, "ann's"); err != nil {
		t.Fatal(err)
	}
	if err := claim(t, s, otter, "token:ben"); err != nil {
		t.Fatal(err)
	}
	if n := s.Waiting(otter); n != 0 {
		t.Errorf("%d are still there", n)
	}
}

// A reclaimer claims names when the first of them was swept, as clients do that come back while others are.
type reclaimer struct {
	slog.Handler
	claim func()
}

func (r reclaimer) Enabled(context.Context, slog.Level) bool { return true }

func (r reclaimer) Handle(_ context.Context, line slog.Record) error {
	line.Attrs(func(a slog.Attr) bool {
		if a.Key == "did" && a.Value.String() == "expire" {
			r.claim()
		}
		return true
	})
	return nil
}

// A name that is claimed anew while those are swept whose time is over stays, with what is held for it.
func TestClaimedAnewDuringTheSweep(t *testing.T) {
	var s *state.Store
	names := []string{"quiet-otter", "loud-otter"}
	anew := sync.OnceFunc(func() {
		for _, name := range names {
			if err := claim(t, s, name, "token:ben"); err != nil {
				t.Error(err)
			}
			if err := hold(t, s, name, "ben's"); err != nil {
				t.Error(err)
			}
		}
	})
	s, err := state.Open(t.Context(), t.TempDir(), state.InboxLimits{}, slog.New(reclaimer{slog.DiscardHandler, anew}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	for _, name := range names {
		if _, err := s.Claim(t.Context(), relay.Claim{Name: name, By: "token:ann", Lasts: time.Nanosecond}); err != nil {
			t.Fatal(err)
		}
	}
	if gone, err := s.Sweep(t.Context()); err != nil || len(gone) != 1 {
		t.Errorf("swept %q, %v", gone, err)
	}
	for _, name := range names {
		if owner, n := s.Names()[name].Owner, s.Waiting(name); owner != "token:ben" || n != 1 {
			t.Errorf("%s is %q's, and %d deliveries wait", name, owner, n)
		}
	}
}

// After a write that failed the engine is started anew; what was stored is there, and what comes then is stored.
func TestEngineStartedAnew(t *testing.T) {
	s := open(t, t.TempDir())
	if err := claim(t, s, otter, "token:ann"); err != nil {
		t.Fatal(err)
	}
	for round := range 3 {
		for range 8 {
			if err := hold(t, s, otter, "x"); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Restart(t.Context()); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
	for n := range 24 {
		h, body := next(t, s, otter)
		if body != "x" {
			t.Fatalf("only %d are there", n)
		}
		if err := s.Try(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		if err := s.Done(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	if err := claim(t, s, "loud-otter", "token:ann"); err != nil {
		t.Fatal(err)
	}
}
