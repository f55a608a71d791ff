package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

func newEvents(s streams) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "events [PROVIDER [EVENT]]",
		Short:   "List the sample events, print one, or say how a provider signs",
		Example: "  hook events\n  hook events stripe\n  hook events stripe invoice.paid",
		Args:    exactly(cobra.MaximumNArgs(2), "a provider and an event type at most"),
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := findPlace(s)
			if err != nil {
				return err
			}
			for i := range args {
				if i == 0 {
					args[i] = strings.ToLower(args[i])
				}
			}
			switch {
			case len(args) == 2:
				return p.printSample(args[0], args[1])
			case asJSON:
				return p.eventsJSON(args)
			case len(args) == 1:
				return p.printEvents(args[0])
			}
			return p.printProviders()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line: provider, event")
	return c
}

// printProviders lists who there are samples of, with these, and then who else is known.
func (p place) printProviders() error {
	names := fixtures.Providers()
	for _, name := range names {
		events, err := fixtures.Events(name)
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
func (p place) printEvents(name string) error {
	events, err := fixtures.Events(name)
	provider := signature.Lookup(name)
	if err != nil && provider == nil {
		return badSample(err)
	}
	for _, event := range events {
		_, _ = fmt.Fprintln(p.out, event)
	}
	if provider == nil {
		return nil
	}
	if len(events) > 0 {
		_, _ = fmt.Fprintln(p.err)
	}
	return p.printProvider(provider)
}

func (p place) printSample(provider, event string) error {
	sample, err := fixtures.Make(provider, event, fixtures.Options{})
	if err != nil {
		return badSample(err)
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

func (p place) eventsJSON(of []string) error {
	providers := fixtures.Providers()
	if len(of) > 0 {
		providers = of
	}
	for _, name := range providers {
		events, err := fixtures.Events(name)
		if err != nil {
			return badSample(err)
		}
		for _, event := range events {
			if err := printJSON(p.out, map[string]string{"type": "event", "provider": name, "event": event}); err != nil {
				return err
			}
		}
	}
	return nil
}
