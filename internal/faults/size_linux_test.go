package faults_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// download gets so many bytes and counts them.
func download(t testing.TB, addr, path string, size int64) (n int64, err error) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	_, _ = fmt.Fprintf(conn, "POST %s?n=%d HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", path, size, addr)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err
	}
	return io.Copy(io.Discard, resp.Body)
}

// throughWindows is how much memory a long body may take: its window grows to 16 MiB, the collector lets what is in use grow to
// twice as much, with the ballast, and on a busy machine it is late.
const throughWindows = 96 << 20

// Row 11: a gigabyte each way goes through the windows, not through memory, but for what is captured of it.
func TestRow11LongBodies(t *testing.T) {
	for name, capture := range map[string]int64{"64KiB": 64 << 10, "10MiB": 10 << 20} {
		t.Run("capture "+name, func(t *testing.T) { longBodies(t, name, capture) })
	}
}

func longBodies(t *testing.T, name string, capture int64) {
	s := newSite(t)
	size := int64(128 << 20) // more than the limit
	if isSlow() {
		size = 1 << 30
	}
	p, addr := s.startRelay("", "--max-body", "2GiB")
	hook := s.listen(addr, "--capture", name)
	wantBody(t, post(t, addr, "/e/"+otter, "warm"), "warm")
	before := make(map[*program]int64)
	for _, p := range []*program{hook, p} {
		p.forgetPeak(t)
		before[p] = p.status(t, "VmRSS")
	}
	began := time.Now()
	if got := upload(t, addr, "/e/"+otter+"/sink", size); got.Status != http.StatusOK || string(got.Body) != strconv.FormatInt(size, 10) {
		t.Errorf("up: got %s", got)
	}
	up := time.Since(began)
	if n, err := download(t, addr, "/e/"+otter+"/source", size); err != nil || n != size {
		t.Errorf("down: got %d bytes, %v", n, err)
	}
	t.Logf("%d MiB up in %s, down in %s", size>>20, up.Round(time.Millisecond), (time.Since(began) - up).Round(time.Millisecond))
	for _, p := range []*program{hook, p} {
		grown, limit := p.status(t, "VmHWM")-before[p], throughWindows+2*capture
		t.Logf("%s: %d MiB more than the %d MiB before, at most", filepath.Base(p.cmd.Path), grown>>20, before[p]>>20)
		if grown > limit {
			t.Errorf("%s took %d MiB more, want %d at most", filepath.Base(p.cmd.Path), grown>>20, limit>>20)
		}
	}
	hook.stop(t)
	s.wantHistory("answered", "answered", "answered")
}

// Row 11: over the limit, a length is answered before a byte of the body was tunnelled.
func TestRow11OverTheLimit(t *testing.T) {
	s := newSite(t)
	_, addr := s.startRelay("")
	s.listen(addr)
	wantFailure(t, exchange(t, addr, "POST /e/"+otter+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 104857601\r\n\r\n"),
		http.StatusRequestEntityTooLarge, "body_too_large")
	if n := s.app.asked(); n != 0 {
		t.Errorf("the app was asked %d times", n)
	}
}

// Row 11: streams that stand still, in both directions, don't slow the others.
func TestRow11StalledStreams(t *testing.T) {
	h := newHouse(t, plan{})
	const requests = 100
	round := func() time.Duration {
		var took []time.Duration
		for range requests {
			got := h.post("", "quick")
			wantBody(t, got, "quick")
			took = append(took, got.Took)
		}
		slices.Sort(took)
		return took[requests/2]
	}
	alone := round()
	var stalled []net.Conn
	var sending sync.WaitGroup
	for range 2 {
		up := dial(t, h.relay.addr)
		sending.Go(func() {
			_, _ = io.WriteString(up, "POST /e/"+otter+"/stall HTTP/1.1\r\nHost: x\r\nContent-Length: 67108864\r\n\r\n")
			_, _ = io.CopyN(up, zeros{}, 64<<20)
		})
		within(t, h.app.begun, "a stalled upload")
		down := dial(t, h.relay.addr) // of whose answer nothing is read
		_, _ = io.WriteString(down, "POST /e/"+otter+"/source?n=67108864 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
		if _, err := io.ReadFull(down, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		stalled = append(stalled, up, down)
	}
	last := h.link.Counts()
	since := time.Now()
	eventually(t, "all that can flow has flowed", func() bool {
		if now := h.link.Counts(); now.Bytes != last.Bytes {
			last, since = now, time.Now()
		}
		return time.Since(since) > 100*time.Millisecond
	})
	beside := round()
	for _, conn := range stalled {
		_ = conn.Close()
	}
	sending.Wait()
	after := round() // the machine may have become busier meanwhile
	t.Logf("median alone %s, beside %d stalled streams %s, alone again %s", alone, len(stalled), beside, after)
	if beside > 5*max(alone, after)+50*time.Millisecond {
		t.Errorf("a small request took %s beside stalled streams, %s and %s alone", beside, alone, after)
	}
}
