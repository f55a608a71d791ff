package cmd

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

type verifyOptions struct {
	ref                         string
	provider, method, url, body string
	headers, secrets            []string
	at                          int64
	json                        bool
}

func newVerify(s streams) *cobra.Command {
	var o verifyOptions
	c := &cobra.Command{
		Use:   "verify [id]",
		Short: "Say whether a signature is good, and if not, why not",
		Long: "Verify the signature of a captured delivery, or of a request whose parts are given by flags.\n" +
			"Exits 0 if the verdict is valid, else 3.",
		Example: "  hook verify last\n" +
			"  hook verify d_9c1e --secret @whsec.txt\n" +
			"  hook verify --provider github -H 'X-Hub-Signature-256: sha256=…' --body @payload.json --secret env:GITHUB_WEBHOOK_SECRET",
		Args: exactly(cobra.MaximumNArgs(1), "one id"),
		RunE: func(c *cobra.Command, args []string) error {
			if o.ref = "last"; len(args) > 0 {
				o.ref = args[0]
			}
			p, err := findPlace(s)
			if err != nil {
				return err
			}
			if len(args) == 0 && o.isRequest() {
				return runVerifyRequest(p, o)
			}
			return p.withHistory(c.Context(), func(store *history.Store) error { return runVerify(c.Context(), p, store, o) })
		},
	}
	f := c.Flags()
	f.StringVar(&o.provider, "provider", "", "who sent it, by `name`, where the headers don't tell")
	f.StringVar(&o.method, "method", http.MethodPost, "the request's `method`")
	f.StringVar(&o.url, "url", "", "the `URL` that the provider has: some sign it")
	f.StringArrayVarP(&o.headers, "header", "H", nil, "a header field, `'Name: value'` (repeatable)")
	f.StringVarP(&o.body, "body", "d", "", "the request's body: `@FILE`, - or the text itself")
	f.StringArrayVar(&o.secrets, "secret", nil, "the signing secret, `[PROVIDER=]SOURCE`: @FILE, env:NAME or - (repeatable)")
	f.Int64Var(&o.at, "at", 0, "judge as of this `Unix time` instead of the receipt")
	f.BoolVar(&o.json, "json", false, "one JSON object: verdict, reason, explanation")
	return c
}

// isRequest says whether the flags describe a request, and not how to judge a captured one.
func (o verifyOptions) isRequest() bool { return len(o.headers) > 0 || o.body != "" || o.url != "" }

func runVerify(ctx context.Context, p place, store *history.Store, o verifyOptions) error {
	id, err := resolve(ctx, store, "verify", o.ref)
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
	f := found.explain(request, provider, d.Body, otherURLs(d))
	f.refused = f.afterRefusal(d.Last())
	return p.verdict(o, f)
}

func runVerifyRequest(p place, o verifyOptions) error {
	provider, err := lookup(o.provider)
	if err != nil {
		return err
	}
	header, err := parseHeaders(o.headers)
	if err != nil {
		return err
	}
	body, err := readBody(o.body, p.in)
	if err != nil {
		return err
	}
	found, err := findSecrets(p.project, o.secrets, p.in, p.err)
	if err != nil {
		return err
	}
	request := signature.Request{Method: o.method, URL: o.url, Header: header, Body: body, ReceivedAt: time.Now()}
	o.judgeAt(&request)
	return p.verdict(o, found.explain(request, provider, inspect.CaptureOf(body), nil))
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
	}{
		"verdict", f.result.Verdict, f.result.Reason, text, f.why.Mistake, f.why.Next, f.result.Provider, f.meta.EventType,
		f.result.Secret, stamp(f.result.Signed), f.result.Expected, f.result.Got,
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

func parseHeaders(lines []string) (http.Header, error) {
	h := make(http.Header)
	for _, line := range lines {
		name, value, ok := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); !ok || name == "" || strings.ContainsAny(name, " \t") || strings.ContainsAny(value, "\r\n\x00") {
			return nil, fail(exitUsage, "a header is like -H 'X-Name: value'", "%q is no header", line)
		}
		h.Add(name, strings.TrimSpace(value))
	}
	return h, nil
}

// readBody reads @FILE or -; anything else is the body itself.
func readBody(source string, stdin io.Reader) ([]byte, error) {
	switch {
	case source == "-":
		return io.ReadAll(stdin)
	case strings.HasPrefix(source, "@"):
		b, err := os.ReadFile(source[1:])
		if err != nil {
			return nil, fail(exitUsage, "--body @FILE reads the body from FILE", "read the body: %w", err)
		}
		return b, nil
	}
	return []byte(source), nil
}
