package tui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"
)

// rate counts what comes, over the last seconds.
type rate struct {
	count   int // since the last tick
	seconds [10]int
	ticks   int
}

func (r *rate) tick() {
	r.seconds[r.ticks%len(r.seconds)] = r.count
	r.count = 0
	r.ticks++
}

// words are the deliveries a second, empty if there were none.
func (r *rate) words() string {
	sum := 0
	for _, n := range r.seconds {
		sum += n
	}
	if sum == 0 || r.ticks == 0 {
		return ""
	}
	perSecond := float64(sum) / float64(min(r.ticks, len(r.seconds)))
	if perSecond >= 10 {
		return fmt.Sprintf("%.0f/s", perSecond)
	}
	return fmt.Sprintf("%.1f/s", perSecond)
}

// tick is called once a second.
func (s *screen) tick(now time.Time) tea.Cmd {
	s.now = now
	s.rate.tick()
	s.bell.rest = max(s.bell.rest-1, 0)
	return s.ring()
}
