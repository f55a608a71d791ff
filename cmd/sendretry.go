package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-4575fdc3/hook/inspect"
)

// A persistence is one delivery that is sent until it is accepted or its provider gives up.
type persistence struct {
	*sending
	signer   *signer
	rules    retryRules
	schedule schedule
	speed    float64
	began    time.Time
	attempts int
}

// A retriedJSON is one attempt of --retry.
type retriedJSON struct {
	sentJSON
	Attempt int     `json:"attempt"`
	Next    float64 `json:"next_in_ms,omitempty"` // as the provider would wait; --speed shortens it
}

// again sends a delivery as its provider does when it fails.
func (s *sending) again(ctx context.Context) error {
	speed, err := paceOf(s.o.speed)
	if err != nil {
		return err
	}
	signer, err := s.ready(ctx)
	if err != nil {
		return err
	}
	p := &persistence{sending: s, signer: signer, schedule: scheduleOf(s.provider), speed: speed}
	title := s.o.provider
	if s.provider != nil {
		p.rules, title = rulesOf(s.provider), s.provider.Title
	}
	if len(p.schedule.pauses) == 0 {
		_, _ = fmt.Fprintf(s.err, "hook: retries of %s: %s\n", title, s.provider.Retries)
	} else {
		_, _ = fmt.Fprintf(s.err, "hook: if it fails, %s\n", p.schedule.words(title, speed))
	}
	return p.run(ctx, title)
}

// run makes the attempts, and says how it ended.
func (p *persistence) run(ctx context.Context, title string) error {
	p.began = time.Now()
	var before *inspect.Attempt
	for {
		l, err := p.attempt(ctx, before)
		switch {
		case err != nil && ctx.Err() != nil:
			return p.end("interrupted", err)
		case err != nil:
			return err
		}
		before = l.delivery.Last()
		pause, asked, left := p.next(before)
		final := p.rules.final(before)
		accepted := p.accepted(before)
		if accepted || final != "" || !left {
			pause, asked, left = 0, false, false
		}
		if err := p.printAttempt(l, pause, asked, left); err != nil {
			return err
		}
		switch {
		case accepted:
			return p.end("accepted", nil)
		case final != "":
			return p.end("stopped", p.gaveUp("%s %s", title, final))
		case !left && len(p.schedule.pauses) == 0:
			return p.end("not accepted", p.outcome(ctx, p.signer, l))
		case !left:
			words := fmt.Sprintf("%s gives up after %s", title, plural(p.attempts, "attempt", "attempts"))
			if p.rules.end != "" {
				words += ": " + p.rules.end
			}
			return p.end("gave up", p.gaveUp("%s", words))
		}
		if err := pauseFor(ctx, time.Duration(float64(pause)/p.speed)); err != nil {
			return p.end("interrupted", err)
		}
	}
}

// attempt sends once more: the same delivery with the same id, signed anew, and with what its provider says of a retry.
func (p *persistence) attempt(ctx context.Context, before *inspect.Attempt) (letter, error) {
	p.rules.mark(p.sample, p.attempts+1, before, p.began)
	l, err := p.signer.prepare(p.sample, p.to)
	if err != nil {
		return letter{}, err
	}
	if p.attempts == 0 && !p.o.json {
		if err := p.printRequest(l.delivery, p.signer.words, false); err != nil {
			return letter{}, err
		}
	}
	if err := p.sender.deliver(ctx, l); err != nil {
		return letter{}, err
	}
	p.attempts++
	return l, nil
}

// next is the pause before the next attempt, perhaps the one that the app asked for; left says whether there is a next.
func (p *persistence) next(a *inspect.Attempt) (pause time.Duration, asked, left bool) {
	if p.attempts > len(p.schedule.pauses) {
		return 0, false, false
	}
	pause = p.schedule.pauses[p.attempts-1]
	if after := retryAfter(a.Response, time.Now()); after > pause {
		return after, true, true
	}
	return pause, false, true
}

// printAttempt is a line for each attempt, with the pause until the next.
func (p *persistence) printAttempt(l letter, pause time.Duration, asked, left bool) error {
	if p.o.json {
		return printJSON(p.out, retriedJSON{p.json(l), p.attempts, milliseconds(pause)})
	}
	a := l.delivery.Last()
	status, what := p.pen.status(l.delivery.Summary()), "in "+duration(a.Stages.Total)
	if a.Response == nil {
		status, what = p.pen.bad.Sprint("---"), a.Err
	}
	line := fmt.Sprintf("%s  %s  %s", right(fmt.Sprintf("%d of %d", p.attempts, len(p.schedule.pauses)+1), 9), status, inspect.Printable(what))
	if left {
		line += "   next in " + timespan(pause)
		if asked {
			line += ", as Retry-After says"
		}
		if p.speed != 1 {
			line += p.pen.faint.Sprintf(" (here %s)", timespan(time.Duration(float64(pause)/p.speed)))
		}
	}
	_, err := fmt.Fprintln(p.out, line)
	return err
}

// gaveUp is the error of a provider that sends no more.
func (p *persistence) gaveUp(format string, args ...any) error {
	return fail(exitFailed, "`hook list` shows every attempt, `hook show last` the last one's answer", "%s: %s", p.what(), fmt.Sprintf(format, args...))
}

// end prints the sum of a persistence that ended that way. The error stays.
func (p *persistence) end(how string, err error) error {
	took := time.Since(p.began)
	if p.o.json {
		sum := printJSON(p.out, struct {
			Type     string  `json:"type"` // "summary"
			Attempts int     `json:"attempts"`
			Planned  int     `json:"planned"`
			Ended    string  `json:"ended"` // accepted, not accepted (it never sends again), stopped (by an answer), gave up, interrupted
			Seconds  float64 `json:"seconds"`
		}{"summary", p.attempts, len(p.schedule.pauses) + 1, how, took.Seconds()})
		return errors.Join(sum, err)
	}
	word := map[string]string{"stopped": "the provider stopped", "gave up": "the provider gave up"}[how]
	if word == "" {
		word = how
	}
	_, printed := fmt.Fprintf(p.out, "%s of %d · %s · %s\n", plural(p.attempts, "attempt", "attempts"), len(p.schedule.pauses)+1, word, timespan(took))
	return errors.Join(printed, err)
}
