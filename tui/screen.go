package tui

import (
	"context"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
)

// What happened, as Update learns it.
type (
	receivedMsg struct {
		batch []inspect.Summary // in the order they came
		ended bool              // no more will come
	}
	statusMsg struct {
		status Status
		ended  bool
	}
	olderMsg struct{ batch []inspect.Summary } // the newest first
	tickMsg  time.Time                         // once a second
)

// A screen is all that is shown. Update and View are called by one goroutine; neither does I/O or looks at a clock.
type screen struct {
	config  Config
	start   runner
	theme   theme
	keys    keyMap
	zone    *time.Location
	profile colorprofile.Profile // the terminal's colours
	now     time.Time            // at the last tick; zero before the first

	width, height int // 0 until the terminal has said
	url           string
	status        Status
	list          list
	filter        filtering
	detail        detail
	manual        pager // what to do while there are no deliveries
	focus         bool  // the detail has the keys
	alone         bool  // the detail is alone on the screen
	layer         layer // has the keys before all else; nil if none does
	notice        span  // what came of the last key
	rate          rate
	work          work
	bell          bell
	mouse         mouse
	tour          tour
}

func newScreen(c Config, start runner) *screen {
	t, recent := newTheme(c.ASCII, c.NoColor), c.Recent
	c.Recent = nil // the list has them
	return &screen{
		config: c, start: start, theme: t, keys: newKeyMap(), zone: time.Local, url: t.clean(c.URL), list: newList(recent),
		work: newWork(), bell: bell{on: c.Notify}, tour: tour{steps: c.Tour}, mouse: mouse{taken: true},
	}
}

// Init asks for the first news, the first status, and what the terminal looks like.
func (s *screen) Init() tea.Cmd {
	return tea.Batch(s.nextNews(), s.nextStatus(), s.nextOlder(), tea.RequestBackgroundColor)
}

// Update routes a message to whom it concerns.
func (s *screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var next tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		if s.width > 0 { // else nothing was drawn yet
			next = tea.ClearScreen // what was there may have been drawn in the new size: https://github.com/charmbracelet/bubbletea/issues/1780
		}
		s.width, s.height = msg.Width, msg.Height
	case tea.ColorProfileMsg, tea.BackgroundColorMsg, tea.ModeReportMsg:
		s.meet(msg)
	case tea.KeyPressMsg:
		next = s.press(msg)
	case tea.PasteMsg:
		if s.layer != nil {
			next = s.layer.paste(s, msg.Content)
		}
	case tea.MouseMsg:
		s.pointed(msg)
	case receivedMsg:
		next = s.receive(msg.batch)
		if !msg.ended {
			next = tea.Batch(next, s.nextNews())
		}
	case olderMsg:
		s.list.putOlder(msg.batch)
		next = tea.Batch(s.lookOn(), s.nextOlder())
	case statusMsg:
		s.learn(msg.status)
		if !msg.ended {
			next = s.nextStatus()
		}
	case tickMsg:
		next = s.tick(time.Time(msg))
	case loadedMsg:
		s.detail.loaded(msg.page)
	case explainedMsg, grownMsg, comparedMsg:
		s.detail.learn(msg)
	case doneMsg:
		next = s.done(msg)
	case copyMsg:
		next = s.copyText(msg.name, msg.text)
	case editedMsg:
		next = s.edited(msg)
	default:
		next = s.filterMsg(msg)
	}
	s.arrange()
	return s, tea.Batch(next, s.load())
}

// meet learns what the terminal is like.
func (s *screen) meet(msg tea.Msg) {
	switch msg := msg.(type) {
	case tea.ColorProfileMsg:
		s.profile = msg.Profile
	case tea.BackgroundColorMsg:
		if !s.config.NoColor {
			s.theme.suit(msg.IsDark(), s.profile)
		}
	case tea.ModeReportMsg:
		// The renderer counts cells by whole characters from now on, if the terminal does.
		if msg.Mode == ansi.ModeUnicodeCore && !msg.Value.IsNotRecognized() && !msg.Value.IsPermanentlyReset() {
			s.theme.cells = ansi.GraphemeWidth
		}
	}
}

// press handles a key: what is in front has it first, then the screen as a whole, then the pane with the focus.
func (s *screen) press(msg tea.KeyPressMsg) tea.Cmd {
	k := s.keys
	if msg.String() == "ctrl+c" {
		return tea.Quit
	}
	s.tour.pressed(msg.String())
	switch {
	case key.Matches(msg, k.suspend):
		return tea.Suspend
	case s.layer != nil:
		return s.layer.press(s, msg)
	}
	s.notice = span{}
	if cmd, ok := s.pressGeneral(msg); ok {
		return cmd
	}
	switch {
	case !s.any():
		scroll(&s.manual, k, msg)
		return nil
	case key.Matches(msg, k.open) && !s.focus:
		s.enter()
		return nil
	case key.Matches(msg, k.zoom):
		s.zoom()
		return nil
	case s.detail.press(k, msg, s.focus):
		// Who reads on must not lose what they read to the next delivery.
		s.list.follow = s.list.follow && !s.focus && s.detail.atTop()
		return nil
	}
	if cmd, ok := s.act(msg); ok || s.focus {
		return cmd
	}
	s.list.press(k, msg)
	return nil
}

