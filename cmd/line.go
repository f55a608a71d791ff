package cmd

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/fatih/color"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A pen writes what people read: with colours that carry a meaning and a sign beside each. fatih/color leaves colours
// out for NO_COLOR and where the output is no terminal.
type pen struct {
	good, bad, attention, faint, bold *color.Color
	ascii                             bool
}

func newPen() pen {
	return pen{
		good: color.New(color.FgGreen), bad: color.New(color.FgRed), attention: color.New(color.FgYellow),
		faint: color.New(color.Faint), bold: color.New(color.Bold), ascii: !utf8Terminal(),
	}
}

// colourless is the pen for text that somebody else colours.
func (p pen) colourless() pen {
	for _, c := range []**color.Color{&p.good, &p.bad, &p.attention, &p.faint, &p.bold} {
		plain := color.New()
		plain.DisableColor()
		*c = plain
	}
	return p
}

// utf8Terminal says whether the locale's charset is UTF-8. A locale that says nothing is taken for it.
func utf8Terminal() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := os.Getenv(name); v != "" {
			v = strings.ToUpper(v)
			return strings.Contains(v, "UTF-8") || strings.Contains(v, "UTF8")
		}
	}
	return true
}

// sign is what stands for a word in little room, where the terminal's charset has it.
func (p pen) sign(sign, ascii string) string {
	if p.ascii {
		return ascii
	}
	return sign
}

func (p pen) verdict(v signature.Verdict) string {
	switch v {
	case signature.Valid:
		return p.good.Sprint(p.sign("✓", "+"))
	case signature.Invalid:
		return p.bad.Sprint(p.sign("✗", "x"))
	case signature.Unsigned:
		return p.faint.Sprint(p.sign("○", "o"))
	case signature.Unknown:
		return p.attention.Sprint("?")
	}
	return " "
}

// status is the app's answer: its status, or the word for why there was none.
func (p pen) status(s inspect.Summary) string {
	text := strconv.Itoa(s.Status)
	switch {
	case s.Status == 0 && s.Outcome == inspect.OutcomePending:
		return p.faint.Sprint("...")
	case s.Status == 0:
		return p.bad.Sprint(failureStatus(s.Outcome))
	case !s.Outcome.Whole() && s.Outcome != inspect.OutcomePending:
		return p.bad.Sprint(text + "!")
	case s.Status/100 == 2:
		return p.good.Sprint(text)
	case s.Status >= 400:
		return p.bad.Sprint(text)
	}
	return text
}

// failureStatus is what the sender was answered in place of the app.
func failureStatus(o inspect.Outcome) string {
	switch o {
	case inspect.OutcomeTimeout:
		return "504"
	case inspect.OutcomeRejected:
		return "401"
	case inspect.OutcomeCanceled, inspect.OutcomeInterrupted, inspect.OutcomeByHand:
		return "---"
	}
	return "502"
}

// mark says in a sign what sort of delivery it is.
func (p pen) mark(s inspect.Summary) string {
	switch {
	case s.ReplayOf != "":
		return p.sign("⟲", "R")
	case s.RedeliveryOf != "":
		return p.sign("↻", "r")
	}
	return " "
}

// line is a delivery on one line: time, verdict, provider, event type, mark, method and path, status, duration, id.
func (p pen) line(s inspect.Summary, id string) string {
	provider, event := s.Provider, s.EventType
	if provider == "" {
		provider = "-"
	}
	what := fit(inspect.Printable(event), 28)
	return fmt.Sprintf("%s  %s %s %s %s %s  %s  %s  %s",
		p.faint.Sprint(s.ReceivedAt.Local().Format(time.TimeOnly)), p.verdict(s.Verdict), fit(inspect.Printable(provider), 8), what,
		p.mark(s), fit(inspect.Printable(s.Method+" "+shownPath(s)), 26), p.status(s), right(duration(s.Duration), 7), p.bold.Sprint(inspect.Printable(id)))
}

// pathOf is the path that the app was asked for, which people know; or what the sender asked for behind the endpoint.
func pathOf(s inspect.Summary) string {
	if _, rest, ok := strings.Cut(s.Target, "://"); ok {
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			return rest[i:]
		}
	}
	if s.Path == "" {
		return "/"
	}
	return s.Path
}

// shownPath is pathOf without what in it grants access.
func shownPath(s inspect.Summary) string { return shownURL(pathOf(s)) }

// shownURL is a delivery's URL, or its path, without what in it grants access.
func shownURL(u string) string {
	masked, _ := inspect.MaskURL(u)
	return masked
}

// fit makes s exactly n cells wide.
func fit(s string, n int) string {
	if w := ansi.StringWidth(s); w <= n {
		return s + strings.Repeat(" ", n-w)
	}
	s = ansi.Truncate(s, n, "…")
	return s + strings.Repeat(" ", n-ansi.StringWidth(s))
}

func right(s string, n int) string { return strings.Repeat(" ", max(0, n-ansi.StringWidth(s))) + s }

func duration(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// plural is "1 delivery", "2 deliveries".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
