package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/replay"
)

// A tale is a scenario on its way to the app.
type tale struct {
	place
	story    *fixtures.Story
	scenario *fixtures.Scenario
	sender   sender
	to       replay.Target
	header   http.Header // set in every event
	pace     float64     // by which the pauses are divided
	json     bool
}

// scenarioOf reads the scenario that the arguments name; nil if they name none.
func (p place) scenarioOf(o sendOptions) (*fixtures.Scenario, error) {
	if !o.scenario && !fixtures.IsScenarioFile(o.provider) {
		return nil, nil
	}
	l, err := p.samples()
	if err != nil {
		return nil, err
	}
	var s *fixtures.Scenario
	if isPath(o.provider) {
		s, err = l.ScenarioFile(o.provider)
	} else {
		s, err = l.Scenario(strings.ToLower(o.provider), o.event)
	}
	if err != nil {
		return nil, badSample(l, err)
	}
	return s, nil
}

// checkScenarioFlags refuses what is of single events.
func checkScenarioFlags(c *cobra.Command) error {
	for _, name := range []string{"set", "unset", "body", "edit", "count", "rate", "concurrency", "retry", "print"} {
		if f := c.Flags().Lookup(name); f != nil && f.Changed {
			return fail(exitUsage, "steps have set and unset in the scenario's file: docs/scenarios.md", "--%s is for a single event, not for a scenario", name)
		}
	}
	return nil
}

// paceOf reads a speed like 100x.
func paceOf(speed string) (float64, error) {
	if speed == "" {
		return 1, nil
	}
	pace, err := strconv.ParseFloat(strings.TrimSuffix(speed, "x"), 64)
	if err != nil || !(pace > 0) || pace > 1e9 {
		return 0, fail(exitUsage, "it is like --speed 100x", "--speed %s is no speed", speed)
	}
	return pace, nil
}

// eventOrFile is what `hook send` takes: a provider and an event, or a file.
func eventOrFile(c *cobra.Command, args []string) error {
	if len(args) > 0 && isPath(args[0]) {
		return cobra.ExactArgs(1)(c, args)
	}
	return cobra.ExactArgs(2)(c, args)
}

func scenarioFlags(f *pflag.FlagSet, o *sendOptions) {
	f.BoolVar(&o.scenario, "scenario", false, "send the steps of a scenario, one after the other")
	f.StringVar(&o.speed, "speed", "", "shorten the pauses of a scenario or of --retry by this `factor`, such as 100x")
}

func runScenario(c *cobra.Command, p place, store *history.Store, s *fixtures.Scenario, o sendOptions) error {
	if s == nil {
		return nil
	}
	if err := checkScenarioFlags(c); err != nil {
		return err
	}
	pace, err := paceOf(o.speed)
	if err != nil {
		return err
	}
	header, err := parseHeaders(o.headers)
	if err != nil {
		return err
	}
	found, err := findSecrets(p.project, o.secrets, p.in, p.err)
	if err != nil {
		return err
	}
	to, listener, err := p.sendTo(c.Context(), o.to)
	if err != nil {
		return err
	}
	options := replay.ClientOptions{Insecure: o.insecure}
	if listener != nil && listener.CA != "" {
		if options.Roots, err = readAuthorities(listener.CA); err != nil {
			return err
		}
	}
	client := replay.NewClient(options)
	defer client.CloseIdleConnections()
	t := &tale{
		place: p, scenario: s, story: s.Begin(fixtures.Options{Seed: o.seed, APIVersion: o.apiVersion}), to: to,
		sender: sender{secrets: found, client: client, talk: p.err, waitForApp: o.waitForApp},
		header: header, pace: pace, json: o.json,
	}
	if listener == nil && !o.noStore { // a listener keeps what comes through it
		t.sender.recorder = &recorder{secrets: found, store: store, log: discardLog()}
	}
	return t.run(c.Context())
}