// pressGeneral handles the keys that mean the same everywhere, and says whether it was one.
func (s *screen) pressGeneral(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	k := s.keys
	switch {
	case key.Matches(msg, k.quit):
		return tea.Quit, true
	case key.Matches(msg, k.help):
		return s.raise(s.help()), true
	case key.Matches(msg, k.log):
		return s.raise(s.work.menu(s)), true
	case key.Matches(msg, k.copy):
		return s.copyURL(), true
	case key.Matches(msg, k.send):
		return s.sendSample(), true
	case key.Matches(msg, k.stop):
		return s.breakpoint(), true
	case key.Matches(msg, k.sign):
		return s.toggleSigning(), true
	case key.Matches(msg, k.notify):
		return s.toggleBell(), true
	case key.Matches(msg, k.mouse):
		s.toggleMouse()
	case key.Matches(msg, k.back):
		s.back()
	case key.Matches(msg, k.find):
		return s.find(), true
	default:
		return nil, false
	}
	return nil, true
}

// any says whether there is something to list, shown or not.
func (s *screen) any() bool { return len(s.list.rows) > 0 }

// enter gives the detail the keys, alone if it has no place beside the list. It asks for the delivery anew: the last try may
// have failed.
func (s *screen) enter() {
	current, ok := s.list.current()
	if !ok {
		return
	}
	s.focus, s.list.follow = true, false
	s.alone = !s.layout().side
	s.detail.changed(current.ID)
}

// zoom shows the detail alone, or both panes.
func (s *screen) zoom() {
	if !s.focus {
		s.enter()
		s.alone = true
		return
	}
	s.alone = !s.alone
}

// back undoes one thing: the detail's search, then its focus, then the filter, then the marks.
func (s *screen) back() {
	switch {
	case s.focus && s.detail.forgetSearch():
	case s.focus:
		s.focus, s.alone = false, false
	case s.filter.active():
		s.clearFilter()
	default:
		s.list.clearMarks()
	}
}

// find opens the prompt of the filter, or of the search if the detail has the keys.
func (s *screen) find() tea.Cmd {
	if !s.any() {
		return nil
	}
	if !s.focus {
		return s.askFilter()
	}
	p := ask("search", "", func(string) tea.Cmd { s.detail.endSearch(true); return nil })
	p.changed = func(text string) tea.Cmd { s.detail.search(text); return nil }
	p.cancelled = func() tea.Cmd { s.detail.endSearch(false); return nil }
	p.remark = func() span { return span{s.detail.hits(), faint} }
	return s.raise(p)
}

// scroll moves p by the keys that otherwise move the selection.
func scroll(p *pager, k keyMap, msg tea.KeyPressMsg) {
	switch {
	case key.Matches(msg, k.up, k.scrollUp):
		p.scroll(-1)
	case key.Matches(msg, k.down, k.scrollDown):
		p.scroll(1)
	case key.Matches(msg, k.pageUp):
		p.scroll(-max(p.height-1, 1))
	case key.Matches(msg, k.pageDown):
		p.scroll(max(p.height-1, 1))
	case key.Matches(msg, k.newest):
		p.scroll(-len(p.rows))
	case key.Matches(msg, k.oldest):
		p.scroll(len(p.rows))
	}
}

func (s *screen) receive(batch []inspect.Summary) tea.Cmd {
	notices := s.noteTrouble(batch)
	for _, d := range batch {
		s.detail.changed(d.ID)
		if _, known := s.list.numbers[d.ID]; !known {
			s.rate.count++
		}
	}
	s.list.take(batch)
	return tea.Batch(notices, s.judge(batch))
}

func (s *screen) learn(status Status) {
	t := s.theme
	if status.URL != "" {
		s.config.Public, s.config.Tips = status.Public, status.Tips
		s.url = t.clean(status.URL)
	}
	status.Relay, status.App, status.Warning = t.clean(status.Relay), t.clean(status.App), t.clean(status.Warning)
	s.status = status
	s.list.setHeld(status.Held)
}

// load asks for what the detail needs and does not have: the selected delivery, and what it is compared with.
func (s *screen) load() tea.Cmd {
	current, ok := s.list.current()
	if !ok || s.layout().detailHeight == 0 {
		return nil
	}
	return s.detail.load(library{s.start, s.zone, s.config, s.list.counterpart}, current)
}

// say shows what came of something, in one line.
func (s *screen) say(text string, l look) tea.Cmd {
	s.notice = span{s.theme.clean(text), l}
	return nil
}

func (s *screen) nextNews() tea.Cmd {
	return s.start(nextNews(s.config.News))
}

func (s *screen) nextOlder() tea.Cmd {
	older := s.config.Older
	if older == nil {
		return nil
	}
	return s.start(func(ctx context.Context) tea.Msg {
		select {
		case batch, ok := <-older:
			if ok {
				return olderMsg{batch}
			}
		case <-ctx.Done():
		}
		return nil
	})
}

func (s *screen) nextStatus() tea.Cmd {
	return s.start(nextStatus(s.config.Status))
}
