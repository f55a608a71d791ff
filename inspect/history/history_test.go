package history

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/internal/leaks"
)

func TestMain(m *testing.M) {
	if mode := os.Getenv("HISTORY_CHILD"); mode != "" {
		child(mode, os.Getenv("HISTORY_PATH"))
		return
	}
	os.Exit(leaks.Run(m))
}

// longEnough is how long a test waits for what must happen, which may be that a busy machine stores 100 MiB; only a test that
// fails waits so long.
const longEnough = 2 * time.Minute

const testProject = "/home/dev/shop"

// openTest opens the history at path until the test ends.
func openTest(t testing.TB, path string, o Options) *Store {
	t.Helper()
	if o.Project == "" {
		o.Project = testProject
	}
	s, err := Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func newTest(t testing.TB) *Store {
	t.Helper()
	return openTest(t, filepath.Join(t.TempDir(), "history.db"), Options{})
}

// store waits until p is written.
func store(t testing.TB, p *Pending) {
	t.Helper()
	select {
	case <-p.Stored():
	case <-time.After(longEnough):
		t.Fatalf("not written within %v", longEnough)
	}
	if p.Err() != nil {
		t.Fatal(p.Err())
	}
}

var start = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

// simple is a small delivery that was received i seconds after start.
func simple(i int) *inspect.Delivery {
	return &inspect.Delivery{
		ID: inspect.NewID(), Method: "POST", Path: "/webhooks", ReceivedAt: start.Add(time.Duration(i) * time.Second),
		Header: http.Header{"Content-Type": {"application/json"}}, Body: inspect.CaptureOf([]byte(`{"id":1}`)),
		Provider: "stripe", EventType: "charge.succeeded", Signature: signature.Result{Verdict: signature.Valid},
	}
}

// full is a delivery in which every field has a value that is hard to keep.
func full() *inspect.Delivery {
	d := &inspect.Delivery{
		ID: inspect.NewID(), ReplayOf: "", Endpoint: "quiet-otter-k7q2", Remote: "2001:db8::1", Proto: "HTTP/1.1",
		Host: "relay.example", Method: "pOsT", URL: "https://relay.example/e/x/%2f?a=\xff'\"", Path: "/%2f?a=\xff'\"",
		ReceivedAt: time.Date(2026, 8, 1, 12, 0, 0, 123456789, time.UTC),
		Header: http.Header{
			"X-Twice": {"b", "a", "b"}, "X-Raw": {"\xff\xfe\x00", ""}, "x-odd-Case": {"é"}, "X-Long": {strings.Repeat("v", 9000)},
		},
		Body:     inspect.CaptureOf([]byte("\x00\xff binary \r\n'); DROP TABLE delivery; --")),
		Provider: "stripe", EventType: "payment_intent.succeeded", ProviderID: "evt_1",
		Signature: signature.Result{
			Provider: "stripe", Verdict: signature.Invalid, Reason: signature.ReasonMismatch, Secret: ".env (X)", Test: true,
			Signed: time.Unix(1<<50, 5).UTC(), Expected: "t=1,v1=aa", Got: "t=1,v1=\xff",
		},
		Attempts: []inspect.Attempt{
			{
				Number: 1, Target: "http://127.0.0.1:3000", Started: start.Add(time.Millisecond), Outcome: inspect.OutcomeRefused,
				Stages: inspect.Stages{Connect: 1, Total: 3}, Err: "connection refused",
			},
			{
				Number: 2, Target: "http://127.0.0.1:3000/x", Started: start.Add(time.Second), Outcome: inspect.OutcomeAnswered,
				Stages: inspect.Stages{Connect: 4, Wait: 5, Total: 6 * time.Second},
				Response: &inspect.Response{
					Status: 503, Header: http.Header{"Set-Cookie": {"a=1", "b=2"}},
					Body: inspect.Capture{Bytes: bytes.Repeat([]byte{0, 1}, 70000), Size: 1 << 40},
				},
			},
		},
	}
	return d
}

func TestRoundTrip(t *testing.T) {
	s := newTest(t)
	first := full()
	second := full() // the provider's retry
	second.ReceivedAt = first.ReceivedAt.Add(time.Minute)
	second.RedeliveryOf = first.ID
	empty := &inspect.Delivery{ID: inspect.NewID(), ReplayOf: first.ID, ProviderID: "evt_1", Provider: "stripe"}
	empty.Attempts = []inspect.Attempt{{Number: 1, Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{}}}

	for _, want := range []*inspect.Delivery{first, second, empty} {
		p := s.Add(want)
		store(t, p)
		if got := p.RedeliveryOf(); got != want.RedeliveryOf {
			t.Errorf("RedeliveryOf: got %q, want %q", got, want.RedeliveryOf)
		}
		for _, a := range want.Attempts {
			s.AddAttempt(want.ID, a)
		}
		if err := s.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := s.Get(t.Context(), want.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		list, err := s.List(t.Context(), Query{Limit: -1})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, summary := range list {
			found = found || summary == want.Summary()
		}
		if !found {
			t.Errorf("got the list %+v\nwant in it %+v", list, want.Summary())
		}
	}
}

// An attempt may be stored when it starts and again when it ends, and out of order.
func TestAttempts(t *testing.T) {
	s := newTest(t)
	d := simple(0)
	s.Add(d)
	s.AddAttempt(d.ID, inspect.Attempt{Number: 2, Target: "http://two"})
	store(t, s.AddAttempt(d.ID, inspect.Attempt{Number: 1, Target: "http://one", Outcome: inspect.OutcomeTimeout}))
	got, err := s.Get(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := []inspect.Attempt{
		{Number: 1, Target: "http://one", Outcome: inspect.OutcomeTimeout}, {Number: 2, Target: "http://two"},
	}
	if !reflect.DeepEqual(got.Attempts, want) {
		t.Errorf("got %+v, want %+v", got.Attempts, want)
	}
	store(t, s.AddAttempt(d.ID, inspect.Attempt{
		Number: 2, Target: "http://two", Outcome: inspect.OutcomeAnswered, Response: &inspect.Response{Status: 204},
	}))
	list, err := s.List(t.Context(), Query{})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if l := list[0]; l.Attempts != 2 || l.Status != 204 || l.Target != "http://two" || l.Outcome != inspect.OutcomeAnswered {
		t.Errorf("got the summary %+v, want attempt 2's", l)
	}
}

func TestCallersErrors(t *testing.T) {
	s := newTest(t)
	d := simple(0)
	store(t, s.Add(d))
	all, err := Open(t.Context(), s.path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	for name, p := range map[string]*Pending{
		"the same again":     s.Add(d),
		"no such delivery":   s.AddAttempt("d_none", inspect.Attempt{Number: 1}),
		"attempt 0":          s.AddAttempt(d.ID, inspect.Attempt{}),
		"without a project":  all.Add(simple(1)),
		"an attempt of none": s.AddAttempt("", inspect.Attempt{Number: 1}),
	} {
		<-p.Stored()
		if p.Err() == nil {
			t.Errorf("%s: got no error", name)
		}
	}
	if n, err := s.Failed(); n != 0 || err != nil {
		t.Errorf("Failed: got %d, %v; want nothing, as the database works", n, err)
	}
}

func TestProviderIDsOfOtherProjects(t *testing.T) {
	s := newTest(t)
	other := openTest(t, s.path, Options{Project: "/other"})
	d := full()
	store(t, other.Add(d))
	d.ID = inspect.NewID()
	p := s.Add(d)
	store(t, p)
	if got := p.RedeliveryOf(); got != "" {
		t.Errorf("got a redelivery of another project's %s", got)
	}
}

func TestModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no file modes")
	}
	path := filepath.Join(t.TempDir(), "home", "history.db")
	s := openTest(t, path, Options{})
	store(t, s.Add(simple(0)))
	for file, want := range map[string]fs.FileMode{
		path: 0o600, path + "-wal": 0o600, filepath.Dir(path): 0o700, s.lockDir(): 0o700,
	} {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: got mode %o, want %o", file, got, want)
		}
	}
}

func TestOddPath(t *testing.T) {
	s := openTest(t, filepath.Join(t.TempDir(), "a b?mode=ro&c#d%20é", "h'.db"), Options{})
	store(t, s.Add(simple(0)))
	if _, err := os.Stat(s.path); err != nil {
		t.Error(err)
	}
}

func TestNewerVersion(t *testing.T) {
	s := newTest(t)
	store(t, s.Add(simple(0)))
	s.Close()
	db, err := sql.Open("sqlite", s.path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	before, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), s.path, Options{Project: testProject})
	newer, ok := errors.AsType[*NewerError](err)
	if !ok || *newer != (NewerError{Path: s.path, Found: 99, Known: len(migrations())}) {
		t.Errorf("got %v, want a NewerError", err)
	}
	after, err := os.ReadFile(s.path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed (%v)", err)
	}
}

