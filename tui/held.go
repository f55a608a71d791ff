package tui

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

// held is how the delivery with that id waits at the breakpoint; nil if it doesn't.
func (s *screen) held(id string) *Held {
	for i := range s.status.Held {
		if s.status.Held[i].ID == id {
			return &s.status.Held[i]
		}
	}
	return nil
}

// breakpoint arms it, disarms it, or says what can be done with what is held.
func (s *screen) breakpoint() tea.Cmd {
	b := s.config.Breakpoint
	switch {
	case b == nil:
		return s.say("breakpoint: nothing passes here that could be held; hook listen opens a screen where it does", warn)
	case len(s.status.Held) > 0:
		return s.heldMenu()
	case s.status.Armed != nil:
		b.Disarm()
		return s.say("the breakpoint is off", plain)
	}
	return s.askBreakpoint()
}

// askBreakpoint asks what to hold.
func (s *screen) askBreakpoint() tea.Cmd {
	b := s.config.Breakpoint
	p := ask("hold the next delivery that matches", "", func(where string) tea.Cmd {
		if err := b.Arm(where); err != nil {
			return s.say("breakpoint: "+err.Error(), bad)
		}
		return nil // how it stands comes with the status
	})
	p.example, p.complete, p.past = "anything; or as hook list takes it: stripe, body.amount > 10", s.completions, s.filter.past
	return s.raise(p)
}

// heldMenu is what can be done with the selected delivery if it is held, else with the one that has waited longest.
func (s *screen) heldMenu() tea.Cmd {
	b, id := s.config.Breakpoint, s.status.Held[0].ID
	if current, ok := s.list.current(); ok && s.held(current.ID) != nil {
		id = current.ID
	}
	s.list.choose(id)
	short := inspect.ShortID(id)
	answer := func(status int, body string) func() tea.Cmd {
		return func() tea.Cmd {
			return s.run(fmt.Sprintf("answer %s with %d", short, status), "b tries again", func(context.Context) (string, error) {
				return fmt.Sprintf("answered %s with %d by hand", short, status), b.Answer(id, status, body)
			})
		}
	}
	items := []item{
		{key: "r", name: "release it", about: "the app gets it as it came", do: func() tea.Cmd {
			return s.run("release "+short, "b tries again", func(context.Context) (string, error) { return "released " + short, b.Release(id) })
		}},
		{key: "e", name: "edit and release it", about: "in $EDITOR; signed anew", do: func() tea.Cmd { return s.editHeld(id) }},
		{key: "2", name: "answer 200", about: "in place of the app", do: answer(200, "")},
		{key: "5", name: "answer 500", about: "so that the provider sends it again", do: answer(500, "")},
		{key: "a", name: "answer…", about: "with a status and a body of your own", do: func() tea.Cmd {
			p := ask("answer "+short+" with", "", func(text string) tea.Cmd {
				word, body, _ := strings.Cut(strings.TrimSpace(text), " ")
				status, err := strconv.Atoi(word)
				if err != nil || status < 200 || status > 599 {
					return s.say("answer: a status from 200 to 599 comes first, then the body, as in 422 {\"error\":\"no\"}", bad)
				}
				return answer(status, body)()
			})
			p.example = `a status, then the body: 422 {"error":"no"}`
			return s.raise(p)
		}},
		{},
		{key: "b", name: "hold another one too", do: s.askBreakpoint},
	}
	return s.raise(choose(s.theme, "Held: "+short+s.countdown(*s.held(id)), "", false, items))
}

// editHeld opens the editor on one that is held.
func (s *screen) editHeld(id string) tea.Cmd {
	of, _ := s.list.find(id)
	return s.openEditor("edit "+inspect.ShortID(id), of, true, func(ctx context.Context) (Editing, error) { return s.config.Breakpoint.Edit(ctx, id) })
}

// countdown is how long there is until somebody gives up.
func (s *screen) countdown(h Held) string {
	if h.Until.IsZero() || s.now.IsZero() {
		return ""
	}
	left := h.Until.Sub(s.now).Round(time.Second)
	if left <= 0 {
		return " · " + s.theme.clean(h.Gives) + " has given up"
	}
	return fmt.Sprintf(" · %s gives up in %s", s.theme.clean(h.Gives), took(left))
}

// heldWords is what waits, for the status line.
func (s *screen) heldWords() (string, look) {
	switch {
	case len(s.status.Held) > 0:
		return fmt.Sprintf("held %s%s: b releases or answers it", inspect.ShortID(s.status.Held[0].ID), s.countdown(s.status.Held[0])), warn
	case s.status.Armed != nil:
		return "the next " + orElse(s.theme.clean(*s.status.Armed), "delivery") + " is held; b takes that back", accent
	}
	return "", plain
}
