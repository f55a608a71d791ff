package tui

import (
	"context"
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
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
	loadedMsg   struct{ page page }
	replayedMsg struct {
		of     inspect.Summary // as it was when its replay was asked for
		replay inspect.Summary
		err    error
	}
)

// A screen is all that is shown. Update and View are called by one goroutine; neither does I/O or looks at a clock.
type screen struct {
	config Config
	start  runner
	theme  theme
	keys   keyMap
	zone   *time.Location

	width, height int // 0 until the terminal has said
	url           string
	status        Status
	list          list
	detail        detail
	manual        pager // the help, or what to do while there are no deliveries
	help          bool  // the help is open
	reading       bool  // the detail is alone on the screen
	notice        span  // what came of the last key
	replaying     map[string]bool
}

func newScreen(c Config, start runner) *screen {
	t := newTheme(c.ASCII, c.NoColor)
	return &screen{
		config: c, start: start, theme: t, keys: newKeyMap(), zone: time.Local,
		url: t.clean(c.URL), list: newList(c.Recent), replaying: make(map[string]bool),
	}
}

// Init asks for the first news and the first status.
func (s *screen) Init() tea.Cmd {
	return tea.Batch(s.nextNews(), s.nextStatus())
}

// Update routes a message to whom it concerns.
func (s *screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var next tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.width, s.height = msg.Width, msg.Height
	case tea.ModeReportMsg:
		// The renderer counts cells by whole characters from now on, if the terminal does.
		if msg.Mode == ansi.ModeUnicodeCore && !msg.Value.IsNotRecognized() && !msg.Value.IsPermanentlyReset() {
			s.theme.cells = ansi.GraphemeWidth
		}
	case tea.KeyPressMsg:
		next = s.press(msg)
	case receivedMsg:
		s.receive(msg.batch)
		if !msg.ended {
			next = s.nextNews()
		}
	case statusMsg:
		s.learn(msg.status)
		if !msg.ended {
			next = s.nextStatus()
		}
	case loadedMsg:
		s.detail.loaded(msg.page)
	case replayedMsg:
		s.replayed(msg)
	}
	s.arrange()
	return s, tea.Batch(next, s.load())
}

// press handles a key: the screen's own first, then those of what is in front.
func (s *screen) press(msg tea.KeyPressMsg) tea.Cmd {
	s.notice = span{}
	k := s.keys
	switch {
	case key.Matches(msg, k.quit):
		return tea.Quit
	case key.Matches(msg, k.copy) && s.url == "":
		s.notice = span{"this is the past: there is no URL", plain}
	case key.Matches(msg, k.copy):
		s.notice = span{"copied " + s.url + " (where the terminal allows it)", plain}
		return tea.SetClipboard(s.url)
	case key.Matches(msg, k.help):
		s.help = !s.help
		s.manual.top = 0
	case key.Matches(msg, k.back):
		s.help, s.reading = false, s.reading && s.help
	case s.help || len(s.list.rows) == 0:
		scroll(&s.manual, k, msg)
	case key.Matches(msg, k.open):
		s.open()
	case key.Matches(msg, k.replay):
		return s.replay()
	case s.detail.press(k, msg):
		// Who reads on must not lose what they read to the next delivery.
		s.list.follow = s.list.follow && s.detail.pager.top == 0
	case s.reading:
		scroll(&s.detail.pager, k, msg)
	default:
		s.list.press(k, msg)
	}
	return nil
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

// open shows the detail alone, or ends that. It asks for the delivery anew: the last try may have failed.
func (s *screen) open() {
	s.reading = !s.reading
	if current, ok := s.list.current(); ok && s.reading {
		s.list.follow = false
		s.detail.changed(current.ID)
	}
}

func (s *screen) receive(batch []inspect.Summary) {
	for _, d := range batch {
		s.detail.changed(d.ID)
	}
	s.list.take(batch)
}

func (s *screen) learn(status Status) {
	t := s.theme
	if status.URL != "" {
		s.config.Public, s.config.Tips = status.Public, status.Tips
		s.url = t.clean(status.URL)
	}
	status.Relay, status.App, status.Warning = t.clean(status.Relay), t.clean(status.App), t.clean(status.Warning)
	s.status = status
}

// load asks for the selected delivery if it can be seen and is not there.
func (s *screen) load() tea.Cmd {
	current, ok := s.list.current()
	if !ok || s.layout().detailHeight == 0 {
		return nil
	}
	id := s.detail.wants(current.ID)
	if id == "" {
		return nil
	}
	t, zone, c := s.theme, s.zone, s.config
	return s.start(func(ctx context.Context) tea.Msg {
		if c.Deliveries == nil {
			return loadedMsg{failedPage(t, id, fmt.Errorf("there is no history to load it from"))}
		}
		d, err := c.Deliveries.Delivery(ctx, id)
		if err != nil {
			return loadedMsg{failedPage(t, id, err)}
		}
		explanation := ""
		if c.Explain != nil {
			explanation = c.Explain(d)
		}
		p := pageOf(t, zone, d, explanation)
		p.id = id
		return loadedMsg{p}
	})
}

// replay asks for the selected delivery to be delivered again.
func (s *screen) replay() tea.Cmd {
	current, ok := s.list.current()
	replay := s.config.Do.Replay
	switch {
	case !ok:
		return nil
	case replay == nil:
		s.notice = span{"there is no app to replay to: start hook with a target, as in hook listen 3000", warn}
		return nil
	case s.replaying[current.ID]:
		s.notice = span{"already replaying " + inspect.ShortID(current.ID), plain}
		return nil
	}
	s.replaying[current.ID] = true
	s.notice = span{"replaying " + inspect.ShortID(current.ID) + "…", plain}
	return s.start(func(ctx context.Context) tea.Msg {
		fresh, err := replay(ctx, current.ID, false)
		return replayedMsg{of: current, replay: fresh, err: err}
	})
}

// replayed reports what came of a replay.
func (s *screen) replayed(msg replayedMsg) {
	delete(s.replaying, msg.of.ID)
	of := inspect.ShortID(msg.of.ID)
	if msg.err != nil {
		text := msg.err.Error()
		if !strings.HasPrefix(text, "replay ") {
			text = "replay " + of + ": " + text
		}
		s.notice = span{s.theme.clean(text) + " · r tries again", bad}
		return
	}
	s.receive([]inspect.Summary{msg.replay})
	before, _ := resultOf(msg.of)
	after, resultLook := resultOf(msg.replay)
	s.notice = span{s.theme.clean(fmt.Sprintf("replayed %s as %s: %s → %s, %s",
		of, inspect.ShortID(msg.replay.ID), before, after, took(msg.replay.Duration))), resultLook}
}

func (s *screen) nextNews() tea.Cmd {
	return s.start(nextNews(s.config.News))
}

func (s *screen) nextStatus() tea.Cmd {
	return s.start(nextStatus(s.config.Status))
}
