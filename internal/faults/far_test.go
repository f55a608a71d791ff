package faults_test

import (
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/internal/faults"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
)

// On a line with a round trip of 100 ms one upload isn't held to a window of 256 KiB for each of them: the windows grow. What
// is under way at once shows it, however busy the machine is.
func TestFarAwayRelay(t *testing.T) {
	const oneWay, window = 50 * time.Millisecond, 256 << 10
	size := int64(16 << 20)
	if isSlow() {
		size = 64 << 20
	}
	h := newHouse(t, plan{})
	h.link.Delay(faults.Up, oneWay)
	h.link.Delay(faults.Down, oneWay)
	h.loses(t, h.link.Reset) // the session knows another round trip
	h.client.wait(t, tunnel.Connected)
	got := upload(t, h.relay.addr, "/e/"+otter+"/sink", size)
	if got.Err != nil || got.Status != 200 {
		t.Fatalf("got %s", got)
	}
	most := h.link.UnderWay(faults.Down)
	t.Logf("%d MiB took %s, with %d KiB under way at once; a window of %d KiB would take %s", size>>20, got.Took.Round(time.Millisecond), most>>10,
		window>>10, time.Duration(size/window)*2*oneWay)
	if most < 2*window {
		t.Errorf("no more than %d bytes were ever under way, as if a window were %d", most, window)
	}
}
