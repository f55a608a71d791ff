package cmd

import (
	"fmt"
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
		Short:   "List the sample events, or print one",
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

func (p place) printProviders() error {
	for _, name := range fixtures.Providers() {
		events, err := fixtures.Events(name)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(p.out, "%s  %s\n", fit(name, 17), strings.Join(events, ", "))
	}
	return nil
}

func (p place) printEvents(name string) error {
	events, err := fixtures.Events(name)
	if err != nil {
		return badSample(err)
	}
	for _, event := range events {
		_, _ = fmt.Fprintln(p.out, event)
	}
	provider := signature.Lookup(name)
	if provider == nil {
		return nil
	}
	about := [][2]string{
		{"signature", provider.Docs}, {"register", provider.RegisterAt}, {"secret", provider.SecretAt},
		{"variables", strings.Join(provider.SecretVars, ", ")}, {"retries", provider.Retries},
	}
	if provider.Timeout > 0 {
		about = append(about, [2]string{"waits", provider.Timeout.String() + " for an answer"})
	}
	if provider.Tolerance() > 0 {
		about = append(about, [2]string{"tolerance", provider.Tolerance().String() + " between signing and receipt"})
	}
	found, err := findSecrets(p.project, nil, p.in, p.err)
	if err != nil {
		return err
	}
	if own := found.of(provider); len(own) > 0 {
		if source := own[0].Source; own[0].Test {
			about = append(about, [2]string{"test", "until you configure a secret: " + setVariable(provider, own[0].Value)})
		} else {
			about = append(about, [2]string{"found", source})
		}
	}
	_, _ = fmt.Fprintln(p.err)
	for _, line := range about {
		if line[1] != "" {
			_, _ = fmt.Fprintf(p.err, "  %s %s\n", p.pen.faint.Sprint(fit(line[0], 10)), line[1])
		}
	}
	return nil
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
