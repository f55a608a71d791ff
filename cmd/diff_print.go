package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/diff"
)

// A comparison is what came of comparing two sides.
type comparison struct {
	report        diff.Report
	before, after side
	answers       bool // what the apps answered was compared, not the requests
}

// compared prints a comparison; the exit code is that of different if they are.
func (p place) compared(c comparison, o diffOptions) error {
	print := p.printComparison
	if o.json {
		print = p.comparisonJSON
	}
	if err := print(c, o); err != nil {
		return err
	}
	if !c.report.Same(o.all) {
		return &fault{errQuiet, "", exitWrong}
	}
	return nil
}

func (p place) printComparison(c comparison, o diffOptions) error {
	width := 0
	if isTerminal(p.out) {
		width = max(terminalWidth(p.out), 20)
	}
	var b strings.Builder
	for _, line := range []string{p.pen.side("---", c.before), p.pen.side("+++", c.after)} {
		if width > 0 {
			line = ansi.Truncate(line, width, "…")
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	b.WriteString("\n")
	lines := c.report.Lines(diff.View{Width: width, All: o.all, Reveal: o.reveal, ASCII: p.pen.ascii})
	for _, line := range lines {
		for _, span := range line {
			b.WriteString(p.pen.diffSpan(span))
		}
		b.WriteString("\n")
	}
	if len(lines) > 0 {
		b.WriteString("\n")
	}
	said, folded := c.words(o.all)
	for _, line := range wrap(said, width) {
		b.WriteString(line + "\n")
	}
	for _, line := range wrap(folded, width) {
		b.WriteString(p.pen.faint.Sprint(line) + "\n")
	}
	_, err := io.WriteString(p.out, b.String())
	return err
}

// side is the line that says what is compared: a sign as in a unified diff, and of a delivery its verdict and status.
func (p pen) side(sign string, s side) string {
	if s.file != "" {
		return sign + " " + p.bold.Sprint(inspect.Printable(s.file))
	}
	sum := s.summary
	received := sum.ReceivedAt.Local()
	when := received.Format(time.TimeOnly)
	if received.Format(time.DateOnly) != time.Now().Format(time.DateOnly) {
		when = received.Format("01-02 ") + when
	}
	what := strings.TrimSpace(orDash(sum.Provider) + " " + sum.EventType)
	return fmt.Sprintf("%s %s %s %s %s %s %s  %s", sign, p.bold.Sprint(inspect.Printable(s.id)), p.faint.Sprint(when), p.verdict(sum.Verdict),
		p.status(sum), p.mark(sum), inspect.Printable(what), p.faint.Sprint(inspect.Printable(sum.Method+" "+shownPath(sum))))
}

func (p pen) diffSpan(s diff.Span) string {
	switch s.Class {
	case diff.Heading:
		return p.bold.Sprint(s.Text)
	case diff.Sign:
		switch s.Text {
		case "+":
			return p.good.Sprint(s.Text)
		case "-":
			return p.bad.Sprint(s.Text)
		}
		return p.attention.Sprint(s.Text)
	case diff.Was:
		return p.bad.Sprint(s.Text)
	case diff.Is:
		return p.good.Sprint(s.Text)
	case diff.Faint:
		return p.faint.Sprint(s.Text)
	case diff.Remark:
		return p.attention.Sprint(s.Text)
	}
	return s.Text
}

// words sum a comparison up: what differs, and what of it is folded.
func (c comparison) words(all bool) (said, folded string) {
	n, more := c.report.Count(), len(c.report.Folded())
	switch {
	case more > 0 && all:
		return fmt.Sprintf("%s, of which %d always differ", plural(n+more, "difference", "differences"), more), ""
	case more > 0:
		differ := "%d always differ and are folded: %s; --all shows them"
		if more == 1 {
			differ = "%d always differs and is folded: %s; --all shows it"
		}
		folded = fmt.Sprintf(differ, more, c.report.FoldedWords())
	}
	switch {
	case n > 0:
		return plural(n, "difference", "differences"), folded
	case c.answers:
		return "the answers are the same", folded
	}
	return "the same", folded
}

type changeJSON struct {
	Type     string          `json:"type"`    // "change"
	Section  string          `json:"section"` // request, status, headers, body
	Path     string          `json:"path"`
	Kind     string          `json:"kind"`             // added, removed, changed, moved
	Before   json.RawMessage `json:"before,omitempty"` // the value as JSON
	After    json.RawMessage `json:"after,omitempty"`
	Volatile bool            `json:"volatile,omitempty"`
	Why      string          `json:"why,omitempty"` // id, time, signature, transport
}

type comparisonJSON struct {
	Type    string    `json:"type"` // "summary"
	Same    bool      `json:"same"`
	Changes int       `json:"changes"`
	Folded  int       `json:"folded"`
	Notes   []string  `json:"notes,omitempty"`
	Before  *sideJSON `json:"before"`
	After   *sideJSON `json:"after"`
}

type sideJSON struct {
	ID       string `json:"id,omitempty"`
	File     string `json:"file,omitempty"`
	ReplayOf string `json:"replay_of,omitempty"`
	Provider string `json:"provider,omitempty"`
	Event    string `json:"event,omitempty"`
	Verdict  string `json:"verdict,omitempty"`
	Status   int    `json:"status,omitempty"`
	Outcome  string `json:"outcome,omitempty"`
}

func (p place) comparisonJSON(c comparison, o diffOptions) error {
	sum := comparisonJSON{
		Type: "summary", Same: c.report.Same(o.all), Changes: c.report.Count(), Folded: len(c.report.Folded()), Before: c.before.json(), After: c.after.json(),
	}
	for _, s := range c.report.Sections {
		sum.Notes = append(sum.Notes, s.Notes...)
		for _, ch := range s.Changes {
			if ch.Volatile && !o.all {
				continue
			}
			before, after := ch.Shown(o.reveal)
			if err := printJSON(p.out, changeJSON{
				Type: "change", Section: s.Name, Path: ch.Path, Kind: string(ch.Kind), Before: asJSON(before), After: asJSON(after),
				Volatile: ch.Volatile, Why: ch.Why,
			}); err != nil {
				return err
			}
		}
	}
	return printJSON(p.out, sum)
}

// asJSON is a value as another program can read it: what is no UTF-8 in it is replaced.
func asJSON(value string) json.RawMessage {
	if value == "" {
		return nil
	}
	return json.RawMessage(strings.ToValidUTF8(value, "\ufffd"))
}

func (s side) json() *sideJSON {
	if s.file != "" {
		return &sideJSON{File: s.file}
	}
	d := summaryJSON(s.summary)
	return &sideJSON{
		ID: d.ID, ReplayOf: d.ReplayOf, Provider: d.Provider, Event: d.Event, Verdict: d.Verdict, Status: d.Status, Outcome: d.Outcome,
	}
}
