package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/relay"
)

type relayOptions struct {
	parts RelayParts
	hold  relayHold
	edge  relayLimits
	admin relayAdmin

	addr, publicURL, domain, data, tokenFile string
	anonymous, json                          bool
	makes                                    bool // a command that may be the first to come to a data folder
	tls                                      relayTLS
	maxBody                                  string
	proxies                                  []string
	timeout                                  time.Duration
	config                                   relaySettings
}

// RelayMain runs hook-relay with args (no program name) and returns the exit code. When ctx ends it drains and stops.
func RelayMain(ctx context.Context, parts RelayParts, args []string, stdout, stderr io.Writer) int {
	root := newRelayRoot(streams{strings.NewReader(""), stdout, stderr}, parts)
	root.SetArgs(args)
	return report(ctx, "hook-relay", root.ExecuteContext(ctx), stderr)
}

func newRelayRoot(s streams, parts RelayParts) *cobra.Command {
	o := relayOptions{parts: parts}
	c := &cobra.Command{
		Use:   "hook-relay",
		Short: "The public side of hook, for a server of your own",
		Long: "hook-relay gives everybody who has a token public URLs for webhooks, and brings what is sent there to their\n" +
			"`hook listen`. Names and tokens are kept in the data folder; `hook-relay token` and `hook-relay name` look after them.",
		Example: "  hook-relay --addr :8080 --public-url https://relay.example --data /var/lib/hook-relay\n" +
			"  hook-relay --addr 127.0.0.1:0 --token-file tokens.txt --json\n" +
			"  hook-relay token create alice --names 'alice-*'",
		Version:       Version,
		Args:          exactly(cobra.NoArgs, "no arguments"),
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(c *cobra.Command, _ []string) error { return o.config.locate(runRelay(c.Context(), s, o)) },
	}
	c.SetVersionTemplate("hook-relay {{.Version}}\n")
	c.SetOut(s.out)
	c.SetErr(s.err)
	c.SetFlagErrorFunc(flagError)
	f := c.Flags()
	f.StringVar(&o.addr, "addr", ":8080", "listen on this `HOST:PORT`; port 0 takes a free one; with --acme the default is :80")
	f.StringVar(&o.publicURL, "public-url", "", "the base `URL` that senders use (default: the address that it listens on)")
	f.StringVar(&o.domain, "domain", "", "give each endpoint a host name below this `DOMAIN`, as in '*.relay.example'")
	c.PersistentFlags().StringVar(&o.data, "data", "", "the `folder` for what outlives the process (default: beside hook's own data)")
	f.StringVar(&o.tokenFile, "token-file", "", "a `file` with NAME TOKEN [PATTERN] on each line, read again when it changes")
	f.BoolVar(&o.anonymous, "anonymous", false, "let anyone claim names, without a token")
	f.BoolVar(&o.json, "json", false, "print the ready line and the log as JSON, one object a line")
	f.StringVar(&o.maxBody, "max-body", "100MiB", "the longest body that is taken, a `size`")
	f.DurationVar(&o.timeout, "timeout", 70*time.Second, "how long an answer may take to begin, a `duration`")
	f.StringArrayVar(&o.proxies, "trusted-proxy", nil, "believe X-Forwarded-For of the proxy at this `ADDRESS` or network, as in 127.0.0.1 or 10.0.0.0/8 (repeatable)")
	o.tls.flags(f)
	o.hold.flags(f)
	o.edge.flags(f)
	o.admin.flags(f)
	c.MarkFlagsMutuallyExclusive("token-file", "anonymous")
	o.config.add(c)
	c.AddCommand(newRelayToken(s, &o), newRelayName(s, &o), newOperatorInbox(s, &o), newRelayAudit(s, &o), newRelayConfig(s, &o))
	c.AddCommand(newRelayState(s, &o), newRelayDrain(s, &o), newRelayResume(s, &o))
	return c
}

