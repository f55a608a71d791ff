package cmd

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

type verifyOptions struct {
	ref                         string
	provider, method, url, body string
	headers, secrets            []string
	at                          int64
	json, fetchKeys             bool
	given                       given
}

func newVerify(s streams) *cobra.Command {
	var o verifyOptions
	c := &cobra.Command{
		Use:   "verify [ID | FILE | -] [-- curl ...]",
		Short: "Say whether a signature is good, and if not, why not",
		Long: "Verify the signature of a captured delivery, or of a request that is at hand: a FILE (- is standard input) with the raw HTTP\n" +
			"request or the curl command that would send it, the command itself behind --, or the request's parts by flags. Flags that\n" +
			"give a part count for more than the text. Nothing is sent, and no shell is run. Exits 0 if the verdict is valid, else 3.",
		Example: "  hook verify last\n" +
			"  hook verify d_9c1e --secret @whsec.txt\n" +
			"  hook verify request.http --secret env:STRIPE_WEBHOOK_SECRET\n" +
			"  pbpaste | hook verify -\n" +
			"  hook verify -- curl https://shop.example/hooks -H 'X-Hub-Signature-256: sha256=…' --data-binary @payload.json\n" +
			"  hook verify --provider github -H 'X-Hub-Signature-256: sha256=…' --body @payload.json --secret env:GITHUB_WEBHOOK_SECRET",
		Args: exactly(func(c *cobra.Command, args []string) error {
			if dash := c.ArgsLenAtDash(); dash >= 0 {
				args = args[:dash]
			}
			return cobra.MaximumNArgs(1)(c, args)
		}, "one id or file"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.take(args, c.ArgsLenAtDash()); err != nil {
				return err
			}
			if len(args) == 0 && !o.isRequest() {
				piped, err := s.pipedText()
				if err != nil {
					return err
				}
				if piped != nil {
					s.in, o.given.file = piped, "-"
				}
			}
			if !c.Flags().Changed("method") {
				o.method = ""
			}
			p, err := findPlace(s)
			if err != nil {
				return err
			}
			if o.isRequest() {
				return runVerifyRequest(c.Context(), p, o)
			}
			return p.withHistory(c.Context(), func(store *history.Store) error { return runVerify(c.Context(), p, store, o) })
		},
	}
	c.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		if slices.Contains(c.Flags().Args(), "curl") {
			return fail(exitUsage, "put -- before it: `hook verify -- curl …`", "verify: the flags of curl are not those of hook")
		}
		return flagError(c, err)
	})
	f := c.Flags()
	f.StringVar(&o.given.request, "request", "", "the raw HTTP `request`: @FILE, - or the text itself")
	f.StringVar(&o.given.curl, "curl", "", "a curl `command` that would send it: @FILE, - or the text itself")
	f.StringVar(&o.provider, "provider", "", "who sent it, by `name`, where the headers don't tell")
	f.StringVar(&o.method, "method", http.MethodPost, "the request's `method`")
	f.StringVar(&o.url, "url", "", "the `URL` that the provider has: some sign it")
	f.StringArrayVarP(&o.headers, "header", "H", nil, "a header field, `'Name: value'` (repeatable)")
	f.StringVarP(&o.body, "body", "d", "", "the request's body: `@FILE`, - or the text itself")
	f.StringArrayVar(&o.secrets, "secret", nil, "the signing secret, `[PROVIDER=]SOURCE`: @FILE, env:NAME or - (repeatable)")
	f.Int64Var(&o.at, "at", 0, "judge as of this `"+unixTime+"` instead of the receipt")
	f.BoolVar(&o.fetchKeys, "fetch-keys", false, "fetch the public keys that verify it from the provider's own host, and keep them")
	f.BoolVar(&o.json, "json", false, "one JSON object: verdict, reason, explanation")
	return c
}

func runVerify(ctx context.Context, p place, store *history.Store, o verifyOptions) error {
	id, err := resolve(ctx, store, "verify", cmp.Or(o.ref, "last"))
	if err != nil {
		return err
	}
	d, err := whole(ctx, store, id)
	if err != nil {
		return err
	}
	provider, err := lookup(o.provider)
	if err != nil {
		return err
	}
	if provider == nil {
		provider = signature.Lookup(d.Provider)
	}
	found, err := findSecrets(p.project, o.secrets, p.in, p.err)
	if err != nil {
		return err
	}
	request := d.Signed()
	o.judgeAt(&request)
	if o.url != "" {
		request.URL = o.url
	}
	if err := o.fetch(ctx, p, provider, request); err != nil {
		return err
	}
	f := found.explain(request, provider, d.Body, otherURLs(d))
	f.refused = f.afterRefusal(d.Last())
	if d.Masked {
		f.notes = append(f.notes, "secrets in it were masked before it came here: its signature may be of other bytes")
	}
	return p.verdict(o, f)
}

// fetch gets the keys that verify r, if that is asked for.
func (o verifyOptions) fetch(ctx context.Context, p place, provider *signature.Provider, r signature.Request) error {
	if provider == nil {
		provider = signature.Detect(r).Provider
	}
	if !o.fetchKeys || provider == nil {
		return nil
	}
	return keyCache{p.home.keys()}.fetch(ctx, http.DefaultClient, provider, r)
}

func (o verifyOptions) judgeAt(r *signature.Request) {
	if o.at != 0 {
		r.ReceivedAt = time.Unix(o.at, 0)
	}
}

// verdict prints a finding; its error is quiet and has the exit code.
func (p place) verdict(o verifyOptions, f finding) error {
	var err error
	if o.json {
		err = printJSON(p.out, f.json())
	} else {
		_, err = io.WriteString(p.out, f.text(p.pen, lineWidth))
	}
	if err == nil && f.result.Verdict != signature.Valid {
		err = &fault{errQuiet, "", exitWrong}
	}
	return err
}

func (f finding) json() any {
	text := f.why.Headline
	for _, more := range []string{f.why.Text, f.refused, next(f.why.Next)} {
		if more != "" {
			text += ". " + strings.TrimSuffix(more, ".")
		}
	}
	return struct {
		Type        string            `json:"type"`
		Verdict     signature.Verdict `json:"verdict"`
		Reason      signature.Reason  `json:"reason"`
		Explanation string            `json:"explanation"`
		Mistake     string            `json:"mistake,omitempty"`
		Next        string            `json:"next,omitempty"`
		Provider    string            `json:"provider,omitempty"`
		Event       string            `json:"event,omitempty"`
		Secret      string            `json:"secret,omitempty"` // where it was found, never what it is
		Signed      string            `json:"signed_at,omitempty"`
		Expected    string            `json:"expected,omitempty"`
		Got         string            `json:"got,omitempty"`
		Notes       []string          `json:"notes,omitempty"` // on how the request was read
	}{
		"verdict", f.result.Verdict, f.result.Reason, text, f.why.Mistake, f.why.Next, f.result.Provider, f.meta.EventType,
		f.result.Secret, stamp(f.result.Signed), f.result.Expected, f.result.Got, f.notes,
	}
}

// lookup finds a provider by its name; "" is none.
func lookup(name string) (*signature.Provider, error) {
	if name == "" {
		return nil, nil //nolint:nilnil // none is a good answer
	}
	if p := signature.Lookup(strings.ToLower(name)); p != nil {
		return p, nil
	}
	var names []string
	for _, p := range signature.Providers() {
		names = append(names, p.Name)
	}
	return nil, fail(exitUsage, didYouMean("", name, names, "`hook events` lists the providers"), "hook knows no provider %q", name)
}
