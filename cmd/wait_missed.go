package cmd

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
)

// missed counts what came while a wait waited and didn't match, for whoever wonders why. Its zero value is ready.
type missed struct {
	n       int
	kinds   map[string]int  // how many of each, in words
	pending map[string]bool // the ids of those that are under way
}

const (
	mostKinds  = 1000 // that are told apart: an event type may be anything that a stranger sent
	toldKinds  = 5
	longestTag = 40 // cells of a kind's words
)

// underWay keeps in mind whether a delivery is under way.
func (m *missed) underWay(s inspect.Summary) {
	if s.Outcome != inspect.OutcomePending {
		delete(m.pending, s.ID)
		return
	}
	if m.pending == nil {
		m.pending = make(map[string]bool)
	}
	m.pending[s.ID] = true
}

func (m *missed) add(s inspect.Summary, sel selectors) {
	if m.kinds == nil {
		m.kinds = make(map[string]int)
	}
	kind := sel.kindOf(s)
	if _, known := m.kinds[kind]; !known && len(m.kinds) >= mostKinds {
		kind = "of other kinds"
	}
	m.n++
	m.kinds[kind]++
}

// kindOf is a delivery in a few words: its event, and whatever else the selectors ask for.
func (s *selectors) kindOf(d inspect.Summary) string {
	kind := d.EventType
	if provider := d.Provider; kind == "" || len(s.providers) > 0 {
		if provider == "" {
			provider = "of an unknown provider"
		}
		kind = strings.TrimSpace(provider + " " + kind)
	}
	if len(s.statuses) > 0 || s.failed {
		answer := string(d.Outcome)
		if d.Status != 0 {
			answer = strconv.Itoa(d.Status)
		}
		kind += " (" + answer + ")"
	}
	return ansi.Truncate(inspect.Printable(kind), longestTag, "…")
}

// words are the kinds, the most frequent first.
func (m *missed) words() string {
	kinds := make([]string, 0, len(m.kinds))
	for kind := range m.kinds {
		kinds = append(kinds, kind)
	}
	slices.SortFunc(kinds, func(a, b string) int {
		if d := m.kinds[b] - m.kinds[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	var told []string
	rest := m.n
	for _, kind := range kinds[:min(len(kinds), toldKinds)] {
		rest -= m.kinds[kind]
		told = append(told, fmt.Sprintf("%d %s", m.kinds[kind], kind))
	}
	if rest > 0 {
		told = append(told, fmt.Sprintf("%d others", rest))
	}
	return strings.Join(told, ", ")
}

// asked is what the selectors and words ask for, in words; empty if that is anything.
func (o *waitOptions) asked() string {
	var all []string
	add := func(lead string, any ...string) {
		if len(any) > 0 && any[0] != "" {
			all = append(all, lead+strings.Join(any, " or "))
		}
	}
	add("of event ", o.events...)
	add("of provider ", o.providers...)
	add("answered ", o.statuses...)
	if o.failed {
		all = append(all, "that failed")
	}
	add("where ", o.where)
	add("since ", o.since)
	add("until ", o.until)
	if len(o.words) > 0 {
		all = append(all, "with "+strconv.Quote(strings.Join(o.words, " ")))
	}
	return strings.Join(all, ", ")
}

// timedOut says what there was in place of what was waited for.
func (w *waiting) timedOut() error {
	if w.o.json {
		err := printJSON(w.out, timeoutJSON{
			Type: "timeout", Matched: w.matched, Wanted: w.o.count, Others: w.missed.n, Pending: len(w.missed.pending), Cursor: cursorText(w.cursor),
		})
		if err != nil {
			return err
		}
	}
	return fail(exitTimedOut, w.nextStep(), "wait: after %s %s", w.o.timeout, w.whatCame())
}

// A timeoutJSON ends what --json prints if not enough of it matched in time.
type timeoutJSON struct {
	Type    string `json:"type"` // "timeout"
	Matched int    `json:"matched"`
	Wanted  int    `json:"wanted"`
	Others  int    `json:"others"`  // came and didn't match
	Pending int    `json:"pending"` // are still under way
	Cursor  string `json:"cursor"`  // behind the last that matched
}

func (w *waiting) whatCame() string {
	m, asked := &w.missed, w.o.asked()
	var s string
	switch {
	case m.n == 0 && w.matched == 0 && len(m.pending) > 0:
		s = "nothing is over"
	case m.n == 0 && w.matched == 0:
		s = "nothing came"
	case m.n == 0:
		s = fmt.Sprintf("no more than %d of %s came", w.matched, plural(w.o.count, "delivery", "deliveries"))
	case w.matched == 0:
		s = fmt.Sprintf("%s came, none %s: %s", plural(m.n, "delivery", "deliveries"), asked, m.words())
	default:
		s = fmt.Sprintf("%d of %d matched, %s %s: %s", w.matched, w.o.count, plural(m.n, "other was not", "others were not"), asked, m.words())
	}
	switch n := len(m.pending); {
	case n == 1:
		s += "; one is still under way"
	case n > 1:
		s += fmt.Sprintf("; %d are still under way", n)
	}
	return s
}

func (w *waiting) nextStep() string {
	r, listens := w.listener()
	switch {
	case listens && r.Lost > 0:
		return fmt.Sprintf("the listener could not keep %s in the history: its disk may be full", plural(int(r.Lost), "entry", "entries"))
	case w.missed.n > 0:
		return "`hook list` shows them; --timeout waits longer"
	case len(w.missed.pending) > 0:
		return "a delivery counts when the app's answer is over; --timeout waits longer"
	case listens:
		return "the listener's URL is " + r.URL + "; --timeout waits longer"
	}
	return "start `hook listen 3000` first: no listener runs in " + w.project.dir
}
