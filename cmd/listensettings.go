package cmd

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/seed-4575fdc3/hook/relay"
	"github.com/seed-4575fdc3/hook/relay/tunnel"
	"github.com/seed-4575fdc3/hook/relay/wire"
)

// What the relay is to do for an endpoint while nobody listens, and whom it lets in, is kept there with the name. A listener sends
// what its user gives; the rest stays as it was. Of what senders must prove only the hash leaves this machine.

// endpointOptions are the flags for that.
type endpointOptions struct {
	whenAway, provider, challenge string
	browsers                      bool
	basic, bearer, urlSecret      []string
	networks                      []string
	open                          bool
	maxBacklog                    string

	flags *pflag.FlagSet
}

func (o *endpointOptions) add(f *pflag.FlagSet) {
	o.flags = f
	f.StringVar(&o.whenAway, "when-away", "", "what the relay does with webhooks while hook is away: `auto`, fail, hold or wait:30s (HOOK_WHEN_AWAY)")
	f.StringVar(&o.provider, "provider", "", "answer what this `provider` asks when a URL is registered, where the app doesn't, and while hook is away; none ends that (HOOK_PROVIDER)")
	f.StringVar(&o.challenge, "challenge-secret", "", "the secret that such an answer takes, `SOURCE`: @FILE, env:NAME or -; the relay keeps it")
	f.BoolVar(&o.browsers, "allow-browsers", false, "give browsers no warning; --allow-browsers=false ends that")
	f.StringArrayVar(&o.basic, "basic-auth", nil, "let in who knows this login, `USER:SOURCE` of the password: @FILE, env:NAME or - (repeatable)")
	f.StringArrayVar(&o.bearer, "bearer-auth", nil, "let in who sends this bearer token, `SOURCE` (repeatable)")
	f.StringArrayVar(&o.urlSecret, "url-secret", nil, "let in who sends this as ?hook_secret=, `SOURCE` (repeatable)")
	f.StringArrayVar(&o.networks, "allow-from", nil, "let in only who comes from this `network` or address, as in 10.0.0.0/8 (repeatable)")
	f.BoolVar(&o.open, "open-access", false, "let anyone send again")
	f.StringVar(&o.maxBacklog, "max-backlog", "", "don't take more held deliveries than this `number` at once; any: all (default: ask about more than 100, if there is a terminal)")
}

// given says whether a flag was.
func (o *endpointOptions) given(name string) bool { return o.flags != nil && o.flags.Changed(name) }

// endpointSettings are what is to be otherwise with the endpoint from now on.
func (l *listener) endpointSettings() (set wire.Settings, err error) {
	if l.o.local {
		return set, nil
	}
	set.WhenAway = l.settings.first(l.o.endpoint.whenAway, "HOOK_WHEN_AWAY", func(c config) string { return c.WhenAway })
	if _, _, err := relay.ParseAway(set.WhenAway); err != nil {
		words := []string{string(relay.Auto), string(relay.Fail), string(relay.Hold), string(relay.Wait) + ":30s"}
		return set, fail(exitUsage, didYouMean("", set.WhenAway, words, "docs/away.md says what each does"), "listen: --when-away %w", err)
	}
	provider := l.settings.first(l.o.endpoint.provider, "HOOK_PROVIDER", func(c config) string { return c.Provider })
	if set.Provider = strings.ToLower(provider); set.Provider != "" && set.Provider != wire.NoProvider {
		who, err := lookup(provider)
		if err != nil {
			return set, err
		}
		if set.Provider = who.Name; !who.HasHandshake() {
			_, _ = fmt.Fprintf(l.err, "hook: warning: %s asks nothing when a URL is registered, as far as hook knows: --provider changes nothing\n", who.Name)
		}
	}
	if l.o.endpoint.challenge != "" && (set.Provider == "" || set.Provider == wire.NoProvider) {
		return set, fail(exitUsage, "name the provider too: --provider zoom", "listen: --challenge-secret is for the questions of a provider, and none is named")
	}
	if l.o.endpoint.challenge != "" {
		if set.ChallengeSecret, err = l.given("--challenge-secret", l.o.endpoint.challenge); err != nil {
			return set, err
		}
	}
	if l.o.endpoint.given("allow-browsers") {
		set.Browsers = &l.o.endpoint.browsers
	}
	set.Access, err = l.access()
	return set, err
}

