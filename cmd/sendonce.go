package cmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/charmbracelet/x/ansi"
	"github.com/dustin/go-humanize"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// ready lets the sample of a single delivery be edited, and finds what signs it.
func (s *sending) ready(ctx context.Context) (*signer, error) {
	if s.o.edit {
		var err error
		if s.sample.Body, err = s.edit(ctx, s.sample); err != nil {
			return nil, err
		}
	}
	return s.sender.signer(s.sample.Provider)
}

// once sends one delivery; the fault duplicate sends it twice.
func (s *sending) once(ctx context.Context) error {
	signer, err := s.ready(ctx)
	if err != nil {
		return err
	}
	l, err := signer.prepare(s.sample, s.to)
	if err != nil {
		return err
	}
	copies := 1
	if s.o.faults.duplicate {
		copies = 2
	}
	for i := range copies {
		if i > 0 {
			l = l.copy()
		}
		if err := s.sender.deliver(ctx, l); err != nil {
			return err
		}
		err := s.printSent(signer, l, i > 0)
		if last := i == copies-1; last || !s.right(l.delivery.Last(), l.expected) {
			return errors.Join(err, s.outcome(ctx, signer, l))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// copy is the same delivery once more, as a provider's own retry is: with an id of hook's own.
func (l letter) copy() letter {
	d := *l.delivery
	d.ID, d.Attempts = inspect.NewID(), nil
	l.delivery = &d
	return l
}

// A sentJSON is a delivery that was sent, and whether its provider would be content.
type sentJSON struct {
	deliveryJSON
	Accepted bool     `json:"accepted"`
	Faults   []string `json:"faults,omitempty"`
	Expected string   `json:"expected,omitempty"` // what a right app does with a fault: "refused"
	Right    *bool    `json:"as_expected,omitempty"`
}

func (s *sending) json(l letter) sentJSON {
	j := sentJSON{deliveryJSON: summaryJSON(l.delivery.Summary()), Accepted: s.accepted(l.delivery.Last())}
	if s.o.faults.any() {
		right := s.right(l.delivery.Last(), l.expected)
		j.Faults, j.Expected, j.Right = s.o.faults.words, l.expected.String(), &right
	}
	return j
}

// accepted says whether the provider would take the answer for success. Half an answer is none.
func (s *sending) accepted(a *inspect.Attempt) bool { return takes(s.provider, a) }

func takes(provider *signature.Provider, a *inspect.Attempt) bool {
	return a.Response != nil && a.Outcome.Whole() && provider.Accepts(a.Response.Status)
}

func (s *sending) right(a *inspect.Attempt, expected expectation) bool {
	return answersRight(s.provider, a, expected)
}

// answersRight says whether the app did what a right one does.
func answersRight(provider *signature.Provider, a *inspect.Attempt, expected expectation) bool {
	refused := a.Response != nil && a.Response.Status/100 == 4
	switch expected {
	case toRefuse:
		return refused
	case toBreakOff:
		return refused || a.Outcome == inspect.OutcomeClosed
	case toDecide:
		return refused || takes(provider, a)
	case toEndSomehow:
		return refused || a.Outcome == inspect.OutcomeClosed || takes(provider, a)
	default:
		return takes(provider, a)
	}
}

// printSent prints what was sent and what came back.
func (s *sending) printSent(signer *signer, l letter, again bool) error {
	if s.o.json {
		return printJSON(s.out, s.json(l))
	}
	if err := s.printRequest(l.delivery, signer.words, again); err != nil {
		return err
	}
	return s.printAnswer(l.delivery)
}

func (s *sending) printRequest(d *inspect.Delivery, signed string, again bool) error {
	if again {
		signed = "the same once more"
	}
	_, err := fmt.Fprintf(s.out, "%s %s %s   %s · %s · %s · %s bytes · %s\n", s.pen.sign("→", ">"), d.Method, inspect.Printable(shownURL(d.URL)),
		d.Provider, d.EventType, inspect.Printable(orDash(d.ProviderID)), humanize.Comma(d.Body.Size), signed)
	return err
}

func (s *sending) printAnswer(d *inspect.Delivery) error {
	a := d.Last()
	if a.Response == nil {
		return nil // the error says why
	}
	answer, _, _ := inspect.Decoded(a.Response.Header, a.Response.Body.Bytes, 4096) // what could be decoded says enough
	_, err := fmt.Fprintf(s.out, "%s %s in %s   %s\n", s.pen.sign("←", "<"), s.pen.status(d.Summary()), duration(a.Stages.Total),
		joined(" · ", inspect.Printable(redirectWords(a.Response)), ansi.Truncate(inspect.Printable(string(answer[:min(len(answer), 400)])), 100, "…")))
	return err
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
