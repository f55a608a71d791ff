package cmd

import (
	"net/url"
	"slices"
	"strings"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/replay"
)

// A destination says which URL a replay of d asks for: target and d's own path joined, or target alone if exact.
type destination func(d *inspect.Delivery) (target replay.Target, exact bool, err error)

// toURL is for a URL that the user gave: a path there is meant exactly, and without one the path is that which the
// delivery's own app was asked for.
func toURL(to string) (destination, error) {
	parse := replay.ParseTarget
	if strings.Contains(to, "?") {
		parse = wholeTarget
	}
	target, err := parse(to)
	if err != nil {
		return nil, badTarget(err)
	}
	return func(d *inspect.Delivery) (replay.Target, bool, error) {
		t := target
		if t.Path == "" {
			s := inspect.Summary{Path: d.Path}
			if last := d.Last(); last != nil {
				s.Target = last.Target
			}
			t.Path = pathOf(s)
		}
		return t, true, nil
	}, nil
}

// toListener is for a running listener's target.
func toListener(target string) (destination, error) {
	t, err := replay.ParseTarget(target)
	return func(*inspect.Delivery) (replay.Target, bool, error) { return t, false, nil }, err
}

// toFirst sends a delivery where it went first.
func toFirst(d *inspect.Delivery) (replay.Target, bool, error) {
	if len(d.Attempts) > 0 {
		if target, err := wholeTarget(d.Attempts[0].Target); err == nil && target.Socket != "" {
			return target, true, nil
		}
		scheme, rest, _ := strings.Cut(d.Attempts[0].Target, "://")
		path := "" // as it stands, which may be none that url.Parse takes
		if end := strings.IndexAny(rest, "/?"); end >= 0 {
			rest, path = rest[:end], strings.TrimPrefix(rest[end:], "/")
		}
		if u, err := url.Parse(scheme + "://" + rest); err == nil && u.Host != "" {
			return replay.Target{Scheme: u.Scheme, Host: u.Host, Path: "/" + path}, true, nil
		}
	}
	return replay.Target{}, false, &unfit{fail(exitUnreachable, "say where with --to http://localhost:3000, or start `hook listen 3000`",
		"replay %s: it never had a target", d.ID)}
}

func badTarget(err error) error {
	return fail(exitUsage, "a target is a port (3000), a port with a path (3000/webhooks/stripe), a URL or a socket (unix:/run/app.sock)", "%w", err)
}

// listener is the project's first running listener that has been connected.
func (p place) listener() (running, bool) {
	all := slices.DeleteFunc(p.project.listeners(), func(r running) bool { return r.URL == "" })
	if len(all) == 0 {
		return running{}, false
	}
	return all[0], true
}