// run sends the steps one after the other. A step whose answer is not what it expects ends it, unless the step says
// otherwise; so does an app that doesn't answer.
func (t *tale) run(ctx context.Context) error {
	failed := 0
	for i, step := range t.scenario.Steps {
		if err := pauseFor(ctx, time.Duration(float64(step.After)/t.pace)); err != nil {
			return t.interrupted(i)
		}
		sent, err := t.step(ctx, i, step)
		if errors.Is(err, context.Canceled) {
			return t.interrupted(i)
		}
		var unmet *unmetError
		if errors.As(err, &unmet) && step.GoOn {
			failed++
			continue
		}
		if err != nil {
			return t.ended(i, sent, err)
		}
	}
	steps := len(t.scenario.Steps)
	if !t.json {
		_, _ = fmt.Fprintf(t.err, "%s: %s, %d as expected\n", t.scenario.Name, plural(steps, "step", "steps"), steps-failed)
	}
	if failed > 0 {
		return &fault{errQuiet, "", exitFailed} // the steps' lines say it
	}
	return nil
}

// An unmetError says that an answer is not what a step expects.
type unmetError struct {
	step fixtures.Step
	got  int
}

func (e *unmetError) Error() string {
	return fmt.Sprintf("answered %d, expected %s", e.got, e.step.Expect)
}

// step makes one event, sends it, and judges the answer.
func (t *tale) step(ctx context.Context, i int, step fixtures.Step) (*inspect.Delivery, error) {
	sample, err := t.story.Make(i)
	if err != nil {
		l, _ := t.samples()
		return nil, badSample(l, err)
	}
	for name, values := range t.header {
		sample.Header[name] = values
	}
	d, signed, err := t.sender.send(ctx, sample, t.to)
	if err != nil {
		return nil, err
	}
	if err := t.print(i, step, d, signed); err != nil {
		return nil, err
	}
	r := d.Last().Response
	if r == nil {
		return d, errors.New(d.Last().Err)
	}
	if !step.Met(r.Status, accepted(d.Provider, r.Status)) {
		return d, &unmetError{step, r.Status}
	}
	return d, t.story.Answered(i, r.Header, r.Body.Bytes)
}

// accepted says whether a provider takes a status for success.
func accepted(provider string, status int) bool { return signature.Lookup(provider).Accepts(status) }

// print tells of one step, in one line.
func (t *tale) print(i int, step fixtures.Step, d *inspect.Delivery, signed string) error {
	summary := d.Summary()
	met := summary.Status != 0 && step.Met(summary.Status, accepted(d.Provider, summary.Status))
	if t.json {
		return printJSON(t.out, stepJSON{deliveryJSON: summaryJSON(summary), Step: i + 1, Name: step.Name, Expect: step.Expect, Met: met})
	}
	if i == 0 {
		_, _ = fmt.Fprintf(t.err, "%s %s %s %s · %s\n", t.scenario.Provider, t.scenario.Name, t.pen.sign("→", ">"), inspect.Printable(shownURL(d.URL)), signed)
	}
	answer := summary.Err
	if summary.Status != 0 {
		answer = fmt.Sprintf("%s in %s", t.pen.status(summary), duration(summary.Duration))
	}
	if !met && summary.Status != 0 {
		answer += t.pen.bad.Sprint("  expected " + step.Expect)
	}
	_, err := fmt.Fprintf(t.out, "%d/%d  %s  %s  %s\n", i+1, len(t.scenario.Steps), fit(step.String(), 34), inspect.Printable(orDash(d.ProviderID)), inspect.Printable(answer))
	return err
}

type stepJSON struct {
	deliveryJSON
	Step   int    `json:"step"` // from 1
	Name   string `json:"name"` // of the step; its number if it has none
	Expect string `json:"expect"`
	Met    bool   `json:"met"` // the answer is what was expected
}

// ended is the error of a scenario that a step ended.
func (t *tale) ended(i int, d *inspect.Delivery, err error) error {
	if _, ok := errors.AsType[*fault](err); ok {
		return err
	}
	code, next := exitFailed, "`hook show last` tells more; `go_on: true` in the step lets the scenario go on"
	if d != nil && d.Last().Response == nil {
		code, next = exitUnreachable, "start the app, or say where with --to"
	}
	return fail(code, next, "%s, step %d of %d, %s: %w", t.scenario.Name, i+1, len(t.scenario.Steps), t.scenario.Steps[i], err)
}

func (t *tale) interrupted(i int) error {
	_, _ = fmt.Fprintf(t.err, "%s: stopped before step %d of %d\n", t.scenario.Name, i+1, len(t.scenario.Steps))
	return context.Canceled
}

// pauseFor waits, or until ctx is cancelled.
func pauseFor(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
