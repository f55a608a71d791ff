package faults_test

import (
	"strconv"
	"testing"
	"time"
)

// Row 16: what an idle tunnel costs the relay.
func TestRow16IdleTunnels(t *testing.T) {
	watch(t)
	count := 200
	if isSlow() {
		count = 10_000
	}
	r, addr := startRelayRole(t, 5*time.Second, 1<<20)
	clients := startRole(t, "tunnels", addr, "1", "first")
	clients.ready(t)
	resident, before := r.status(t, "VmRSS"), r.memory(t)
	many := startRole(t, "tunnels", addr, strconv.Itoa(count), "idle")
	many.slow = 5 * time.Minute // the relay admits them at its own pace
	began := time.Now()
	many.ready(t)
	took := time.Since(began)
	each := (r.memory(t) - before) / int64(count)
	t.Logf("%d tunnels within %s: %.1f KB of heap and stack each, %.1f KB of resident memory", count, took.Round(time.Millisecond),
		float64(each)/1000, float64(r.status(t, "VmRSS")-resident)/float64(count)/1000)
	if each > 40_000 && !raced {
		t.Errorf("an idle tunnel takes %d bytes of heap and stack, want 40 KB at most", each)
	}
	if !isSlow() {
		return
	}
	const span = 30 * time.Second
	used := r.cpu(t)
	<-time.After(span) // the passing of time is what this is about
	share := float64(r.cpu(t)-used) / float64(span)
	t.Logf("%d tunnels' heartbeats take %.1f%% of a core", count, 100*share)
	if share > 0.03 && !raced {
		t.Errorf("they take %.1f%% of a core, want 3%% at most", 100*share)
	}
}
