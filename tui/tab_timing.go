package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

const (
	skew     = time.Minute      // between the relay's clock and ours, beyond which the way here is not told
	heldFrom = 10 * time.Minute // before a further attempt, from which on a relay had held it: no sender has waited so long
)

// A stage is a part of the time that a sender waited.
type stage struct {
	name  string
	took  time.Duration
	about string
}

// stagesOf are the stages of the last attempt; nil before the first. What was before it is there if that can be known: the
// relay says when the request came, by its own clock.
func stagesOf(d *inspect.Delivery) []stage {
	a := d.Last()
	if a == nil {
		return nil
	}
	var all []stage
	if way := a.Started.Sub(d.ReceivedAt); d.Endpoint != "" && d.ReplayOf == "" && way >= 0 && (way < skew || a.Number > 1 && way < heldFrom) {
		if a.Number > 1 {
			all = append(all, stage{"before", way, "the relay, the tunnel, and earlier attempts"})
		} else {
			all = append(all, stage{"relay, tunnel", way, "as far as the relay's clock agrees with this one"})
		}
	}
	return append(all,
		stage{"connect", a.Stages.Connect, "to the app"},
		stage{"wait", a.Stages.Wait, "for the head of the app's answer"},
		stage{"read", max(a.Stages.Total-a.Stages.Connect-a.Stages.Wait, 0), "the answer, or until it failed"})
}

// stageWords are the stages of an attempt in a line.
func stageWords(s inspect.Stages) string {
	return fmt.Sprintf("connect %s · wait %s · read %s", finely(s.Connect), finely(s.Wait), finely(max(s.Total-s.Connect-s.Wait, 0)))
}

// timingSheet is where the time went, each stage with a bar at its place, and how much of it the provider would have waited.
func timingSheet(zone *time.Location, d *inspect.Delivery, w int) *sheet {
	all := stagesOf(d)
	if all == nil {
		return sheetOf(words(faint, "not handed to the app yet"))
	}
	a := d.Last()
	s := sheetOf(words(attemptLook(*a), attemptWords(*a)),
		words(faint, fmt.Sprintf("attempt %d · begun %s", a.Number, a.Started.In(zone).Format("2006-01-02 15:04:05.000"))), rich{})
	if a.Outcome == inspect.OutcomePending {
		return s
	}
	var total time.Duration
	for _, stage := range all {
		total += stage.took
	}
	const column = 13 + 1 + 8 + 2 // of name and time
	room := max(w-column, 0)
	var begun time.Duration
	for _, stage := range all {
		line := words(plain, fmt.Sprintf("%-13s ", stage.name)).add(strong, fmt.Sprintf("%8s", finely(stage.took)))
		if room >= 8 && stage.took > 0 {
			line = line.add(plain, "  ").add(accent, barOf(begun, begun+stage.took, total, room, " "))
		}
		s.add(line)
		about := indented(faint, "  "+stage.about)
		s.add(about)
		begun += stage.took
	}
	s.addAll(words(plain, fmt.Sprintf("%-13s ", "in all")).add(strong, fmt.Sprintf("%8s", finely(total))), rich{})
	s.addAll(limitLines(signature.Lookup(d.Provider), d, total, w)...)
	return s
}

// limitLines draw a time against what the provider waits.
func limitLines(p *signature.Provider, d *inspect.Delivery, total time.Duration, w int) []rich {
	switch {
	case p == nil && d.Provider == "":
		return []rich{words(faint, "How long its sender waits is not known, as nobody recognised it.")}
	case p == nil:
		return []rich{words(faint, "How long "+d.Provider+" waits is not known.")}
	case p.Timeout == 0:
		return []rich{words(faint, p.Title+" does not publish how long it waits.")}
	}
	l, verdict := good, "in time"
	switch {
	case total > p.Timeout:
		l, verdict = bad, "too late"
	case total > p.Timeout/2:
		l, verdict = warn, "almost too late"
	}
	limit := limitWords(p.Timeout)
	lines := []rich{words(plain, fmt.Sprintf("%s waits %s: ", p.Title, limit)).add(l, fmt.Sprintf("%s, %s of it", verdict, share(total, p.Timeout)))}
	lines[0].hang = 2
	scale := max(total, p.Timeout)
	if room := w - len(limit) - 3; room >= 8 {
		used := barOf(0, min(total, p.Timeout), scale, room, "·")
		bar := rich{}.add(l, strings.TrimRight(used, "·")).add(faint, strings.TrimLeft(used, "█"))
		if total > p.Timeout {
			until := int(int64(room) * int64(p.Timeout) / int64(scale))
			bar = words(warn, strings.Repeat("█", until)).add(plain, "│").add(bad, strings.Repeat("█", max(room-until, 1))).add(faint, " "+took(total))
		} else {
			bar = bar.add(plain, "│").add(faint, " "+limit)
		}
		lines = append(lines, bar)
	}
	if retries := p.Retries; retries != "" && (total > p.Timeout || d.Summary().Failed()) && d.ReplayOf == "" {
		again := words(faint, "when it sends again: "+retries)
		again.hang = 2
		lines = append(lines, again)
	}
	return lines
}

// barOf is a bar from one time to another of all, in w cells; around it is gap.
func barOf(from, to, all time.Duration, w int, gap string) string {
	if all <= 0 || w <= 0 {
		return ""
	}
	first := min(int(float64(from)/float64(all)*float64(w)), w-1)
	last := max(min(int(float64(to)/float64(all)*float64(w)), w), first+1)
	return strings.Repeat(gap, first) + strings.Repeat("█", last-first) + strings.Repeat(gap, w-last)
}

// finely is a duration in at most 8 cells; of less than a millisecond in more detail than took.
func finely(d time.Duration) string {
	switch {
	case d > 0 && d < 10*time.Microsecond:
		return "<0.01 ms"
	case d > 0 && d < time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
	}
	return took(d)
}

// share is how much of all a part is.
func share(part, all time.Duration) string {
	percent := float64(part) / float64(all) * 100
	if percent < 0.1 && part > 0 {
		return "less than 0.1%"
	}
	if percent < 10 {
		return fmt.Sprintf("%.1f%%", percent)
	}
	return fmt.Sprintf("%.0f%%", percent)
}

// limitWords is a time as providers publish it: 5 s, 6.2 s, 500 ms.
func limitWords(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Seconds()), ".0") + " s"
}
