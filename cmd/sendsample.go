package cmd

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

// A firing makes a delivery's sample: with ids and times of its own each time, and changed as the flags say. It is safe
// for concurrent use.
type firing func() (*fixtures.Sample, error)

// read reads what the flags bring: a body, and fields of the header.
func (o *sendOptions) read(p place) error {
	var err error
	if o.body != "" {
		if o.given.body, err = readBody(o.body, p.in); err != nil {
			return err
		}
	}
	o.given.header, err = parseHeaders(o.headers)
	return err
}

// firings opens what is to be sent, once for all its firings. now is the moment of the event, zero for that of each firing.
func (o sendOptions) firings(p place, now time.Time, seed uint64) (firing, error) {
	make, err := o.sample(p, now, seed)
	if err != nil {
		return nil, err
	}
	return func() (*fixtures.Sample, error) {
		sample := make()
		if err := o.shape(sample); err != nil {
			return nil, err
		}
		return sample, nil
	}, nil
}

// sample opens the event: what it gives makes a sample, another one at each call. now is the moment of the event, zero for
// that of the call.
func (o sendOptions) sample(p place, now time.Time, seed uint64) (func() *fixtures.Sample, error) {
	maker, err := p.openSample(o.provider, o.event, fixtures.Options{Seed: seed, Now: now, APIVersion: o.apiVersion})
	if err == nil {
		return maker.Make, nil
	}
	if bare := o.bare(); bare != nil {
		return func() *fixtures.Sample {
			one := *bare
			one.Header = bare.Header.Clone()
			return &one
		}, nil
	}
	return nil, err
}

// bare is the event of a provider that there are no samples of, which --body and -H are for; nil without them.
func (o sendOptions) bare() *fixtures.Sample {
	provider := signature.Lookup(strings.ToLower(o.provider))
	if provider == nil || o.body == "" {
		return nil
	}
	return &fixtures.Sample{
		Provider: provider.Name, Event: o.event, Method: http.MethodPost, Header: http.Header{"Content-Type": {"application/json"}},
	}
}

// shape changes a sample as --body, --set, --unset and -H say.
func (o sendOptions) shape(sample *fixtures.Sample) error {
	if o.body != "" {
		sample.Body = o.given.body
	}
	for _, assignment := range o.set {
		path, value, ok := strings.Cut(assignment, "=")
		if !ok {
			return fail(exitUsage, "--set is like --set data.object.amount=4200", "--set %s has no =", assignment)
		}
		if err := sample.Set(path, value); err != nil {
			return badPath(err, false)
		}
	}
	for _, path := range o.unset {
		if err := sample.Unset(path); err != nil {
			return badPath(err, true)
		}
	}
	for name, values := range o.given.header {
		sample.Header[name] = values
	}
	return nil
}

// badPath is for a body without the field that is to be set, or taken out.
func badPath(err error, taking bool) error {
	if e, ok := errors.AsType[*fixtures.PathError](err); ok {
		next := "--set +" + e.Path + "=… creates it"
		if taking {
			next = "--print=http in place of --unset shows the body"
		}
		return fail(exitUsage, meant("", e.Nearest, next), "%w", err)
	}
	return fail(exitUsage, "`hook events PROVIDER EVENT` shows the sample", "%w", err)
}