func runRelay(ctx context.Context, s streams, o relayOptions) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	collectSeldom(dayLong)
	front, err := o.listen()
	if err != nil {
		return err
	}
	defer front.close()
	if o.publicURL == "" {
		o.publicURL = "http://" + reachable(front.plain.Addr().(*net.TCPAddr))
	}
	var handler slog.Handler = slog.NewTextHandler(s.err, printableLog())
	if o.json {
		handler = slog.NewJSONHandler(s.err, printableLog())
	}
	log := slog.New(handler)
	o.config.say(log)
	proxies, err := parseNetworks(o.proxies)
	if err != nil {
		return err
	}
	maxBody, err := parseSize(o.maxBody)
	if err != nil {
		return err
	}
	h, err := o.open(ctx, log) // after the port is ours: a token that is made is also shown
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	tokens, err := o.tokens(h)
	if err != nil {
		return err
	}
	h.api.Others = h.file
	if err := front.certify(&o, h, log); err != nil {
		return err
	}
	if err := h.watch(ctx, &o, s.err); err != nil {
		return err
	}
	h.looks.certified(front)
	cfg := relay.Config{
		PublicURL: o.publicURL, Domain: o.domain, Public: isPublic(o.publicURL), Tokens: tokens, Names: h.store, Inbox: h.store, MaxHeld: o.hold.maxBody, API: h.api.Remote(),
		Software: "hook-relay/" + Version, Log: log, MaxBody: maxBody, Head: o.timeout, TrustedProxies: proxies,
		Senders: relaySenders{}, Seen: h.looks.seen(), TurnedAway: h.looks.turnedAway(), Ready: h.looks.health.look, Drain: o.admin.drain,
	}
	o.edge.configure(&cfg)
	server, err := relay.New(cfg)
	if err != nil {
		return fail(exitUsage, "give the base that senders use, as in --public-url https://relay.example", "--public-url: %w", err)
	}
	h.api.Serves(server)
	first, err := h.firstToken(ctx, tokens)
	if err != nil {
		return err
	}
	if err := h.listen(); err != nil {
		return err
	}
	if err := sayReady(s, o, front.listeners(), first); err != nil {
		return err
	}
	if o.json && first != "" { // a log is kept and read by others, so it has no token
		file, err := h.keep(first)
		if err != nil {
			return err
		}
		log.Info("first start: a token was made", "file", file)
	}
	return h.run(ctx, func(ctx context.Context) error { return front.serve(ctx, server) })
}

// parseNetworks reads addresses and networks.
func parseNetworks(all []string) ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for _, s := range all {
		network, err := netip.ParsePrefix(s)
		if addr, isAddr := netip.ParseAddr(s); err != nil && isAddr == nil {
			network, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, fail(exitUsage, "write 127.0.0.1 or 10.0.0.0/8", "--trusted-proxy %q is neither an address nor a network", s)
		}
		networks = append(networks, network.Masked())
	}
	return networks, nil
}

// isPublic says whether a URL can be reached from elsewhere than this machine, as far as it tells.
func isPublic(base string) bool {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "localhost" {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err != nil || !ip.IsLoopback() && !ip.IsUnspecified()
}

// reachable is an address as a client on this machine would write it.
func reachable(a *net.TCPAddr) string {
	if a.IP.IsUnspecified() {
		return fmt.Sprintf("127.0.0.1:%d", a.Port)
	}
	return a.String()
}

// sayReady prints the ready line, and at a first start the line with which to listen.
func sayReady(s streams, o relayOptions, listeners []net.Listener, firstToken string) error {
	addr := listeners[0].Addr().String()
	if o.json {
		ready := map[string]string{"type": "ready", "addr": addr, "url": o.publicURL}
		if len(listeners) > 1 {
			ready["tls_url"] = "https://" + reachable(listeners[1].Addr().(*net.TCPAddr))
		}
		return printJSON(s.out, ready)
	}
	if len(listeners) > 1 {
		addr += " and, with TLS, " + listeners[1].Addr().String()
	}
	_, err := fmt.Fprintf(s.out, "relay ready on %s as %s\n", addr, o.publicURL)
	if firstToken != "" {
		_, _ = fmt.Fprintf(s.err, "first start: a token was made for you. On your own machine:\n  hook relay login %s --token %s   (shown once; more: hook-relay token create)\n", o.publicURL, firstToken)
	}
	return err
}
