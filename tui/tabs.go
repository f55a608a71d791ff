package tui

import "fmt"

// The tabs of the detail.
const (
	requestTab = iota
	responseTab
	headersTab
	bodyTab
	signatureTab
	timingTab
	attemptsTab
	diffTab
	tabCount
)

// tabName is what a tab is called, and what if there is little room.
func tabName(tab int) (name, short string) {
	all := [tabCount][2]string{
		{"Request", "Req"}, {"Response", "Resp"}, {"Headers", "Head"}, {"Body", "Body"},
		{"Signature", "Sig"}, {"Timing", "Time"}, {"Attempts", "Att"}, {"Diff", "Diff"},
	}
	return all[tab][0], all[tab][1]
}

// A tabBar is the names of the tabs as they have room.
type tabBar struct {
	spans  []span
	places [tabCount][2]int // the cells of each: from, to; none if it is not shown
}

// tabsIn is the bar in w cells: all names; else those of the others short; else those around the open one, with an arrow
// where there are more.
func (t theme) tabsIn(w, open int) tabBar {
	names := func(tab int, short bool) string {
		name, little := tabName(tab)
		if tab == open {
			return "[" + name + "]"
		}
		if short {
			name = little
		}
		return " " + name + " "
	}
	for _, short := range []bool{false, true} {
		if bar, used := t.tabBar(0, tabCount-1, open, func(tab int) string { return names(tab, short) }); used <= w {
			return bar
		}
	}
	tight := func(tab int) string {
		if name := names(tab, true); tab == open {
			return name
		} else {
			return name[1:]
		}
	}
	from, to := open, open
	for grown := true; grown; {
		grown = false
		for _, wider := range [][2]int{{from, to + 1}, {from - 1, to}} {
			if wider[0] < 0 || wider[1] >= tabCount {
				continue
			}
			if _, used := t.tabBar(wider[0], wider[1], open, tight); used <= w {
				from, to, grown = wider[0], wider[1], true
				break
			}
		}
	}
	bar, used := t.tabBar(from, to, open, tight)
	if used > w {
		name, _ := tabName(open)
		bar = tabBar{spans: []span{{fmt.Sprintf("%s %d/%d", name, open+1, tabCount), accent}}}
	}
	return bar
}

// tabBar is the tabs from one to another, and how many cells that takes.
func (t theme) tabBar(from, to, open int, name func(tab int) string) (bar tabBar, used int) {
	put := func(text string, l look) {
		bar.spans = append(bar.spans, span{text, l})
		used += t.size(text)
	}
	if from > 0 {
		put("← ", faint)
	}
	for tab := from; tab <= to; tab++ {
		l := faint
		if tab == open {
			l = accent
		}
		start := used
		put(name(tab), l)
		bar.places[tab] = [2]int{start, used}
	}
	if to < tabCount-1 {
		put(" →", faint)
	}
	return bar, used
}
