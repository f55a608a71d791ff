package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/relay"
)

// A logLine is what a reader of the access log sees.
type logLine struct {
	Time                        time.Time
	Endpoint, Delivery, Remote  string
	Method, Path, Code, Outcome string
	Status                      int
	In, Out                     int64
	Opened                      float64 `json:"opened_ms"`
	Head                        float64 `json:"head_ms"`
	Took                        float64 `json:"took_ms"`
	Level, Msg                  *string
}

func logLines(t *testing.T, text []byte) []logLine {
	t.Helper()
	var all []logLine
	for line := range bytes.Lines(text) {
		var l logLine
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, l)
	}
	return all
}

// logging runs an access log until the function that it gives is called.
func logging(t *testing.T, a *accessLog) (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var g sync.WaitGroup
	g.Go(func() { a.run(ctx) })
	end = sync.OnceFunc(func() {
		cancel()
		g.Wait()
	})
	t.Cleanup(end)
	return end
}

func TestAccessLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access.log")
	a, err := openAccessLog(path, nil, discardLog())
	if err != nil {
		t.Fatal(err)
	}
	end := logging(t, a)
	began := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	a.seen(&relay.Seen{
		Began: began, Endpoint: "quiet-otter", Delivery: "d_abcdefghijkl", Remote: "192.0.2.7", Method: "POST", Path: "/a?x=1&hook_secret=do-not-tell&y=2",
		Status: 200, Outcome: relay.Answered, In: 2048, Out: 17, Opened: 80 * time.Microsecond, Head: 1500 * time.Microsecond, Took: 2 * time.Millisecond,
	})
	a.seen(&relay.Seen{Began: began, Method: "GE\x1bT", Path: "/\x1b[2J\u202e\u009b\n{\"status\":1}\xff", Status: 404, Code: "endpoint_unknown\x00", Outcome: relay.Refused})
	end()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte("do-not-tell")) || bytes.ContainsAny(text, "\x1b\x00\u202e\u009b") {
		t.Errorf("the log has what it must not have: %q", text)
	}
	lines := logLines(t, text)
	if len(lines) != 2 {
		t.Fatalf("there are %d lines: %s", len(lines), text)
	}
	want := logLine{
		Time: began, Endpoint: "quiet-otter", Delivery: "d_abcdefghijkl", Remote: "192.0.2.7", Method: "POST", Path: "/a?x=1&hook_secret=[masked]&y=2",
		Outcome: "answered", Status: 200, In: 2048, Out: 17, Opened: .08, Head: 1.5, Took: 2,
	}
	if lines[0] != want {
		t.Errorf("got %+v\nwant %+v", lines[0], want)
	}
	if got := lines[1]; got.Path != `/\x1b[2J\u202e\u009b\n{"status":1}\xff` || got.Method != `GE\x1bT` || got.Code != `endpoint_unknown\x00` {
		t.Errorf("got %+v", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v (%v)", info.Mode(), err)
	}
}

// A file that was moved away has all of before, the new one all from then on.
func TestAccessLogIsOpenedAnew(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	a, err := openAccessLog(path, nil, discardLog())
	if err != nil {
		t.Fatal(err)
	}
	end := logging(t, a)
	for n := range 100 {
		a.seen(&relay.Seen{Path: fmt.Sprint("/", n)})
	}
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	a.again()
	a.again()
	a.seen(&relay.Seen{Path: "/later"})
	end()
	a.again() // there is nobody any more who could
	for name, want := range map[string]int{path: 1, path + ".1": 100} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(logLines(t, text)); got != want {
			t.Errorf("%s has %d lines, want %d", name, got, want)
		}
	}
}

// Nobody waits for a file that takes nothing: lines are dropped, and counted.
func TestAccessLogDoesNotHoldUp(t *testing.T) {
	stuck := &stuckWriter{taken: make(chan struct{}), release: make(chan struct{})}
	a, err := openAccessLog("-", stuck, discardLog())
	if err != nil {
		t.Fatal(err)
	}
	end := logging(t, a)
	a.seen(&relay.Seen{Path: "/first"})
	<-stuck.taken // a second later it is written
	const more = 3 * accessQueue
	for range more {
		a.seen(&relay.Seen{Path: "/more"})
	}
	if got := a.dropped.Load(); got != more-accessQueue {
		t.Errorf("%d were dropped, want %d", got, more-accessQueue)
	}
	close(stuck.release)
	end()
	if got := uint64(len(logLines(t, stuck.Bytes()))) + a.dropped.Load(); got != more+1 {
		t.Errorf("%d lines are accounted for, want %d", got, more+1)
	}
}

// A stuckWriter takes nothing until it is released.
type stuckWriter struct {
	bytes.Buffer
	taken, release chan struct{}
	once           sync.Once
}

func (w *stuckWriter) Write(p []byte) (int, error) {
	w.once.Do(func() { close(w.taken) })
	<-w.release
	return w.Buffer.Write(p)
}

// A disk that is full for a while costs the lines of that time, which is said once, and leaves no line that can't be read.
func TestAccessLogOnAFullDisk(t *testing.T) {
	var said bytes.Buffer
	disk := &fullDisk{}
	a, err := openAccessLog("-", disk, slog.New(slog.NewTextHandler(&said, nil)))
	if err != nil {
		t.Fatal(err)
	}
	for n, room := range []int{1000, 10, 0, 0, 1000} {
		disk.room = room
		a.add(&relay.Seen{Path: fmt.Sprint("/", n)})
		a.write()
	}
	if got := a.dropped.Load(); got != 3 {
		t.Errorf("%d lines were dropped, want 3", got)
	}
	if got := strings.Count(said.String(), "can't be written"); got != 1 {
		t.Errorf("it was said %d times: %s", got, said.String())
	}
	lines := strings.Split(strings.TrimSpace(disk.String()), "\n")
	if len(lines) != 3 || !strings.HasSuffix(lines[0], "}") || len(lines[1]) != 10 || !json.Valid([]byte(lines[2])) {
		t.Errorf("the file has %q", lines)
	}
}

// A fullDisk has room for so many bytes of each write.
type fullDisk struct {
	bytes.Buffer
	room int
}

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > d.room {
		n, _ := d.Buffer.Write(p[:d.room])
		return n, errors.New("no space left on device")
	}
	return d.Buffer.Write(p)
}

func BenchmarkAccessLog(b *testing.B) {
	a, err := openAccessLog(filepath.Join(b.TempDir(), "access.log"), nil, discardLog())
	if err != nil {
		b.Fatal(err)
	}
	v := relay.Seen{
		Began: time.Now(), Endpoint: "quiet-otter", Delivery: "d_abcdefghijkl", Remote: "192.0.2.1", Method: "POST", Path: "/webhooks/stripe?x=1", Outcome: relay.Answered,
		Status: 200, In: 2048, Out: 17, Opened: 80 * time.Microsecond, Head: 900 * time.Microsecond, Took: time.Millisecond,
	}
	b.Run("seen", func(b *testing.B) { // what a request pays
		b.ReportAllocs()
		for b.Loop() {
			a.seen(&v)
			select {
			case <-a.queue:
			default:
			}
		}
	})
	b.Run("line", func(b *testing.B) { // what the log pays beside it
		b.ReportAllocs()
		for b.Loop() {
			a.add(&v)
		}
	})
}
