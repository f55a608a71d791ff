package cmd

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect"
)

// changeFlags say how a replay differs from what it repeats.
type changeFlags struct {
	set, unset, headers []string
	body                string
	edit, newID         bool
}

func (c *changeFlags) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&c.set, "set", nil, "set a field of the body, `path=value`; +path=value creates it (repeatable)")
	f.StringArrayVar(&c.unset, "unset", nil, "take a field out of the body, by its `path` (repeatable)")
	f.StringArrayVarP(&c.headers, "header", "H", nil, "set a header field, `'Name: value'`; 'Name:' takes it out (repeatable)")
	f.StringVarP(&c.body, "body", "d", "", "send this body instead: `@FILE`, - or the text itself")
	f.BoolVar(&c.edit, "edit", false, "edit the body first, in $VISUAL or $EDITOR")
	f.BoolVar(&c.newID, "new-id", false, "give it a fresh id, for apps that drop what they have seen")
}

// read reads what the flags bring.
func (c changeFlags) read(p place) (*change, error) {
	made := &change{changeFlags: c, place: p}
	var err error
	if c.body != "" {
		if made.newBody, err = readBody(c.body, p.in); err != nil {
			return nil, err
		}
	}
	made.header, err = parseHeaders(c.headers)
	return made, err
}

// A change is what replays differ in from what they repeat.
type change struct {
	changeFlags
	place   place
	header  http.Header // to be set; a name whose only value is empty is taken out
	newBody []byte
}

// any says whether there is anything to change.
func (c *change) any() bool {
	return c != nil && (c.body != "" || len(c.set) > 0 || len(c.unset) > 0 || c.newID || c.edit || len(c.header) > 0)
}

// hasHeader says whether the user gave the first of names, a signature's own field, or took it out.
func (c *change) hasHeader(names []string) bool {
	return c != nil && len(names) > 0 && c.header[http.CanonicalHeaderKey(names[0])] != nil
}

// apply changes d, whose Header is its own, and says in d.Change what was changed.
func (c *change) apply(ctx context.Context, d *inspect.Delivery) error {
	var words []string
	did := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	s := &fixtures.Sample{Header: d.Header, Body: d.Body.Bytes}
	if c.body != "" {
		s.Body = c.newBody
		did("another body")
	}
	for _, assignment := range c.set {
		path, value, ok := strings.Cut(assignment, "=")
		if !ok {
			return fail(exitUsage, "--set is like --set data.object.amount=4200", "--set %s has no =", assignment)
		}
		if err := s.Set(path, value); err != nil {
			return badReplayPath(d, err, false)
		}
		did("%s=%s", path, value)
	}
	for _, path := range c.unset {
		if err := s.Unset(path); err != nil {
			return badReplayPath(d, err, true)
		}
		did("without %s", path)
	}
	if c.newID {
		fresh, err := renew(d, s)
		if err != nil {
			return err
		}
		did("id %s", fresh)
	}
	if c.edit {
		edited, err := c.place.edit(ctx, s)
		if err != nil {
			return err
		}
		if !bytes.Equal(edited, s.Body) {
			s.Body = edited
			did("edited by hand")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.header)) {
		values := c.header[name]
		if len(values) == 1 && values[0] == "" {
			delete(s.Header, name)
			did("without %s", name)
			continue
		}
		s.Header[name] = values
		if inspect.IsCredential(name) {
			values = []string{inspect.MaskedText}
		}
		did("%s: %s", name, strings.Join(values, ", "))
	}
	d.Header, d.Change = s.Header, strings.Join(words, " · ")
	if !bytes.Equal(s.Body, d.Body.Bytes) {
		d.Body = inspect.CaptureOf(s.Body)
	}
	return nil
}

// badReplayPath is for a body without the field that is to be changed, or taken out.
func badReplayPath(d *inspect.Delivery, err error, taking bool) error {
	return &unfit{fmt.Errorf("replay %s: %w", d.ReplayOf, badPath(err, taking))}
}

// renew puts a fresh id in the place of the provider's, wherever it stands, and gives it.
func renew(d *inspect.Delivery, s *fixtures.Sample) (fresh string, err error) {
	old := d.ProviderID
	if old == "" {
		return "", &unfit{fail(exitUsage, "leave --new-id out", "replay %s: it has no id that its sender gave it", d.ReplayOf)}
	}
	fresh = fixtures.FreshID(old)
	found := false
	s.Header = maps.Clone(s.Header)
	for name, values := range s.Header {
		for i, value := range values {
			if replaced := fixtures.ReplaceID(value, old, fresh); replaced != value {
				s.Header[name] = append(append(append([]string{}, values[:i]...), replaced), values[i+1:]...)
				values, found = s.Header[name], true
			}
		}
	}
	if body := fixtures.ReplaceID(string(s.Body), old, fresh); body != string(s.Body) {
		s.Body, found = []byte(body), true
	}
	if !found { // it is derived from something else
		return "", &unfit{fail(exitUsage, "leave --new-id out, and change what makes it with --set", "replay %s: its id %s doesn't stand in it as it is", d.ReplayOf, inspect.Printable(old))}
	}
	return fresh, nil
}
