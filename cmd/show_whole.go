package cmd

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/fatih/color"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// show writes all of a delivery, masked.
func (p place) show(w io.Writer, d *inspect.Delivery, f finding) error {
	s := p.paper(w, false)
	s.whole(d, f, nil)
	return s.done(w, false)
}

// whole writes all of a delivery; earlier is what it is a redelivery of, if that is known.
func (s *paper) whole(d *inspect.Delivery, f finding, earlier *inspect.Delivery) {
	provider := signature.Lookup(d.Provider)
	s.about(d, provider, earlier)
	request := requestSide(d)
	_, _ = s.WriteString("\n")
	s.header(2, d.Header, provider)
	s.body(request)
	_, _ = fmt.Fprintf(s, "\n%s\n", s.pen.bold.Sprint("Signature"))
	width := lineWidth
	if s.width > 0 {
		width = min(width, s.width-4)
	}
	for line := range strings.Lines(f.text(s.pen, width)) {
		line = strings.TrimRight(line, "\n")
		text := strings.TrimLeft(line, " ")
		s.line(2+len(line)-len(text), 2, text)
	}
	for i, a := range d.Attempts {
		_, _ = s.WriteString("\n")
		s.attempt(a)
		if i == len(d.Attempts)-1 {
			s.expected(d, provider, a)
		}
		if a.Response != nil {
			_, _ = s.WriteString("\n")
			s.status(2, a.Response)
			s.header(2, a.Response.Header, nil)
			s.body(responseSide(d, a.Response))
		}
	}
	if len(d.Attempts) == 0 {
		s.line(0, 2, "\n  no attempt has ended yet")
	}
}

// about writes what the delivery is and where it is from.
func (s *paper) about(d *inspect.Delivery, provider *signature.Provider, earlier *inspect.Delivery) {
	what := s.pen.bold.Sprint(inspect.Printable(d.ID))
	for _, word := range []string{titleOf(d, provider), d.EventType} {
		if word != "" {
			what += " · " + inspect.Printable(word)
		}
	}
	s.line(0, 2, what)
	s.line(2, 2, inspect.Printable(d.Method)+" "+inspect.Printable(s.url(d.URL)))
	from := []string{"received " + d.ReceivedAt.Local().Format(time.DateTime)}
	if d.Remote != "" {
		from = append(from, "from "+d.Remote)
	}
	if d.ProviderID != "" {
		from = append(from, d.ProviderID)
	}
	if late := inspect.LateWords(d.Late()); late != "" {
		from = append(from, late)
	}
	s.say(s.pen.faint, strings.Join(from, " · "))
	if d.ReplayOf != "" {
		words := "replay of " + d.ReplayOf
		if d.Change != "" {
			words += ", changed: " + d.Change
		}
		s.say(nil, words)
	}
	if d.RedeliveryOf != "" {
		s.say(nil, "redelivery of "+d.RedeliveryOf+answeredThen(d, earlier))
	}
	if d.Masked {
		s.say(s.pen.attention, "secrets in it were masked before it got here: its bytes and its signature are not the sender's")
	}
}

// titleOf is what the sender is called.
func titleOf(d *inspect.Delivery, provider *signature.Provider) string {
	if provider != nil {
		return provider.Title
	}
	return d.Provider
}

// answeredThen says whether the app answered a redelivery as it answered the first.
func answeredThen(d, earlier *inspect.Delivery) string {
	if earlier == nil {
		return ""
	}
	return ", " + redeliveries{earlier, d}.answers().words
}

// url is a URL as it may be seen.
func (s *paper) url(u string) string {
	if s.reveal {
		return u
	}
	masked, n := inspect.MaskURL(u)
	s.masked += n
	return masked
}

// attempts writes each attempt without what the app answered.
func (s *paper) attempts(d *inspect.Delivery) {
	for i, a := range d.Attempts {
		if i > 0 {
			_, _ = s.WriteString("\n")
		}
		s.attempt(a)
	}
	if len(d.Attempts) == 0 {
		s.line(0, 2, "no attempt has ended yet")
	}
}

func (s *paper) attempt(a inspect.Attempt) {
	s.line(0, 2, fmt.Sprintf("%s %d  %s", s.pen.bold.Sprint("Attempt"), a.Number, inspect.Printable(s.url(a.Target))))
	outcome, stages := string(a.Outcome), fmt.Sprintf(" (connection %s, then %s until the answer began)", duration(a.Stages.Connect), duration(a.Stages.Wait))
	switch a.Outcome {
	case inspect.OutcomePending:
		outcome = "under way"
	case inspect.OutcomeByHand:
		outcome, stages = "by hand", ""
	case inspect.OutcomeChallenge:
		stages = ""
	}
	if a.Response != nil {
		outcome += fmt.Sprintf(" %d", a.Response.Status)
	}
	s.line(2, 2, fmt.Sprintf("%s %s in %s%s", s.pen.faint.Sprint(a.Started.Local().Format("15:04:05.000")), outcome, duration(a.Stages.Total), stages))
	if a.Err != "" {
		text := a.Err
		if !s.reveal {
			masked, n := inspect.MaskText(text)
			text, s.masked = masked, s.masked+n
		}
		look := s.pen.bad
		if a.Outcome == inspect.OutcomeChallenge {
			look = s.pen.attention
		}
		s.say(look, text)
	}
}

func (s *paper) status(indent int, r *inspect.Response) {
	var look *color.Color
	switch {
	case r.Status/100 == 2:
		look = s.pen.good
	case r.Status >= 400:
		look = s.pen.bad
	}
	s.line(indent, 2, paint(look, strings.TrimSpace(fmt.Sprint(r.Status, " ", http.StatusText(r.Status)))))
}
