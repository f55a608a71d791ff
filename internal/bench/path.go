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

// The names of the paths that are compared: others with two hops, the tunnel with TLS with the one without, and the tunnel that
// records with one that doesn't.
const (
	twoHops       = "two"
	plainTunnel   = "tunnel"
	tlsTunnel     = "tunnel+tls"
	noStoreTunnel = "tunnel+nostore"
)

var paths = []path{
	{"direct", "direct", func(_ context.Context, _ *course, app string) (string, error) { return app, nil }},
	{"one", "one hop", func(ctx context.Context, c *course, app string) (string, error) { return c.hop(ctx, app) }},
	{twoHops, "two hops", func(ctx context.Context, c *course, app string) (string, error) {
		inner, err := c.hop(ctx, app)
		if err != nil {
			return "", err
		}
		return c.hop(ctx, inner)
	}},
	{noStoreTunnel, "tunnel, nothing kept", func(ctx context.Context, c *course, app string) (string, error) {
		return c.tunnel(ctx, app, "--no-store")
	}},
	{plainTunnel, "tunnel", func(ctx context.Context, c *course, app string) (string, error) { return c.tunnel(ctx, app) }},
	{tlsTunnel, "tunnel with TLS", func(ctx context.Context, c *course, app string) (string, error) {
		return c.tunnelTLS(ctx, app)
	}},
}

// A course is what stands between the load and the app for one cell, and the app; or the relay of a fleet. Close it.
type course struct {
	programs programs
	dir      string // its own, for what the processes write
	env      []string
	app      *child
	parts    []*child // of the path, in the order in which they were started
	listen   *child   // the one of parts that is `hook listen`; nil without
}

// newCourse makes a course on which nothing stands yet.
func newCourse(p programs) (*course, error) {
	dir, err := os.MkdirTemp(p.dir, "course")
	if err != nil {
		return nil, err
	}
	return &course{programs: p, dir: dir, env: slices.Concat(p.env, []string{
		"HOOK_HOME=" + filepath.Join(dir, "home"), "HOOK_SECRET_STRIPE=" + signingSecret,
	})}, nil
}

// build starts the app and the path, and returns the URL to send to.
func (c *course) build(ctx context.Context, way path) (url string, err error) {
	if c.app, err = start(ctx, "app", c.env, c.dir, c.programs.self, roleApp, ""); err != nil {
		return "", err
	}
	app, err := c.app.ready(ctx, readyIn)
	if err != nil {
		return "", err
	}
	return way.build(ctx, c, app.URL)
}

// add starts a part and waits until it is ready.
func (c *course) add(ctx context.Context, name, program string, args ...string) (readyLine, error) {
	part, err := start(ctx, name, c.env, c.dir, program, args...)
	if err != nil {
		return readyLine{}, err
	}
	c.parts = append(c.parts, part)
	return part.ready(ctx, readyIn)
}

// play starts one of the roles that have an order. The caller stops it.
func (c *course) play(ctx context.Context, name, role string, order any) (*child, error) {
	text, err := json.Marshal(order)
	if err != nil {
		return nil, err
	}
	return start(ctx, name, c.env, c.dir, c.programs.self, role, string(text))
}

func (c *course) hop(ctx context.Context, to string) (string, error) {
	hop, err := c.add(ctx, "hop", c.programs.self, roleProxy, to)
	return hop.URL, err
}

// anyPort is an address with a port that is free.
const anyPort = "127.0.0.1:0"

func (c *course) relay(ctx context.Context, addr string, more ...string) (readyLine, error) {
	return c.add(ctx, "hook-relay", c.programs.relay, append([]string{
		"--addr", addr, "--anonymous", "--data", filepath.Join(c.dir, "relay"), "--json",
	}, more...)...)
}

func (c *course) tunnel(ctx context.Context, app string, more ...string) (string, error) {
	relay, err := c.relay(ctx, anyPort)
	if err != nil {
		return "", err
	}
	return c.listenTo(ctx, relay.URL, app, more...)
}

// listenTo starts hook, which is to bring to app what comes to its endpoint at the relay.
func (c *course) listenTo(ctx context.Context, relay, app string, more ...string) (string, error) {
	// The folder is a project of its own, so that nothing outside of it counts.
	if err := os.WriteFile(filepath.Join(c.dir, "hook.yaml"), nil, 0o600); err != nil {
		return "", err
	}
	endpoint, err := c.add(ctx, "hook listen", c.programs.hook, append([]string{
		"listen", app, "--relay", relay, "--name", "bench", "--json",
	}, more...)...)
	c.listen = c.parts[len(c.parts)-1]
	return endpoint.URL, err
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
	_ = os.RemoveAll(c.dir)
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