func TestNotHistory(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "other.db")
	db, err := sql.Open("sqlite", other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE t (x)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	for i, content := range []string{"hello", strings.Repeat("not a database\n", 1000)} {
		name := filepath.Join(dir, fmt.Sprint(i))
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), name, Options{}); !errors.Is(err, ErrNotHistory) {
			t.Errorf("%.20q: got %v, want ErrNotHistory", content, err)
		}
	}
	if _, err := Open(t.Context(), other, Options{}); !errors.Is(err, ErrNotHistory) {
		t.Errorf("another program's: got %v, want ErrNotHistory", err)
	}
	if _, err := Open(t.Context(), dir, Options{}); err == nil {
		t.Error("a folder: got no error")
	}
}

func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	if _, err := Open(t.Context(), path, Options{ReadOnly: true}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: got %v, want fs.ErrNotExist", err)
	}
	d := simple(0)
	store(t, openTest(t, path, Options{}).Add(d))
	s := openTest(t, path, Options{ReadOnly: true})
	if _, err := s.Get(t.Context(), d.ID); err != nil {
		t.Error(err)
	}
	p := s.Add(simple(1))
	<-p.Stored()
	if !errors.Is(p.Err(), ErrReadOnly) {
		t.Errorf("Add: got %v, want ErrReadOnly", p.Err())
	}
	if _, err := s.Delete(t.Context(), d.ID); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Delete: got %v, want ErrReadOnly", err)
	}
	if err := s.RunUpkeep(t.Context()); !errors.Is(err, ErrReadOnly) {
		t.Errorf("RunUpkeep: got %v, want ErrReadOnly", err)
	}
}

// What was handed over before Close is written, and what is under way then reads as interrupted.
func TestClose(t *testing.T) {
	s := newTest(t)
	answered, under := simple(0), simple(1)
	s.Add(answered)
	s.Add(under)
	p := s.AddAttempt(answered.ID, inspect.Attempt{Number: 1, Outcome: inspect.OutcomeAnswered})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	store(t, p)
	late := s.Add(simple(2))
	<-late.Stored()
	if !errors.Is(late.Err(), ErrClosed) {
		t.Errorf("Add after Close: got %v, want ErrClosed", late.Err())
	}
	if entries, err := os.ReadDir(s.lockDir()); err != nil || len(entries) != 0 {
		t.Errorf("locks left: %v, %v", entries, err)
	}
	if _, err := os.Stat(s.path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a write-ahead log is left: %v", err)
	}

	again := openTest(t, s.path, Options{})
	for id, want := range map[string]inspect.Outcome{
		answered.ID: inspect.OutcomeAnswered, under.ID: inspect.OutcomeInterrupted,
	} {
		d, err := again.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Last().Outcome; got != want {
			t.Errorf("got outcome %q, want %q", got, want)
		}
	}
}

func TestOpenCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, filepath.Join(t.TempDir(), "h.db"), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
