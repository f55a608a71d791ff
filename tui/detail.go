package tui

import (
	"fmt"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
)

const detailHead = 3 // rows above what is read: the delivery, the tabs, what was searched for and how far it was read

// A detail is one delivery to read, in tabs. Its pages are loaded when they are looked at.
type detail struct {
	about    inspect.Summary
	tab      int
	form     form
	focused  bool
	reader   reader
	sought   search
	pages    []*page // the last that were looked at, the latest last
	loading  string  // the id of the delivery that is being loaded; empty if none is
	outdated bool    // what is being loaded changed meanwhile
	errand   bool    // something else is under way, for the page that is read
	fills    int     // what came so far
	toEnd    bool    // the end was asked for, and may not be there yet
	drawn    drawn
}

// drawn is what the reader shows, so that it is made ready again only if that changed.
type drawn struct {
	id    string
	page  *page
	tab   int
	form  form
	width int
	fills int
}

// press handles a key of the detail, and says whether it was one. Without the focus only few are.
func (d *detail) press(k keyMap, msg tea.KeyPressMsg, focused bool) bool {
	switch {
	case key.Matches(msg, k.nextTab):
		d.openTab((d.tab + 1) % tabCount)
	case key.Matches(msg, k.prevTab):
		d.openTab((d.tab + tabCount - 1) % tabCount)
	case key.Matches(msg, k.tabs):
		d.openTab(int(msg.String()[0] - '1'))
	case key.Matches(msg, k.scrollDown):
		d.reader.scroll(1)
	case key.Matches(msg, k.scrollUp):
		d.toEnd = false
		d.reader.scroll(-1)
	case !focused:
		return false
	default:
		return d.pressFocused(k, msg)
	}
	return true
}

// pressFocused handles the keys that are the detail's while it has the focus.
func (d *detail) pressFocused(k keyMap, msg tea.KeyPressMsg) bool {
	d.toEnd = key.Matches(msg, k.oldest)
	r := &d.reader
	switch {
	case key.Matches(msg, k.up):
		r.up()
	case key.Matches(msg, k.down):
		r.down()
	case key.Matches(msg, k.pageUp):
		r.page(-1)
	case key.Matches(msg, k.pageDown):
		r.page(1)
	case key.Matches(msg, k.newest):
		r.home()
	case key.Matches(msg, k.oldest):
		r.end()
	case key.Matches(msg, k.open, k.fold):
		d.toggle()
	case key.Matches(msg, k.foldAll):
		d.foldAll(true)
	case key.Matches(msg, k.unfoldAll):
		d.foldAll(false)
	case key.Matches(msg, k.form):
		d.form = (d.form + 1) % formCount
	case key.Matches(msg, k.nextHit):
		from := d.sought.from(r)
		if d.sought.found && from == d.sought.at {
			from.col += len(d.sought.needle.text)
		}
		d.sought.forward(r, from)
	case key.Matches(msg, k.prevHit):
		d.sought.backward(r, d.sought.from(r))
	default:
		return false
	}
	return true
}

// toggle folds or unfolds what the cursor is at.
func (d *detail) toggle() {
	if at := d.find(d.about.ID); at >= 0 && d.pages[at].err != nil {
		d.pages[at].stale = true // to try again
		return
	}
	if d.tab == diffTab {
		if c := d.comparison(); c != nil {
			d.showVolatile(!c.all)
		}
		return
	}
	d.reader.toggle()
}

// foldAll folds all that can be, or unfolds it.
func (d *detail) foldAll(on bool) {
	if d.tab == diffTab {
		d.showVolatile(!on)
		return
	}
	d.reader.foldAll(on)
}

// showVolatile shows what always differs, or folds it.
func (d *detail) showVolatile(on bool) {
	if c := d.comparison(); c != nil && c.all != on {
		c.all = on
		d.fills++
	}
}

func (d *detail) comparison() *comparison {
	if p := d.pageWith(d.about.ID); p != nil {
		return p.comparison
	}
	return nil
}

// openTab opens a tab.
func (d *detail) openTab(tab int) {
	if tab >= 0 && tab < tabCount {
		d.tab, d.toEnd = tab, false
	}
}

// tabAt is the tab whose name is at that cell of the detail's w; -1 if none is.
func (d *detail) tabAt(t theme, x, y, w int) int {
	if y != 1 {
		return -1
	}
	for tab, place := range t.tabsIn(w, d.tab).places {
		if x >= place[0] && x < place[1] {
			return tab
		}
	}
	return -1
}

// atTop says whether what is read is seen from its beginning.
func (d *detail) atTop() bool { return d.reader.top == 0 && d.reader.skip == 0 }

// search looks for text, which is still being typed, from where the cursor was before.
func (d *detail) search(text string) {
	s, r := &d.sought, &d.reader
	if !s.open {
		s.open, s.began = true, r.position
	}
	r.position = s.began
	s.needle = newNeedle(text)
	s.look(r)
	s.forward(r, place{line: s.began.cursor})
}

