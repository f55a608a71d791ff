package tui

import (
	"fmt"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/seed-4575fdc3/hook/inspect"
)

const pageLimit = 8 // pages that are kept

// A detail is one delivery to read, in tabs. Its pages are loaded when they are looked at, one at a time.
type detail struct {
	about    inspect.Summary
	tab      int
	pager    pager
	pages    []page // the last that were loaded, the latest last
	loading  string // the id of the delivery that is being loaded; empty if none is
	outdated bool   // what is being loaded changed meanwhile
	fills    int    // pages that came so far
	drawn    drawn
}

// drawn is what the pager was filled with, so that it is filled again only if that changed.
type drawn struct {
	id    string
	tab   int
	width int
	fills int
}

// wants is the id of the delivery to load now; empty if there is nothing to load or something is being loaded.
func (d *detail) wants(id string) string {
	if d.loading != "" {
		return ""
	}
	if at := d.find(id); at >= 0 && !d.pages[at].stale {
		return ""
	}
	d.loading = id
	return id
}

// loaded takes a page that was asked for.
func (d *detail) loaded(p page) {
	d.loading = ""
	p.stale, d.outdated = d.outdated, false
	if at := d.find(p.id); at >= 0 {
		d.pages = slices.Delete(d.pages, at, at+1)
	}
	if len(d.pages) == pageLimit {
		d.pages = slices.Delete(d.pages, 0, 1)
	}
	d.pages = append(d.pages, p)
	d.fills++
}

// changed notes that the delivery with that id is no longer what was loaded.
func (d *detail) changed(id string) {
	if id == d.loading {
		d.outdated = true
	}
	if at := d.find(id); at >= 0 {
		d.pages[at].stale = true
	}
}

// find is the index of the page with that id, or -1.
func (d *detail) find(id string) int {
	return slices.IndexFunc(d.pages, func(p page) bool { return p.id == id })
}

// press handles a key of the detail, and says whether it was one. Most are only if it has the focus.
func (d *detail) press(k keyMap, msg tea.KeyPressMsg, focused bool) bool {
	switch {
	case focused && key.Matches(msg, k.up, k.down, k.pageUp, k.pageDown, k.newest, k.oldest):
		scroll(&d.pager, k, msg)
	case key.Matches(msg, k.nextTab):
		d.tab = (d.tab + 1) % tabCount
	case key.Matches(msg, k.prevTab):
		d.tab = (d.tab + tabCount - 1) % tabCount
	case key.Matches(msg, k.scrollDown):
		d.pager.scroll(1)
	case key.Matches(msg, k.scrollUp):
		d.pager.scroll(-1)
	default:
		return false
	}
	return true
}

// atTop says whether the first line is shown.
func (d *detail) atTop() bool { return d.pager.top == 0 }

// search looks for text from where the search began.
func (d *detail) search(text string) {}

// endSearch ends typing what to search for; without keep there is nothing to search for any more.
func (d *detail) endSearch(keep bool) {}

// hits says which of how many places is shown.
func (d *detail) hits() string { return "" }

// tabAt is the tab whose name is at a place of the detail of w cells, or -1.
func (d *detail) tabAt(t theme, x, y, w int) int { return -1 }

// openTab shows a tab.
func (d *detail) openTab(tab int) { d.tab = tab }

// arrange makes s, in w by h cells, what is shown.
func (d *detail) arrange(t theme, s inspect.Summary, w, h int) {
	d.about = s
	const head = 3
	now := drawn{id: s.ID, tab: d.tab, width: w, fills: d.fills}
	if now != d.drawn {
		if now.id != d.drawn.id || now.tab != d.drawn.tab {
			d.pager.top = 0
		}
		d.drawn = now
		d.pager.set(t, d.lines(), w, h-head)
	}
	d.pager.resize(h - head)
}

// lines is what the tab says; a word about loading until it is there.
func (d *detail) lines() []line {
	if at := d.find(d.about.ID); at >= 0 {
		return d.pages[at].tabs[d.tab]
	}
	return []line{{text: "loading…", look: faint}}
}

// view is exactly w by h cells.
func (d *detail) view(t theme, w, h int) []string {
	s := d.about
	name := s.Provider
	if name != "" {
		name += " · "
	}
	sign, signLook := verdictSign(s.Verdict)
	rows := []string{
		t.bar(w, []span{{inspect.ShortID(s.ID) + "  ", accent}, {t.clean(name + eventOf(s)), strong}},
			[]span{{sign + " " + t.clean(string(s.Verdict)), signLook}}),
		t.bar(w, d.tabSpans(), []span{{d.position(), faint}}),
		spaces(w),
	}
	return append(rows, d.pager.view(t)...)[:max(min(h, len(rows)+d.pager.height), 0)]
}

// tabSpans are the names of the tabs with the open one in brackets.
func (d *detail) tabSpans() []span {
	var all []span
	for tab := range tabCount {
		if tab == d.tab {
			all = append(all, span{"[" + tabName(tab) + "]", accent})
		} else {
			all = append(all, span{" " + tabName(tab) + " ", faint})
		}
	}
	return all
}

// position says how far the shown rows go if not all are shown.
func (d *detail) position() string {
	p := &d.pager
	if len(p.rows) <= p.height || p.height == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", min(p.top+p.height, len(p.rows)), len(p.rows))
}
