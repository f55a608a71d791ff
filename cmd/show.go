package cmd

import (
	"context"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/seed-4575fdc3/hook/inspect"
	"github.com/seed-4575fdc3/hook/inspect/history"
	"github.com/seed-4575fdc3/hook/inspect/signature"
)

type showOptions struct {
	ref, file                          string
	json, raw, body, headers, attempts bool
	response, reveal                   bool
}

func newShow(s streams) *cobra.Command {
	var o showOptions
	c := &cobra.Command{
		Use:   "show [id]",
		Short: "Show one delivery: request, verdict, and what the app answered",
		Long: "Show one delivery: the request, what hook knows of it, the verdict on its signature, and what the app answered. An id may\n" +
			"be shortened as long as it is unique; \"last\", the default, is the last live delivery.\n\n" +
			"JSON, XML, forms and multipart are laid out, compressed bodies decoded, and secrets masked. --raw, --body and --json are\n" +
			"exact: nothing is laid out, decoded or masked.",
		Example: "  hook show last\n  hook show d_4f2a --body | jq .data.object\n  hook show d_4f2a --response --headers\n  hook show d_4f2a --raw > request.http",
		Args:    exactly(cobra.MaximumNArgs(1), "one id"),
		RunE: func(c *cobra.Command, args []string) error {
			if o.ref = "last"; len(args) > 0 {
				o.ref = args[0]
			}
			if err := o.check(); err != nil {
				return err
			}
			return withHistoryOf(c, s, o.file, func(p place, store *history.Store) error { return runShow(c.Context(), p, store, o) })
		},
	}
	f := c.Flags()
	f.BoolVar(&o.json, "json", false, "one JSON object with all that is known")
	f.BoolVar(&o.raw, "raw", false, "the request as an HTTP message, its body to the byte")
	f.BoolVar(&o.body, "body", false, "the request's body alone, to the byte")
	f.BoolVar(&o.headers, "headers", false, "the request's header fields alone")
	f.BoolVar(&o.attempts, "attempts", false, "every attempt: when, where to, how long, how it ended")
	f.BoolVar(&o.response, "response", false, "the app's last answer instead of the request; also with --raw, --body or --headers")
	f.BoolVar(&o.reveal, "reveal", false, "mask nothing")
	f.StringVar(&o.file, "file", "", "a delivery of this session `file`, which is only read")
	return c
}

// check says which flags don't go together.
func (o showOptions) check() error {
	views := []struct {
		name  string
		given bool
	}{{"--json", o.json}, {"--raw", o.raw}, {"--body", o.body}, {"--headers", o.headers}, {"--attempts", o.attempts}}
	chosen := ""
	for _, v := range views {
		if v.given && chosen != "" {
			return fail(exitUsage, "give one of them", "%s and %s are two views of a delivery", chosen, v.name)
		}
		if v.given {
			chosen = v.name
		}
	}
	switch {
	case o.response && (o.json || o.attempts):
		return fail(exitUsage, chosen+" has all answers", "%s and --response don't go together", chosen)
	case o.reveal && (o.json || o.raw || o.body):
		return fail(exitUsage, "leave --reveal out", "%s is exact: it masks nothing that could be revealed", chosen)
	}
	return nil
}

func runShow(ctx context.Context, p place, store *history.Store, o showOptions) error {
	id, err := resolve(ctx, store, "show", o.ref)
	if err != nil {
		return err
	}
	d, err := whole(ctx, store, id)
	if err != nil {
		return err
	}
	if o.json {
		return printJSON(p.out, fullJSON(d))
	}
	side, err := o.side(d)
	switch {
	case err != nil:
		return err
	case o.raw || o.body:
		return p.exactly(side, o)
	}
	paper := p.paper(p.out, o.reveal)
	switch {
	case o.headers:
		paper.header(0, side.header, side.provider)
	case o.attempts:
		paper.attempts(d)
	case o.response:
		paper.status(0, side.response)
		paper.header(2, side.header, nil)
		paper.body(side)
	default:
		found, err := findSecrets(p.project, nil, p.in, p.err)
		if err != nil {
			return err
		}
		paper.whole(d, found.explainDelivery(d), deliveredFirst(ctx, store, d))
	}
	return paper.done(p.err, o.headers)
}

// deliveredFirst is the delivery that d is a redelivery of, or nil.
func deliveredFirst(ctx context.Context, store *history.Store, d *inspect.Delivery) *inspect.Delivery {
	if d.RedeliveryOf == "" {
		return nil
	}
	earlier, err := store.Get(ctx, d.RedeliveryOf)
	if err != nil {
		return nil // it may be gone
	}
	return earlier
}

// A half is one side of a delivery: the request, or what the app answered.
type half struct {
	what     string // for people
	id       string
	flag     string // that shows it
	head     func() []byte
	header   http.Header
	provider *signature.Provider
	content  inspect.Capture
	response *inspect.Response // nil for the request
}

// side is the half that is asked for.
func (o showOptions) side(d *inspect.Delivery) (half, error) {
	if !o.response {
		return requestSide(d), nil
	}
	for i := len(d.Attempts) - 1; i >= 0; i-- {
		if r := d.Attempts[i].Response; r != nil {
			return responseSide(d, r), nil
		}
	}
	why := "no attempt has ended yet"
	if a := d.Last(); a != nil && a.Err != "" {
		why = a.Err
	}
	return half{}, fail(exitFailed, "`hook show "+d.ID+" --attempts` has every attempt", "show %s: the app gave no answer: %s", o.ref, why)
}

func requestSide(d *inspect.Delivery) half {
	return half{
		what: "request", id: d.ID, head: func() []byte { return requestHead(d) }, header: d.Header,
		provider: signature.Lookup(d.Provider), content: d.Body,
	}
}

func responseSide(d *inspect.Delivery, r *inspect.Response) half {
	return half{
		what: "answer", id: d.ID, flag: " --response", head: func() []byte { return responseHead(r) }, header: r.Header,
		content: r.Body, response: r,
	}
}
