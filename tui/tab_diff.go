package tui

import (
	"fmt"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/diff"
)

// A comparison is one delivery compared with another.
type comparison struct {
	of       *inspect.Delivery
	with     string // the other's id; empty if there is none
	why      string // why it is compared with that one, or why with none
	err      error  // why it could not be
	before   *inspect.Delivery
	after    *inspect.Delivery
	requests diff.Report
	answers  diff.Report
	all      bool // what always differs is shown too
}

// compare compares of with another; the older is the one before.
func compare(of, other *inspect.Delivery, why string) *comparison {
	c := &comparison{of: of, with: other.ID, why: why, before: other, after: of}
	if c.after.ReceivedAt.Before(c.before.ReceivedAt) {
		c.before, c.after = c.after, c.before
	}
	c.requests = diff.Deliveries(c.before, c.after)
	c.answers = diff.Responses(answerOf(c.before), answerOf(c.after))
	return c
}

func answerOf(d *inspect.Delivery) *inspect.Response {
	if a := d.Last(); a != nil {
		return a.Response
	}
	return nil
}

// counterpart is the id of what a delivery is compared with, and why: what is marked, if that is one; the original of a
// replay; else the one before it of the same provider and event type. Without one, why says so.
func (l *list) counterpart(s inspect.Summary) (id, why string) {
	marked, others := "", 0
	for id := range l.marks {
		if id != s.ID {
			marked, others = id, others+1
		}
	}
	switch {
	case others == 1:
		return marked, "it is marked"
	case s.ReplayOf != "":
		return s.ReplayOf, "of which this is a replay"
	case s.Provider == "":
		return "", "its sender is unknown, so there is none like it"
	}
	n, known := l.numbers[s.ID]
	if !known {
		n = l.newest() + 1
	}
	for n--; n >= l.oldest; n-- {
		if o := l.row(n); o.ID != s.ID && o.alike(&s) {
			return o.ID, "the last " + s.Provider + " " + orElse(s.EventType, "delivery") + " before it"
		}
	}
	return "", "there is no " + s.Provider + " " + orElse(s.EventType, "delivery") + " before it"
}

// sheet is the comparison in w cells. Without any it is under way.
func (c *comparison) sheet(zone *time.Location, w int, ascii bool) *sheet {
	switch {
	case c == nil:
		return sheetOf(words(faint, "comparing…"))
	case c.err != nil:
		return sheetOf(words(bad, "compare with "+inspect.ShortID(c.with)+", "+c.why+": "+c.err.Error()))
	case c.with == "":
		return sheetOf(words(faint, "compared with none: "+c.why), words(faint, "space in the list marks one to compare with"))
	}
	about := words(faint, "compared with "+inspect.ShortID(c.with)+": "+c.why)
	about.hang = 2
	s := sheetOf(about, side("- ", bad, c.before, zone), side("+ ", good, c.after, zone))
	view := diff.View{Width: max(w, 20), All: c.all, ASCII: ascii}
	s.addReport("what came", c.requests, view)
	if answerOf(c.before) == nil && answerOf(c.after) == nil {
		s.addAll(rich{}, words(faint, "neither was answered by the app"))
	} else {
		s.addReport("what the app answered", c.answers, view)
	}
	folded := len(c.requests.Folded()) + len(c.answers.Folded())
	switch {
	case folded > 0 && c.all:
		s.addAll(rich{}, words(faint, fmt.Sprintf("%d of them always differ; space folds these", folded)))
	case folded > 0:
		line := words(faint, fmt.Sprintf("… %d always differ and are folded: %s; space shows them", folded, c.foldedWords()))
		if folded == 1 {
			line = words(faint, fmt.Sprintf("… 1 always differs and is folded: %s; space shows it", c.foldedWords()))
		}
		line.hang = 2
		s.addAll(rich{}, line)
	}
	return s
}

func (c *comparison) foldedWords() string {
	words, more := c.requests.FoldedWords(), c.answers.FoldedWords()
	switch {
	case words == "":
		return more + " of the answer"
	case more == "":
		return words
	}
	return words + ", and of the answer " + more
}

// side is the line that says what is compared.
func side(sign string, l look, d *inspect.Delivery, zone *time.Location) rich {
	s := d.Summary()
	verdict, verdictLook := verdictSign(s.Verdict)
	result, resultLook := resultOf(s)
	r := rich{hang: 2}.add(l, sign).add(strong, inspect.ShortID(s.ID)+" ").add(faint, s.ReceivedAt.In(zone).Format("2006-01-02 15:04:05 ")).
		add(verdictLook, verdict+" ").add(resultLook, result)
	return r.add(faint, " "+s.Provider+" "+eventOf(s))
}

// addReport adds a part of a comparison under a title.
func (s *sheet) addReport(title string, report diff.Report, view diff.View) {
	s.add(rich{})
	lines := report.Lines(view)
	if len(lines) == 0 {
		s.add(words(good, title+": the same"))
		return
	}
	n := report.Count()
	differences := "differences"
	if n == 1 {
		differences = "difference"
	}
	s.add(words(strong, fmt.Sprintf("%s: %d %s", title, n, differences)))
	for _, line := range lines {
		var r rich
		for _, span := range line {
			r = r.add(diffLook(span), span.Text)
		}
		r.hang = 4
		s.add(r)
	}
}

// diffLook is how what a comparison is made of looks.
func diffLook(s diff.Span) look {
	switch s.Class {
	case diff.Heading:
		return accent
	case diff.Sign:
		switch s.Text {
		case "+":
			return good
		case "-":
			return bad
		}
		return warn
	case diff.Was:
		return bad
	case diff.Is:
		return good
	case diff.Faint:
		return faint
	case diff.Remark:
		return warn
	}
	return plain
}
