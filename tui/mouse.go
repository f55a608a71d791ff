package tui

import (
	tea "charm.land/bubbletea/v2"
)

// mouse is what the screen does with the terminal's.
type mouse struct {
	taken bool // clicks and the wheel come here; the terminal can't select text meanwhile
	told  bool // the user was told how to select
}

func (s *screen) toggleMouse() {
	if s.mouse.taken = !s.mouse.taken; s.mouse.taken {
		_ = s.say("click and wheel work here again", plain)
		return
	}
	_ = s.say("the mouse is the terminal's now: drag to select text; m takes it back", plain)
}

// pointed handles what the mouse does.
func (s *screen) pointed(msg tea.MouseMsg) {
	at := msg.Mouse()
	switch msg.(type) {
	case tea.MouseWheelMsg:
		switch at.Button {
		case tea.MouseWheelUp:
			s.wheel(at.X, at.Y, "up")
		case tea.MouseWheelDown:
			s.wheel(at.X, at.Y, "down")
		}
	case tea.MouseClickMsg:
		if at.Button == tea.MouseLeft && s.layer == nil {
			s.click(at.X, at.Y)
		}
	case tea.MouseMotionMsg:
		if at.Button == tea.MouseLeft && !s.mouse.told && s.layer == nil {
			s.mouse.told = true
			_ = s.say("to select text press m, which gives the mouse back to the terminal (or hold shift)", warn)
		}
	}
}

// wheel scrolls what is under the pointer, by three lines.
func (s *screen) wheel(x, y int, way string) {
	const lines = 3
	onDetail := s.region(x, y) == detailRegion
	for range lines {
		switch {
		case s.layer != nil:
			s.layer.press(s, pressOf(way))
		case !s.any():
			scroll(&s.manual, s.keys, pressOf(way))
		case onDetail:
			s.detail.press(s.keys, pressOf("shift+"+way), false)
			s.list.follow = s.list.follow && s.detail.atTop()
		default:
			s.list.press(s.keys, pressOf(way))
		}
	}
}

// click selects a row, a tab, or gives the detail the keys.
func (s *screen) click(x, y int) {
	l := s.layout()
	top := headerHeight(s.width) + 1
	switch s.region(x, y) {
	case listRegion:
		s.focus = false
		s.list.chooseRow(y - top)
	case detailRegion:
		first, left := top, 1
		switch {
		case l.side:
			left = l.listWidth + 2
		case l.listHeight > 0:
			first += l.listHeight + 1
		}
		if tab := s.detail.tabAt(s.theme, x-left, y-first, l.detailWidth); tab >= 0 {
			s.detail.openTab(tab)
			return
		}
		if !s.focus && l.side {
			s.enter()
		}
	}
}

// A region is a part of the screen.
type region int

const (
	noRegion region = iota
	listRegion
	detailRegion
)

// region is what is at a place of the screen.
func (s *screen) region(x, y int) region {
	l := s.layout()
	y -= headerHeight(s.width) + 1
	switch {
	case y < 0 || y >= l.bodyHeight || !s.any():
		return noRegion
	case l.side && x < l.listWidth, !l.side && y < l.listHeight:
		return listRegion
	case l.side && x > l.listWidth, !l.side && l.detailHeight > 0 && (l.listHeight == 0 || y > l.listHeight):
		return detailRegion
	}
	return noRegion
}
