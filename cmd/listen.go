package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

type listenOptions struct {
	target, relay, token, name string
	via                        string
	hostHeader                 string
	secrets                    []string
	capture, enforce           string
	takeOver, insecure         bool
	noStore                    bool
	json, plain                bool
	local                      bool // whatever the settings say, nothing leaves this machine
	ca                         string
	waitForApp, readyTimeout   time.Duration
	timeout                    time.Duration
	expire                     time.Duration
	command                    []string // the app's, behind --
	onFailure                  string
	notify                     bool
	endpoint                   endpointOptions
}

func newListen(s streams) *cobra.Command {
	var o listenOptions
	c := &cobra.Command{
		Use:     "listen [TARGET] [-- COMMAND...]",
		Aliases: []string{"forward", "http"},
		Short:   "Bring webhooks to the app on this machine",
		Long: "Listen gives a URL, and brings every webhook that is sent there to TARGET: a port (3000), a port with a path\n" +
			"(3000/webhooks/stripe), a URL or a socket (unix:/run/app.sock). With --relay or --via the URL is public; without, it is\n" +
			"on this machine alone. On a terminal it opens a screen, else it prints a line for each delivery. A COMMAND behind -- is\n" +
			"started as the app, and both end together.",
		Example: "  hook listen 3000\n" +
			"  hook listen 3000 --via cloudflared\n" +
			"  hook listen 3000/webhooks/stripe --relay https://relay.example --token @token.txt\n" +
			"  hook listen 3000 --json | jq .\n" +
			"  hook listen 3000 -- npm run dev",
		Args: exactly(func(c *cobra.Command, args []string) error {
			if dash := c.ArgsLenAtDash(); dash >= 0 {
				args = args[:dash]
			}
			return cobra.MaximumNArgs(1)(c, args)
		}, "one target"),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if args, o.command, err = splitCommand(args, c.ArgsLenAtDash()); err != nil {
				return err
			}
			if len(args) > 0 {
				o.target = args[0]
			}
			if o.command != nil && !c.Flags().Changed("wait-for-app") {
				o.waitForApp = waitForOwnApp
			}
			return runListen(c.Context(), s, o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.relay, "relay", "", "the relay's `URL` (HOOK_RELAY; default: a relay inside hook, for this machine alone)")
	f.StringVar(&o.via, "via", "", "make the relay inside hook public by `cloudflared`, ngrok, tailscale, ssh:HOST or a command (HOOK_VIA)")
	f.StringVar(&o.token, "token", "", "the relay's token, `SOURCE`: @FILE, env:NAME or - (HOOK_TOKEN)")
	f.StringVar(&o.name, "name", "", "the endpoint's `name` (HOOK_NAME; default: made once for each project)")
	f.BoolVar(&o.takeOver, "take-over", false, "disconnect another hook of yours that holds the name")
	f.DurationVar(&o.expire, "expire", 0, "end, and give the name back, after this `duration`, as in 2h")
	o.endpoint.add(f)
	f.StringVar(&o.hostHeader, "host-header", "target", "what the app gets as Host: target, public or a `VALUE`")
	f.StringArrayVar(&o.secrets, "secret", nil, "a signing secret, `[PROVIDER=]SOURCE`: @FILE, env:NAME or - (repeatable)")
	f.StringVar(&o.capture, "capture", "10MiB", "how much of a body is kept, a `size`")
	f.StringVar(&o.enforce, "enforce", "", "answer 401 to bad signatures before the app sees them; `MODE` strict: to all that aren't valid (HOOK_ENFORCE)")
	f.Lookup("enforce").NoOptDefVal = string(enforceOn)
	f.StringVar(&o.ca, "ca", "", "believe the relay's certificate if an authority in this PEM `FILE` signed it, too (HOOK_CA)")
	f.DurationVar(&o.timeout, "timeout", time.Minute, "how long the app's answer may take to begin, a `duration`")
	waitForAppFlag(f, &o.waitForApp)
	f.DurationVar(&o.readyTimeout, "ready-timeout", 0, "give up if the endpoint takes no webhooks within this `time` (default: keep trying)")
	f.BoolVar(&o.insecure, "insecure", false, "believe any certificate of the app")
	noStoreFlag(f, &o.noStore)
	f.StringVar(&o.onFailure, "on-failure", "", "run this shell `command` when one fails, has a bad signature or is almost too slow; $HOOK_REASON says which")
	notifyFlag(f, &o.notify)
	f.BoolVar(&o.json, "json", false, "one JSON object a line, no screen")
	f.BoolVar(&o.plain, "plain", false, "a line for each delivery, no screen")
	return c
}

func runListen(ctx context.Context, s streams, o listenOptions) error {
	collectSeldom(dayLong)
	if o.expire < 0 {
		return fail(exitUsage, "a duration is like 2h", "listen: --expire %v: it must be more than nothing", o.expire)
	}
	if o.expire > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, o.expire)
		defer stop()
	}
	p, err := findPlace(s)
	if err != nil {
		return err
	}
	l, err := p.newListener(ctx, o)
	if err != nil {
		return err
	}
	err = errors.Join(l.run(ctx), l.close())
	if err == nil && o.expire > 0 && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		_, _ = fmt.Fprintf(s.err, "hook: the %s of --expire are over: the name %s was given back\n", o.expire, l.client.Name)
	}
	return err
}
