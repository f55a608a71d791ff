package cmd_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-4575fdc3/hook/internal/terminal"
)

// A stream is webhooks that keep coming.
type stream struct {
	stop           context.CancelFunc
	began          time.Time
	done           sync.WaitGroup
	answered, lost atomic.Int64
}

// stream sends so many webhooks a second until it is stopped, or as many as this machine can.
func (d *desk) stream(url string, perSecond int) *stream {
	const workers, turns = 32, 100 // a second
	ctx, stop := context.WithCancel(context.Background())
	s := &stream{stop: stop, began: time.Now()}
	due := make(chan int, perSecond)
	s.done.Go(func() {
		defer close(due)
		turn := time.NewTicker(time.Second / turns)
		defer turn.Stop()
		for n := 0; ; {
			select {
			case <-turn.C:
			case <-ctx.Done():
				return
			}
			for range perSecond / turns {
				select {
				case due <- n:
					n++
				default: // the machine is too busy
				}
			}
		}
	})
	for range workers {
		s.done.Go(func() {
			for n := range due {
				if ctx.Err() != nil {
					continue
				}
				body := fmt.Sprintf(`{"id":"evt_%d","object":"event","type":"order.%06d","data":{"object":{"amount":4200}}}`, n, n)
				if status, err := d.try(url, body, appSecret); err != nil || status != 200 {
					s.lost.Add(1)
				} else {
					s.answered.Add(1)
				}
			}
		})
	}
	return s
}

// end stops it, and gives how many a second were answered.
func (s *stream) end() float64 {
	s.stop()
	s.done.Wait()
	return float64(s.answered.Load()) / time.Since(s.began).Seconds()
}

// latencies presses down and up in turns, and gives how long each took to be seen.
func latencies(s *terminal.Session, until time.Time, least int) []time.Duration {
	var all []time.Duration
	for len(all) < least || time.Now().Before(until) {
		before := selected(s.Now())
		key := "down"
		if len(all)%2 == 1 {
			key = "up"
		}
		pressed := time.Now()
		s.Press(key)
		f := s.AwaitWhere("another selection than "+before, func(f terminal.Frame) bool { return selected(f) != before })
		all = append(all, f.Drawn.Sub(pressed))
	}
	slices.Sort(all)
	return all
}

func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[min(len(sorted)*p/100, len(sorted)-1)]
}

// While webhooks pour in, keys work, nothing is lost, and quitting is prompt.
func TestKeysUnderLoad(t *testing.T) {
	long := 2 * time.Second
	if os.Getenv("HOOK_SLOW") != "" {
		long = time.Minute
	}
	d := newDesk(t)
	s, url := d.listen(terminal.Options{Width: 120, Height: 40})
	d.seed(s, url, 10)
	s.Press("down")
	s.AwaitWhere("the second", func(f terminal.Frame) bool { return selected(f) == order(9) })
	stream := d.stream(url, 1000)
	taken := latencies(s, time.Now().Add(long), 20)
	rate := stream.end()
	t.Logf("%.0f deliveries a second; of %d keys half were seen within %v, 95 of 100 within %v, all within %v",
		rate, len(taken), percentile(taken, 50), percentile(taken, 95), taken[len(taken)-1])
	if lost := stream.lost.Load(); lost > 0 {
		t.Errorf("%d of %d deliveries were not answered by the app", lost, lost+stream.answered.Load())
	}
	s.Press("G")
	s.AwaitWhere("the newest", func(f terminal.Frame) bool {
		return len(selected(f)) > len(order(10)) && !strings.Contains(f.String(), "new ↑")
	})
	s.Press("q")
	code, f := s.Exit()
	want := fmt.Sprintf("%d received", stream.answered.Load()+10)
	if code != 0 || !strings.Contains(strings.ReplaceAll(f.History(), ",", ""), want) {
		t.Errorf("it ended with %d, without %q:\n%s", code, want, f.History())
	}
}

// BenchmarkScreenKey is how long a key takes to be seen while 1,000 deliveries a second come in, of which screen/frame tells; the answers
// of the machine that sends, receives and draws. -benchtime 200x is enough.
func BenchmarkScreenKey(b *testing.B) {
	d := newBuiltDesk(b)
	s, url := d.listen(terminal.Options{Width: 200, Height: 60})
	d.seed(s, url, 10)
	s.Press("down")
	s.AwaitWhere("the second", func(f terminal.Frame) bool { return selected(f) == order(9) })
	stream := d.stream(url, 1000)
	s.AwaitWhere("some that are new", func(f terminal.Frame) bool { return strings.Contains(f.String(), "new ↑") })
	b.ResetTimer()
	taken := latencies(s, time.Time{}, b.N)
	b.StopTimer()
	b.ReportMetric(stream.end(), "deliveries/s")
	report(b, taken)
}

func report(b *testing.B, taken []time.Duration) {
	slices.Sort(taken)
	for _, p := range []int{50, 95, 100} {
		b.ReportMetric(float64(percentile(taken, p).Microseconds())/1000, fmt.Sprintf("ms-p%d", p))
	}
	b.ReportMetric(0, "ns/op") // tells nothing here
}

// BenchmarkScreenStart is the time from the start of hook ui to its first frame with the newest delivery.
func BenchmarkScreenStart(b *testing.B) {
	d := newBuiltDesk(b)
	d.fill(10_000)
	var taken []time.Duration
	for b.Loop() {
		began := time.Now()
		s := d.open(terminal.Options{Width: 200, Height: 60}, "ui")
		f := s.AwaitWhere("the newest", func(f terminal.Frame) bool { return selected(f) != "" })
		taken = append(taken, f.Drawn.Sub(began))
		s.Press("q")
		s.Exit()
	}
	report(b, taken)
}

// BenchmarkScreenMemory is how much memory hook has once it has listed 100,000 deliveries.
func BenchmarkScreenMemory(b *testing.B) {
	d := newBuiltDesk(b)
	d.fill(100_000)
	for b.Loop() {
		s := d.open(terminal.Options{Width: 200, Height: 60}, "ui")
		s.AwaitWhere("the newest", func(f terminal.Frame) bool { return selected(f) != "" })
		s.Press("end")
		s.AwaitWhere("the oldest", func(f terminal.Frame) bool { return selected(f) != "" && detailOf(f) == selected(f) })
		b.ReportMetric(resident(b, s.Process().Pid), "MiB")
		s.Press("q")
		s.Exit()
	}
	b.ReportMetric(0, "ns/op")
}

// resident is how much of a process is in memory, in MiB.
func resident(b *testing.B, pid int) float64 {
	f, err := os.Open(filepath.Join("/proc", fmt.Sprint(pid), "status"))
	if err != nil {
		b.Skip("there is no /proc: ", err)
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kB float64
		if _, err := fmt.Sscanf(lines.Text(), "VmRSS: %f kB", &kB); err == nil {
			return kB / 1024
		}
	}
	b.Fatal("its status has no VmRSS")
	return 0
}