// access is who may send from now on; nil if that stays as it was.
func (l *listener) access() (*wire.Access, error) {
	o := &l.o.endpoint
	proofs := len(o.basic) + len(o.bearer) + len(o.urlSecret) + len(o.networks)
	switch {
	case o.open && proofs > 0:
		return nil, fail(exitUsage, "leave it out: what is given takes the place of what was before", "listen: --open-access lets anyone send")
	case o.open:
		return new(wire.Access), nil
	case proofs == 0:
		return nil, nil //nolint:nilnil // none is a good answer
	}
	var a wire.Access
	for _, login := range o.basic {
		user, source, ok := strings.Cut(login, ":")
		if !ok || user == "" || source == "" || user == "env" || user[0] == '@' { // the user was forgotten
			return nil, fail(exitUsage, "as in --basic-auth shop:env:SHOP_PASSWORD", "listen: --basic-auth is USER:SOURCE")
		}
		password, err := l.given("--basic-auth", source)
		if err != nil {
			return nil, err
		}
		a.Basic = append(a.Basic, hashOf(user+":"+password))
	}
	for _, kind := range []struct {
		flag    string
		sources []string
		to      *[]string
	}{{"--bearer-auth", o.bearer, &a.Bearer}, {"--url-secret", o.urlSecret, &a.URLSecret}} {
		for _, source := range kind.sources {
			secret, err := l.given(kind.flag, source)
			if err != nil {
				return nil, err
			}
			*kind.to = append(*kind.to, hashOf(secret))
		}
	}
	for _, network := range o.networks {
		all, err := parseNetworks([]string{network})
		if err != nil {
			return nil, fail(exitUsage, "write 203.0.113.7 or 10.0.0.0/8", "listen: --allow-from %q is neither an address nor a network", network)
		}
		a.Networks = append(a.Networks, all...)
	}
	return &a, nil
}

// given is the secret of a source that a flag names.
func (l *listener) given(flag, source string) (string, error) {
	secret, from, err := readSource(source, l.in)
	if err == nil && secret == "" {
		err = fail(exitUsage, "a source is @FILE, env:NAME or - for standard input", "%s from %s is empty", flag, from)
	}
	if err == nil && from == "" {
		warnOnce(l.project, l.err)
	}
	return secret, err
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// checkSettings says whether the relay keeps what it was given. One that knows nothing of settings says nothing of them, and
// then an endpoint would be open that its user takes for closed.
func (l *listener) checkSettings(s tunnel.State) error {
	asked, got := l.client.Settings, s.Settings
	flag := ""
	switch {
	case asked.Access != nil && got.Access == nil:
		flag = "who may send"
	case asked.WhenAway != "" && got.WhenAway == "":
		flag = "--when-away"
	case asked.Provider != "" && asked.Provider != wire.NoProvider && got.Provider == "":
		flag = "--provider"
	case asked.Browsers != nil && got.Browsers == nil:
		flag = "--allow-browsers"
	default:
		return nil
	}
	return fail(exitFailed, "upgrade the relay, or leave it out", "listen: the relay at %s keeps no settings of endpoints: %s", l.client.Relay, flag)
}

// holds says whether the relay holds what comes while the app is down.
func (l *listener) holds() bool {
	state, _ := l.client.State()
	away := cmp.Or(state.Settings.WhenAway, l.client.Settings.WhenAway)
	return l.embedded == nil && away == string(relay.Hold)
}

// inForce says what of the endpoint's settings isn't as it is everywhere.
func (l *listener) inForce(set wire.Settings) (all []string) {
	policy, patience, err := relay.ParseAway(set.WhenAway)
	switch {
	case err != nil || l.embedded != nil: // without hook there is no relay either
	case policy == relay.Fail:
		all = append(all, "while you are away: webhooks are answered 502 (--when-away fail)")
	case policy == relay.Hold:
		all = append(all, "while you are away: the relay answers 202, and delivers when you are back (--when-away hold)")
	case policy == relay.Wait:
		all = append(all, fmt.Sprintf("while you are away: webhooks wait %s for you (--when-away wait:%s)", patience, patience))
	}
	if set.Provider != "" && l.embedded == nil {
		all = append(all, "while you are away: the relay answers what "+set.Provider+" asks when a URL is registered")
	}
	if set.Access != nil {
		if words := accessWords(*set.Access); words != "" {
			all = append(all, "senders need "+words+" (--open-access lets anyone send)")
		}
	}
	if set.Browsers != nil && *set.Browsers {
		all = append(all, "browsers get no warning (--allow-browsers)")
	}
	return all
}

// accessWords say what senders need; nothing if that is nothing.
func accessWords(a wire.Access) string {
	var proofs []string
	for _, kind := range []struct {
		all   []string
		words string
	}{{a.Basic, "a Basic login"}, {a.Bearer, "a bearer token"}, {a.URLSecret, "?hook_secret= in the URL"}} {
		if len(kind.all) > 0 {
			proofs = append(proofs, kind.words)
		}
	}
	words := strings.Join(proofs, " or ")
	if len(a.Networks) == 0 {
		return words
	}
	var networks []string
	for _, n := range a.Networks {
		networks = append(networks, n.String())
	}
	if words != "" {
		words += ", and "
	}
	return words + "an address in " + strings.Join(networks, " or ")
}
