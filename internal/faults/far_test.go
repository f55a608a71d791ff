package faults_test

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/internal/faults"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

// On a line with a round trip of 100 ms one upload isn't held to a window of 256 KiB for each of them: the windows grow.
func TestFarAwayRelay(t *testing.T) {
	const oneWay = 50 * time.Millisecond
	size := int64(16 << 20)
	if isSlow() {
		size = 64 << 20
	}
	h := newHouse(t, plan{})
	copied := startProxy(t, startServer(t, func(conn *net.TCPConn) {
		_, _ = io.CopyN(io.Discard, conn, size)
		_, _ = conn.Write([]byte("."))
	}))
	for _, p := range []*faults.Proxy{copied, h.link} {
		p.Delay(faults.Up, oneWay)
		p.Delay(faults.Down, oneWay)
	}
	h.link.Reset() // the session knows another round trip
	h.client.wait(t, tunnel.Waiting)
	h.client.wait(t, tunnel.Connected)
	fixed := time.Duration(size/(256<<10)) * 2 * oneWay
	for try := 1; ; try++ { // a busy machine may slow one down
		plain := copyTo(t, copied.Addr(), size)
		got := upload(t, h.relay.addr, "/e/"+otter+"/sink", size)
		if got.Err != nil || got.Status != 200 {
			t.Fatalf("got %s", got)
		}
		ratio := float64(got.Took) / float64(plain)
		t.Logf("%d MiB: a plain copy took %s, hook %s (%.1f times that); a window of 256 KiB would take %s",
			size>>20, plain.Round(time.Millisecond), got.Took.Round(time.Millisecond), ratio, fixed)
		if got.Took < fixed*3/4 {
			return
		}
		if try == 3 {
			t.Fatalf("the upload took %s, %.1f times a plain copy", got.Took, ratio)
		}
	}
}

// copyTo sends so many bytes over a plain connection, and says how long it took until they were there.
func copyTo(t testing.TB, addr string, size int64) time.Duration {
	t.Helper()
	conn := dial(t, addr)
	began := time.Now()
	var sending sync.WaitGroup
	sending.Go(func() { _, _ = io.CopyN(conn, zeros{}, size) })
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	sending.Wait()
	return time.Since(began)
}
