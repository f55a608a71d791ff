package tui

import (
	"context"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

const (
	firstLook = 500   // deliveries that a filter is put to at first, so that something is soon seen
	lastLook  = 8_000 // and later at most
)

// A filtering is what the user filters by. What is typed is read and put to the deliveries by commands, the newest first,
// one at a time; an answer to what isn't wanted any more is dropped. Until a text can be read, the last one that could stays.
type filtering struct {
	now     *round // in force; nil: none is
	asked   *round // what was typed last, until it is known whether it can be read; nil: nothing is
	asking  bool   // a first look is under way, at asked or at what was typed before; no other begins until it has ended
	before  string // what was in force when the prompt opened
	open    bool   // the prompt is
	problem string // what is wrong with what was typed last
	past    []string
}

// A round is one text and how far it was put to the deliveries.
type round struct {
	text   string
	search Search   // nil until it was read
	due    []string // ids of those that came or changed
	left   int      // what has a lower number was not looked at
	size   int      // how many are looked at next
	busy   bool     // a look is under way
	within func(context.Context) (context.Context, context.CancelFunc)
	end    context.CancelFunc // ends what was begun within
}

func newRound(text string, left int) *round {
	life, end := context.WithCancel(context.Background())
	return &round{text: text, left: left, size: firstLook, end: end,
		within: func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			stop := context.AfterFunc(life, cancel)
			return ctx, func() { stop(); cancel() }
		}}
}

// A lookedMsg says which of some deliveries match.
type lookedMsg struct {
	of      *round
	first   bool   // nobody had looked before
	search  Search // what was read; nil if it can't be
	rows    []*row
	matches []bool
	err     error
}

// active says whether the list is narrowed.
func (f *filtering) active() bool { return f.now != nil }

// askFilter opens the prompt of the filter.
func (s *screen) askFilter() tea.Cmd {
	if s.config.Search == nil {
		return s.say("filter: there is nothing here that could search", warn)
	}
	f := &s.filter
	f.before, f.open, f.problem = "", true, ""
	if f.now != nil {
		f.before = f.now.text
	}
	p := ask("filter", f.before, s.filterDone)
	p.changed, p.cancelled, p.complete, p.remark = s.filterChanged, s.filterCancelled, s.completions, s.filterRemark
	p.past, p.example = f.past, `words, --failed --since 1h, or status >= 400 && body.amount > 1000`
	return s.raise(p)
}

// filterChanged takes what is typed so far.
func (s *screen) filterChanged(text string) tea.Cmd {
	f := &s.filter
	f.endAsked()
	f.problem = ""
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		s.clearFilter()
		return nil
	case f.now != nil && f.now.text == text:
		return nil
	}
	f.asked = newRound(text, s.list.newest()+1)
	return s.lookFirst()
}

// lookFirst begins to look at what was typed last, unless another first look is under way.
func (s *screen) lookFirst() tea.Cmd {
	f := &s.filter
	if f.asked == nil || f.asking {
		return nil
	}
	f.asking = true
	return s.look(f.asked)
}

// filterDone keeps what was typed, or the last of it that could be read.
func (s *screen) filterDone(text string) tea.Cmd {
	f := &s.filter
	f.open = false
	text = strings.TrimSpace(text)
	f.past = remember(f.past, text)
	if text == "" {
		s.clearFilter()
	} else if f.problem != "" {
		return s.say("filter: "+f.problem, bad)
	}
	return nil
}

// filterCancelled goes back to what was in force before.
func (s *screen) filterCancelled() tea.Cmd {
	s.filter.open = false
	return s.filterChanged(s.filter.before)
}

// clearFilter shows all deliveries.
func (s *screen) clearFilter() {
	f := &s.filter
	f.endAsked()
	if f.now != nil {
		f.now.end()
		f.now = nil
		s.list.widen()
	}
}

func (f *filtering) endAsked() {
	if f.asked != nil {
		f.asked.end()
		f.asked = nil
	}
}

