package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

// work is what the user had done, and what of it is under way.
type work struct {
	keep      bool // replays keep the signature that came
	replaying map[string]bool
	entries   []entered // the latest last
}

const workLimit = 1000 // entries that are kept

func newWork() work { return work{replaying: make(map[string]bool)} }

// An entered is one thing that was done.
type entered struct {
	text string // clean
	look look
	at   time.Time // of the last tick before; zero if there was none
	id   string    // the delivery that came of it; empty if none did
}

// A doneMsg is what came of something that the user asked for.
type doneMsg struct {
	what    string
	said    string
	err     error
	next    string          // what to do about err
	fresh   inspect.Summary // the delivery that came of it; zero if there is none
	of      inspect.Summary // what it repeats, as it was before
	removed []string
	rest    []string // to be replayed next
	run     *bulk
	held    bool // it was held at the breakpoint until then
}

// A bulk is a replay of several.
type bulk struct {
	of                                        int
	fixed, same, stillFailing, regressed, bad int
}

func (b *bulk) add(verdict string, err error) {
	switch {
	case err != nil:
		b.bad++
	case verdict == "fixed":
		b.fixed++
	case verdict == "regressed":
		b.regressed++
	case verdict == "still failing":
		b.stillFailing++
	default:
		b.same++
	}
}

func (b *bulk) words() (string, look) {
	parts := []string{fmt.Sprintf("%d replayed", b.of-b.bad)}
	for _, p := range []struct {
		n    int
		word string
	}{{b.fixed, "fixed"}, {b.same, "same"}, {b.stillFailing, "still failing"}, {b.regressed, "regressed"}, {b.bad, "could not be replayed: @ says why"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprint(p.n, " ", p.word))
		}
	}
	look := good
	if b.bad+b.regressed+b.stillFailing > 0 {
		look = bad
	}
	return strings.Join(parts, " · "), look
}

// done reports what came of something, keeps it in the log, and goes on with what is left to do.
func (s *screen) done(msg doneMsg) tea.Cmd {
	var next tea.Cmd
	text, l, verdict := msg.said, good, ""
	switch {
	case msg.err != nil:
		text, l = msg.err.Error(), bad
		if !strings.HasPrefix(text, strings.SplitN(msg.what, " ", 2)[0]+" ") {
			text = msg.what + ": " + text
		}
	case msg.fresh.ID != "":
		before, _ := resultOf(msg.of)
		after, _ := resultOf(msg.fresh)
		verdict, l = verdictOf(msg.of, msg.fresh)
		text = fmt.Sprintf("replayed %s as %s: %s → %s %s, %s",
			inspect.ShortID(msg.of.ID), inspect.ShortID(msg.fresh.ID), before, after, verdict, took(msg.fresh.Duration))
		if msg.held {
			text = fmt.Sprintf("released %s edited, as %s: %s, %s", inspect.ShortID(msg.of.ID), inspect.ShortID(msg.fresh.ID), after, took(msg.fresh.Duration))
		}
		next = s.receive([]inspect.Summary{msg.fresh})
	}
	s.work.entries = append(s.work.entries, entered{text: s.theme.clean(text), look: l, at: s.now, id: msg.fresh.ID})
	if len(s.work.entries) > workLimit {
		s.work.entries = slices.Delete(s.work.entries, 0, workLimit/10)
	}
	if msg.err != nil && msg.next != "" {
		text += " · " + msg.next
	}
	_ = s.say(text, l)
	if len(msg.removed) > 0 {
		s.list.remove(msg.removed)
	}
	delete(s.work.replaying, msg.of.ID)
	if msg.run != nil && msg.run.of > 1 {
		msg.run.add(verdict, msg.err)
		if len(msg.rest) > 0 {
			return tea.Batch(next, s.replayNext(msg.rest, msg.run))
		}
		text, l := msg.run.words()
		s.work.entries = append(s.work.entries, entered{text: text, look: l, at: s.now})
		_ = s.say(text, l)
	}
	return next
}

// menu is the log, the latest first. Choosing an entry selects the delivery that came of it.
func (w *work) menu(s *screen) layer {
	var items []item
	for _, e := range slices.Backward(w.entries) {
		i := item{name: e.text, look: e.look, do: func() tea.Cmd {
			if e.id == "" || !s.list.choose(e.id) {
				return s.say("there is no delivery to show for that", faint)
			}
			return nil
		}}
		if !e.at.IsZero() {
			i.name = e.at.In(s.zone).Format(time.TimeOnly) + "  " + i.name
		}
		items = append(items, i)
	}
	return choose(s.theme, "What was done here, and what came of it", "nothing was done yet", false, items)
}
