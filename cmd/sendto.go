package cmd

import (
	"strings"

	"github.com/seed-4575fdc3/hook/replay"
)

// sendTo is the URL to send to; listener is whose endpoint that is, if it is one of this project's.
func (p place) sendTo(to string) (target replay.Target, listener *running, err error) {
	if to == "" {
		r, ok := p.listener()
		if !ok {
			return replay.Target{}, nil, fail(exitUnreachable, "start `hook listen 3000` in another terminal, or say where with --to http://localhost:3000",
				"there is nothing to send to: no listener runs in %s", p.project.dir)
		}
		to = r.URL
	}
	if target, err = wholeTarget(to); err != nil {
		return replay.Target{}, nil, badTarget(err)
	}
	for _, r := range p.project.listeners() {
		if r.URL != "" && below(target.String(), r.URL) {
			return target, &r, nil
		}
	}
	return target, nil, nil
}

// wholeTarget reads the whole of a URL to ask for: unlike a listener's target it may have a query, which some schemes sign.
func wholeTarget(to string) (replay.Target, error) {
	base, query, hasQuery := strings.Cut(to, "?")
	target, err := replay.ParseTarget(base)
	if err != nil {
		return replay.Target{}, err
	}
	if target.Path == "" {
		target.Path = "/"
	}
	if hasQuery {
		target.Path += "?" + query
	}
	return target, nil
}

// below says whether a URL is base or begins with it: not with base as a part of a longer name.
func below(url, base string) bool {
	rest, ok := strings.CutPrefix(url, base)
	return ok && (rest == "" || rest[0] == '/' || rest[0] == '?')
}
