package cmd

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/seed-4575fdc3/hook/replay"
)

// sendTo is the URL to send to; listener is whose endpoint that is, if it is one of this project's.
func (p place) sendTo(ctx context.Context, to string) (target replay.Target, listener *running, err error) {
	if to == "" {
		r, err := p.awaitListener(ctx)
		if err != nil {
			return replay.Target{}, nil, err
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

// How long a listener is waited for that may have been started just before, as in `hook listen 3000 & hook send …`.
const (
	graceScript  = 5 * time.Second        // to announce itself: a loaded machine starts a program in seconds
	gracePeople  = 300 * time.Millisecond // likewise, where somebody waits for the answer
	graceConnect = 5 * time.Second        // to be connected for the first time, once it has announced itself
	lookAgain    = 50 * time.Millisecond
)

// awaitListener is the first of this project's listeners that is connected, or was. One that is starting is waited for.
func (p place) awaitListener(ctx context.Context) (running, error) {
	began, grace := time.Now(), graceScript
	if isTerminal(p.in) && isTerminal(p.out) {
		grace = gracePeople
	}
	look := time.NewTicker(lookAgain)
	defer look.Stop()
	for {
		all := p.project.listeners()
		if i := slices.IndexFunc(all, func(r running) bool { return r.URL != "" }); i >= 0 {
			return all[i], nil
		}
		switch waited := time.Since(began); {
		case len(all) > 0 && waited >= graceConnect:
			return running{}, fail(exitUnreachable, "see what it says, or say where with --to http://localhost:3000",
				"there is nothing to send to yet: the listener in %s (process %d) isn't connected", p.project.dir, all[0].PID)
		case len(all) == 0 && waited >= grace:
			return running{}, fail(exitUnreachable, "start `hook listen 3000` in another terminal, or say where with --to http://localhost:3000",
				"there is nothing to send to: no listener runs in %s", p.project.dir)
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return running{}, ctx.Err()
		}
	}
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
