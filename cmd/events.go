package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

type eventsOptions struct {
	json       bool
	apiVersion string
}

func newEvents(s streams) *cobra.Command {
	var o eventsOptions
	c := &cobra.Command{
		Use:   "events [PROVIDER [EVENT]]",
		Short: "List the sample events, find or print one, or say how a provider signs",
		Long: "List the events that `hook send` can fire, the project's own among them, and a provider's scenarios. What is no provider\n" +
			"or event is searched for in their names.",
		Example: "  hook events\n  hook events stripe\n  hook events refund\n  hook events stripe invoice.paid",
		Args:    exactly(cobra.MaximumNArgs(2), "a provider and an event type at most"),
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := findPlace(s)
			if err != nil {
				return err
			}
			l, err := p.samples()
			if err != nil {
				return err
			}
			return p.runEvents(l, args, o)
		},
	}
	c.Flags().BoolVar(&o.json, "json", false, "one JSON object a line: provider, event")
	apiVersionFlag(c.Flags(), &o.apiVersion)
	return c
}

func (p place) runEvents(l fixtures.Library, args []string, o eventsOptions) error {
	switch {
	case len(args) == 0 && o.json:
		return p.printEntries(l.Search("", ""), o)
	case len(args) == 0:
		return p.printProviders(l)
	}
	name := strings.ToLower(args[0])
	events, err := l.Events(name)
	known := err == nil || signature.Lookup(name) != nil
	switch {
	case len(args) == 2 && err != nil:
		return badSample(l, err)
	case len(args) == 2 && !slices.Contains(events, args[1]):
		return p.search(l, name, args[1], o)
	case len(args) == 2:
		return p.printSample(l, name, args[1], o)
	case !known:
		return p.search(l, "", args[0], o)
	case o.json && err != nil:
		return badSample(l, err)
	case o.json:
		return p.printEntries(l.Search(name, ""), o)
	}
	return p.printEvents(l, name, events)
}

// printProviders lists who there are samples of, with these, and then who else is known.
func (p place) printProviders(l fixtures.Library) error {
	names := l.Providers()
	for _, name := range names {
		events, err := l.Events(name)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(p.out, "%s  %s\n", fit(name, 17), strings.Join(events, ", "))
	}
	var others []string
	for _, provider := range signature.Providers() {
		if !slices.Contains(names, provider.Name) {
			others = append(others, provider.Name)
		}
	}
	if len(others) > 0 {
		_, _ = fmt.Fprintln(p.err, "\n"+strings.Join(wrap("verified and signed, but without samples yet: "+strings.Join(others, ", "), lineWidth), "\n"))
	}
	return nil
}

// printEvents lists a provider's samples, and says what to know of it.
func (p place) printEvents(l fixtures.Library, name string, events []string) error {
	for _, event := range events {
		_, _ = fmt.Fprintln(p.out, event)
	}
	if len(events) > 0 {
		_, _ = fmt.Fprintln(p.err)
	}
	about, err := samplesLines(l, name)
	if err != nil {
		return err
	}
	p.printAbout(about)
	if provider := signature.Lookup(name); provider != nil {
		return p.printProvider(provider)
	}
	return nil
}

// samplesLines say what to know of a provider's samples.
func samplesLines(l fixtures.Library, name string) ([][2]string, error) {
	var about [][2]string
	if own := l.Own(name); len(own) > 0 {
		about = append(about, [2]string{"yours", strings.Join(own, ", ")})
	}
	scenarios, err := l.Scenarios(name)
	if _, unknown := errors.AsType[*fixtures.UnknownProviderError](err); unknown {
		return about, nil // it has no samples, and is known all the same
	}
	if err != nil {
		return nil, err
	}
	if len(scenarios) > 0 {
		about = append(about, [2]string{"scenarios", fmt.Sprintf("%s: `hook send %s %s --scenario`", strings.Join(scenarios, ", "), name, scenarios[0])})
	}
	versions, standard, err := l.Versions(name)
	if err != nil {
		return nil, err
	}
	if len(versions) > 1 {
		others := slices.DeleteFunc(versions, func(v string) bool { return v == standard })
		about = append(about, [2]string{"versions", standard + "; with --api-version also " + strings.Join(others, ", ")})
	}
	return about, nil
}

func (p place) printAbout(about [][2]string) {
	for _, line := range about {
		for i, text := range wrap(line[1], lineWidth-13) {
			name := line[0]
			if i > 0 {
				name = ""
			}
			_, _ = fmt.Fprintf(p.err, "  %s %s\n", p.pen.faint.Sprint(fit(name, 10)), text)
		}
	}
}

func (p place) printSample(l fixtures.Library, provider, event string, o eventsOptions) error {
	sample, err := l.Make(provider, event, fixtures.Options{APIVersion: o.apiVersion})
	if err != nil {
		return badSample(l, err)
	}
	var b strings.Builder
	p.header(&b, sample.Header)
	_, _ = fmt.Fprint(p.err, b.String(), "\n")
	for _, line := range inspect.PrettyBody(sample.Header.Get("Content-Type"), sample.Body, 0) {
		if _, err := fmt.Fprintln(p.out, line); err != nil {
			return err
		}
	}
	return nil
}

// search lists the events with a word in their names: all providers', or one's.
func (p place) search(l fixtures.Library, provider, word string, o eventsOptions) error {
	found := l.Search(provider, word)
	if len(found) > 0 {
		return p.printEntries(found, o)
	}
	var err error
	if provider == "" {
		_, err = l.Events(strings.ToLower(word))
	} else {
		_, err = l.Make(provider, word, fixtures.Options{})
	}
	return badSample(l, err)
}

// printEntries lists events as `hook send` takes them.
func (p place) printEntries(entries []fixtures.Entry, o eventsOptions) error {
	for _, e := range entries {
		if !o.json {
			if _, err := fmt.Fprintf(p.out, "%s %s\n", fit(e.Provider, 17), e.Event); err != nil {
				return err
			}
			continue
		}
		if err := printJSON(p.out, eventJSON{Type: "event", Provider: e.Provider, Event: e.Event, Own: e.Own}); err != nil {
			return err
		}
	}
	return nil
}

type eventJSON struct {
	Type     string `json:"type"` // "event"
	Provider string `json:"provider"`
	Event    string `json:"event"`
	Own      bool   `json:"own,omitempty"` // the project's
}
