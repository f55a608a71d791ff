package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A path is a way from the load to the app.
type path struct {
	name, title string
	build       func(ctx context.Context, c *course, app string) (url string, err error)
}

// baseline is the name of the path that ratios are to.
const baseline = "two"

var paths = []path{
	{"direct", "direct", func(_ context.Context, _ *course, app string) (string, error) { return app, nil }},
	{"one", "one hop", func(ctx context.Context, c *course, app string) (string, error) { return c.hop(ctx, app) }},
	{baseline, "two hops", func(ctx context.Context, c *course, app string) (string, error) {
		inner, err := c.hop(ctx, app)
		if err != nil {
			return "", err
		}
		return c.hop(ctx, inner)
	}},
	{"tunnel", "tunnel", func(ctx context.Context, c *course, app string) (string, error) { return c.tunnel(ctx, app) }},
}

// A course is what stands between the load and the app for one cell, and the app. Close it.
type course struct {
	programs programs
	dir      string // its own, for what the processes write
	app      *child
	parts    []*child // of the path, in the order in which they were started
	listen   *child   // the one of parts that is `hook listen`; nil without
}

// newCourse starts the app and the path, and returns the URL to send to.
func newCourse(ctx context.Context, p programs, way path) (_ *course, url string, err error) {
	c := &course{programs: p}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if c.dir, err = os.MkdirTemp(p.dir, "course"); err != nil {
		return nil, "", err
	}
	if c.app, err = start(ctx, "app", p.env, c.dir, p.self, roleApp, ""); err != nil {
		return nil, "", err
	}
	app, err := c.app.ready(ctx)
	if err != nil {
		return nil, "", err
	}
	url, err = way.build(ctx, c, app)
	return c, url + "/webhooks/stripe", err
}

// add starts a part and returns its URL.
func (c *course) add(ctx context.Context, name string, env []string, program string, args ...string) (string, error) {
	part, err := start(ctx, name, env, c.dir, program, args...)
	if err != nil {
		return "", err
	}
	c.parts = append(c.parts, part)
	return part.ready(ctx)
}

func (c *course) hop(ctx context.Context, to string) (string, error) {
	return c.add(ctx, "hop", c.programs.env, c.programs.self, roleProxy, to)
}

func (c *course) tunnel(ctx context.Context, app string) (string, error) {
	// The folder is a project of its own, so that nothing outside of it counts.
	if err := os.WriteFile(filepath.Join(c.dir, "hook.yaml"), nil, 0o600); err != nil {
		return "", err
	}
	env := slices.Concat(c.programs.env, []string{
		"HOOK_HOME=" + filepath.Join(c.dir, "home"), "HOOK_SECRET_STRIPE=" + signingSecret,
	})
	relay, err := c.add(ctx, "hook-relay", env, c.programs.relay,
		"--addr", "127.0.0.1:0", "--anonymous", "--data", filepath.Join(c.dir, "relay"), "--json")
	if err != nil {
		return "", err
	}
	url, err := c.add(ctx, "hook listen", env, c.programs.hook,
		"listen", app, "--relay", relay, "--name", "bench", "--json")
	c.listen = c.parts[len(c.parts)-1]
	return url, err
}

// children are the app, then the parts.
func (c *course) children() []*child { return append([]*child{c.app}, c.parts...) }

func (c *course) pids() []int {
	var pids []int
	for _, part := range c.children() {
		pids = append(pids, part.cmd.Process.Pid)
	}
	return pids
}

func (c *course) names() []string {
	var names []string
	for _, part := range c.children() {
		names = append(names, part.name)
	}
	return names
}

// close stops all processes, those first that depend on others, and removes what they wrote.
func (c *course) close() {
	for i := len(c.parts) - 1; i >= 0; i-- {
		c.parts[i].stop()
	}
	if c.app != nil {
		c.app.stop()
	}
	if c.dir != "" {
		_ = os.RemoveAll(c.dir)
	}
}

// account says what is missing in hook's own account of its session, for sent deliveries; nothing without hook. The
// course must be closed.
func (c *course) account(sent int) string {
	if c.listen == nil {
		return ""
	}
	var sum struct {
		Type     string
		Received int
		OK       int `json:"answered_2xx"`
		Invalid  int `json:"bad_signatures"`
	}
	err := json.Unmarshal(c.listen.out.last(), &sum)
	switch talk := string(c.listen.err.last()); {
	case err != nil || sum.Type != "summary":
		return fmt.Sprintf("hook listen did not sum up (%v): %.300s", c.listen.cmd.ProcessState, talk)
	case sum.Received != sent || sum.OK != sent || sum.Invalid > 0:
		return fmt.Sprintf("of %d deliveries hook counted %d, answered %d with 2xx and found %d badly signed",
			sent, sum.Received, sum.OK, sum.Invalid)
	case strings.Contains(talk, "warning"):
		return "hook listen: " + talk
	}
	return ""
}