// judge puts the filter to deliveries that came or changed.
func (s *screen) judge(batch []inspect.Summary) tea.Cmd {
	for _, r := range []*round{s.filter.now, s.filter.asked} {
		if r == nil {
			continue
		}
		for _, d := range batch {
			r.due = append(r.due, d.ID)
		}
	}
	return s.lookOn()
}

// lookOn begins the next look of the filter in force, if there is anything to look at and none is under way.
func (s *screen) lookOn() tea.Cmd {
	r := s.filter.now
	if r == nil || r.busy {
		return nil
	}
	s.list.left = max(r.left-s.list.oldest, 0)
	if len(r.due) == 0 && s.list.left == 0 {
		return nil
	}
	return s.look(r)
}

// look puts r to what is due, and to older deliveries that it was not put to.
func (s *screen) look(r *round) tea.Cmd {
	rows := s.due(r)
	r.busy, r.size = true, min(2*r.size, lastLook)
	search, read, text := r.search, s.config.Search, r.text
	return s.start(func(ctx context.Context) tea.Msg {
		ctx, done := r.within(ctx)
		defer done()
		msg := lookedMsg{of: r, search: search, first: search == nil}
		if msg.first {
			if msg.search, msg.err = read(text); msg.err != nil {
				return lookedMsg{of: r, first: true, err: msg.err}
			}
		}
		all := make([]inspect.Summary, len(rows))
		for i, r := range rows {
			all[i] = r.summary()
		}
		msg.rows = rows
		msg.matches, msg.err = msg.search.Match(ctx, all)
		if msg.err == nil && len(msg.matches) != len(rows) {
			msg.err = errors.New("the search has lost count")
		}
		return msg
	})
}

// due are the deliveries to look at next, each as it is now.
func (s *screen) due(r *round) (rows []*row) {
	l := &s.list
	n := min(len(r.due), lastLook)
	for _, id := range r.due[:n] {
		if at, known := l.numbers[id]; known {
			rows = append(rows, l.row(at))
		}
	}
	r.due = r.due[n:]
	r.left = min(r.left, l.newest()+1)
	for len(rows) < r.size && r.left > l.oldest {
		r.left--
		rows = append(rows, l.row(r.left))
	}
	return rows
}

// filterMsg takes what a look has found.
func (s *screen) filterMsg(msg tea.Msg) tea.Cmd {
	m, ok := msg.(lookedMsg)
	if !ok {
		return nil
	}
	f := &s.filter
	if m.first {
		f.asking = false
	}
	switch {
	case m.of == f.asked && m.search == nil:
		return s.unread(m.err)
	case m.of == f.asked:
		if f.now != nil {
			f.now.end()
		}
		f.now, f.asked = m.of, nil
		f.now.search = m.search
		s.list.narrowTo(s.theme.clean(f.now.text))
	case m.of != f.now:
		return s.lookFirst()
	}
	f.now.busy = false
	if m.err != nil {
		// What is not looked at now is when it changes; all of it would end in as many errors.
		f.now.left, f.now.due = 0, nil
		s.list.wrong = s.theme.clean(m.err.Error())
		_ = s.say("filter: "+m.err.Error(), bad)
	} else {
		s.list.wrong = ""
		s.list.judged(m.rows, m.matches)
	}
	return s.lookOn()
}

// unread says why what was typed can't be read.
func (s *screen) unread(err error) tea.Cmd {
	f := &s.filter
	f.endAsked()
	f.problem = s.theme.clean(err.Error())
	if f.open {
		return nil
	}
	return s.say("filter: "+f.problem, bad)
}

// filterRemark is what is to be said of what is typed.
func (s *screen) filterRemark() span {
	switch {
	case s.filter.problem != "":
		return span{s.filter.problem, warn}
	case s.filter.now != nil:
		return span{s.list.found(), faint}
	}
	return span{}
}
