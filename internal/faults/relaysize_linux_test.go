package faults_test

import (
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// relayAtRest is what hook-relay may have in memory while nothing comes, with 1,000 endpoints known and 100 connected.
const relayAtRest = 60 << 20

// A relay that knows a thousand endpoints, a hundred of them connected, is small and starts quickly.
func TestRelayAtRest(t *testing.T) {
	known, connected := 60, 20
	if isSlow() {
		known, connected = 1000, 100
	}
	s := newSite(t)
	data := []string{"--data", filepath.Join(s.dir, "data"), "--new-names", "0"}
	p, addr := s.startRelay("", data...)
	all := startRole(t, "tunnels", addr, strconv.Itoa(known), "idle")
	all.slow = 5 * time.Minute // the relay admits them at its own pace
	all.ready(t)
	t.Logf("with %d endpoints claimed and connected: %d MiB", known, p.status(t, "VmRSS")>>20)
	all.kill(t)
	if code := p.stop(t); code != 0 {
		t.Errorf("the relay ended with %d", code)
	}

	began := time.Now()
	p, addr = s.startRelay("", data...)
	took := time.Since(began)
	alone := p.status(t, "VmRSS")
	some := startRole(t, "tunnels", addr, strconv.Itoa(connected), "idle")
	some.ready(t)
	rest := p.status(t, "VmRSS")
	t.Logf("%d endpoints known: ready within %s, %.1f MiB; with %d connected %.1f MiB", known, took.Round(time.Millisecond),
		float64(alone)/(1<<20), connected, float64(rest)/(1<<20))
	if rest > relayAtRest {
		t.Errorf("the relay has %d KiB in memory, want %d at most", rest>>10, relayAtRest>>10)
	}
	if names := countNames(t, s, data[1]); names != known {
		t.Errorf("the relay knows %d names, want %d", names, known)
	}
}

// countNames is how many names `hook-relay name list` prints.
func countNames(t *testing.T, s *site, data string) int {
	t.Helper()
	p := startProgram(t, s.dir, "hook-relay", "--data", data, "name", "list")
	within(t, p.exited, "the list of names")
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.lines)
}
