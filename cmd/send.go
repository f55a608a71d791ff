package cmd

import (
	"context"
	"crypto/tls"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/fixtures"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
	"github.com/seed-4575fdc3/hook/replay"
)

type sendOptions struct {
	provider, event  string
	to, body         string
	set, unset       []string
	headers, secrets []string
	edit             bool
	seed             uint64
	insecure, json   bool
	noStore          bool
	waitForApp       time.Duration
	timeout          time.Duration // 0: the provider's

	apiVersion string
	scenario   bool

	print  string
	faults mischief
	retry  bool
	speed  string // of the pauses of --retry and of scenarios

	count, concurrency int
	rate               float64 // deliveries a second; 0 for as many as can be

	given struct { // what read has read
		body   []byte
		header http.Header
	}
}

func newSend(s streams) *cobra.Command {
	o := sendOptions{count: 1}
	c := &cobra.Command{
		Use:     "send PROVIDER EVENT | FILE",
		Aliases: []string{"trigger"},
		Short:   "Fire a sample event, signed as the provider signs it",
		Long: "Send a sample event of a provider, with fresh ids and times, signed as the provider signs it: to --to, else to this\n" +
			"project's running listener, the whole way through its endpoint. A FILE is a fixture or a scenario of the project, which\n" +
			"`hook export` makes. It waits as long as the provider does. Exits 0 if the provider would take the answer for success\n" +
			"(2xx for most), 1 if not, 5 if there was no answer. With --fault it exits 0 if the app did what a right one does, 3 if it\n" +
			"accepted a forged webhook.",
		Example: "  hook send stripe payment_intent.succeeded --set data.object.amount=4200\n" +
			"  hook send github push --to http://localhost:3000/webhooks/github --secret @secret.txt\n" +
			"  hook send stripe checkout --scenario\n" +
			"  hook send stripe invoice.paid --edit\n" +
			"  hook send shopify orders/create --retry --speed 100x\n" +
			"  hook send stripe invoice.paid --fault bad-signature\n" +
			"  hook send github push --count 20000 --concurrency 64\n" +
			"  hook send slack app_mention --print curl",
		Args: exactly(eventOrFile, "a provider and an event type (or a file)"),
		RunE: func(c *cobra.Command, args []string) error {
			if o.provider = args[0]; len(args) > 1 {
				o.event = args[1]
			}
			if err := noEmpty("send", c.Flags(), "to"); err != nil {
				return err
			}
			p, err := findPlace(s)
			if err != nil {
				return err
			}
			scenario, err := p.scenarioOf(o)
			if err == nil {
				err = o.check(c.Flags(), scenario != nil)
			}
			switch {
			case err != nil:
				return err
			case scenario != nil:
				return p.withHistory(c.Context(), func(store *history.Store) error { return runScenario(c, p, store, scenario, o) })
			}
			return runSend(c.Context(), p, o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", "", "send to this `URL` (default: the running listener's endpoint)")
	f.StringArrayVar(&o.set, "set", nil, "set a field of the body, `path=value`; +path=value creates it (repeatable)")
	f.StringArrayVar(&o.unset, "unset", nil, "take a field out of the body, by its `path` (repeatable)")
	f.StringArrayVarP(&o.headers, "header", "H", nil, "set a header field, `'Name: value'` (repeatable)")
	f.StringVarP(&o.body, "body", "d", "", "send this body in place of the sample's: `@FILE`, - or the text itself")
	f.BoolVar(&o.edit, "edit", false, "edit the body first, in $VISUAL or $EDITOR")
	f.StringArrayVar(&o.secrets, "secret", nil, "the signing secret, `[PROVIDER=]SOURCE`: @FILE, env:NAME or - (repeatable)")
	f.Uint64Var(&o.seed, "seed", 0, "make the ids follow from this `number`, for the same event again")
	apiVersionFlag(f, &o.apiVersion)
	scenarioFlags(f, &o)
	f.DurationVar(&o.timeout, "timeout", 0, "how long to wait for an answer, a `time` like 10s (default: as long as the provider does)")
	waitForAppFlag(f, &o.waitForApp)
	f.BoolVar(&o.retry, "retry", false, "send again as the provider does, until it is accepted or the provider gives up")
	f.IntVar(&o.count, "count", 1, "send this `number` of deliveries, each with ids and times of its own")
	f.Var((*rateValue)(&o.rate), "rate", "send so many deliveries in a `time`, as in 50/s or 600/m (default: as many as can be)")
	f.IntVar(&o.concurrency, "concurrency", 0, "how many may be under way at once, a `number` (default: 1; with --rate 64)")
	f.Var(&o.faults, "fault", "send it wrong, `name[=value]`: "+strings.Join(faultNames(), ", ")+" (repeatable)")
	f.StringVar(&o.print, "print", "", "print the request instead of sending it: `http`, curl or headers")
	noStoreFlag(f, &o.noStore)
	f.BoolVar(&o.insecure, "insecure", false, "believe any certificate of the target")
	f.BoolVar(&o.json, "json", false, "one JSON object a line")
	return c
}

// A sending is what one `hook send` is about: who sends what, signed how, to where.
type sending struct {
	place
	o        sendOptions
	sample   *fixtures.Sample    // the first, or the only one
	fire     firing              // makes the others
	provider *signature.Provider // nil for samples of a sender that hook can't sign for
	sender   *sender
	options  replay.ClientOptions // of its client
	to       replay.Target
	listener *running // whose endpoint that is; nil for no listener of this project
	store    *history.Store
}

func runSend(ctx context.Context, p place, o sendOptions) error {
	if err := o.read(p); err != nil {
		return err
	}
	fire, err := o.firings(p, time.Time{}, o.seed)
	if err != nil {
		return err
	}
	sample, err := fire()
	if err != nil {
		return err
	}
	o.provider, o.event = sample.Provider, sample.Event // a file says whose they are
	found, err := findSecrets(p.project, o.secrets, p.in, p.err)
	if err != nil {
		return err
	}
	s := &sending{place: p, o: o, sample: sample, fire: fire, provider: signature.Lookup(o.provider)}
	if err := o.faults.fit(s.provider, o.provider); err != nil {
		return err
	}
	to := o.to
	if _, listens := p.listener(); to == "" && o.print != "" && !listens { // nothing is sent: any app will do
		to = "http://localhost:3000/"
	}
	if s.to, s.listener, err = p.sendTo(ctx, to); err != nil {
		return err
	}
	if s.options, err = s.clientOptions(); err != nil {
		return err
	}
	client := replay.NewClient(s.options)
	defer client.CloseIdleConnections()
	s.sender = &sender{
		secrets: found, client: client, talk: p.err, waitForApp: o.waitForApp, faults: o.faults, patience: s.options.Head,
		tls: &tls.Config{InsecureSkipVerify: s.options.Insecure, RootCAs: s.options.Roots}, //nolint:gosec // the user asked for it
	}
	if o.print != "" {
		return s.print(ctx)
	}
	if s.listener != nil || o.noStore { // a listener keeps what comes through it
		return s.run(ctx)
	}
	return p.withHistory(ctx, func(store *history.Store) error {
		s.store = store
		s.sender.recorder = &recorder{secrets: found, store: store, log: discardLog()}
		return s.run(ctx)
	})
}

func (s *sending) run(ctx context.Context) error {
	switch {
	case s.o.count > 1:
		return s.many(ctx)
	case s.o.retry:
		return s.again(ctx)
	}
	return s.once(ctx)
}

// clientOptions wait for an answer as long as the provider does, unless --timeout says otherwise.
func (s *sending) clientOptions() (replay.ClientOptions, error) {
	options := replay.ClientOptions{Insecure: s.o.insecure, Head: s.patience()}
	if s.listener != nil && s.listener.CA != "" {
		roots, err := readAuthorities(s.listener.CA)
		if err != nil {
			return replay.ClientOptions{}, err
		}
		options.Roots = roots
	}
	return options, nil
}

// patience is how long an answer is waited for; 0 if nobody says.
func (s *sending) patience() time.Duration {
	if s.o.timeout == 0 && s.provider != nil {
		return s.provider.Timeout
	}
	return s.o.timeout
}

// check refuses flags that contradict each other. given are those that were set.
func (o sendOptions) check(given interface{ Changed(name string) bool }, scenario bool) error {
	set := func(names ...string) string {
		i := slices.IndexFunc(names, given.Changed)
		if i < 0 {
			return ""
		}
		return names[i]
	}
	together := func(a, b, next string) error {
		return fail(exitUsage, next, "send: --%s and --%s don't go together", a, b)
	}
	switch many := set("count", "rate", "concurrency"); {
	case o.count < 1:
		return fail(exitUsage, "leave it out for one", "send: --count %d: there must be something to send", o.count)
	case o.concurrency < 0:
		return fail(exitUsage, "leave it out for one at a time", "send: --concurrency %d: nothing would be sent", o.concurrency)
	case o.timeout < 0:
		return fail(exitUsage, "leave it out to wait as long as the provider does", "send: --timeout %s is no time to wait", o.timeout)
	case many != "" && many != "count" && o.count == 1:
		return fail(exitUsage, "say how many with --count", "send: --%s is for more than one delivery", many)
	case scenario && set("fault", "no-store", "timeout") != "":
		return fail(exitUsage, "send the event by itself", "send: --%s is for a single event, not for a scenario", set("fault", "no-store", "timeout"))
	case given.Changed("speed") && !o.retry && !scenario:
		return fail(exitUsage, "add --retry", "send: --speed is for the pauses of --retry and of scenarios")
	case o.retry && o.count > 1:
		return together("retry", "count", "send one with --retry, or many without")
	case o.retry && o.faults.any():
		return together("retry", "fault", "a fault is expected to fail: see what the app answers without --retry")
	case o.edit && o.count > 1:
		return together("edit", "count", "edit a body into a file, and send that with --body @FILE")
	case o.edit && o.body == "-":
		return fail(exitUsage, "give the body by @FILE", "send: the editor needs standard input, which is the body")
	case o.print != "" && !slices.Contains(printForms(), o.print):
		return fail(exitUsage, "there are "+strings.Join(printForms(), ", "), "send: --print %s is none of the forms", o.print)
	case o.print != "" && (o.count > 1 || o.retry):
		return together("print", set("count", "retry"), "it prints one request")
	case o.print != "" && o.faults.onWire() != "":
		return fail(exitUsage, "send it without --print", "send: --fault %s is in how a request is sent, which can't be printed", o.faults.onWire())
	}
	return o.faults.check("send", o.count)
}
