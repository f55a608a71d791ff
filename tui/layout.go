package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
)

const (
	wideFrom  = 110 // columns from which the panes are side by side
	stackFrom = 12  // rows of the body from which both have room above each other
	barRows   = 4   // two rules, the status line, the keys
)

// A layout is where things are. Heights are 0 for what is not shown.
type layout struct {
	bodyHeight                int // between the rules
	listWidth, listHeight     int
	detailWidth, detailHeight int
	side                      bool // the panes are side by side
}

func (s *screen) layout() layout {
	l := layout{bodyHeight: max(s.height-headerHeight(s.width)-barRows-s.tourRows(), 0)}
	l.listWidth, l.listHeight = s.width, l.bodyHeight
	switch {
	case !s.any():
		l.listHeight = 0
	case s.alone:
		l.detailWidth, l.detailHeight, l.listHeight = s.width-2, l.bodyHeight, 0
	case s.width >= wideFrom:
		l.side = true
		l.listWidth = min(s.width*52/100, 90)
		l.detailWidth, l.detailHeight = s.width-l.listWidth-3, l.bodyHeight
	case l.bodyHeight >= stackFrom:
		l.listHeight = l.bodyHeight * 2 / 5
		l.detailWidth, l.detailHeight = s.width-2, l.bodyHeight-l.listHeight-1
	}
	l.detailWidth = max(l.detailWidth, 0)
	return l
}

// arrange gives every pane its place, so that View only draws.
func (s *screen) arrange() {
	l, t := s.layout(), s.theme
	s.list.resize(l.listHeight)
	switch {
	case !s.any():
		s.manual.set(t, emptyLines(t, s.url, s.config, s.status), max(s.width-4, 0), l.bodyHeight)
	case l.detailHeight > 0:
		if current, ok := s.list.current(); ok {
			s.detail.arrange(t, current, l.detailWidth, l.detailHeight, s.focus)
		}
	}
}

// tourRows is how many rows the tour takes: none on a screen that has no room for it.
func (s *screen) tourRows() int {
	if s.tour.at < len(s.tour.steps) && s.height >= 16 {
		return 1
	}
	return 0
}

// View draws the screen; only the rows that can be seen.
func (s *screen) View() tea.View {
	rows, cursor := s.rows()
	v := tea.NewView(s.theme.frame(strings.Join(rows, "\n")))
	v.AltScreen = true
	v.WindowTitle = "hook"
	if s.mouse.taken {
		v.MouseMode = tea.MouseModeCellMotion
	}
	if cursor >= 0 && len(rows) == s.height {
		v.Cursor = tea.NewCursor(cursor, s.height-2)
	}
	return v
}

// rows are exactly height rows of exactly width cells; the cursor is in the last but one, or nowhere if it is -1.
func (s *screen) rows() (rows []string, cursor int) {
	t, w, l := s.theme, s.width, s.layout()
	if s.width <= 0 || s.height <= 0 {
		return nil, -1
	}
	rows = headerView(t, w, s.url, s.config, s.status, s.rate.words())
	body, covered := s.body(l), false
	if s.layer != nil {
		if menu := s.layer.body(t, w, l.bodyHeight); menu != nil {
			body, covered = menu, true
		}
	}
	l.side = l.side && !covered
	rows = append(rows, s.rule(l, "┬"))
	rows = append(rows, body...)
	rows = append(rows, s.rule(l, "┴"))
	if s.tourRows() > 0 {
		step, _ := s.tour.row(t, w)
		rows = append(rows, step)
	}
	line, cursor := s.statusView(), -1
	if s.layer != nil {
		line, cursor = s.layer.line(t, w)
	}
	rows = append(rows, line, s.keysView())
	return rows[:min(len(rows), s.height)], cursor
}

// body is what is between the rules.
func (s *screen) body(l layout) []string {
	t := s.theme
	switch {
	case !s.any():
		return framed(s.manual.view(t), "  ", "  ", s.width)
	case s.alone:
		return framed(s.detail.view(t, l.detailWidth, l.detailHeight), " ", " ", s.width)
	case l.side:
		rows := s.list.view(t, l.listWidth, s.zone)
		for i, row := range s.detail.view(t, l.detailWidth, l.detailHeight) {
			rows[i] += t.draw(faint, "│") + " " + row + " "
		}
		return rows
	}
	rows := s.list.view(t, s.width, s.zone)
	if l.detailHeight > 0 {
		rows = append(rows, t.draw(faint, strings.Repeat("─", s.width)))
		rows = append(rows, framed(s.detail.view(t, l.detailWidth, l.detailHeight), " ", " ", s.width)...)
	}
	return rows
}

// framed puts before and after around each row if w has room for them.
func framed(rows []string, before, after string, w int) []string {
	if w < len(before)+len(after) {
		before, after = spaces(w), ""
	}
	for i := range rows {
		rows[i] = before + rows[i] + after
	}
	return rows
}

// rule is a line across, with joint where it meets the one between the panes.
func (s *screen) rule(l layout, joint string) string {
	if !l.side {
		return s.theme.draw(faint, strings.Repeat("─", s.width))
	}
	return s.theme.draw(faint,
		strings.Repeat("─", l.listWidth)+joint+strings.Repeat("─", s.width-l.listWidth-1))
}

// statusView is what came of the last key, what is wrong, and how much came unseen.
func (s *screen) statusView() string {
	left := []span{{" ", plain}}
	add := func(text string, l look) {
		if text == "" {
			return
		}
		if len(left) > 1 {
			left = append(left, span{" · ", faint})
		}
		left = append(left, span{text, l})
	}
	add(s.notice.text, s.notice.look)
	add(s.heldWords())
	add(s.status.Warning, warn)
	if s.status.AppKnown && !s.status.AppUp && s.any() {
		add(s.status.App, warn)
	}
	return s.theme.bar(s.width, left, s.badge())
}

// badge says how much came above what was ever shown; nothing while the screen follows.
func (s *screen) badge() []span {
	switch unseen := s.list.unseen(); {
	case s.list.paused && s.width < 60:
		return []span{{fmt.Sprintf("paused · %s ", thousands(s.list.waiting())), warn}}
	case s.list.paused:
		return []span{{fmt.Sprintf("paused · %s waiting  p goes on ", thousands(s.list.waiting())), warn}}
	case unseen > 0:
		return []span{{fmt.Sprintf("%d new ↑  G to follow ", unseen), accent}}
	case s.any() && !s.list.follow:
		return []span{{"G to follow ", faint}}
	}
	return nil
}