// endSearch ends the typing; without keep nothing was searched for.
func (d *detail) endSearch(keep bool) {
	s, r := &d.sought, &d.reader
	if s.open && !keep {
		r.position, s.needle = s.began, needle{}
		s.look(r)
		r.settle()
	}
	s.open = false
}

// forgetSearch takes a search back that has ended, and says whether there was one.
func (d *detail) forgetSearch() bool {
	if d.sought.words() == "" {
		return false
	}
	d.sought.needle = needle{}
	d.sought.look(&d.reader)
	d.reader.settle()
	return true
}

// hits says which hit of how many the cursor is at: 3/17. It is empty if nothing is searched for.
func (d *detail) hits() string { return d.sought.words() }

// arrange makes s, in w by h cells, what is shown.
func (d *detail) arrange(t theme, s inspect.Summary, w, h int, focused bool) {
	d.about, d.focused = s, focused
	now := drawn{id: s.ID, tab: d.tab, form: d.form, width: w, fills: d.fills}
	if at := d.find(s.ID); at >= 0 {
		now.page = d.pages[at]
	}
	if now != d.drawn {
		d.fill(t, now)
	}
	d.reader.resize(t, w-1, h-detailHead)
	if d.toEnd {
		d.reader.end()
	}
}

// fill gives the reader what is to be read now.
func (d *detail) fill(t theme, now drawn) {
	was := d.drawn
	d.drawn = now
	if was.page != nil {
		was.page.at[was.tab] = d.reader.position
	}
	if now.page == nil {
		d.reader.show([]text{sheetOf(words(faint, "loading…"))}, position{})
		d.sought.look(&d.reader)
		return
	}
	if now.id == was.id && now.page != was.page && was.page != nil {
		now.page.at = was.page.at // it was loaded anew
	}
	at := now.page.at[now.tab]
	if now.page == was.page && now.tab == was.tab && now.form != was.form {
		at = position{}
	}
	d.reader.show(now.page.texts(t, now.tab, now.form, now.width-1), at)
	found := d.sought.found && now.id == was.id && now.tab == was.tab && now.form == was.form
	if d.sought.look(&d.reader); found {
		d.sought.found, d.reader.hit = true, d.sought.at
	}
}

// view is exactly w by h cells.
func (d *detail) view(t theme, w, h int) []string {
	s := d.about
	sender := s.Provider
	if sender != "" {
		sender += " · "
	}
	sign, signLook := verdictSign(s.Verdict)
	rows := []string{
		t.bar(w, []span{{t.clean(inspect.ShortID(s.ID)) + "  ", accent}, {t.clean(sender + eventOf(s)), strong}},
			[]span{{sign + " " + t.clean(string(s.Verdict)), signLook}}),
		t.bar(w, t.tabsIn(w, d.tab).spans, nil),
		t.bar(w, d.searchSpans(t), []span{{d.position(), faint}}),
	}
	rows = append(rows, d.reader.view(w, d.focused && d.moves())...)
	return rows[:max(min(h, len(rows)), 0)]
}

// moves says whether there is a cursor to move: where there is something to fold, or to be found.
func (d *detail) moves() bool {
	p := d.drawn.page
	return p != nil && (p.body(d.tab) != nil || d.sought.needle.text != "")
}

// searchSpans say what is searched for.
func (d *detail) searchSpans(t theme) []span {
	if d.sought.needle.text == "" {
		return nil
	}
	return []span{{"/" + t.clean(d.sought.needle.text), accent}, {"  " + d.hits(), faint}}
}

// position says how far the shown lines go if not all are shown.
func (d *detail) position() string {
	r := &d.reader
	if r.count == 0 || r.height == 0 {
		return ""
	}
	last := r.lastSeen()
	below := r.after(last)
	if r.top == 0 && r.skip == 0 && below >= r.count && r.fits() {
		return ""
	}
	form := ""
	if p := d.drawn.page; p != nil && p.body(d.tab) != nil {
		form = [formCount]string{"", "raw · ", "hex · "}[d.form]
	}
	return fmt.Sprintf("%s%s/%s", form, humanize.Comma(int64(min(below, r.count))), humanize.Comma(int64(r.count)))
}

// hints are the keys that help in what is read.
func (d *detail) hints() []span {
	switch {
	case d.tab == diffTab:
		return []span{hint("/", "search"), hint("space", "what always differs")}
	case d.moves() && d.form == readable:
		return []span{hint("/", "search"), hint("space", "fold"), hint("[ ]", "all"), hint("x", "raw")}
	case d.moves() && d.form == raw:
		return []span{hint("/", "search"), hint("x", "hex")}
	case d.moves():
		return []span{hint("/", "search"), hint("x", "readable")}
	}
	return []span{hint("/", "search")}
}
