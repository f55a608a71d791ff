package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

// bell rings, and has the terminal show a notice, when a delivery is in trouble: at most once in a while, with what came
// meanwhile counted.
type bell struct {
	on     bool
	rest   int // ticks until it may ring again
	missed int // what would have rung since
	last   string
}

const bellRest = 5 // ticks

func (s *screen) toggleBell() tea.Cmd {
	if s.bell.on = !s.bell.on; s.bell.on {
		return s.say("rings when a delivery fails, has a bad signature or is almost too slow", plain)
	}
	return s.say("rings no more", plain)
}

// noteTrouble looks through what came for what is worth a notice. A replay is none: its result is reported anyway.
func (s *screen) noteTrouble(batch []inspect.Summary) tea.Cmd {
	if !s.bell.on || s.config.Trouble == nil {
		return nil
	}
	n, last := 0, ""
	for _, d := range batch {
		if d.Outcome == inspect.OutcomePending || d.ReplayOf != "" {
			continue
		}
		if before, known := s.list.find(d.ID); known && before.Outcome != inspect.OutcomePending {
			continue
		}
		if why := s.config.Trouble(d); why != "" {
			n, last = n+1, strings.TrimSpace(d.Provider+" "+eventOf(d))+": "+why
		}
	}
	if n == 0 {
		return nil
	}
	s.bell.missed, s.bell.last = s.bell.missed+n, last
	return s.ring()
}

// ring rings for what was missed, if it may.
func (s *screen) ring() tea.Cmd {
	if s.bell.missed == 0 || s.bell.rest > 0 {
		return nil
	}
	text := s.bell.last
	if s.bell.missed > 1 {
		text = fmt.Sprintf("%d deliveries in trouble; the last: %s", s.bell.missed, text)
	}
	s.bell.missed, s.bell.rest = 0, bellRest
	// The terminal takes the text up to the next control character; a semicolon would be a separator to some.
	text = strings.ReplaceAll(inspect.Printable(text), ";", ",")
	return tea.Raw("\a\x1b]9;hook: " + text + "\a")
}
